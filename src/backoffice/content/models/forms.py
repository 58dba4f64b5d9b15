# Written by `make types` from config/. Do not edit.

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class Field(TypedDict):
    name: str
    label: str
    type: Literal["text", "email", "phone", "number", "choice", "checkbox"]
    required: NotRequired[bool]
    options: NotRequired[list[str]]


class FormsConfig(TypedDict):
    title: str
    fields: list[Field]
    submit_label: str
    success_message: str
    consent_text: str
    business_email_only: bool
    notify: list[str]
    webhook_url: str
    webhook_secret: str
