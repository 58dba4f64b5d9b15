"""The pages of the demonstration site: templates with the domain's name and public key in them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from backoffice.demo.site.passages import Passage, read_passages

BASE: Final = "/demo-site"
PAGES: Final = {"": "home", "pricing": "pricing"}
ASSETS: Final = {"site.css": "text/css", "mark.svg": "image/svg+xml"}
TITLES: Final = {"": "Product", "pricing": "Pricing"}
# Sections that a page has a place for already.
PLACED: Final = frozenset({"product-questions", "pricing-questions"})
AGENT: Final = "/demo-agent/v1"
NOTICE: Final = "Demonstration: answers are looked up on this site's two pages. No language model."


@cache
def read_file(name: str) -> str:
    """A file of the site."""
    return files("backoffice.demo.site").joinpath("files", name).read_text(encoding="utf-8")


def page(path: str, *, domain: str, name: str, key: str | None, sections: Sequence[str]) -> str:
    """A page's HTML. `sections` are the slugs it has to have a place for besides its own."""
    places = "".join(
        f'<div data-rose-section="{escape(slug)}"></div>' for slug in sections if slug not in PLACED
    )
    return Template(read_file(f"{PAGES[path]}.html")).substitute(
        domain=escape(domain),
        name=escape(name),
        snippet=_snippet(key),
        places=f'<div class="places">{places}</div>' if places else "",
    )


def _snippet(key: str | None) -> str:
    if key is None:
        return "<!-- This website has no public key: see `backoffice keys mint`. -->"
    return (
        f'<script async src="/widget/v1/rose.js" data-rose-key="{escape(key)}"'
        f' data-rose-agent="{AGENT}" data-rose-base="{BASE}"'
        f' data-rose-notice="{escape(NOTICE)}"></script>'
    )


@cache
def passages(name: str) -> tuple[Passage, ...]:
    """Everything the pages say, where `name` is the company's."""
    return tuple(
        passage
        for path in PAGES
        for passage in read_passages(
            f"{BASE}/{path}",
            TITLES[path],
            page(path, domain="", name=name, key=None, sections=()),
        )
    )
