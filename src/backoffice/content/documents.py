"""JSON documents: merging them, comparing them, and taking parts out of them.

`supabase/schemas/private/documents.sql` does the same in SQL; a property test compares both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Json = Any
Document = Mapping[str, Json]

ANY: Final = "*"
_MISSING: Final = object()


@dataclass(frozen=True, slots=True)
class Change:
    """What differs between two documents at one JSON pointer; `kind` says in which way."""

    pointer: str
    kind: str
    before: Json = None
    after: Json = None


def merge(base: Json, override: Json) -> Json:
    """`override` over `base`: objects key by key at every depth, anything else replaced."""
    if not isinstance(base, Mapping) or not isinstance(override, Mapping):
        return override
    return {**base, **{key: merge(base.get(key), value) for key, value in override.items()}}


def is_same(one: Json, other: Json) -> bool:
    """Whether two JSON values are equal as JSON has it: `true` is not 1, and 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other)


def smallest_override(inherited: Document, wanted: Document) -> dict[str, Json]:
    """The least that merged into `inherited` gives `wanted`.

    A key that only `inherited` has cannot be merged away: it stays.
    """
    override = {}
    for key, value in wanted.items():
        known = inherited.get(key, _MISSING)
        if is_same(known, value):
            continue
        if isinstance(known, Mapping) and isinstance(value, Mapping):
            inner = smallest_override(known, value)
            if inner:
                override[key] = inner
        else:
            override[key] = value
    return override


def changes(before: Json, after: Json, pointer: str = "") -> Iterator[Change]:
    """What differs, field by field: `added`, `removed` or `changed`; lists are one value each."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            here = f"{pointer}/{escape(key)}"
            if key not in before:
                yield Change(here, "added", after=after[key])
            elif key not in after:
                yield Change(here, "removed", before=before[key])
            else:
                yield from changes(before[key], after[key], here)
    elif not is_same(before, after):
        yield Change(pointer, "changed", before, after)


def escape(key: str) -> str:
    """A key as a JSON pointer spells it (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def as_pointer(path: Sequence[str | int]) -> str:
    """A path as a JSON pointer; the whole document is the empty one."""
    return "".join(f"/{escape(str(part))}" for part in path)


def split(pointer: str) -> tuple[str, ...]:
    """The keys of a JSON pointer."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def without(document: Json, pointers: Sequence[str]) -> Json:
    """A document without what JSON pointers lead to; `*` is every key or place."""
    for pointer in pointers:
        document = _without(document, split(pointer))
    return document


def _without(value: Json, path: tuple[str, ...]) -> Json:
    head, rest = path[0], path[1:]
    if isinstance(value, list):
        return [_without(item, rest) for item in value] if head == ANY else value
    if not isinstance(value, Mapping):
        return value
    if head == ANY:
        return {key: _without(item, rest) for key, item in value.items()}
    if head not in value:
        return value
    if not rest:
        return {key: item for key, item in value.items() if key != head}
    return {**value, head: _without(value[head], rest)}


def find(document: Json, pointers: Sequence[str]) -> list[str]:
    """Those JSON pointers (without `*`) that lead to something in a document."""
    return [pointer for pointer in pointers if _has(document, split(pointer))]


def _has(value: Json, path: tuple[str, ...]) -> bool:
    for key in path:
        if not isinstance(value, Mapping) or key not in value:
            return False
        value = value[key]
    return True
