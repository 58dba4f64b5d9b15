"""Hints name what was misspelt, and tell nothing else of what there is."""

from __future__ import annotations

import pytest

from backoffice.rest.errors import RestError
from backoffice.rest.prepare import find_table
from backoffice.rest.schema_cache.types import QualifiedName, SchemaCache, Table
from backoffice.rest.suggestions import MISSPELT_SCORE, closest


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("invoicex", "invoices"),
        ("invoicxx", "invoices"),
        ("invoxxxx", None),
        ("invoices_old", None),
    ],
)
def test_only_a_misspelling_tells_a_name(name: str, expected: str | None) -> None:
    assert closest(name, ["invoices", "voices"], minimum=MISSPELT_SCORE) == expected


@pytest.mark.parametrize(
    ("tables", "hint"), [(499, "Perhaps you meant the table 'api.table7'"), (500, None)]
)
def test_a_schema_of_very_many_tables_is_not_searched(tables: int, hint: str | None) -> None:
    names = [QualifiedName("api", f"table{n}") for n in range(tables)]
    found = {name: Table(name, None, False, True, True, True, (), {}) for name in names}
    with pytest.raises(RestError) as refused:
        find_table(SchemaCache("", found, {}, {}), QualifiedName("api", "atable7"))
    assert (refused.value.code, refused.value.hint) == ("PGRST205", hint)
