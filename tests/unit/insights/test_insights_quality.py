"""The quality score and its receipt."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.insights.analysis import analyze
from backoffice.insights.conversation import Conversation, Message
from backoffice.insights.dialogue import Dialogue, Outcome
from backoffice.insights.quality.components import COMPONENTS
from backoffice.insights.quality.receipt import Component, Receipt, weighted_score
from backoffice.insights.quality.rules import score
from support.conversations import START, talk

GOOD = (
    "> How does your Shopify integration work?",
    "The Shopify integration is an app: install it, and the integration collects orders.",
    "> Great, thank you!",
    "You're welcome.",
)


def receipt(*lines: str, seconds: float = 4.0) -> Receipt:
    """The receipt of a conversation of `lines`."""
    made = score(Dialogue(talk(*lines, seconds=seconds)))
    assert made is not None
    return made


def component(made: Receipt, name: str) -> Component:
    """The component of that name."""
    return next(part for part in made.components if part.name == name)


def test_a_good_conversation_scores_high_and_a_bad_one_low() -> None:
    bad = receipt(
        "> Do you support SAML single sign-on?",
        "I'm sorry, I don't have that information.",
        "> Do you support SAML single sign-on??",
        "I'm sorry, I don't have that information.",
        "> This is useless. Forget it.",
    )
    assert receipt(*GOOD).score >= 4.7
    assert bad.score <= 2.5


def test_an_answer_that_declines_is_quoted_with_its_question() -> None:
    made = receipt(*GOOD[:2], "> Is there a Drupal module?", "I'm not sure about that.")
    part = component(made, "answered")
    assert part.value == 0.5
    assert [quote.text for quote in part.quotes] == ["Is there a Drupal module?"]
    assert component(made, "gave_up").value == 0.2


def test_no_answer_at_all_is_the_worst() -> None:
    made = receipt("> How much is it?")
    assert component(made, "answered").value == 0
    assert made.score < 3


def test_asking_the_same_again_counts_against_the_agent() -> None:
    made = receipt("> What does the premium plan cost?", "We have plans.",
                   "> what does the Premium plan cost", "Plans are on the page.")  # fmt: skip
    part = component(made, "repeated_question")
    assert part.value == 0.5
    assert part.quotes[0].message_id == "m2"


def test_saying_the_same_again_counts_against_the_agent() -> None:
    made = receipt("> Is there an API?", "Please see our documentation page.",
                   "> And a webhook?", "Please see our documentation page.")  # fmt: skip
    assert component(made, "repeated_answer").value < 1


def test_shouting_counts_but_less_than_saying_so() -> None:
    shouted = component(receipt("> WHY IS THERE NO PRICE", "Prices follow."), "frustration")
    said = component(receipt("> this is ridiculous, no price", "Prices follow."), "frustration")
    assert said.value < shouted.value < 1


def test_frustration_is_read_in_other_languages() -> None:
    for text in (
        "Das ist doch Zeitverschwendung, wo sind die Preise?",
        "C'est nul, où sont les prix ?",
        "Esto es ridículo, ¿dónde están los precios?",
    ):
        assert component(receipt(f"> {text}", "…prices"), "frustration").value < 1


def test_handing_off_and_slow_answers_cost() -> None:
    made = receipt("> Can you sign our DPA?", "Our sales team will get back to you.", seconds=300)
    assert component(made, "handed_off").value == 0.5
    assert component(made, "answer_time").value == 0
    assert component(receipt(*GOOD), "answer_time").value == 1


def test_the_agents_own_measure_of_its_time_is_believed() -> None:
    slow = talk(*GOOD[:2], seconds=300)
    told = replace(slow.messages[1], latency_ms=900)
    made = score(Dialogue(Conversation("example.com", "c", (slow.messages[0], told))))
    assert made is not None
    assert component(made, "answer_time").value == 1


def test_a_thumb_is_feedback() -> None:
    said = talk(*GOOD)
    disliked = replace(said.messages[1], feedback=False)
    messages = (said.messages[0], disliked, *said.messages[2:])
    made = score(Dialogue(Conversation("example.com", "c", messages)))
    assert made is not None
    part = component(made, "visitor_feedback")
    assert part.value == 0.5
    assert part.quotes[0].message_id == "m1"


def test_small_talk_alone_has_no_score() -> None:
    assert score(Dialogue(talk("> hi", "Hello!"))) is None
    assert score(Dialogue(talk("> 👍"))) is None
    assert score(Dialogue(talk("Hello, may I help?"))) is None
    assert score(Dialogue(talk())) is None


def test_outcomes_of_turns() -> None:
    turns = Dialogue(
        talk(
            "Hello!",
            "> hi",
            "Hi.",
            "> Is there an API?",
            "> And webhooks?",
            "Yes, both.",
            "> Do you have SSO?",
            "I don't know.",
            "> And audit logs?",
        )
    ).turns
    assert [turn.outcome for turn in turns] == [
        Outcome.NOTHING_ASKED, Outcome.ANSWERED, Outcome.DECLINED, Outcome.NO_ANSWER,
    ]  # fmt: skip


def test_the_receipt_adds_up_to_the_score() -> None:
    made = receipt(*GOOD)
    kept = made.as_json()
    weights = [part["weight"] for part in kept["components"]]
    mean = sum(p["weight"] * p["value"] for p in kept["components"]) / sum(weights)
    assert abs(1 + 4 * mean - kept["score"]) < 0.06
    assert (kept["scorer"], kept["version"]) == ("rules", 1)
    assert weighted_score([Component("a", 1, 2.0)]) == 5.0


LINES = st.lists(
    st.tuples(st.booleans(), st.one_of(st.text(max_size=80), st.sampled_from(
        ["why?", "I don't know", "no", "URGENT!!!", "price", "شكرا", "क्या", "\u202eabc", "👎"]
    ))),
    max_size=12,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_any_conversation_can_be_analysed(lines: list[tuple[bool, str]]) -> None:
    messages = tuple(
        Message(str(place), "visitor" if visitor else "agent", text, START)
        for place, (visitor, text) in enumerate(lines)
    )
    conversation = Conversation("example.com", "c", messages)
    insights = analyze(conversation)
    assert insights == analyze(conversation)
    assert insights.message_count == len(lines)
    assert [m.id for m in insights.messages] == [m.id for m in conversation.visitor_messages]
    if insights.receipt:
        assert 1 <= insights.receipt.score <= 5
        assert all(0 <= part.value <= 1 for part in insights.receipt.components)
        ids = {message.id for message in messages}
        assert all(q.message_id in ids for p in insights.receipt.components for q in p.quotes)
    asked = {m.id for m in insights.messages}
    assert all(question.message_id in asked for question in insights.unanswered)


def test_hostile_lengths_are_bounded() -> None:
    texts = ("a" * 100_000, "? " * 50_000, "don't know " * 9_000, "@" * 100_000,
             "http://" + "." * 100_000, "\u0301" * 100_000, "価" * 100_000)  # fmt: skip
    for text in texts:
        insights = analyze(talk(f"> {text}", text))
        assert len(insights.document.words) <= 600


def test_the_page_has_words_for_every_component() -> None:
    labels = Path(__file__).parents[3] / "web/src/lib/insight-labels.ts"
    named = set(re.findall(r"^  (\w+): \{", labels.read_text(), re.MULTILINE))
    assert {component.__name__ for component in COMPONENTS} <= named
