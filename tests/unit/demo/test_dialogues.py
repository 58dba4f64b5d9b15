"""Reading STAR's dialogues: times and ids as they are, labels left behind."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from backoffice.demo.replay_conversations import parse_dialogue, read_dialogues, send_dialogue
from backoffice.demo.replay_file import UnreadableFileError
from backoffice.demo.replay_http import open_sender
from backoffice.demo.tally import Tally

LABELS = {
    "tasks": ["LABEL"],
    "domains": ["LABEL"],
    "completion": "LABEL",
    "user_questionnaire": [{"Question": "LABEL", "Answer": True}],
}


def record(**changes: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "batch": "woz_1589355382",
        "visitor_worker": "worker-1",
        "messages": [
            {"role": "visitor", "text": "Hello", "ts": 1589375697},
            {"role": "agent", "text": "Hi", "ts": 1589375714, "action_label": "LABEL"},
        ],
        **LABELS,
        **changes,
    }


def test_a_dialogue_starts_with_its_first_message() -> None:
    dialogue = parse_dialogue(record(), "shop.example")
    assert dialogue.started_at == datetime(2020, 5, 13, 13, 14, 57, tzinfo=UTC)
    assert [(m.seq, m.role, m.text) for m in dialogue.messages] == [
        (0, "visitor", "Hello"),
        (1, "agent", "Hi"),
    ]
    assert dialogue.last_at == dialogue.started_at + timedelta(seconds=17)


def test_an_empty_dialogue_starts_with_its_batch() -> None:
    dialogue = parse_dialogue(record(messages=[]), "shop.example")
    assert dialogue.started_at == datetime.fromtimestamp(1589355382, tz=UTC)
    assert dialogue.last_at == dialogue.started_at


def test_ids_depend_on_site_dialogue_and_place_alone() -> None:
    dialogue = parse_dialogue(record(), "shop.example")
    assert dialogue == parse_dialogue(record(completion="other"), "shop.example")
    ids: set[UUID] = {dialogue.id, *(message.id for message in dialogue.messages)}
    elsewhere = parse_dialogue(record(), "other.example")
    other = parse_dialogue(record(id=2), "shop.example")
    ids |= {elsewhere.id, other.id, other.messages[0].id}
    assert len(ids) == 6


@pytest.mark.parametrize(
    "broken",
    [{"messages": [{"role": "narrator", "text": "", "ts": 1}]}, {"batch": "x", "messages": []}],
)
def test_a_line_that_is_no_dialogue_is_named(tmp_path: Path, broken: dict[str, Any]) -> None:
    path = tmp_path / "dialogues.jsonl"
    path.write_bytes(orjson.dumps(record()) + b"\n" + orjson.dumps(record(**broken)) + b"\n")
    with pytest.raises(UnreadableFileError, match="line 2"):
        list(read_dialogues(path, "shop.example"))


def test_gzip_and_plain_files_read_alike(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.jsonl", tmp_path / "a.jsonl.gz"
    content = orjson.dumps(record()) + b"\n"
    plain.write_bytes(content)
    packed.write_bytes(gzip.compress(content))
    assert list(read_dialogues(plain, "s.example")) == list(read_dialogues(packed, "s.example"))


def test_a_file_cut_short_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(orjson.dumps(record()) * 50)[:-20])
    with pytest.raises(UnreadableFileError):
        list(read_dialogues(path, "s.example"))
    with pytest.raises(UnreadableFileError):
        list(read_dialogues(tmp_path / "missing", "s.example"))


async def test_no_label_is_ever_sent() -> None:
    bodies: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content.decode())
        if request.method == "PUT":
            return httpx.Response(201, json={"created": True})
        ids = [message["id"] for message in orjson.loads(request.content)["messages"]]
        results = [{"id": sent, "status": "stored"} for sent in ids]
        return httpx.Response(200, json={"messages": results, "rejected": []})

    conversations, messages = Tally(), Tally()
    async with open_sender("http://server", {}, transport=httpx.MockTransport(answer)) as sender:
        dialogue = parse_dialogue(record(), "shop.example")
        await send_dialogue(sender, dialogue, timedelta(), 1, conversations, messages)
    assert len(bodies) == 3
    assert "Hello" in bodies[1]
    assert "LABEL" not in "".join(bodies)
    assert (conversations.stored, messages.sent, messages.stored) == (1, 2, 2)
