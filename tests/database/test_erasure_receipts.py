"""What stays of an erasure: a receipt, and what outside services are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from backoffice.audit import digest
from support import somebody
from support.database import TestDatabase
from support.erasure import ERASE, erase
from support.somebody import DOMAIN
from support.two_domains import ADMIN, STRANGER, USER

Connect = Callable[..., Connection[Any]]


@pytest.fixture
def fresh(fresh_database: TestDatabase) -> Iterator[Connection[Any]]:
    with fresh_database.connect("postgres", {"sub": ADMIN}) as opened:
        yield opened


def test_the_receipt_can_be_proved_and_names_nobody(fresh: Connection[Any]) -> None:
    receipt = erase(fresh, somebody.visit(fresh))
    counts = fresh.execute("select counts::text from public.erasures").fetchone()
    assert counts is not None
    microseconds = int(receipt.erased_at.timestamp() * 1_000_000 + 0.5)
    values = [DOMAIN, str(receipt.id), str(microseconds), ADMIN, "admin", "1", counts[0]]
    assert digest(b"", values).hex() == receipt.hash
    (after,) = fresh.execute(
        "select details.after from public.audit_log as entry"
        " join public.audit_details as details using (site_domain, position)"
        " where entry.subject_type = 'visitor' and entry.subject_id = %s",
        [str(receipt.id)],
    ).fetchone() or ({},)
    assert after["hash"] == receipt.hash


def test_outside_services_are_told_and_then_the_address_is_forgotten(
    fresh: Connection[Any],
) -> None:
    receipt = erase(fresh, somebody.visit(fresh), sealed=("sealed-1",))
    pending = fresh.execute(
        "select erasure_id, place, sealed_email from private.erasures_pending(%s)", [DOMAIN]
    ).fetchall()
    assert pending == [(receipt.id, 1, "sealed-1")]
    settle = "select private.settle_erasure(%s, %s, 1, %s)"
    fresh.execute(settle, [DOMAIN, receipt.id, "HubSpot answered 500"])
    state = "select propagation_error, propagated_at is not null from public.erasures"
    assert fresh.execute(state).fetchone() == ("HubSpot answered 500", False)
    fresh.execute(settle, [DOMAIN, receipt.id, None])
    assert fresh.execute(state).fetchone() == (None, True)
    assert fresh.execute("select count(*) from private.erasure_propagations").fetchone() == (0,)


def test_without_a_connected_service_no_address_is_given_out(fresh: Connection[Any]) -> None:
    visitor = somebody.visit(fresh)
    emails = fresh.execute(
        "select private.lock_for_erasure(%s, %s::uuid[])", [DOMAIN, [visitor]]
    ).fetchone()
    assert emails == ([],)


@pytest.mark.parametrize("person", [USER, STRANGER])
def test_only_staff_erase(connect: Connect, person: str) -> None:
    client = connect("authenticated", {"sub": person})
    nobody = "00000000-0000-4000-8000-000000000000"
    for function in ("lock_for_erasure", "preview_erasure"):
        with pytest.raises(psycopg.Error) as refused:
            client.execute(
                f"select private.{function}(%s, %s::uuid[])".encode(), [DOMAIN, [nobody]]
            )
        assert refused.value.sqlstate == "PT403"
    with pytest.raises(psycopg.Error) as erasing:
        client.execute(ERASE, [DOMAIN, [nobody], []])
    assert erasing.value.sqlstate == "PT403"
