"""Which tokens are believed: every known way of forging one is tried."""

import base64
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from backoffice import tokens
from backoffice.keys import Keys, generate_keys, mint_key
from backoffice.tokens import (
    MalformedTokenError,
    TokenAlgorithmError,
    TokenAudienceError,
    TokenClaimError,
    TokenError,
    TokenExpiredError,
    TokenNotYetValidError,
    Tokens,
    TokenSignatureError,
    verify,
)

NOW = 1_800_000_000


@pytest.fixture(scope="module")
def keys() -> Keys:
    return generate_keys()


@pytest.fixture
def signer(keys: Keys) -> Tokens:
    return Tokens(keys, clock=lambda: NOW)


def claims(**changes: Any) -> dict[str, Any]:
    return {
        "sub": "u",
        "aud": "authenticated",
        "role": "authenticated",
        "iat": NOW,
        "exp": NOW + 3600,
    } | changes


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_signed_token_gives_its_claims_back(signer: Tokens) -> None:
    assert signer.verify(signer.sign(claims())) == claims()


def test_the_token_names_its_key_and_algorithm(signer: Tokens, keys: Keys) -> None:
    header = json.loads(base64.urlsafe_b64decode(signer.sign(claims()).split(".")[0] + "=="))
    assert header == {"alg": "ES256", "kid": keys.signing_key["kid"], "typ": "JWT"}


def test_a_key_of_the_project_is_believed(signer: Tokens, keys: Keys) -> None:
    key = mint_key("service_role", keys.jwt_secret, NOW)
    assert signer.verify(key)["role"] == "service_role"


def test_published_keys_verify_and_hold_nothing_private(signer: Tokens) -> None:
    [published] = signer.jwks()["keys"]
    assert jwt.decode(signer.sign(claims()), ECKey.import_key(published)).claims == claims()
    assert "d" not in published
    assert published["use"] == "sig"


def test_a_key_that_signed_before_is_believed_and_published(keys: Keys) -> None:
    before = Tokens(keys, clock=lambda: NOW)
    old = ECKey.import_key(dict(keys.signing_key)).as_dict(private=False)
    fresh = replace(generate_keys(), jwt_secret=keys.jwt_secret, previous_keys=[old])
    after = Tokens(fresh, clock=lambda: NOW)
    assert after.verify(before.sign(claims())) == claims()
    lasting = {"sub": "u"}
    assert verify(before.sign(lasting), fresh) == lasting
    published = after.jwks()["keys"]
    assert [key["kid"] for key in published] == [fresh.signing_key["kid"], old["kid"]]
    assert not any("d" in key for key in published)
    with pytest.raises(TokenAlgorithmError):
        before.verify(after.sign(claims()))
    with pytest.raises(TokenAlgorithmError):
        Tokens(replace(fresh, previous_keys=[]), clock=lambda: NOW).verify(before.sign(claims()))


def test_the_module_function_uses_the_given_keys(keys: Keys) -> None:
    token = Tokens(keys).sign({"sub": "u"})
    assert tokens.verify(token, keys) == {"sub": "u"}
    with pytest.raises(TokenError):
        tokens.verify(token, generate_keys())


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
def test_no_signature_is_no_token(signer: Tokens, algorithm: str) -> None:
    for signature in ("", "x", "AAAA"):
        with pytest.raises(TokenAlgorithmError):
            signer.verify(f"{part({'alg': algorithm})}.{part(claims())}.{signature}")


def test_another_project_s_keys_are_refused(signer: Tokens, keys: Keys) -> None:
    other = dict(generate_keys().signing_key) | {"kid": keys.signing_key["kid"]}
    with pytest.raises(TokenSignatureError):
        signer.verify(Tokens(replace(generate_keys(), signing_key=other)).sign(claims()))
    with pytest.raises(TokenAlgorithmError):
        signer.verify(Tokens(generate_keys()).sign(claims()))
    with pytest.raises(TokenSignatureError):
        signer.verify(mint_key("service_role", keys.jwt_secret[::-1], NOW))


