"""What the rules look at. Each gives a component, or None where it has nothing to say.

The weights are judgements, made before anything was measured; they say what matters to somebody
who answers for the agent: that it answers, that nobody gives up, that nobody is annoyed.
"""

from __future__ import annotations

from math import log
from statistics import fmean, median

from rapidfuzz import fuzz

from backoffice.insights.conversation import Message
from backoffice.insights.dialogue import Dialogue, Outcome, ReadTurn
from backoffice.insights.quality.receipt import Component, quotes
from backoffice.insights.stems import content_stems
from backoffice.insights.text import clip

# Two ways to ask the same are at least this alike (0 to 100, by words in any order).
SAME_QUESTION = 86
SHORTEST_QUESTION_WORDS = 3
QUICK_SECONDS, SLOW_SECONDS = 5.0, 120.0
LOUD_MARKS = ("!!", "?!", "!?", "??")
SHORTEST_SHOUT = 8
DISLIKES = ("👎", "😠", "😡", "🤬", "🙄", "😤")
LIKES = ("👍", "❤", "🙏", "😀", "😊", "🎉")


def answered(dialogue: Dialogue) -> Component | None:
    """The share of requests that got an answer which does not decline."""
    asked = [turn for turn in dialogue.turns if turn.is_request]
    if not asked:
        return None
    missed = [turn for turn in asked if turn.outcome is not Outcome.ANSWERED]
    value = 1 - len(missed) / len(asked)
    return Component("answered", 3.0, value, quotes([turn.request for turn in missed]))


def relevant(dialogue: Dialogue) -> Component | None:
    """How far answers take up the words of their questions; a short answer may do without them."""
    values: list[float] = []
    beside: list[Message] = []
    for turn in dialogue.turns:
        if turn.outcome is not Outcome.ANSWERED or not turn.is_question:
            continue
        wanted = _stems(turn, asked=True)
        if not wanted:
            continue
        common = len(wanted & _stems(turn, asked=False))
        values.append(min(1.0, 0.5 + common / 2 / min(2, len(wanted))))
        if not common:
            beside.append(turn.answered[0].message)
    if not values:
        return None
    return Component("relevant", 1.5, fmean(values), quotes(beside))


def _stems(turn: ReadTurn, *, asked: bool) -> set[str]:
    readings = turn.asked if asked else turn.answered
    return {stem for r in readings for stem in content_stems(r.message.text, r.language)}


def repeated_question(dialogue: Dialogue) -> Component | None:
    """Whether the visitor had to ask the same again."""
    asked: list[str] = []
    again: list[Message] = []
    for turn in dialogue.turns:
        for reading in turn.asked:
            if reading.is_small_talk or len(reading.words) < SHORTEST_QUESTION_WORDS:
                continue
            said = " ".join(reading.words[:60])
            if any(fuzz.token_sort_ratio(said, before) >= SAME_QUESTION for before in asked[-20:]):
                again.append(reading.message)
            asked.append(said)
    if len(asked) < 2:
        return None
    return Component("repeated_question", 1.5, max(0.0, 1 - len(again) / 2), quotes(again))


def repeated_answer(dialogue: Dialogue) -> Component | None:
    """Whether the agent said the very same more than once."""
    said = list[str]()
    again: list[Message] = []
    for turn in dialogue.turns:
        if turn.outcome is Outcome.NOTHING_ASKED:
            continue
        for reading in turn.answered:
            words = " ".join(reading.words)
            if len(reading.words) >= SHORTEST_QUESTION_WORDS and words in said:
                again.append(reading.message)
            said.append(words)
    if len(said) < 2:
        return None
    return Component("repeated_answer", 1.0, max(0.0, 1 - len(again) / 3), quotes(again))


def frustration(dialogue: Dialogue) -> Component | None:
    """Whether the visitor was annoyed, or said that the answer was not what was asked."""
    annoyed = [reading.message for reading in dialogue.visitor if _annoyance(reading.categories)]
    loud = [
        reading.message
        for reading in dialogue.visitor
        if reading.message not in annoyed and _is_loud(reading.message.text)
    ]
    value = max(0.0, 1 - 0.5 * len(annoyed) - 0.2 * len(loud))
    return Component("frustration", 2.0, value, quotes(annoyed + loud))


