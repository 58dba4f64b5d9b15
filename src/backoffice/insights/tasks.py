"""When conversations are analysed and topics found anew.

The algorithms are imported by the task that needs them, so that a worker starts at once.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from backoffice.jobs import Blueprint, JobContext, defer, state_of
from backoffice.state import State

if TYPE_CHECKING:
    from backoffice.insights.run import Analyst

NAMESPACE = "insights"
# A minute's job ends before the next is due, and goes on there.
LONGEST = timedelta(seconds=50)
LONGEST_OUTDATED = timedelta(minutes=10)

insights = Blueprint()
_analysts: dict[int, Analyst] = {}


def analyst(state: State) -> Analyst:
    """The process's analyst, which remembers topic models."""
    from backoffice.insights.quality.judge import judge_of
    from backoffice.insights.run import Analyst

    known = _analysts.get(id(state))
    if known is None or known.database is not state.database:
        settings = state.settings
        known = Analyst(
            state.database,
            timedelta(minutes=settings.insights_quiet_minutes),
            judge_of(settings),
        )
        _analysts.clear()
        _analysts[id(state)] = known
    return known


@insights.periodic(cron="* * * * *")
@insights.task(name="analyze_quiet", queueing_lock="analyze_quiet", pass_context=True)
async def analyze_quiet(context: JobContext, timestamp: int) -> None:
    """Analyse conversations that have gone quiet, and those that went on since."""
    state = state_of(context)
    own = analyst(state)
    if not await own.analyze_quiet(until=datetime.now(UTC) + LONGEST):
        return
    from backoffice.insights.refit import sites_in_need

    # The first topics of a website, and those of one that grows, are not left until the hour.
    touched, own.touched = sorted(own.touched), set()
    if await sites_in_need(state.database, touched):
        async with state.database.transaction() as connection:
            await defer(
                connection,
                f"{NAMESPACE}:find_topics",
                {"timestamp": timestamp},
                queueing_lock="find_topics",
                lock="topics",
            )


@insights.periodic(cron="23 * * * *")
@insights.task(name="analyze_outdated", queueing_lock="analyze_outdated", pass_context=True)
async def analyze_outdated(context: JobContext, timestamp: int) -> None:
    """Analyse anew what an older version of the product analysed."""
    state = state_of(context)
    await analyst(state).analyze_outdated(until=datetime.now(UTC) + LONGEST_OUTDATED)


@insights.periodic(cron="7 * * * *")
@insights.task(name="find_topics", queueing_lock="find_topics", lock="topics", pass_context=True)
async def find_topics(context: JobContext, timestamp: int) -> None:
    """Find topics anew where they are missing, a week old, or much was said since."""
    from backoffice.insights.refit import refit, sites_in_need

    database = state_of(context).database
    for site in await sites_in_need(database):
        await refit(database, site)
