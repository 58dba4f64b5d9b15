# Written by `make types` from config/. Do not edit.

from __future__ import annotations

from typing import Literal, TypedDict


class IdentityConfig(TypedDict):
    company_name: str
    company_description: str
    agent_name: str
    logo_url: str
    privacy_policy_url: str
    language: Literal["en", "fr", "de", "es", "it", "nl", "pt"]
    languages: list[Literal["en", "fr", "de", "es", "it", "nl", "pt"]]
    internal_notes: str
