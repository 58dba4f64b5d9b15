# Written by `make types` from config/. Do not edit.

from __future__ import annotations

from typing import Literal, TypedDict


class Colors(TypedDict):
    primary: str
    on_primary: str
    background: str
    text: str
    visitor_bubble: str


class Offset(TypedDict):
    horizontal: int
    vertical: int


class Launcher(TypedDict):
    style: Literal["icon", "label", "bar"]
    label: str
    size: int


class Panel(TypedDict):
    width: int
    height: int


class AppearanceConfig(TypedDict):
    theme: Literal["auto", "light", "dark"]
    colors: Colors
    position: Literal["bottom_right", "bottom_left"]
    offset: Offset
    launcher: Launcher
    panel: Panel
    corner_radius: int
    font_family: str
    z_index: int
