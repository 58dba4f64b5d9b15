# Written by `make types` from config/. Do not edit.

from __future__ import annotations

from typing import TypedDict


class Model(TypedDict):
    name: str
    temperature: float
    max_answer_tokens: int


class Limits(TypedDict):
    messages_per_conversation: int
    messages_per_minute: int
    message_length: int


class Knowledge(TypedDict):
    sources: list[str]
    refresh_interval: int
    passages: int


class SystemConfig(TypedDict):
    model: Model
    limits: Limits
    answer_timeout: int
    conversation_timeout: int
    knowledge: Knowledge
    backend_token: str