def _annoyance(categories: frozenset[str]) -> bool:
    return bool(categories & {"frustration", "rejected"})


def _is_loud(text: str) -> bool:
    shown = clip(text)
    letters = [letter for letter in shown if letter.isalpha()]
    shouted = len(letters) >= SHORTEST_SHOUT and all(letter.isupper() for letter in letters)
    return (
        shouted
        or any(mark in shown for mark in LOUD_MARKS)
        or any(mark in shown for mark in DISLIKES)
    )


def gave_up(dialogue: Dialogue) -> Component | None:
    """How it ended: with thanks (1), an open question of the agent, or a request unmet (0)."""
    if not dialogue.turns:
        return None
    last = dialogue.turns[-1]
    leaving = [r.message for r in last.asked if "gave_up" in r.categories]
    if leaving:
        return Component("gave_up", 2.0, 0.0, quotes(leaving))
    if last.outcome is Outcome.NO_ANSWER:
        return Component("gave_up", 2.0, 0.1, quotes([last.request]))
    if last.outcome is Outcome.DECLINED:
        return Component("gave_up", 2.0, 0.2, quotes([last.request]))
    said = frozenset[str]().union(*(reading.categories for reading in last.asked))
    if said & {"thanks", "farewell", "satisfied"}:
        return Component("gave_up", 2.0, 1.0)
    if last.answered and last.answered[-1].is_question:
        return Component("gave_up", 2.0, 0.5, quotes([last.answered[-1].message]))
    return Component("gave_up", 2.0, 0.8)


def handed_off(dialogue: Dialogue) -> Component | None:
    """Whether the agent passed a question on to people instead of answering it."""
    passed = [
        reading.message
        for turn in dialogue.turns
        if turn.is_question
        for reading in turn.answered
        if "handoff" in reading.categories
    ]
    if not any(turn.answered for turn in dialogue.turns):
        return None
    return Component("handed_off", 1.0, max(0.0, 1 - 0.5 * len(passed)), quotes(passed))


def answer_time(dialogue: Dialogue) -> Component | None:
    """The median time to an answer: 1 up to five seconds, 0 from two minutes, by its logarithm."""
    times = [(turn.turn.seconds, turn) for turn in dialogue.turns]
    known = [(seconds, turn) for seconds, turn in times if seconds is not None]
    if not known:
        return None
    typical = median(seconds for seconds, _ in known)
    span = log(SLOW_SECONDS / QUICK_SECONDS)
    value = 1 - log(max(QUICK_SECONDS, typical) / QUICK_SECONDS) / span
    slowest = max(known, key=lambda pair: pair[0])[1]
    slow = [slowest.answered[0].message] if value < 0.5 else []
    return Component("answer_time", 1.0, max(0.0, value), quotes(slow))


def visitor_feedback(dialogue: Dialogue) -> Component | None:
    """What visitors said of the answers: thumbs where the widget asked, and words that praise."""
    rated = [
        m for m in dialogue.conversation.messages if m.role == "agent" and m.feedback is not None
    ]
    praised = [
        reading.message
        for turn in dialogue.turns[1:]
        for reading in turn.asked
        if _praises(reading.message.text, reading.categories)
    ]
    if not rated and not praised:
        return None
    good = sum(m.feedback is True for m in rated) + len(praised)
    disliked = [m for m in rated if m.feedback is False]
    value = good / (good + len(disliked))
    return Component("visitor_feedback", 2.0, value, quotes(disliked or rated + praised))


def _praises(text: str, categories: frozenset[str]) -> bool:
    if _annoyance(categories):
        return False
    return "satisfied" in categories or any(mark in clip(text) for mark in LIKES)


COMPONENTS = (
    answered,
    relevant,
    repeated_question,
    repeated_answer,
    frustration,
    gave_up,
    handed_off,
    answer_time,
    visitor_feedback,
)
