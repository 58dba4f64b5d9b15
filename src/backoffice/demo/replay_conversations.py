"""The STAR dialogues as conversations: what a line holds, and how it is told to the server.

STAR (Mosig, Mehri, Kober 2020) records people talking to a human "assistant". Its labels (tasks,
domains, completion, questionnaires, action labels) are for evaluation, so they are never sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson

from backoffice.demo.replay_file import UnreadableFileError, read_lines
from backoffice.demo.replay_http import Answer, Sender
from backoffice.demo.tally import Tally

NAMESPACE = uuid5(NAMESPACE_URL, "backoffice:replay:conversations")
ROLES = frozenset({"visitor", "agent"})


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `seq` is its place in the dialogue, from 0."""

    id: UUID
    seq: int
    role: str
    text: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One conversation of the file; `started_at` is never invented."""

    id: UUID
    visitor: str
    started_at: datetime
    messages: tuple[Message, ...]

    @property
    def last_at(self) -> datetime:
        """When the last thing in it happened."""
        return max((message.sent_at for message in self.messages), default=self.started_at)


def read_dialogues(path: Path, site: str) -> Iterator[Dialogue]:
    """The dialogues of a STAR JSON lines file, in its order.

    Raises `UnreadableFileError` naming the line that is no dialogue.
    """
    for number, line in enumerate(read_lines(path), start=1):
        if not line.strip():
            continue
        try:
            yield parse_dialogue(orjson.loads(line), site)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise UnreadableFileError(
                f"{path}, line {number}: no STAR dialogue ({error!r})"
            ) from error


def parse_dialogue(record: dict[str, Any], site: str) -> Dialogue:
    """One record of the file.

    A dialogue without messages started when its batch did (`woz_<unix seconds>`): the only time
    the record holds. Raises KeyError, TypeError or ValueError when something is missing.
    """
    dialogue = record["id"]
    messages = tuple(
        Message(
            id=uuid5(NAMESPACE, f"{site}/{dialogue}/{index}"),
            seq=index,
            role=_role(message["role"]),
            text=str(message["text"]),
            sent_at=_time(message["ts"]),
        )
        for index, message in enumerate(record["messages"])
    )
    return Dialogue(
        id=uuid5(NAMESPACE, f"{site}/{dialogue}"),
        visitor=str(record["visitor_worker"]),
        started_at=messages[0].sent_at
        if messages
        else _time(int(str(record["batch"]).removeprefix("woz_"))),
        messages=messages,
    )


async def send_dialogue(
    sender: Sender,
    dialogue: Dialogue,
    shift: timedelta,
    batch_size: int,
    conversations: Tally,
    messages: Tally,
) -> None:
    """Put the conversation, then its messages, `batch_size` a call; tallies keep the answers."""
    path = f"/agent/v1/conversations/{dialogue.id}"
    conversations.sent += 1
    messages.sent += len(dialogue.messages)
    answer = await sender.send(
        "PUT",
        path,
        {
            "distinct_id": dialogue.visitor,
            "started_at": (dialogue.started_at + shift).isoformat(),
            "metadata": {"source": "replay"},
        },
    )
    if not answer.accepted:
        conversations.reject(1, answer.reason)
        messages.reject(len(dialogue.messages), "its conversation was rejected")
        return
    created = answer.status == 201 or bool((answer.body or {}).get("created"))
    conversations.add("created" if created else "duplicate")
    for start in range(0, len(dialogue.messages), batch_size):
        part = dialogue.messages[start : start + batch_size]
        answer = await sender.send(
            "POST", f"{path}/messages", {"messages": [_body(message, shift) for message in part]}
        )
        tally_messages(answer, len(part), messages)


def tally_messages(answer: Answer, sent: int, tally: Tally) -> None:
    """Count the server's answer about `sent` messages."""
    body = answer.body or {}
    if not answer.accepted or "messages" not in body:
        tally.reject(sent, answer.reason)
        return
    for result in body["messages"]:
        tally.add(result["status"])
    for refusal in body["rejected"]:
        tally.reject(1, refusal["message"])


def _body(message: Message, shift: timedelta) -> dict[str, Any]:
    return {
        "id": str(message.id),
        "seq": message.seq,
        "role": message.role,
        "text": message.text,
        "sent_at": (message.sent_at + shift).isoformat(),
    }


def _role(role: str) -> str:
    if role not in ROLES:
        raise ValueError(f"role {role!r}")
    return role


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
