"""Questions the agent could not answer, the same ones together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from rapidfuzz import fuzz, process

from backoffice.insights.dialogue import Dialogue, Outcome
from backoffice.insights.intent import message_intent
from backoffice.insights.stems import content_stems, stems
from backoffice.insights.text import quote

LONGEST_QUESTION = 500
LONGEST_LABEL = 300
# Questions are the same when their stems, in any order, are at least this alike (0 to 100).
SAME = 75


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question without an answer; `key` is what of it is compared with others."""

    message_id: str
    question: str
    key: str


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """The same question, however it is put; `label` is how it was put first."""

    id: str
    label: str
    key: str


def unanswered_questions(dialogue: Dialogue) -> tuple[Unanswered, ...]:
    """The visitor's questions that got no answer, or one that declines; chit-chat left out."""
    found = []
    for turn in dialogue.turns:
        if turn.outcome not in (Outcome.DECLINED, Outcome.NO_ANSWER) or not turn.is_question:
            continue
        reading = next(r for r in turn.asked if r.is_question)
        if message_intent(reading) == "OFFTOPIC":
            continue
        question = quote(reading.message.text, LONGEST_QUESTION)
        found.append(
            Unanswered(reading.message.id, question, question_key(question, reading.language))
        )
    return tuple(found)


def question_key(question: str, language: str) -> str:
    """The stems that say what is asked, in alphabetical order; all of them when none does."""
    telling = set(content_stems(question, language)) or set(stems(question, language))
    return " ".join(sorted(telling)[:40])


def group_questions(
    site_domain: str, questions: Iterable[Unanswered], known: Sequence[QuestionGroup]
) -> tuple[Mapping[Unanswered, str], tuple[QuestionGroup, ...]]:
    """The group of each question, and the groups that are new.

    A question joins the group it is most like, or opens one; its id follows from the website and
    the question, so that the same questions give the same groups.
    """
    groups = list(known)
    keys = [group.key for group in groups]
    joined: dict[Unanswered, str] = {}
    opened: list[QuestionGroup] = []
    for asked in questions:
        found = process.extractOne(asked.key, keys, scorer=fuzz.token_sort_ratio, score_cutoff=SAME)
        if found:
            joined[asked] = groups[found[2]].id
            continue
        group = QuestionGroup(
            str(uuid5(NAMESPACE_URL, f"question:{site_domain}:{asked.key}")),
            quote(asked.question, LONGEST_LABEL) or "…",
            asked.key,
        )
        joined[asked] = group.id
        groups.append(group)
        keys.append(group.key)
        opened.append(group)
    return joined, tuple(opened)
