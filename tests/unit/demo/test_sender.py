"""How a replay meets a server that is busy, gone, or refuses."""

from __future__ import annotations

import httpx
import pytest

from backoffice.demo.replay_http import ReplayInterruptedError, Sender, for_each


def sender(*answers: int | Exception, attempts: int = 4) -> tuple[Sender, list[int | Exception]]:
    left = list(answers)

    def answer(_request: httpx.Request) -> httpx.Response:
        now = left.pop(0)
        if isinstance(now, Exception):
            raise now
        return httpx.Response(now, json={"message": f"answer {now}", "field": "x"})

    client = httpx.AsyncClient(base_url="http://server", transport=httpx.MockTransport(answer))
    return Sender(client, attempts=attempts, first_pause=0), left


@pytest.mark.parametrize("trouble", [429, 503, 500, httpx.ConnectError("refused")])
async def test_passing_trouble_is_waited_for(trouble: int | Exception) -> None:
    patient, left = sender(trouble, trouble, 200)
    assert (await patient.send("POST", "/", {})).accepted
    assert not left


async def test_lasting_trouble_ends_with_what_to_do() -> None:
    patient, left = sender(*[httpx.ConnectError("refused")] * 4)
    with pytest.raises(ReplayInterruptedError, match="run the same command again"):
        await patient.send("POST", "/", {})
    assert not left


async def test_a_refusal_is_not_repeated() -> None:
    patient, left = sender(422, 200)
    answer = await patient.send("POST", "/", {})
    assert not answer.accepted
    assert answer.reason == "answer 422 (x)"
    assert left == [200]


async def test_a_refused_key_stops_the_run() -> None:
    patient, left = sender(401, 200)
    with pytest.raises(ReplayInterruptedError, match="refused the key"):
        await patient.send("POST", "/", {})
    assert left == [200]


async def test_the_first_error_ends_all_work() -> None:
    done: list[int] = []

    async def work(item: int) -> None:
        if item == 3:
            raise ReplayInterruptedError("stop")
        done.append(item)

    with pytest.raises(ReplayInterruptedError, match="stop"):
        await for_each(range(1000), work, at_once=4)
    assert len(done) < 1000
