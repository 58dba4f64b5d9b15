"""Words, stems, lexicons and languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.insights.language import detect
from backoffice.insights.lexicon import LANGUAGES, categories, find, phrases
from backoffice.insights.stems import content_stems, stems
from backoffice.insights.text import asks, clip, quote, words


def test_words_are_folded_and_addresses_left_out() -> None:
    assert words("L'OFFRE coûte-t-elle? Écrivez à me@firm.com, https://x.io/?a=1") == [
        "l", "offre", "coute", "t", "elle", "ecrivez", "a",
    ]  # fmt: skip


def test_scripts_without_spaces_become_pairs() -> None:
    assert words("価格は") == ["価格", "格は"]
    assert words("猫") == ["猫"]


def test_a_question_mark_of_any_script_asks_but_not_one_of_an_address() -> None:
    assert all(asks(text) for text in ("why?", "كم السعر؟", "いくら？", "what? https://a.io"))
    assert not asks("see https://a.io/?q=1")


def test_a_quotation_is_one_short_line() -> None:
    assert quote("a\u202e\nb\x00  c") == "a b c"
    assert len(quote("word " * 1000)) <= 160


@given(st.text(max_size=400))
def test_any_text_can_be_read(text: str) -> None:
    assert all(word == word.lower() for word in words(text) if word.isascii())
    assert len(quote(text)) <= 160
    assert "\n" not in quote(text)
    for language in ("en", "ar", "und"):
        assert len(find(words(text), language)) >= 0
    assert 0 <= detect(text).confidence <= 1


def test_a_huge_message_is_clipped() -> None:
    assert len(words("pricing " * 200_000)) <= 4_000
    assert clip("x" * 100_000) == "x" * 4_000


def test_stems_join_the_forms_of_a_word() -> None:
    assert stems("integrations integrate integrated", "en") == ["integr"] * 3
    assert content_stems("What are the prices for 300 users?", "en") == ["price", "user"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_lexicon_has_the_same_categories_and_finds_its_own_phrases(language: str) -> None:
    lexicon = phrases(language)
    assert set(lexicon) == set(phrases("en"))
    for category, listed in lexicon.items():
        assert len(set(listed)) == len(listed) > 3
        for phrase in listed:
            said = words(phrase.replace("_", "anything"))
            assert category in categories(find(said, language)), (category, phrase)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("How can we integrate your product with our shop?", "en"),
        ("hi", "en"),
        ("Was kostet das?", "de"),
        ("Danke", "de"),
        ("Combien coûte la version entreprise ?", "fr"),
        ("bonjour", "fr"),
        ("¿Cuánto cuesta?", "es"),
        ("Quanto costa il vostro prodotto?", "it"),
        ("Hoeveel kost het per maand?", "nl"),
        ("Quanto custa a versão completa?", "pt"),
        ("مرحبا كم السعر من فضلك", "ar"),
        ("料金はいくらですか", "ja"),
        ("", "und"),
        ("👍👍", "und"),
        ("12345", "und"),
        ("me@example.com", "und"),
    ],
)
def test_languages_are_told_apart(text: str, code: str) -> None:
    assert detect(text).code == code
