"""Topics: found without a number, stable, joined, labelled, and kept safely."""

from __future__ import annotations

import io
from collections import Counter
from itertools import count
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.insights.analysis import analyze
from backoffice.insights.keywords import keywords
from backoffice.insights.topics.clustering import NONE, cluster
from backoffice.insights.topics.document import Document
from backoffice.insights.topics.fit import Fit, fit_topics
from backoffice.insights.topics.model import TopicModel, UnreadableModelError
from support.conversations import talk

SUBJECTS = {
    "pricing": [
        "price",
        "cost",
        "plan",
        "monthly",
        "discount",
        "budget",
        "seat",
        "invoice",
        "yearly",
        "quote",
    ],
    "security": [
        "security",
        "gdpr",
        "encryption",
        "audit",
        "compliance",
        "hosting",
        "iso",
        "privacy",
        "data",
        "soc",
    ],
    "shopify": [
        "shopify",
        "integration",
        "plugin",
        "install",
        "webhook",
        "store",
        "catalogue",
        "sync",
        "theme",
        "cart",
    ],
    "testing": [
        "experiment",
        "variant",
        "traffic",
        "significance",
        "statistics",
        "goal",
        "hypothesis",
        "winner",
    ],
    "prix": [
        "prix",
        "tarif",
        "abonnement",
        "remise",
        "devis",
        "facture",
        "mensuel",
        "coût",
        "paiement",
        "licence",
    ],
}


def made_up(size: int, seed: int, start: int = 0) -> dict[str, tuple[str, Document]]:
    """Documents by id with their subjects: words of a subject and a few of anything."""
    random = Random(seed)
    every = sorted({word for said in SUBJECTS.values() for word in said})
    made = {}
    for place in range(start, start + size):
        subject = random.choice(sorted(SUBJECTS))
        said = random.choices(SUBJECTS[subject], k=7) + random.choices(every, k=2)
        language = "fr" if subject == "prix" else "en"
        made[f"c{place}"] = (subject, Document(f"c{place}", language, (tuple(said),)))
    return made


def fit(made: dict[str, tuple[str, Document]], previous: dict[str, str] | None = None) -> Fit:
    """Topics with readable ids."""
    numbers = count()
    found = fit_topics(
        [document for _, document in made.values()],
        previous,
        lambda: f"{'new' if previous else 'old'}{next(numbers)}",
    )
    assert found is not None
    return found


def agreement(made: dict[str, tuple[str, Document]], assigned: dict[str, str]) -> float:
    """The share of documents in a topic that is mostly about their subject."""
    subjects: dict[str, Counter[str]] = {}
    for name, topic in assigned.items():
        subjects.setdefault(topic, Counter())[made[name][0]] += 1
    return sum(max(c.values()) for c in subjects.values()) / len(made)


def test_subjects_become_topics_and_their_words_keywords() -> None:
    made = made_up(150, seed=1)
    found = fit(made)
    assert len(found.topics) == len(SUBJECTS)
    assert agreement(made, dict(found.assigned)) > 0.95
    for topic in found.topics:
        assert any(set(topic.keywords[:4]) <= set(said) for said in SUBJECTS.values())
        assert topic.label == ", ".join(topic.keywords[:3])
        assert topic.size == sum(t == topic.id for t in found.assigned.values())


def test_the_same_conversations_give_the_same_topics() -> None:
    made = made_up(80, seed=2)
    assert fit(made).assigned == fit(made).assigned


def test_new_conversations_join_the_topics_there_are() -> None:
    found = fit(made_up(150, seed=3))
    later = made_up(40, seed=4, start=1000)
    joined = found.model.join([document for _, document in later.values()])
    assigned = {name: topic for name, topic in zip(later, joined, strict=True) if topic}
    assert agreement(later, assigned) > 0.85


def test_what_is_about_nothing_known_joins_no_topic() -> None:
    found = fit(made_up(100, seed=5))
    strange = Document("x", "en", (("giraffe", "violin", "submarine"),))
    assert found.model.join([strange, Document("y", "en", ())]) == [None, None]


def test_a_refit_keeps_identities_and_names_only_what_is_new() -> None:
    made = made_up(150, seed=6)
    before = fit(made)
    grown = made | made_up(60, seed=7, start=2000)
    space = [f"c{place}" for place in range(3000, 3030)]
    words = ["webinar", "training", "academy", "course", "certificate", "teacher", "lesson"]
    random = Random(8)
    for name in space:
        grown[name] = ("training", Document(name, "en", (tuple(random.choices(words, k=7)),)))
    after = fit(grown, dict(before.assigned))
    assert {topic.id for topic in before.topics} <= {topic.id for topic in after.topics}
    new = [topic for topic in after.topics if not topic.is_known]
    assert len(new) == 1
    assert {name for name, topic in after.assigned.items() if topic == new[0].id} == set(space)
    moved = [name for name, topic in before.assigned.items() if after.assigned.get(name) != topic]
    assert len(moved) <= 0.05 * len(made)


