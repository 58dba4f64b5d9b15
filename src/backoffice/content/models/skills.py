# Written by `make types` from config/. Do not edit.

from __future__ import annotations

from typing import TypedDict


class EmailCapture(TypedDict):
    enabled: bool
    after_messages: int


class DemoBooking(TypedDict):
    enabled: bool
    calendar_url: str
    duration: int


class Handover(TypedDict):
    enabled: bool
    email: str
    message: str


class PageContext(TypedDict):
    enabled: bool


class Sources(TypedDict):
    enabled: bool
    max: int


class Transcript(TypedDict):
    enabled: bool


class SkillsConfig(TypedDict):
    email_capture: EmailCapture
    demo_booking: DemoBooking
    handover: Handover
    page_context: PageContext
    sources: Sources
    transcript: Transcript
