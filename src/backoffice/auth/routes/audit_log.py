"""`/admin/audit`: what was done to accounts, for the holder of the service role key."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from backoffice.auth.audit import list_entries
from backoffice.auth.errors import validation_failed
from backoffice.auth.pagination import page_links, page_number, search_text
from backoffice.auth.requests import require_admin
from backoffice.auth.service import Auth

# What of an entry each word of `query` looks at, as `author:…`.
COLUMNS = {
    "author": ("actor_username", "actor_name"),
    "action": ("action",),
    "type": ("log_type",),
}


async def list_all(request: Request) -> JSONResponse:
    """One page of entries, the newest first; `X-Total-Count` and `Link` say what is beyond."""
    require_admin(request)
    page = page_number(request, "page", 1)
    per_page = min(page_number(request, "per_page", 50), 1000)
    query = search_text(request, "query")
    word, _, text = query.partition(":")
    if query and (word not in COLUMNS or not text):
        raise validation_failed(f"query must be one of {', '.join(COLUMNS)} and a text, by colon")
    async with Auth.of(request).transaction() as connection:
        entries, total = await list_entries(
            connection,
            names=COLUMNS.get(word, ()),
            text=text,
            limit=per_page,
            offset=(page - 1) * per_page,
        )
    links = page_links(request, page, per_page, total, path="/admin/audit")
    return JSONResponse(entries, headers={"X-Total-Count": str(total), "Link": links})
