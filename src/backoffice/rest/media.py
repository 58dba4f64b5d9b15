"""Media types: what a client accepts, what a body is."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

ANY = "*/*"
JSON = "application/json"
GEOJSON = "application/geo+json"
CSV = "text/csv"
OPENAPI = "application/openapi+json"
FORM = "application/x-www-form-urlencoded"
OCTETS = "application/octet-stream"
TEXT = "text/plain"
XML = "text/xml"
OBJECT = "application/vnd.pgrst.object+json"
ARRAY = "application/vnd.pgrst.array+json"
PLAN = "application/vnd.pgrst.plan"

_WITH_CHARSET = {JSON, GEOJSON, CSV, OPENAPI, FORM, TEXT, XML, ANY}
_PLAN_OPTIONS = ("analyze", "verbose", "settings", "buffers", "wal")


@dataclass(frozen=True, slots=True)
class MediaType:
    """`name` in lower case; `is_plan` types explain how `plan_for` would be made."""

    name: str
    strips_nulls: bool = False
    plan_format: str | None = None
    plan_for: MediaType | None = None
    plan_options: tuple[str, ...] = field(default=())

    @property
    def is_plan(self) -> bool:
        """Whether the execution plan is asked for instead of the data."""
        return self.plan_format is not None

    @property
    def is_object(self) -> bool:
        """Whether exactly one object is asked for."""
        return self.name == OBJECT

    def mime(self) -> str:
        """As it is named in errors."""
        if self.plan_for is not None:
            options = f"; options={'|'.join(self.plan_options)}" if self.plan_options else ""
            return f'{PLAN}+{self.plan_format}; for="{self.plan_for.mime()}"{options}'
        return f"{self.name};nulls=stripped" if self.strips_nulls else self.name

    def content_type(self) -> bytes:
        """The `Content-Type` header of an answer of this type."""
        vendored = self.is_plan or self.name in (OBJECT, ARRAY)
        charset = "; charset=utf-8" if vendored or self.name in _WITH_CHARSET else ""
        return (self.mime() + charset).encode()


JSON_TYPE = MediaType(JSON)
ANY_TYPE = MediaType(ANY)


@lru_cache(maxsize=512)
def parse_media_type(text: str) -> MediaType:
    """The type a header names; parameters that mean nothing here are dropped."""
    main, *parameters = _split(text, ";")
    name = main.strip().lower()
    values: dict[str, str] = {}
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        values.setdefault(key.strip().lower(), value.strip().strip('"'))
    stripped = values.get("nulls") == "stripped"
    match name:
        case "application/vnd.pgrst.object+json" | "application/vnd.pgrst.object":
            return MediaType(OBJECT, stripped)
        case "application/vnd.pgrst.array+json" | "application/vnd.pgrst.array":
            return MediaType(ARRAY, True) if stripped else JSON_TYPE
        case "application/vnd.pgrst.plan" | "application/vnd.pgrst.plan+text":
            return _plan("text", values)
        case "application/vnd.pgrst.plan+json":
            return _plan("json", values)
    return MediaType(name)


def _plan(form: str, values: dict[str, str]) -> MediaType:
    wanted = values.get("options", "").split("|")
    options = tuple(option for option in _PLAN_OPTIONS if option in wanted)
    plan_for = parse_media_type(values.get("for") or JSON)
    return MediaType(PLAN, False, form, plan_for, options)


@lru_cache(maxsize=512)
def parse_accept(header: str) -> tuple[MediaType, ...]:
    """The accepted types, best first: by quality, then by how specific, then by position."""
    ranked: list[tuple[float, int, int, MediaType]] = []
    for position, part in enumerate(_split(header, ",")):
        if not part.strip():
            continue
        quality = 1.0
        kept = []
        for piece in _split(part, ";"):
            key, _, value = piece.strip().partition("=")
            if key.lower() == "q":
                quality = _quality(value)
            else:
                kept.append(piece)
        media = parse_media_type(";".join(kept))
        specificity = (media.name != ANY) + (not media.name.endswith("/*"))
        ranked.append((-quality, -specificity, position, media))
    ranked.sort(key=lambda entry: entry[:3])
    return tuple(entry[3] for entry in ranked) or (ANY_TYPE,)


def _quality(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 1.0)
    except ValueError:
        return 1.0


def _split(text: str, separator: str) -> list[str]:
    """Split outside of quotes."""
    parts: list[str] = []
    current: list[str] = []
    inside = False
    for c in text:
        inside ^= c == '"'
        if c == separator and not inside:
            parts.append("".join(current))
            current = []
        else:
            current.append(c)
    return [*parts, "".join(current)]
