# Written by `make types` from config/. Do not edit.

from __future__ import annotations

from typing import Literal, TypedDict


class Consent(TypedDict):
    required: bool
    source: Literal["page", "tcf"]


class DataLayer(TypedDict):
    enabled: bool
    name: str


class GoogleAnalytics(TypedDict):
    enabled: bool
    measurement_id: str


class AnalyticsConfig(TypedDict):
    consent: Consent
    respect_do_not_track: bool
    data_layer: DataLayer
    google_analytics: GoogleAnalytics
    events: list[
        Literal[
            "widget_displayed",
            "widget_opened",
            "message_sent",
            "suggestion_clicked",
            "section_question_clicked",
            "cta_displayed",
            "cta_clicked",
            "demo_proposed",
            "demo_booked",
            "email_captured",
            "form_submitted",
        ]
    ]
    prefix: str
    measurement_secret: str
