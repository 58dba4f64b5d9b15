"""Hashing, and that time tells nobody whether an account exists."""

import bcrypt
import pytest

from backoffice.auth.errors import AuthProblem
from backoffice.auth.passwords import NOBODYS_HASH, check_strength, hash_password, verify_password

RIGHT = bcrypt.hashpw(b"correct horse", b"$2a$10$" + b"abcdefghijklmnopqrstuu").decode()


async def test_a_hash_is_bcrypt_of_cost_ten_and_verifies() -> None:
    hashed = await hash_password("pässword")
    assert hashed.startswith("$2a$10$")
    assert await verify_password("pässword", hashed)
    assert not await verify_password("password", hashed)


@pytest.mark.parametrize(
    ("password", "encrypted", "matches"),
    [
        ("correct horse", RIGHT, True),
        ("wrong", RIGHT, False),
        ("", RIGHT, False),
        ("x" * 1000, RIGHT, False),
        ("correct horse", None, False),
        ("correct horse", "", False),
        ("correct horse", "$argon2id$v=19$m=65536,t=3,p=2$c2FsdA$aGFzaA", False),
        ("correct horse", RIGHT[:-1], False),
        ("correct horse", RIGHT.replace("$10$", "$31$"), False),
    ],
)
async def test_every_attempt_costs_one_bcrypt_of_cost_ten(
    monkeypatch: pytest.MonkeyPatch, password: str, encrypted: str | None, matches: bool
) -> None:
    compared: list[bytes] = []

    def compare(secret: bytes, hashed: bytes) -> bool:
        compared.append(hashed)
        return bcrypt_checkpw(secret, hashed)

    bcrypt_checkpw = bcrypt.checkpw
    monkeypatch.setattr("backoffice.auth.passwords.bcrypt.checkpw", compare)
    assert await verify_password(password, encrypted) is matches
    [hashed] = compared
    assert hashed[4:6] == b"10"


async def test_nobodys_hash_is_not_a_way_in() -> None:
    assert not await verify_password("", NOBODYS_HASH)


@pytest.mark.parametrize("password", ["123456", "x" * 72, "é" * 36, "ééé"])
def test_passwords_that_may_be_set(password: str) -> None:
    check_strength(password)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "weak_password"),
        ("12345", "weak_password"),
        ("x" * 73, "validation_failed"),
        ("é" * 37, "validation_failed"),
    ],
)
def test_passwords_that_may_not(password: str, code: str) -> None:
    with pytest.raises(AuthProblem) as refused:
        check_strength(password)
    assert refused.value.code == code
