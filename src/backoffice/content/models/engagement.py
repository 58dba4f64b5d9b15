# Written by `make types` from config/. Do not edit.

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class Urls(TypedDict):
    include: NotRequired[list[str]]
    exclude: NotRequired[list[str]]


class Trigger(TypedDict):
    id: str
    enabled: NotRequired[bool]
    message: str
    when: Literal["time_on_page", "scroll_depth", "page_views", "exit_intent"]
    value: NotRequired[int]
    urls: NotRequired[Urls]
    repeat: NotRequired[Literal["once_per_visitor", "once_per_session", "every_page"]]


class EngagementConfig(TypedDict):
    welcome_message: str
    input_placeholder: str
    suggested_questions: list[str]
    triggers: list[Trigger]
    quiet_time: int
    max_triggers_per_session: int
