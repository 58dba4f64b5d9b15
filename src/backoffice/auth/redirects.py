"""Where links may lead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from starlette.responses import RedirectResponse

from backoffice.auth.responses import NOT_STORED


def allowed_redirect(wanted: str | None, site: str, others: Sequence[str]) -> str:
    """`wanted` if it leads to the site itself or starts with one of `others`, else the site.

    Only whole origins count, so that `https://site.example.evil.org` is not the site.
    """
    if not wanted or not wanted.isascii() or not wanted.isprintable() or "\\" in wanted:
        return site
    try:
        origin = _origin(wanted)
        known = {_origin(address) for address in (site, *others)}
    except ValueError:
        return site
    return wanted if origin is not None and origin in known else site


def _origin(address: str) -> tuple[str, str, int | None] | None:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, parts.port


def back_to(
    redirect_to: str, *, query: Mapping[str, str] | None = None, fragment: Mapping[str, object]
) -> RedirectResponse:
    """Lead there, with what the application is to know."""
    address, _, _ = redirect_to.partition("#")
    if query:
        address += ("&" if "?" in address else "?") + urlencode(sorted(query.items()))
    if fragment:
        address += f"#{urlencode(sorted(fragment.items()))}"
    return RedirectResponse(address, 303, headers=NOT_STORED)