def test_too_little_gives_no_topics() -> None:
    assert fit_topics([]) is None
    assert fit_topics([document for _, document in made_up(11, seed=9).values()]) is None
    alone = [Document(f"c{n}", "en", ((f"word{n}",),)) for n in range(40)]
    assert fit_topics(alone) is None
    same = [Document(f"c{n}", "en", (("price",),)) for n in range(40)]
    assert fit_topics(same) is None


def test_points_that_are_nowhere_belong_nowhere() -> None:
    vectors = np.zeros((30, 4), dtype=np.float32)
    assert set(cluster(vectors).groups) == {NONE}
    vectors[:15, 0] = vectors[15:, 1] = 1
    assert cluster(vectors).count == 2


def test_a_model_survives_being_kept() -> None:
    found = fit(made_up(120, seed=10))
    words, arrays = found.model.dump()
    kept = TopicModel.load(words, arrays)
    later = [document for _, document in made_up(60, seed=11, start=500).values()]
    assert kept.join(later) == found.model.join(later)


def test_a_stored_model_never_runs_code_and_must_fit_together() -> None:
    words, arrays = fit(made_up(60, seed=12)).model.dump()
    pickled = io.BytesIO()
    np.savez(pickled, idf=np.array([object()], dtype=object), allow_pickle=True)
    refused: list[tuple[dict[str, object], bytes]] = [
        (words, b"nothing"),
        (words, b""),
        (words, arrays[:200]),
        (words, pickled.getvalue()),
        ({}, arrays),
        ({**words, "vocabulary": ["one"]}, arrays),
        ({**words, "topic_ids": ["a", "b"]}, arrays),
    ]
    for said, kept in refused:
        with pytest.raises(UnreadableModelError):
            TopicModel.load(said, kept)


WORDY = sorted(f"{word}{end}" for said in SUBJECTS.values() for word in said for end in "aeiou")


def test_concepts_bring_a_subject_in_several_languages_together() -> None:
    random = Random(13)
    documents = []
    for place in range(160):
        language = ("en", "fr", "de", "es")[place % 4]
        subject = random.choice(("pricing", "security"))
        said = tuple(f"{language}{random.choice(WORDY)}" for _ in range(3))
        documents.append(Document(f"c{place}", language, (said,), (f"§{subject}",)))
    found = fit_topics(documents)
    assert found is not None
    spoken = {topic.id: set[str]() for topic in found.topics}
    for document in documents:
        if topic_id := found.assigned.get(document.conversation_id):
            spoken[topic_id].add(document.language)
    across = {topic.keywords[0] for topic in found.topics if len(spoken[topic.id]) > 1}
    assert across & {"pricing", "security"}


def test_where_one_language_is_spoken_words_alone_count() -> None:
    made = [document for _, document in made_up(60, seed=14).values()]
    told = [Document(d.conversation_id, "en", d.messages, ("§pricing",)) for d in made]
    plain = [Document(d.conversation_id, "en", d.messages) for d in made]
    found, same = fit_topics(told, new_id=lambda: "t"), fit_topics(plain, new_id=lambda: "t")
    assert found is not None
    assert same is not None
    assert not any(word.startswith("§") for word in found.model.space.vocabulary)
    assert found.topics == same.topics


def test_small_talk_is_no_part_of_a_document() -> None:
    said = analyze(talk("> hello", "Hi!", "> Does it work with Shopify stores?", "Yes", "> thanks"))
    assert [word for message in said.document.messages for word in message] == ["shopify", "stores"]


def test_keywords_are_written_as_visitors_write_them() -> None:
    one = [Document(f"a{n}", "en", (("shopify", "integrations"),)) for n in range(5)]
    two = [Document(f"b{n}", "en", (("prices",),)) for n in range(5)]
    assert keywords([one, two, []]) == [["integrations", "shopify"], ["prices"], []]


WORDS = st.lists(
    st.sampled_from(["price", "plan", "seat", "soc", "gdpr", "shop", "sync", "été", "ключ"]),
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(st.lists(WORDS, max_size=40))
def test_any_documents_can_be_fitted(said: list[list[str]]) -> None:
    documents = [Document(f"c{n}", "en", (tuple(w),) if w else ()) for n, w in enumerate(said)]
    found = fit_topics(documents)
    if found:
        assert set(found.assigned.values()) == {topic.id for topic in found.topics}
        assert set(found.assigned) <= {d.conversation_id for d in documents if d.messages}
        found.model.check()
