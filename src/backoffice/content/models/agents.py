# Written by `make types` from config/. Do not edit.

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class Agent(TypedDict):
    name: str
    description: NotRequired[str]
    channel: Literal["widget", "background"]
    enabled: bool
    position: NotRequired[int]


class AgentsConfig(TypedDict):
    website_agent: Agent
    lead_intelligence: Agent
    nurturing: Agent
