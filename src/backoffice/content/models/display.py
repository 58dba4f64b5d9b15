# Written by `make types` from config/. Do not edit.

from __future__ import annotations

from typing import Literal, TypedDict


class Urls(TypedDict):
    include: list[str]
    exclude: list[str]


class Devices(TypedDict):
    desktop: bool
    tablet: bool
    mobile: bool


Schedule = TypedDict(
    "Schedule",
    {
        "always": bool,
        "weekdays": list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]],
        "from": str,
        "to": str,
    },
)


class DisplayConfig(TypedDict):
    urls: Urls
    devices: Devices
    traffic_share: float
    delay: float
    languages: list[str]
    schedule: Schedule
