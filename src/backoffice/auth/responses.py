"""What answers have in common."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from backoffice.staff_mark import mark

# Of every answer that carries a token.
NOT_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def tokens_response(answer: Any) -> JSONResponse:
    """An answer with somebody's tokens in it: the browser that asked is signed in now.

    Not to the backoffice, if nobody knows who it is.
    """
    response = JSONResponse(answer, headers=NOT_STORED)
    if not answer["user"]["is_anonymous"]:
        mark(response)
    return response
