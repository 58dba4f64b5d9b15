"""Buying signals: what somebody says who may buy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from backoffice.insights.intent import Intent
from backoffice.insights.reading import Reading
from backoffice.insights.text import clip, quote

SignalKind = Literal["pricing", "use_case", "competitor", "roi", "demo"]
KINDS: tuple[SignalKind, ...] = get_args(SignalKind)

# An amount of money is a price in every language.
MONEY = re.compile(r"[€$£¥]\s?\d|\d\s?(?:[€$£¥]|(?:eur|usd|gbp|chf)\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of signal in one message, with the words that gave it away."""

    kind: SignalKind
    message_id: str
    quote: str


def message_signals(reading: Reading, intent: Intent) -> tuple[Signal, ...]:
    """The buying signals of a message.

    Somebody with a problem asks about money too (a refund, an invoice): of a SUPPORT message only
    the request for a demo counts, of an OFFTOPIC one nothing.
    """
    if intent == "OFFTOPIC":
        return ()
    kinds = set(reading.categories & set(KINDS))
    if MONEY.search(clip(reading.message.text)):
        kinds.add("pricing")
    if intent == "SUPPORT":
        kinds &= {"demo"}
    return tuple(
        Signal(kind, reading.message.id, quote(reading.message.text))
        for kind in KINDS
        if kind in kinds
    )
