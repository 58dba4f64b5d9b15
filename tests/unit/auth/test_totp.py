"""One-time passwords, against the vectors of RFC 6238."""

import base64

import pytest

from backoffice.auth import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("now", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_vectors_of_the_standard(now: int, code: str) -> None:
    assert totp.matching_step(SECRET, code, now=now) == now // 30


def test_a_clock_may_be_one_step_off() -> None:
    for off in (-30, 30):
        moment = 1111111109 + off
        assert totp.matching_step(SECRET, "081804", now=moment) == 1111111109 // 30
    assert totp.matching_step(SECRET, "287082", now=59 + 90) is None


@pytest.mark.parametrize("code", ["", "28708", "2870820", "abcdef", "٢٨٧٠٨٢", " 87082", "-87082"])
def test_what_is_no_code(code: str) -> None:
    assert totp.matching_step(SECRET, code, now=59) is None


def test_secrets_are_fresh_and_long_enough() -> None:
    secrets = {totp.new_secret() for _ in range(20)}
    assert len(secrets) == 20
    assert {len(secret) for secret in secrets} == {32}


def test_an_app_is_told_whose_account_it_is() -> None:
    uri = totp.enrolment_uri("ABC", issuer="Rose & Co", account="a b@example.com")
    assert uri == (
        "otpauth://totp/Rose%20%26%20Co:a%20b%40example.com"
        "?algorithm=SHA1&digits=6&issuer=Rose%20%26%20Co&period=30&secret=ABC"
    )
    picture = totp.qr_code(uri)
    assert picture.startswith("<svg ")
    assert "#" not in picture
    assert "white" in picture
