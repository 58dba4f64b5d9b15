"""What is known of relationships whose junction nobody may see."""

from __future__ import annotations

import pytest

from backoffice.rest.errors import RestError
from backoffice.rest.plan.relations import find_relationship
from backoffice.rest.schema_cache.relationships import relationships_map
from backoffice.rest.schema_cache.types import Junction, QualifiedName, Relationship, SchemaCache

CAT, CAR = QualifiedName("api", "cat"), QualifiedName("api", "car")
RIDE = Junction(QualifiedName("hidden", "ride"), "a", "b", (("id", "cat"),), (("id", "car"),))


def test_the_ends_of_a_hidden_junction_have_no_relationship_and_no_hint() -> None:
    ride = Relationship(CAT, CAR, "many-to-many", "a", (), junction=RIDE)
    other = Relationship(QualifiedName("api", "cart"), CAR, "many-to-one", "c", (("car", "id"),))
    relationships = relationships_map([ride, other], [], ("api",))
    assert relationships[CAT, "api"] == []
    with pytest.raises(RestError) as refused:
        find_relationship(SchemaCache("", {}, relationships, {}), CAT, "car", None)
    assert refused.value.code == "PGRST200"
    assert refused.value.hint is None
    with pytest.raises(RestError) as unknown:
        find_relationship(
            SchemaCache("", {}, relationships, {}), QualifiedName("api", "carts"), "car", None
        )
    assert unknown.value.hint == "Perhaps you meant 'cart' instead of 'carts'."
