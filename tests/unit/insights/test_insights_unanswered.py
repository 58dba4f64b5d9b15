"""Questions without an answer, grouped."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backoffice.insights.analysis import analyze
from backoffice.insights.dialogue import Dialogue
from backoffice.insights.unanswered import (
    QuestionGroup,
    Unanswered,
    group_questions,
    question_key,
    unanswered_questions,
)
from support.conversations import talk


def asked(text: str, name: str = "m") -> Unanswered:
    """A question without an answer."""
    return Unanswered(name, text, question_key(text, "en"))


def test_only_questions_that_went_without_an_answer_are_kept() -> None:
    found = unanswered_questions(
        Dialogue(
            talk(
                "> Is there an API?",
                "Yes, a REST API.",
                "> Do you have a Drupal module?",
                "I'm sorry, I don't have that information.",
                "> What's the weather like, tell me a joke?",
                "I don't know.",
                "> thanks",
                "You're welcome!",
                "> And is there a Joomla module?",
            )
        )
    )
    assert [question.question for question in found] == [
        "Do you have a Drupal module?",
        "And is there a Joomla module?",
    ]


def test_declining_is_read_in_other_languages() -> None:
    for question, answer in (
        ("Gibt es ein Modul für Drupal?", "Dazu liegen mir leider keine Informationen vor."),
        ("Avez-vous un module Drupal ?", "Je n'ai pas cette information."),
        ("¿Tienen un módulo para Drupal?", "No tengo esa información."),
        ("Avete un modulo per Drupal?", "Non ho questa informazione."),
        ("Hebben jullie een module voor Drupal?", "Dat weet ik niet, geen informatie."),
        ("Vocês têm um módulo para Drupal?", "Não tenho essa informação."),
    ):
        assert len(analyze(talk(f"> {question}", answer)).unanswered) == 1, question


def test_the_same_question_in_other_words_joins_its_group() -> None:
    first = asked("Do you have a Drupal module?", "1")
    again = asked("is there any module for drupal", "2")
    other = asked("Which countries do you ship to?", "3")
    joined, opened = group_questions("example.com", [first, again, other], [])
    assert joined[first] == joined[again] != joined[other]
    assert [group.label for group in opened] == [first.question, other.question]


def test_known_groups_are_joined_and_ids_repeat() -> None:
    question = asked("Do you have a Drupal module?")
    known = QuestionGroup("g", "Drupal module?", question_key("Drupal module?", "en"))
    assert group_questions("example.com", [question], [known]) == ({question: "g"}, ())
    once = group_questions("example.com", [question], [])
    assert once == group_questions("example.com", [question], [])
    assert once != group_questions("other.com", [question], [])


@given(st.lists(st.text(max_size=60), max_size=15))
def test_every_question_gets_one_group(texts: list[str]) -> None:
    questions = [asked(text, str(place)) for place, text in enumerate(texts)]
    joined, opened = group_questions("example.com", questions, [])
    assert set(joined) == set(questions)
    assert {group.id for group in opened} == set(joined.values())
    assert all(group.label for group in opened)
