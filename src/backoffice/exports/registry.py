"""What can be exported. A list is one entry: what gives its rows, and what counts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Export:
    """One list. Its calls get `%(domains)s`, `%(filter)s` and `%(sort)s`, and run as the caller.

    `count` must refuse (PT400) a filter that is not valid: it runs first, once for each website.
    `domains` gives those of the domains asked for that the caller may see.
    """

    name: str
    rows: str
    count: str
    sorts: tuple[str, ...]
    domains: str = "private.check_domains(%(domains)s::text[])"


TOPIC_SORTS: Final = ("conversations", "label", "change", "quality", "conversion", "unanswered")


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
        Export(
            name="topics",
            rows="private.export_topics(%(domains)s::text[], %(filter)s::jsonb, %(sort)s)",
            count=(
                "(select count(*) from"
                " private.export_topics(%(domains)s::text[], %(filter)s::jsonb, %(sort)s))"
            ),
            sorts=(*TOPIC_SORTS, *(f"{sort}_ascending" for sort in TOPIC_SORTS)),
        ),
        Export(
            name="tickets",
            rows="private.export_tickets(%(domains)s::text[], %(filter)s::jsonb, %(sort)s)",
            count="public.count_tickets(%(domains)s::text[], %(filter)s::jsonb)",
            sorts=("newest", "changed"),
        ),
        Export(
            name="users",
            rows="private.export_users(%(filter)s::jsonb, %(sort)s)",
            count="public.count_users(%(filter)s::jsonb)",
            sorts=("name", "email", "newest", "last_sign_in", "sessions"),
            # People belong to no website: they are counted, and the export noted, once.
            domains="array['']",
        ),
        Export(
            name="audit_log",
            rows="private.export_audit_log(%(domains)s::text[], %(filter)s::jsonb)",
            count="public.count_audit_log(%(domains)s::text[], %(filter)s::jsonb)",
            sorts=("newest",),
            domains="private.check_audit_domains(%(domains)s::text[])",
        ),
        Export(
            name="clients",
            rows="private.export_clients(%(filter)s::jsonb)",
            count="public.count_clients(%(filter)s::jsonb)",
            sorts=("name",),
            # The list of websites is no website's.
            domains="array['']",
        ),
    )
}
