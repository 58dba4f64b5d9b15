"""The built user interface: its files, compressed ones included, and its one page.

Every path that is no file gets `index.html`, because the router in the browser owns those
addresses.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, replace
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import NotModifiedResponse
from starlette.types import Receive, Scope, Send

from backoffice.errors import NotFound, Problem
from backoffice.problems import problem_response

PAGE = "index.html"
# Vite puts a hash of the content into the names of what it writes here.
HASHED_FOLDER = "assets/"
FOR_A_YEAR = "public, max-age=31536000, immutable"
ASK_EACH_TIME = "no-cache"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("application/manifest+json", ".webmanifest")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file and its compressed forms by content coding."""

    path: Path
    media_type: str
    cache_control: str
    encoded: dict[str, Path]

    def response(self, request: Headers) -> Response:
        """The smallest form the client takes, or that it has it already."""
        accepted = _accepted(request.get("accept-encoding", ""))
        coding = next((name for name in self.encoded if name in accepted), None)
        headers = {"Cache-Control": self.cache_control}
        if self.encoded:
            headers["Vary"] = "Accept-Encoding"
        if coding:
            headers["Content-Encoding"] = coding
        path = self.encoded[coding] if coding else self.path
        response = FileResponse(
            path, headers=headers, media_type=self.media_type, stat_result=path.stat()
        )
        known = (
            tag.strip().removeprefix("W/") for tag in request.get("if-none-match", "").split(",")
        )
        if response.headers["etag"] in known:
            return NotModifiedResponse(response.headers)
        return response


class UserInterface:
    """An ASGI application of the files below a folder, read once: a new build needs a restart."""

    def __init__(self, folder: Path, reserved: frozenset[str] = frozenset()) -> None:
        self.assets = dict(_read(folder))
        self.reserved = reserved

    @property
    def is_built(self) -> bool:
        """Whether there is a page to show."""
        return PAGE in self.assets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            await self._response(scope)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    def _response(self, scope: Scope) -> Response:
        path = scope["path"].lstrip("/")
        first, _, rest = path.partition("/")
        if first in self.reserved or f"{first}/{rest.partition('/')[0]}" in self.reserved:
            return problem_response(NotFound("There is no such route."))
        if scope["method"] not in ("GET", "HEAD"):
            return problem_response(
                Problem(
                    "Pages are read with GET.",
                    code="method_not_allowed",
                    status=405,
                    headers={"Allow": "GET, HEAD"},
                )
            )
        asset = self.assets.get(path)
        if asset is None and path.startswith(HASHED_FOLDER):
            # A page of an earlier build asks for its parts: HTML instead would be a syntax error.
            return problem_response(
                NotFound("This file belongs to another build; reload the page.")
            )
        asset = asset or self.assets.get(PAGE)
        if asset is None:
            return PlainTextResponse("The user interface is not built. Run: make run", 503)
        return asset.response(Headers(scope=scope))


def read_asset(path: Path, cache_control: str) -> Asset | None:
    """One file with the compressed forms beside it; None when it is not there."""
    if not path.is_file():
        return None
    files = {form.name: form for form in path.parent.iterdir()}
    return replace(_asset(path.name, path, files), cache_control=cache_control)


def _accepted(header: str) -> set[str]:
    """The content codings a client takes; see RFC 9110, 12.5.3."""
    codings = set()
    for part in header.lower().split(","):
        name, _, weight = part.strip().partition(";")
        if weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000"):
            codings.add(name.strip())
    return codings


def _read(folder: Path) -> list[tuple[str, Asset]]:
    files = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return [
        (name, _asset(name, path, files))
        for name, path in files.items()
        if not name.startswith(".") and not _is_compressed_form(name, files)
    ]


def _is_compressed_form(name: str, files: dict[str, Path]) -> bool:
    return any(
        name.endswith(suffix) and name.removesuffix(suffix) in files for _, suffix in ENCODINGS
    )


def _asset(name: str, path: Path, files: dict[str, Path]) -> Asset:
    return Asset(
        path=path,
        media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        cache_control=FOR_A_YEAR if name.startswith(HASHED_FOLDER) else ASK_EACH_TIME,
        encoded={
            coding: files[name + suffix] for coding, suffix in ENCODINGS if name + suffix in files
        },
    )
