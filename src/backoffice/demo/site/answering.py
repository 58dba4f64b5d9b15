"""How the demonstration's agent finds an answer: PostgreSQL's text search over the site's passages.

No model is involved. What a visitor wants is told by a few words; it only decides what is offered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, LiteralString

from backoffice.database import Database
from backoffice.demo.site.passages import Passage

SUGGESTIONS: Final = 3

# Words weigh the more the fewer passages have them, twice in a heading. A passage answers when it
# has nearly half of the question's weight, in which words that no passage has weigh most.
_SEARCH: LiteralString = """
with passage as (
  select
    given.place,
    tsvector_to_array(to_tsvector('english', given.heading)) as heading,
    tsvector_to_array(to_tsvector('english', given.heading || ' ' || given.text)) as words
  from unnest(%(headings)s::text[], %(texts)s::text[])
    with ordinality as given (heading, text, place)
),
asked as (
  select
    question.word,
    ln(1 + total.n / greatest(count(passage.place), 0.5)) as weight
  from unnest(tsvector_to_array(to_tsvector('english', %(text)s))) as question (word)
  cross join (select count(*)::float from passage) as total (n)
  left join passage on question.word = any (passage.words)
  group by question.word, total.n
)
select passage.place - 1
from passage
join asked on asked.word = any (passage.words)
group by passage.place
having sum(asked.weight) >= 0.45 * (select sum(weight) from asked)
order by
  sum(asked.weight * case when asked.word = any (passage.heading) then 2 else 1 end) desc,
  passage.place
limit 1
"""

PLAN: Final = re.compile(r"\b(essential|growth|enterprise)\b", re.I)
MONEY: Final = re.compile(r"\b(cost\w*|how much|expensive|pay)\b", re.I)
DEMO: Final = re.compile(
    r"\b(demo|walk me through|show me|appointment|book a (call|meeting))\b", re.I
)
PERSON: Final = re.compile(
    r"\b(contact|call me|talk to|speak (to|with)|sales|human|somebody|someone|quote|offer)\b", re.I
)
BUYING: Final = re.compile(
    r"\b(pric\w*|cost\w*|how much|plans?|budget|roi|trial|contract|discount\w*|compar\w*|"
    r"versus|vs|alternative\w*|switch\w*|migrat\w*|integrat\w*)\b",
    re.I,
)
SUPPORT: Final = re.compile(r"\b(error|bug|broken|does ?n.t work|log ?in|password|help me)\b", re.I)
CONTEXT: Final = re.compile(r"\b(we are|we're|we have|we use|our (company|team|site|shop))\b", re.I)

Requested = Literal["demo", "contact"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the agent says, and what it makes of the visitor."""

    text: str
    score: int
    intent: str
    requested: Requested | None = None
    sources: list[Passage] = field(default_factory=list)


async def answer(
    database: Database, text: str, earlier: Sequence[str], passages: Sequence[Passage]
) -> Answer:
    """An answer to `text`; `earlier` are the visitor's messages before it."""
    requested = wish(text)
    score = max(interest(message) for message in (text, *earlier))
    if len(earlier) >= 1:
        score = max(score, 2)
    if requested == "demo":
        return Answer(
            "With pleasure: half an hour with a specialist, on your own use case. Choose a time"
            " below.",
            5,
            "LEARN",
            requested,
        )
    if requested == "contact":
        said = "Leave your e-mail address below, and a colleague gets back to you."
        return Answer(said, max(score, 3), "LEARN", requested)
    found = await _search(database, text, passages)
    if not found:
        return Answer(
            "I only know this site's two pages, and they say nothing about that. Leave your e-mail"
            " address, and somebody who knows gets back to you.",
            score,
            "SUPPORT" if SUPPORT.search(text) else "OTHER",
            "contact",
        )
    best = found[0]
    return Answer(best.text, score, intent(text), None, found[:1])


def wish(text: str) -> Requested | None:
    """What the visitor asks for in so many words."""
    if DEMO.search(text):
        return "demo"
    return "contact" if PERSON.search(text) else None


def interest(text: str) -> int:
    """Interest that one message shows, 1 (cold) to 5 (hot)."""
    if DEMO.search(text):
        return 5
    return 3 if BUYING.search(text) else 1


def intent(text: str) -> str:
    """What a message that could be answered wants."""
    if CONTEXT.search(text):
        return "CONTEXT"
    return "SUPPORT" if SUPPORT.search(text) else "LEARN"


def follow_ups(
    sections: Sequence[dict[str, Any]], section_slug: str | None, asked: Sequence[str]
) -> list[str]:
    """Questions of the published sections that were not asked yet, the same section's first."""
    ordered = sorted(sections, key=lambda section: section.get("slug") != section_slug)
    known = {text.casefold().strip() for text in asked}
    questions = [
        str(question.get("text", ""))
        for section in ordered
        for question in section.get("questions") or []
    ]
    fresh = [text for text in dict.fromkeys(questions) if text.casefold().strip() not in known]
    return fresh[:SUGGESTIONS]


async def _search(database: Database, text: str, passages: Sequence[Passage]) -> list[Passage]:
    rows = await database.fetch_all(
        _SEARCH,
        {
            # What it costs stands under prices.
            "text": f"{text} price" if MONEY.search(text) and not PLAN.search(text) else text,
            "headings": [passage.heading for passage in passages],
            "texts": [passage.text for passage in passages],
        },
    )
    return [passages[row[0]] for row in rows]
