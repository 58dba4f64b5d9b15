"""Which table column stands behind a view's column, from the view's parsed definition.

PostgreSQL keeps a view as a node tree; every target entry names the relation and column it came
from unchanged (`resorigtbl`, `resorigcol`), whatever aliases and joins lie between.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[(){}]|(?:[^\s(){}\\]|\\.)+", re.DOTALL)
# `({QUERY … :targetList ({TARGETENTRY …} …) …})`: how many brackets are open at each.
_QUERY_DEPTH, _ENTRY_DEPTH = 2, 4

ColumnKey = tuple[int, int]


def column_origins(node_tree: str) -> dict[int, ColumnKey]:
    """`{column number: (relation oid, its column number)}` of a view's `ev_action`."""
    origins: dict[int, ColumnKey] = {}
    depth, in_targets, key = 0, False, ""
    entry: dict[str, int] = {}
    for word in _TOKEN.findall(node_tree):
        if word in "({":
            depth += 1
            key = ""
            if in_targets and depth == _ENTRY_DEPTH:
                entry = {}
        elif word in ")}":
            if in_targets and depth == _ENTRY_DEPTH and entry.get(":resorigtbl"):
                origins[entry[":resno"]] = (entry[":resorigtbl"], entry[":resorigcol"])
            depth -= 1
            key = ""
        elif key in (":resno", ":resorigtbl", ":resorigcol") and depth == _ENTRY_DEPTH:
            entry[key] = int(word)
            key = ""
        elif key == ":resname":
            key = ""
        elif word.startswith(":"):
            key = word
            if depth == _QUERY_DEPTH:
                in_targets = word == ":targetList"
        else:
            key = ""
    return origins


def base_columns(view: int, origins: dict[int, dict[int, ColumnKey]]) -> dict[ColumnKey, list[int]]:
    """`{(table oid, column): [view's columns that show it]}`, through views of views."""
    found: dict[ColumnKey, list[int]] = {}
    for number, origin in sorted(origins.get(view, {}).items()):
        seen: set[ColumnKey] = set()
        current: ColumnKey | None = origin
        while current is not None and current not in seen:
            seen.add(current)
            found.setdefault(current, []).append(number)
            current = origins.get(current[0], {}).get(current[1])
    return found
