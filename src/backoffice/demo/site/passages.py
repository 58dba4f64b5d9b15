"""What the demonstration's agent knows: the headings of its pages and the text below each."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

HEADINGS: Final = frozenset({"h1", "h2", "h3"})
TEXTS: Final = frozenset({"p", "li"})
# What is of the widget, or only looks like text.
SKIPPED: Final = frozenset({"template", "header", "footer", "figure", "nav"})
SKIPPED_CLASSES: Final = frozenset({"kicker", "price", "actions", "banner"})


@dataclass(slots=True)
class Passage:
    """A heading with what stands below it; `anchor` is the id one can link to."""

    page: str
    page_title: str
    anchor: str | None
    heading: str
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What stands below the heading, in one line."""
        return " ".join(self.texts)

    @property
    def address(self) -> str:
        """Where it stands."""
        return f"{self.page}#{self.anchor}" if self.anchor else self.page


class _Reader(HTMLParser):
    def __init__(self, page: str, page_title: str) -> None:
        super().__init__()
        self.page, self.page_title = page, page_title
        self.passages: list[Passage] = []
        self.open: list[str] = []
        self.anchor: str | None = None
        self.text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in SKIPPED:
            self.open.append(tag)
        self.anchor = attributes.get("id") or self.anchor
        classes = (attributes.get("class") or "").split()
        if tag in HEADINGS | TEXTS and not self.open and not SKIPPED_CLASSES & set(classes):
            self.text = []

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        if self.text is None or tag not in HEADINGS | TEXTS:
            return
        text = " ".join("".join(self.text).split())
        self.text = None
        if tag in HEADINGS:
            passage = Passage(self.page, self.page_title, self.anchor, text)
            self.passages.append(passage)
        elif self.passages:
            self.passages[-1].texts.append(text)


def read_passages(page: str, page_title: str, html: str) -> list[Passage]:
    """The passages of the page at `page`, in order; a heading with nothing below it is none."""
    reader = _Reader(page, page_title)
    reader.feed(html)
    return [passage for passage in reader.passages if passage.texts]
