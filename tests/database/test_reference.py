"""What is written from the database and the catalogue of metrics is up to date."""

from __future__ import annotations

from backoffice.stack.reference import (
    COMMENTS,
    DATA_SOURCES,
    read_askers,
    read_catalogue,
    read_functions,
    read_relations,
    render_comments,
    render_data_sources,
)
from support.database import TestDatabase


def test_the_comments_say_what_the_catalogue_says() -> None:
    assert COMMENTS.read_text(encoding="utf-8") == render_comments(read_catalogue())


def test_the_data_sources_are_current(database: TestDatabase) -> None:
    with database.connect("postgres") as connection:
        page = render_data_sources(
            read_catalogue(), read_relations(connection), read_functions(connection), read_askers()
        )
    assert DATA_SOURCES.read_text(encoding="utf-8") == page, "run `make reference`"


def test_what_the_ui_asks_exists(database: TestDatabase) -> None:
    with database.connect("postgres") as connection:
        known = {source.name for source in read_relations(connection) + read_functions(connection)}
    askers = read_askers()
    assert len(askers) > 10
    assert set(askers) <= known
