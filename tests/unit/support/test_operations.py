"""What is asked of Linear is what its published schema allows."""

from __future__ import annotations

import pytest
from graphql import parse, validate
from pydantic import ValidationError

from backoffice.settings import Settings
from backoffice.support.operations import OPERATIONS
from support.fake_linear import NO_SCHEMA, schema


@pytest.mark.skipif(schema() is None, reason=NO_SCHEMA)
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_is_valid(name: str) -> None:
    known = schema()
    assert known is not None
    assert validate(known, parse(OPERATIONS[name])) == []


def test_labels_are_read_by_kind() -> None:
    settings = Settings(linear_labels=" chatbot = Chatbot issue , other=Feedback")
    assert settings.linear_label_of == {"chatbot": "Chatbot issue", "other": "Feedback"}
    assert Settings().linear_label_of == {}
    for wrong in ("bug=Bug", "chatbot", "chatbot="):
        with pytest.raises(ValidationError):
            Settings(linear_labels=wrong)


def test_what_is_missing_is_named() -> None:
    assert Settings().linear_missing == ["BACKOFFICE_LINEAR_API_KEY", "BACKOFFICE_LINEAR_TEAM"]
    assert Settings(linear_api_key="k", linear_team="ROSE").linear_missing == []
