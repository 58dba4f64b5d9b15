"""The two replays from beginning to end: file, domain, key, requests, counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from backoffice.demo.replay_access_log import Kind, own_host, parse_log
from backoffice.demo.replay_conversations import Dialogue, read_dialogues, send_dialogue
from backoffice.demo.replay_file import UnreadableFileError, read_lines
from backoffice.demo.replay_http import ATTEMPTS, for_each, open_sender
from backoffice.demo.replay_page_views import event_id, page_view, send_page_views
from backoffice.demo.replay_site import (
    Site,
    count_people,
    find_or_create_site,
    key_for_run,
    stored_conversation_start,
    stored_event_time,
)
from backoffice.demo.tally import Tally
from backoffice.state import State

AT_ONCE = 8
USER_AGENT = "python-httpx (backoffice replay)"
NO_SHIFT = timedelta()

Item = TypeVar("Item")
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Order:
    """What to replay, where to; `server` is the base address of the HTTP API.

    A request is sent at most `attempts` times, about fifteen seconds with the default.
    """

    path: Path
    site: str
    server: str
    timezone: str | None = None
    batch_size: int = 500
    shift_to_now: bool = False
    attempts: int = ATTEMPTS


@dataclass(slots=True)
class Outcome:
    """What became of a replay; `shift` was added to every time."""

    site: Site
    shift: timedelta
    repeated: bool
    tallies: dict[str, Tally]
    lines: Counter[str] = field(default_factory=Counter)
    counted: int | None = None
    apart: int | None = None


async def replay_conversations(state: State, order: Order, advance: Advance) -> Outcome:
    """Send the file's dialogues; `advance(done, total)` counts them.

    Raises `UnreadableFileError`, `InvalidDomainError`, `ReplayInterruptedError`.
    """
    dialogues = list(read_dialogues(order.path, order.site))
    if not dialogues:
        raise UnreadableFileError(f"{order.path} holds no dialogue.")
    conversations, messages = Tally(), Tally()
    site = await find_or_create_site(state, order.site, order.timezone)
    started = {dialogue.id: dialogue.started_at for dialogue in dialogues}
    stored = await stored_conversation_start(state.database, site, list(started))
    shift = choose_shift(order, started, stored, max(dialogue.last_at for dialogue in dialogues))
    async with (
        key_for_run(state.database, site, "secret", f"Replay of {order.path.name}") as key,
        open_sender(
            order.server,
            {"Authorization": f"Bearer {key}", "User-Agent": USER_AGENT},
            attempts=order.attempts,
        ) as sender,
    ):

        async def send(dialogue: Dialogue) -> None:
            await send_dialogue(sender, dialogue, shift, order.batch_size, conversations, messages)
            advance(conversations.sent, len(dialogues))

        await for_each(dialogues, send, at_once=AT_ONCE)
    return Outcome(
        site,
        shift,
        stored is not None,
        {"conversations": conversations, "messages": messages},
    )


async def replay_access_log(state: State, order: Order, advance: Advance) -> Outcome:
    """Send the log's page views; `advance(done, total)` counts them.

    Raises `UnreadableFileError`, `InvalidDomainError`, `ReplayInterruptedError`.
    """
    parsed = list(parse_log(read_lines(order.path)))
    requests = [request for request in parsed if request is not None]
    views = [request for request in requests if request.kind is Kind.PAGE_VIEW]
    if not views:
        raise UnreadableFileError(f"{order.path} holds no page view in nginx's combined format.")
    lines = Counter(str(request.kind) for request in requests)
    lines["not in the log's format"] = len(parsed) - len(requests)
    own = own_host(requests)
    tally = Tally()
    site = await find_or_create_site(state, order.site, order.timezone)
    times = {event_id(order.site, view): view.at for view in views}
    stored = await stored_event_time(state.database, site, list(times))
    shift = choose_shift(order, times, stored, max(times.values()))
    events = [page_view(order.site, view, state.keys.ip_hash_key, shift, own) for view in views]
    async with (
        key_for_run(state.database, site, "public", f"Replay of {order.path.name}") as key,
        open_sender(order.server, {"User-Agent": USER_AGENT}, attempts=order.attempts) as sender,
    ):

        async def send(batch: Sequence[dict[str, Any]]) -> None:
            await send_page_views(sender, key, batch, tally)
            advance(tally.sent, len(events))

        # One at a time and in order: without session ids, a visit is what lies within 30 minutes.
        await for_each(batches(events, order.batch_size), send, at_once=1)
    counted, apart = await count_people(state.database, site, list(times))
    return Outcome(site, shift, stored is not None, {"page views": tally}, lines, counted, apart)


def choose_shift(
    order: Order,
    times: dict[UUID, datetime],
    stored: tuple[UUID, datetime] | None,
    last: datetime,
) -> timedelta:
    """What to add to every time: nothing, or with `shift_to_now` what makes the last one now.

    What was replayed before keeps its times: a repetition uses the shift of the first replay, so
    that it completes what is missing and changes nothing.
    """
    if stored is not None:
        return stored[1] - times[stored[0]]
    return datetime.now(UTC) - last if order.shift_to_now else NO_SHIFT


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of at most `size`."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
