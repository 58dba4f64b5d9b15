"""The script that client sites load, and the chat it imports, out of the build of `widget/`."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from backoffice.errors import NotFound
from backoffice.stack.static import Asset, read_asset

FOLDER = "widget"
FILES = ("rose.js", "chat.js")
# Every page of every client asks for them: for five minutes without asking us, and then while we
# are asked the visitor does not wait.
CACHE_CONTROL = "public, max-age=300, stale-while-revalidate=86400, stale-if-error=604800"
HEADERS = {
    # An imported module is fetched with CORS, from whatever site it is on.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class WidgetFile:
    """`GET /widget/v1/rose.js` and its like. A new build needs a restart, as for the UI."""

    def __init__(self, asset: Asset | None) -> None:
        self.asset = asset

    async def answer(self, request: Request) -> Response:
        """The file, or 304 when the browser has it. Raises `NotFound` when it was not built."""
        if self.asset is None:
            raise NotFound("The widget is not built. Run: make run")
        response = self.asset.response(request.headers)
        response.headers.update(HEADERS)
        return response


def widget_file_routes(web_build: Path) -> list[BaseRoute]:
    """A route for each file, below the address that a site's snippet names."""
    return [
        Route(
            f"/widget/v1/{name}",
            WidgetFile(read_asset(web_build / FOLDER / name, CACHE_CONTROL)).answer,
        )
        for name in FILES
    ]
