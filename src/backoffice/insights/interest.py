"""How interested a visitor is, on the scale of the interest score.

1 Cold · 2 Curious · 3 Interested · 4 Engaged · 5 Hot. The database derives a score from what the
visitor did (several messages, a demo or call to action proposed, clicked, booked); the text raises
it, and the higher of both counts.
"""

from __future__ import annotations

from collections.abc import Iterable

from backoffice.insights.signals import SignalKind

COLD, CURIOUS, INTERESTED, ENGAGED, HOT = range(1, 6)
ALONE: dict[SignalKind, int] = {
    "use_case": CURIOUS,
    "pricing": INTERESTED,
    "competitor": INTERESTED,
    "roi": INTERESTED,
    "demo": ENGAGED,
}


def signal_score(kinds: Iterable[SignalKind]) -> int:
    """The score the text alone gives, 1 to 4: words never make a visitor Hot, a booking does.

    The strongest signal decides; two different ones from Interested upwards make Engaged.
    """
    told = set(kinds)
    best = max((ALONE[kind] for kind in told), default=COLD)
    if best >= INTERESTED and len(told) > 1:
        return ENGAGED
    return best


def interest_score(behaviour: int, signals: Iterable[SignalKind]) -> int:
    """The interest score, 1 to 5: behaviour, raised by the text."""
    return max(COLD, min(HOT, behaviour), signal_score(signals))
