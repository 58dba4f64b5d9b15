from __future__ import annotations

import pytest

from backoffice.keys import new_encryption_key
from backoffice.vault import SealedError, Vault

OLD, NEW = new_encryption_key(), new_encryption_key()


def test_what_is_sealed_shows_nothing_and_opens_again() -> None:
    vault = Vault([NEW])
    sealed = vault.seal("tökén")
    assert "tök" not in sealed
    assert sealed != vault.seal("tökén")
    assert vault.open(sealed) == "tökén"


def test_a_key_is_changed_by_putting_a_new_one_in_front() -> None:
    sealed = Vault([OLD]).seal("token")
    both = Vault([NEW, OLD])
    assert both.open(sealed) == "token"
    assert Vault([NEW]).open(both.rotate(sealed)) == "token"


@pytest.mark.parametrize(
    "sealed",
    ["", "token", pytest.param(Vault([OLD]).seal("token"), id="another key"), "gAAAA\u00e9"],
)
def test_what_does_not_open_says_so(sealed: str) -> None:
    with pytest.raises(SealedError):
        Vault([NEW]).open(sealed)
    with pytest.raises(SealedError):
        Vault([NEW]).rotate(sealed)