def test_the_public_key_is_no_hmac_secret(signer: Tokens, keys: Keys) -> None:
    public = ECKey.import_key(signer.jwks()["keys"][0]).public_key
    forms = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(signer.jwks()["keys"][0]).encode(),
    ]
    for form in forms:
        signed = f"{part({'alg': 'HS256', 'kid': keys.signing_key['kid']})}.{part(claims())}"
        mac = hmac.digest(form, signed.encode(), "sha256")
        with pytest.raises(TokenSignatureError):
            signer.verify(f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}")


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "HS384", "HS512"])
def test_other_algorithms_are_refused(signer: Tokens, keys: Keys, algorithm: str) -> None:
    if algorithm.startswith("HS"):
        key: OctKey | RSAKey = OctKey.import_key(keys.jwt_secret * 2)
    else:
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        key = RSAKey.import_key(
            private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
    token = jwt.encode({"alg": algorithm}, claims(), key, algorithms=[algorithm])
    with pytest.raises(TokenAlgorithmError):
        signer.verify(token)


def test_a_key_in_the_header_is_ignored(signer: Tokens) -> None:
    own = ECKey.generate_key("P-256")
    header = {"alg": "ES256", "jwk": own.as_dict(private=False)}
    with pytest.raises(TokenSignatureError):
        signer.verify(jwt.encode(header, claims(), own))


def test_an_altered_role_breaks_the_signature(signer: Tokens) -> None:
    header, _, signature = signer.sign(claims()).split(".")
    with pytest.raises(TokenSignatureError):
        signer.verify(f"{header}.{part(claims(role='service_role'))}.{signature}")


def test_times_have_thirty_seconds_of_leeway(signer: Tokens) -> None:
    signer.verify(signer.sign(claims(exp=NOW - 30)))
    signer.verify(signer.sign(claims(nbf=NOW + 30, iat=NOW + 30)))
    with pytest.raises(TokenExpiredError):
        signer.verify(signer.sign(claims(exp=NOW - 31)))
    with pytest.raises(TokenNotYetValidError):
        signer.verify(signer.sign(claims(nbf=NOW + 31)))
    with pytest.raises(TokenNotYetValidError):
        signer.verify(signer.sign(claims(iat=NOW + 31)))


def test_a_remembered_token_still_expires(keys: Keys) -> None:
    now = [NOW]
    signer = Tokens(keys, clock=lambda: now[0])
    token = signer.sign(claims(exp=NOW + 60))
    signer.verify(token)
    now[0] += 91
    with pytest.raises(TokenExpiredError):
        signer.verify(token)


@pytest.mark.parametrize("value", ["soon", True, float("nan"), [1], {"a": 1}])
def test_times_must_be_numbers(signer: Tokens, value: Any) -> None:
    with pytest.raises(TokenClaimError):
        signer.verify(signer.sign(claims(exp=value)))


def test_the_audience_must_be_ours_when_there_is_one(signer: Tokens) -> None:
    signer.verify(signer.sign(claims(aud=["x", "authenticated"])))
    signer.verify(signer.sign(claims(aud=None)))
    signer.verify(signer.sign(claims(aud="x")), audience=None)
    for wrong in ("x", ["x"], [], {"authenticated": 1}, 1):
        with pytest.raises(TokenAudienceError):
            signer.verify(signer.sign(claims(aud=wrong)))


def test_oversized_tokens_are_refused_before_any_work(signer: Tokens) -> None:
    with pytest.raises(MalformedTokenError, match="too long"):
        signer.verify(signer.sign(claims(pad="x" * tokens.MAX_TOKEN_LENGTH)))


@pytest.mark.parametrize("payload", ["[]", '"x"', "1", "null", "{", "\x00", "[" * 9000])
def test_claims_must_be_an_object(signer: Tokens, keys: Keys, payload: str) -> None:
    token = jws.serialize_compact({"alg": "HS256"}, payload, OctKey.import_key(keys.jwt_secret))
    with pytest.raises(MalformedTokenError):
        signer.verify(token)


@pytest.mark.parametrize(
    "header", [["alg"], "alg", {}, {"alg": None}, {"alg": ["ES256"]}, {"alg": {}}, 1, None]
)
def test_odd_headers_are_refused(signer: Tokens, header: Any) -> None:
    with pytest.raises(TokenError):
        signer.verify(f"{part(header)}.{part(claims())}.AAAA")


@given(st.one_of(st.text(), st.from_regex(r"[A-Za-z0-9_=-]*\.[A-Za-z0-9_=-]*\.[A-Za-z0-9_=-]*")))
def test_no_text_is_more_than_a_token_error(text: str) -> None:
    with pytest.raises(TokenError):
        _SIGNER.verify(text)


_SIGNER = Tokens(generate_keys())
