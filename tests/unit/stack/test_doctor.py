"""What the doctor says of e-mail, sealed secrets and metrics."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from backoffice.settings import Settings
from backoffice.stack.doctor import check_mail, check_metrics, check_secrets
from support.smtp import fake_smtp


def test_mail_is_kept_sent_or_missing(tmp_path: Path) -> None:
    (kept,) = check_mail(Settings(data_dir=tmp_path))
    assert kept.ok and "/mailbox" in kept.found
    (missing,) = check_mail(Settings(data_dir=tmp_path, public_url="https://b.example"))
    assert not missing.ok and "BACKOFFICE_SMTP_HOST" in missing.advice
    (nameless,) = check_mail(Settings(data_dir=tmp_path, smtp_host="127.0.0.1"))
    assert not nameless.ok and "BACKOFFICE_MAIL_FROM" in nameless.advice


def test_an_smtp_server_that_does_not_answer_is_told(tmp_path: Path) -> None:
    with fake_smtp() as fake:
        given = Settings(
            data_dir=tmp_path, smtp_host="127.0.0.1", smtp_port=fake.port, mail_from="a@b.example"
        )
        (answers,) = check_mail(given)
    (silent,) = check_mail(given)
    assert (answers.ok, silent.ok) == (True, False)


def test_a_shared_database_wants_shared_keys(tmp_path: Path) -> None:
    assert list(check_secrets(Settings(data_dir=tmp_path))) == []
    (shared,) = check_secrets(
        Settings(
            data_dir=tmp_path,
            database_url=SecretStr("postgresql://h/d"),
            encryption_keys=SecretStr("not looked at"),
        )
    )
    assert shared.ok


@pytest.mark.parametrize(
    ("changed", "ok", "found"),
    [
        ({}, True, "this machine alone"),
        ({"public_url": "https://b.example"}, True, "closed"),
        ({"metrics_token": SecretStr("short")}, False, "too short"),
        ({"metrics_token": SecretStr("long enough for a token")}, True, "with the token"),
    ],
)
def test_who_may_read_metrics(
    tmp_path: Path, changed: dict[str, object], ok: bool, found: str
) -> None:
    (finding,) = check_metrics(Settings(data_dir=tmp_path).model_copy(update=changed))
    assert (finding.ok, found in finding.found) == (ok, True)


@pytest.mark.parametrize(
    ("host", "public_url", "reachable"),
    [
        ("127.0.0.1", None, False),
        ("127.0.0.1", "http://localhost:8080", False),
        ("127.0.0.1", "https://b.example", True),
        ("0.0.0.0", None, True),  # noqa: S104
    ],
)
def test_a_proxy_makes_a_server_reachable(
    host: str, public_url: str | None, reachable: bool
) -> None:
    assert Settings(host=host, public_url=public_url).is_reachable is reachable
