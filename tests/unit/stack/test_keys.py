from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from pydantic import SecretStr

from backoffice.errors import ConfigurationError
from backoffice.keys import Keys, generate_keys, load_keys, new_encryption_key
from backoffice.settings import Settings


def at(folder: Path, **more: object) -> Settings:
    return Settings.model_validate({"data_dir": folder, **more})


def test_keys_are_made_once_and_are_their_owners_alone(tmp_path: Path) -> None:
    first = load_keys(at(tmp_path))
    assert load_keys(at(tmp_path)) == first
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


def test_two_installations_share_no_secret() -> None:
    one, other = generate_keys(), generate_keys()
    for name in ("jwt_secret", "anon_key", "ip_hash_secret", "postgres_password", "cluster_id"):
        assert getattr(one, name) != getattr(other, name)


def test_anon_and_service_keys_are_tokens_of_their_roles_for_ten_years() -> None:
    keys = generate_keys()
    secret = OctKey.import_key(keys.jwt_secret)
    for token, role in ((keys.anon_key, "anon"), (keys.service_role_key, "service_role")):
        claims = jwt.decode(token, secret, algorithms=["HS256"]).claims
        assert claims["role"] == role
        assert claims["exp"] - claims["iat"] == 10 * 365 * 24 * 3600


def test_the_signing_key_is_a_private_es256_key_with_an_id() -> None:
    key = generate_keys().signing_key
    assert {"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig"}.items() <= key.items()
    assert key["kid"]
    assert key["d"]


def test_keys_show_nothing_when_printed() -> None:
    keys = generate_keys()
    assert keys.jwt_secret not in f"{keys!r} {keys}"


def test_a_file_others_may_read_is_refused(tmp_path: Path) -> None:
    load_keys(at(tmp_path))
    (tmp_path / "keys.json").chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        load_keys(at(tmp_path))


def test_a_damaged_file_is_refused_without_showing_it(tmp_path: Path) -> None:
    load_keys(at(tmp_path))
    damaged = json.loads((tmp_path / "keys.json").read_text()) | {"unheard_of": "s3cret"}
    (tmp_path / "keys.json").write_text(json.dumps(damaged))
    with pytest.raises(ConfigurationError, match="damaged") as raised:
        load_keys(at(tmp_path))
    assert "s3cret" not in str(raised.value)


def test_the_environment_takes_precedence(tmp_path: Path) -> None:
    made = load_keys(at(tmp_path))
    own = ECKey.generate_key("P-256", private=True, auto_kid=True).as_dict(private=True)
    given = at(
        tmp_path,
        jwt_secret=SecretStr("s" * 40),
        signing_key=SecretStr(json.dumps(own)),
        ip_hash_key=SecretStr("ab" * 32),
    )
    keys = load_keys(given)
    assert keys.jwt_secret == "s" * 40
    assert keys.anon_key != made.anon_key
    jwt.decode(keys.anon_key, OctKey.import_key("s" * 40), algorithms=["HS256"])
    assert keys.signing_key["kid"] == own["kid"]
    assert keys.ip_hash_key == bytes.fromhex("ab" * 32)
    assert load_keys(given) == keys, "derived keys stay the same from start to start"
    assert load_keys(at(tmp_path)) == made, "nothing of it is written down"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jwt_secret", "too-little"),
        ("signing_key", "not json"),
        ("signing_key", '{"kty": "oct", "k": "c2VjcmV0"}'),
        ("previous_signing_keys", "not json"),
        ("previous_signing_keys", '{"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}'),
        ("previous_signing_keys", '{"kty": "EC"}'),
        ("ip_hash_key", "zz"),
        ("ip_hash_key", "abcd"),
    ],
)
def test_a_weak_or_malformed_key_is_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"BACKOFFICE_{name.upper()}") as raised:
        load_keys(at(tmp_path, **{name: SecretStr(value)}))
    assert value not in str(raised.value)


def test_keys_that_signed_before_lose_their_private_half(tmp_path: Path) -> None:
    old = ECKey.generate_key("P-256", private=True, auto_kid=True)
    given = SecretStr(json.dumps({"keys": [old.as_dict(private=True)]}))
    [kept] = load_keys(at(tmp_path, previous_signing_keys=given)).previous_keys
    assert kept["kid"] == old.kid
    assert "d" not in kept
    curve = ECKey.generate_key("P-384", auto_kid=True).as_dict(private=False)
    with pytest.raises(ConfigurationError, match="P-256 keys only"):
        load_keys(at(tmp_path, previous_signing_keys=SecretStr(json.dumps({"keys": [curve]}))))


def test_a_public_signing_key_is_refused(tmp_path: Path) -> None:
    public = ECKey.generate_key("P-256").as_dict(private=False)
    with pytest.raises(ConfigurationError, match="private P-256"):
        load_keys(at(tmp_path, signing_key=SecretStr(json.dumps(public))))


def test_of_two_processes_that_make_keys_the_first_wins(tmp_path: Path) -> None:
    from backoffice import keys as module

    first = load_keys(at(tmp_path))
    module._write_once(tmp_path / "keys.json", generate_keys())
    assert load_keys(at(tmp_path)) == first
    assert isinstance(first, Keys)


def test_a_file_from_before_encryption_gets_a_key_once(tmp_path: Path) -> None:
    first = load_keys(at(tmp_path))
    kept = json.loads((tmp_path / "keys.json").read_text())
    del kept["encryption_keys"]
    (tmp_path / "keys.json").write_text(json.dumps(kept))
    completed = load_keys(at(tmp_path))
    assert completed.encryption_keys
    assert load_keys(at(tmp_path)) == completed
    assert completed.jwt_secret == first.jwt_secret
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


def test_encryption_keys_of_the_environment_take_the_files_place(tmp_path: Path) -> None:
    keys = [new_encryption_key(), new_encryption_key()]
    assert load_keys(at(tmp_path, encryption_keys=", ".join(keys))).encryption_keys == keys
    for wrong in ("short", ",", f"{keys[0]},short"):
        with pytest.raises(ConfigurationError, match="ENCRYPTION_KEYS"):
            load_keys(at(tmp_path, encryption_keys=wrong))
