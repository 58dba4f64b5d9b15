"""`backoffice companies` and `backoffice enrichment`, and the jobs behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backoffice.database import SERVICE_CONTEXT
from backoffice.enrichment.companies import COLUMNS, import_companies
from backoffice.enrichment.tasks import NAMESPACE, enrichment
from backoffice.jobs import SESSION, STATE, defer, jobs_app
from backoffice.stack.runtime import make_state
from support.database import TestDatabase
from support.enrichment import Visitors, visitors_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "companies.csv"


@pytest.fixture
async def site(fresh_database: TestDatabase) -> AsyncIterator[Visitors]:
    async with visitors_of(fresh_database) as visitors:
        yield visitors


def write(folder: Path, *lines: str) -> Path:
    path = folder / "companies.csv"
    path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n")
    return path


async def test_an_import_adds_changes_and_is_repeatable(site: Visitors, tmp_path: Path) -> None:
    path = write(tmp_path, "a.com,a,A,,FR,hosting,", "b.com,b,B,,,,", ",,,,,,")
    first = await import_companies(site.pool, path)
    assert (first.added, first.changed, first.unchanged, len(first.bad)) == (2, 0, 0, 1)
    again = await import_companies(site.pool, path)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 2)
    path = write(tmp_path, "a.com,a,A,,DE,hosting,", "c.com,c,C,,,,")
    third = await import_companies(site.pool, path)
    assert (third.added, third.changed, third.unchanged) == (1, 1, 0)
    known = site.rows("select domain, country from private.companies order by domain")
    assert known == [("a.com", "DE"), ("b.com", None), ("c.com", None)]


async def test_an_import_that_fails_leaves_nothing(site: Visitors, tmp_path: Path) -> None:
    site.owner.execute(
        "alter table private.companies add constraint no_c check (domain <> 'c.com')"
    )
    with pytest.raises(Exception, match="no_c"):
        await import_companies(site.pool, write(tmp_path, "a.com,a,A,,,,", "c.com,c,C,,,,"))
    assert site.rows("select count(*) from private.companies") == [(0,)]


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data/companies.csv is not here")
async def test_the_shared_list_names_visitors(site: Visitors) -> None:
    imported = await import_companies(site.pool, SHARED)
    assert (imported.added, imported.companies, imported.bad) == (4576, 2546, ())
    site.send("ada", email="ada@1000mercis.com")
    site.send("ben", email="ben@mmtro.com")
    await site.enrich()
    assert site.company("ada")[:2] == site.company("ben")[:2] == ("1000mercis.com", "1000mercis")


async def test_the_job_looks_into_visitors_and_forgets_addresses(
    site: Visitors, fresh_database: TestDatabase
) -> None:
    site.send("ada", email="ada@acme.com", ip_hash="office")
    cluster = fresh_database.cluster
    async with make_state(cluster.settings, cluster.keys, fresh_database.address).opened() as state:
        async with state.database.transaction(SERVICE_CONTEXT) as connection:
            await defer(connection, f"{NAMESPACE}:enrich", {})
            await defer(connection, f"{NAMESPACE}:forget_addresses", {"timestamp": 0})
        app = jobs_app(
            fresh_database.address.with_role("service_role", SESSION), {NAMESPACE: enrichment}
        )
        async with app.open_async():
            await app.run_worker_async(
                wait=False, listen_notify=False, additional_context={STATE: state}
            )
    assert site.rows("select distinct status::text from jobs.procrastinate_jobs") == [
        ("succeeded",)
    ]
    assert site.company("ada")[0] == "acme.com"
    assert site.rows("select count(*) from private.visitor_addresses") == [(0,)]
