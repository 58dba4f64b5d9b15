# Written by `make types` from config/. Do not edit.

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class Text(TypedDict):
    text: str
    link_label: NotRequired[str]


class Texts(TypedDict):
    en: Text
    fr: Text
    de: Text
    es: Text


class DisclaimersConfig(TypedDict):
    show: Literal["always", "before_first_message", "on_request"]
    must_accept: bool
    texts: Texts
