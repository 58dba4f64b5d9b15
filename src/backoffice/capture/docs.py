"""`/docs`: the OpenAPI documents, and a page for people made from them without scripts or CDNs."""

from __future__ import annotations

from functools import cache
from html import escape
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from backoffice.capture.openapi import agent_document, capture_document
from backoffice.capture.wire import json_response

_STYLE: Final = """\
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
section { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; }
.method { font-weight: 700; text-transform: uppercase; }
"""
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Client Backoffice: how data gets in</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<h1>How data gets in</h1>
{documents}
</body>
</html>
"""


def routes() -> list[Route]:
    """The page, its style and both documents."""
    return [
        Route("/docs", _page, methods=["GET"]),
        Route("/docs/", _page, methods=["GET"]),
        Route("/docs/style.css", _style, methods=["GET"]),
        Route("/docs/capture.json", _capture, methods=["GET"]),
        Route("/docs/agent.json", _agent, methods=["GET"]),
    ]


async def _capture(_: Request) -> Response:
    return json_response(capture_document())


async def _agent(_: Request) -> Response:
    return json_response(agent_document())


async def _style(_: Request) -> Response:
    return Response(_STYLE, media_type="text/css")


async def _page(_: Request) -> Response:
    return HTMLResponse(_rendered())


@cache
def _rendered() -> str:
    documents = (("capture", capture_document()), ("agent", agent_document()))
    return _PAGE.format(documents="\n".join(_document(name, item) for name, item in documents))


def _document(name: str, document: dict[str, Any]) -> str:
    info = document["info"]
    operations = (
        _operation(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    )
    models = (_model(title, schema) for title, schema in document["components"]["schemas"].items())
    return (
        f'<section id="{name}"><h2>{escape(info["title"])}</h2><p>{escape(info["description"])} '
        f'<a href="/docs/{name}.json">OpenAPI document</a></p>'
        f"{''.join(operations)}{''.join(models)}</section>"
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    answers = "".join(
        f"<tr><td><code>{status}</code></td><td>{escape(answer['description'])}</td></tr>"
        for status, answer in operation["responses"].items()
    )
    return (
        f'<h3><span class="method">{method}</span> <code>{escape(path)}</code></h3>'
        f"<p>{escape(operation['summary'])}. {escape(operation.get('description', ''))}</p>"
        f"<table><tbody>{answers}</tbody></table>"
    )


def _model(title: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    fields = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(_kind(field))}"
        f"{', required' if name in required else ''}</td>"
        f"<td>{escape(field.get('description', ''))}</td></tr>"
        for name, field in schema.get("properties", {}).items()
    )
    return (
        f"<h4>{escape(title)}</h4><p>{escape(schema.get('description', ''))}</p>"
        f"<table><tbody>{fields}</tbody></table>"
    )


def _kind(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        kinds = [_kind(option) for option in field["anyOf"] if option.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "$ref" in field:
        return str(field["$ref"]).rsplit("/", 1)[-1]
    if "const" in field or "enum" in field:
        return " | ".join(str(value) for value in field.get("enum", [field.get("const")]))
    if field.get("type") == "array":
        return f"list of {_kind(field.get('items', {}))}"
    return str(field.get("format") or field.get("type", "any"))
