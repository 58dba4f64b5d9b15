# Written by `make types` from config/. Do not edit.

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class Conditions(TypedDict):
    min_messages: NotRequired[int]
    min_interest_score: NotRequired[int]
    intents: NotRequired[list[Literal["LEARN", "CONTEXT", "SUPPORT", "OFFTOPIC", "OTHER"]]]
    urls: NotRequired[list[str]]


class Item(TypedDict):
    id: str
    enabled: NotRequired[bool]
    label: str
    kind: Literal["demo", "link", "form"]
    url: NotRequired[str]
    new_tab: NotRequired[bool]
    conditions: NotRequired[Conditions]


class CtasConfig(TypedDict):
    items: list[Item]
    max_per_conversation: int
