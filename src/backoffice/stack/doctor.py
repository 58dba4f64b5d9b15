"""`backoffice doctor`: what the server needs, and what mends it when it is missing."""

from __future__ import annotations

import json
import os
import platform
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import psycopg

from backoffice.errors import BackofficeError
from backoffice.keys import FILE as KEYS_FILE
from backoffice.keys import load_keys
from backoffice.mail import make_mailer
from backoffice.settings import PROJECT_ROOT, Settings
from backoffice.stack.account import database_account
from backoffice.stack.address import find_address
from backoffice.stack.layout import installed_binaries
from backoffice.stack.migrate import migration_status
from backoffice.stack.runtime import is_locked

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
LEAST_FREE_GIGABYTES = 2
SMTP_SECONDS = 5
SHORTEST_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's result; `advice` is empty when all is well."""

    check: str
    ok: bool
    found: str
    advice: str = ""


def run_checks(settings: Settings, *, as_json: bool) -> bool:
    """Print every finding; gives whether all is well."""
    findings = [finding for check in CHECKS for finding in check(settings)]
    if as_json:
        json.dump([asdict(finding) for finding in findings], sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        for finding in findings:
            mark = "ok  " if finding.ok else "FAIL"
            advice = f"\n      {finding.advice}" if finding.advice else ""
            sys.stdout.write(f"{mark}  {finding.check}: {finding.found}{advice}\n")
    return all(finding.ok for finding in findings)


def check_python(_settings: Settings) -> Iterator[Finding]:
    """Python's version."""
    ok = sys.version_info >= OLDEST_PYTHON
    yield Finding("Python", ok, platform.python_version(), "" if ok else "Install Python 3.11+.")


def check_node(_settings: Settings) -> Iterator[Finding]:
    """Node's version, which only building the UI needs."""
    advice = f"Install Node {OLDEST_NODE} or newer; it builds the user interface."
    program = shutil.which("node")
    if program is None:
        yield Finding("Node", False, "not found", advice)
        return
    asked = subprocess.run(  # noqa: S603 - the program `node` of the path
        [program, "--version"], capture_output=True, text=True, timeout=10, check=False
    )
    version = asked.stdout.strip()
    major = version.lstrip("v").partition(".")[0]
    ok = major.isdigit() and int(major) >= OLDEST_NODE
    yield Finding("Node", ok, version or "no answer", "" if ok else advice)


def check_user_interface(_settings: Settings) -> Iterator[Finding]:
    """Whether the UI is built."""
    page = PROJECT_ROOT / "web" / "dist" / "index.html"
    ok = page.exists()
    yield Finding("User interface", ok, "built" if ok else "not built", "" if ok else "make build")


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Free space where the data goes."""
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    gigabytes = shutil.disk_usage(folder).free / 1024**3
    ok = gigabytes >= LEAST_FREE_GIGABYTES
    advice = "" if ok else f"Free at least {LEAST_FREE_GIGABYTES} GB for {settings.data_dir}."
    yield Finding("Free disk space", ok, f"{gigabytes:.1f} GB", advice)


def check_data_folder(settings: Settings) -> Iterator[Finding]:
    """Whether only its owner reads the data folder and the keys."""
    folder = settings.data_dir
    if not folder.exists():
        yield Finding("Data folder", True, f"{folder} is made at first start")
        return
    private = not folder.stat().st_mode & (stat.S_IRWXO | stat.S_IRGRP | stat.S_IWGRP)
    ours = os.access(folder, os.R_OK | os.W_OK | os.X_OK)
    advice = "" if private and ours else f"Make {folder} yours: chown, then chmod 700."
    yield Finding("Data folder", private and ours, str(folder), advice)
    if (folder / KEYS_FILE).exists():
        try:
            load_keys(settings)
        except BackofficeError as error:
            yield Finding("Keys", False, "unusable", str(error))
        else:
            yield Finding("Keys", True, "readable by their owner only")


def check_port(settings: Settings) -> Iterator[Finding]:
    """Whether the port is free, or ours."""
    where = f"{settings.host}:{settings.port}"
    if is_locked(settings):
        yield Finding("Port", True, f"{where}, the server is running")
        return
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        advice = "Stop the other program, or choose another port with PORT=…"
        yield Finding("Port", False, f"{where}: {error.strerror}", advice)
    else:
        yield Finding("Port", True, f"{where} is free")


def check_postgres(settings: Settings) -> Iterator[Finding]:
    """Whether the embedded PostgreSQL can run here."""
    if settings.database_url:
        return
    try:
        account = database_account()
        program = installed_binaries() / "postgres"
        asked = subprocess.run(  # noqa: S603 - the program of the installed package
            [program, "--version"], capture_output=True, text=True, timeout=10, check=True
        )
    except BackofficeError as error:
        yield Finding("PostgreSQL", False, "cannot run", str(error))
    except (OSError, subprocess.SubprocessError) as error:
        yield Finding("PostgreSQL", False, str(error), "Install the dependencies: make install")
    else:
        yield Finding("PostgreSQL", True, f"{asked.stdout.strip()}, as {account.name}")


def check_database(settings: Settings) -> Iterator[Finding]:
    """Whether a running database answers and is current."""
    if not settings.database_url and not is_locked(settings):
        yield Finding("Database", True, "stopped; `backoffice serve` starts it")
        return
    try:
        address = find_address(settings, load_keys(settings))
        with psycopg.connect(address.login("postgres")) as connection:
            status = migration_status(connection)
    except (BackofficeError, psycopg.Error, OSError) as error:
        yield Finding("Database", False, "does not answer", str(error).strip())
        return
    yield Finding("Database", True, "answers")
    found = f"{len(status.applied)} applied, {len(status.pending)} pending"
    advice = "" if status.is_current else status.complaint() or "backoffice db migrate"
    yield Finding("Migrations", status.is_current, found, advice)


def check_mail(settings: Settings) -> Iterator[Finding]:
    """Whether e-mail leaves, and the SMTP server takes the connection."""
    try:
        mailer = make_mailer(settings)
    except BackofficeError as error:
        yield Finding("E-mail", False, "cannot be sent", str(error))
        return
    if mailer is None:
        advice = (
            "Set BACKOFFICE_SMTP_HOST and BACKOFFICE_MAIL_FROM: invitations, new passwords, digests"
            " and alerts go by e-mail."
        )
        yield Finding("E-mail", False, "no SMTP server", advice)
    elif settings.smtp_host:
        where = f"{settings.smtp_host}:{settings.smtp_port}"
        try:
            with socket.create_connection((settings.smtp_host, settings.smtp_port), SMTP_SECONDS):
                yield Finding("E-mail", True, f"{where} answers")
        except OSError as error:
            yield Finding("E-mail", False, f"{where}: {error}", "Check BACKOFFICE_SMTP_HOST.")
    else:
        yield Finding("E-mail", True, f"kept in the local mailbox, {settings.url}/mailbox")


def check_secrets(settings: Settings) -> Iterator[Finding]:
    """Whether what seals secrets at rest is there and shared, and nothing is sealed for nobody."""
    try:
        keys = load_keys(settings) if (settings.data_dir / KEYS_FILE).exists() else None
    except BackofficeError:
        # The keys are a finding of their own.
        return
    if keys is None and not settings.encryption_keys:
        return
    if settings.database_url and not settings.encryption_keys:
        advice = (
            "Every process on this database needs the same keys: set BACKOFFICE_ENCRYPTION_KEYS,"
            " BACKOFFICE_JWT_SECRET, BACKOFFICE_SIGNING_KEY and BACKOFFICE_IP_HASH_KEY."
        )
        yield Finding("Secrets", True, "sealed with this data folder's keys alone", advice)
        return
    count = len(keys.encryption_keys) if keys else 0
    yield Finding("Secrets", True, f"sealed with the first of {count} keys")


def check_metrics(settings: Settings) -> Iterator[Finding]:
    """Who may read metrics."""
    token = settings.metrics_token
    if token and len(token.get_secret_value()) < SHORTEST_TOKEN:
        advice = f"Use at least {SHORTEST_TOKEN} characters for BACKOFFICE_METRICS_TOKEN."
        yield Finding("Metrics", False, "the token is too short", advice)
    elif token:
        yield Finding("Metrics", True, "/metrics, with the token")
    elif settings.public_url:
        advice = "Set BACKOFFICE_METRICS_TOKEN to watch this server."
        yield Finding("Metrics", True, "closed, behind a proxy and without a token", advice)
    else:
        yield Finding("Metrics", True, "/metrics, for this machine alone")


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    check_python,
    check_node,
    check_user_interface,
    check_disk,
    check_data_folder,
    check_port,
    check_postgres,
    check_database,
    check_mail,
    check_secrets,
    check_metrics,
)
