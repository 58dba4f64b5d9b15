"""What can be exported. A list is one entry: what gives its rows, and what counts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Export:
    """One list. Both calls get `%(domains)s`, `%(filter)s` and `%(sort)s`, and run as the caller.

    `count` must refuse (PT400) a filter that is not valid: it runs first.
    """

    name: str
    rows: str
    count: str
    sorts: tuple[str, ...]


EXPORTS: Final = {
    export.name: export
    for export in (
        Export(
            name="conversations",
            rows="private.export_conversations(%(domains)s::text[], %(filter)s::jsonb, %(sort)s)",
            count="public.count_conversations(%(domains)s::text[], %(filter)s::jsonb)",
            sorts=("newest", "oldest", "longest", "interest", "quality_best", "quality_worst"),
        ),
        Export(
            name="visitors",
            rows="private.export_visitors(%(domains)s::text[], %(filter)s::jsonb, %(sort)s)",
            count="public.count_visitors(%(domains)s::text[], %(filter)s::jsonb)",
            sorts=("recent", "score", "sessions", "page_views", "conversations"),
        ),
        Export(
            name="accounts",
            rows="private.export_accounts(%(domains)s::text[], %(filter)s::jsonb, %(sort)s)",
            count="public.count_accounts(%(domains)s::text[], %(filter)s::jsonb)",
            sorts=("recent", "score", "sessions", "conversations"),
        ),
    )
}
