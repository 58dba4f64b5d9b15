"""The mark of a browser that is signed in to the backoffice, whose visits are not counted.

It is a cookie without a name in it: it says that somebody has signed in, not who. Sign-in sets it,
capture reads it. Whoever forges it only keeps themselves out of the figures.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response

COOKIE: Final = "rose_backoffice"
LIFETIME: Final = timedelta(days=30)
"""From the last time tokens were given out, which an open backoffice asks for every hour."""


def mark(response: Response) -> Response:
    """The browser that gets `response` is signed in. It sends the mark from other sites too."""
    response.set_cookie(
        COOKIE,
        "1",
        max_age=int(LIFETIME.total_seconds()),
        secure=True,
        httponly=True,
        samesite="none",
    )
    return response


def unmark(response: Response) -> Response:
    """It is signed in no longer."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="none")
    return response


def is_marked(headers: Headers) -> bool:
    """Whether a request comes from such a browser while it is on somebody's website.

    A page of this very server is the demonstration site, where staff are the visitors.
    """
    cookies = headers.get("cookie")
    if cookies is None or COOKIE not in cookie_parser(cookies):
        return False
    _, _, host = headers.get("origin", "").partition("://")
    return host != headers.get("host")
