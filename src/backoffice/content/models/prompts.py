# Written by `make types` from config/. Do not edit.

from __future__ import annotations

from typing import Literal, TypedDict


class PromptsConfig(TypedDict):
    tone: Literal["professional", "friendly", "expert", "playful"]
    formality: Literal["formal", "informal"]
    answer_length: Literal["short", "medium", "detailed"]
    instructions: str
    facts: list[str]
    forbidden_topics: list[str]
    competitors: list[str]
    fallback_message: str
    system_prompt: str
    qualification_prompt: str
