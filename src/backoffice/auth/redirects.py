"""Where links may lead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlencode, urlsplit

from starlette.responses import RedirectResponse

from backoffice.auth.responses import NOT_STORED

DEFAULT_PORTS: Mapping[str, int] = {"http": 80, "https": 443}
# What runs or shows what it carries, instead of leading somewhere.
NEVER = ("javascript", "data", "vbscript", "blob", "file", "about", "")
HOST_SEPARATORS = ".:"
PATH_SEPARATORS = "/."
HOST = re.compile(r"(.*?)(?::([0-9]+|\*))?", re.DOTALL)
PIECES = re.compile(r"\*\*|\[[^\]]+\]|.", re.DOTALL)


def allowed_redirect(wanted: str | None, site: str, others: Sequence[str]) -> str:
    """`wanted` if it leads to the site itself or to one of `others`, else the site.

    Of `others`, `https://app.example.com` allows every page there, `https://*.example.com/in/**`
    what its pattern matches, and `myapp://callback` the address of an installed application.
    Host and path are compared apart, so that `https://site.example.evil.org` is not the site.
    """
    if not wanted or not wanted.isascii() or not wanted.isprintable() or "\\" in wanted:
        return site
    try:
        parts = _parts(wanted)
        allowed = parts is not None and any(_allows(pattern, parts) for pattern in (site, *others))
    except (ValueError, re.error):
        return site
    return wanted if allowed else site


@dataclass(frozen=True, slots=True)
class _Parts:
    scheme: str
    host: str
    path: str


def _parts(address: str) -> _Parts | None:
    parts = urlsplit(address)
    if not parts.hostname or "@" in parts.netloc or parts.scheme in NEVER:
        return None
    # A browser resolves these before it goes anywhere, and so leaves the folder that is allowed.
    if "/.." in unquote(parts.path):
        return None
    query = f"?{parts.query}" if parts.query else ""
    host = _host(parts.netloc, parts.scheme)
    return _Parts(parts.scheme, host, f"{parts.path or '/'}{query}")


def _host(netloc: str, scheme: str) -> str:
    """Host and port, the scheme's own where none is named."""
    matched = HOST.fullmatch(netloc.lower())
    assert matched is not None
    port = matched[2] or DEFAULT_PORTS.get(scheme)
    return f"{matched[1]}:{port}" if port else matched[1]


def _allows(pattern: str, wanted: _Parts) -> bool:
    scheme, separator, rest = pattern.partition("://")
    netloc, slash, path = rest.partition("/")
    if not separator or scheme.lower() != wanted.scheme or not netloc:
        return False
    host = _host(netloc, wanted.scheme)
    same = host == wanted.host or glob(host, HOST_SEPARATORS).fullmatch(wanted.host)
    if not path or not same:
        return bool(same) and (wanted.scheme in DEFAULT_PORTS or wanted.path == "/")
    return bool(glob(f"{slash}{path}", PATH_SEPARATORS).fullmatch(wanted.path))


@lru_cache(maxsize=256)
def glob(pattern: str, separators: str) -> re.Pattern[str]:
    """`*` and `?` stay within a part, `**` does not; `[ab]`, `[!ab]` and `{one,two}` choose.

    A host is one part after another however it is written: there `**` is `*`.
    """
    within = f"[^{re.escape(separators)}]"
    across = within if separators == HOST_SEPARATORS else "."
    return re.compile("".join(_translated(pattern, within, across)), re.DOTALL)


def _translated(pattern: str, within: str, across: str) -> Iterator[str]:
    depth = 0
    for piece in PIECES.findall(pattern):
        if piece == "**":
            yield f"{across}*"
        elif piece == "*":
            yield f"{within}*"
        elif piece == "?":
            yield within
        elif piece.startswith("[") and len(piece) > 2:
            negated = piece[1] in "!^"
            chosen = re.escape(piece[2 if negated else 1 : -1]).replace(r"\-", "-")
            yield f"[{'^' if negated else ''}{chosen}]"
        elif piece == "{":
            depth += 1
            yield "(?:"
        elif piece == "}" and depth:
            depth -= 1
            yield ")"
        elif piece == "," and depth:
            yield "|"
        else:
            yield re.escape(piece)
    yield ")" * depth


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
