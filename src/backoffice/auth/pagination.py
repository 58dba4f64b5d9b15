"""Pages of the admin API, as `page`, `per_page` and the `Link` header name them."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request

from backoffice.auth.errors import validation_failed


def page_number(request: Request, name: str, default: int) -> int:
    """A positive number of the query. Raises 400 `validation_failed`."""
    text = request.query_params.get(name) or str(default)
    if not (text.isascii() and text.isdecimal() and int(text[:10]) > 0 and len(text) < 10):
        raise validation_failed(f"Bad Pagination Parameters: {name} must be a positive number")
    return int(text)


def search_text(request: Request, name: str) -> str:
    """A text of the query. Raises 400 `validation_failed` when it holds what no text does."""
    text = request.query_params.get(name, "")
    if "\x00" in text or not text.isprintable():
        raise validation_failed(f"{name} contains a character that is none of text")
    return text


def page_links(
    request: Request, page: int, per_page: int, total: int, path: str = "/admin/users"
) -> str:
    """The `Link` header: the next page if there is one, and the last."""
    last = max(1, -(-total // per_page))
    query = dict(request.query_params)

    def address(number: int) -> str:
        return f"<{path}?{urlencode(sorted({**query, 'page': number}.items()))}>"

    following = [f'{address(page + 1)}; rel="next"'] if page < last else []
    return ", ".join([*following, f'{address(last)}; rel="last"'])
