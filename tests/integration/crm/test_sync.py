"""What arrives in HubSpot, what comes back, and that the same is never sent twice."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from support.database import TestDatabase
from support.hubspot import SITE, World, a_world


@pytest.fixture
async def world(fresh_database: TestDatabase) -> AsyncIterator[World]:
    async with a_world(fresh_database) as own:
        own.connect()
        yield own


async def test_people_companies_and_notes_arrive_and_belong_together(world: World) -> None:
    account = world.account(1)
    visitor = world.visitor(1, account)
    world.conversation(1, visitor, "Is there a <b>discount</b>?")
    run = await world.sync()

    assert (run["state"], run["error"]) == ("done", None)
    contact = world.contact("person0001@company.example")
    assert (contact["firstname"], contact["lastname"]) == ("Ada", "Number1")
    assert contact["company"] == "Company 1"
    assert (contact["rose_interest_score"], contact["rose_interest"]) == ("1", "Cold")
    assert contact["rose_url"].endswith(f"/visitors/{SITE}/{visitor}")
    (company,) = world.hubspot.account.records["companies"].values()
    assert company["properties"]["domain"] == "company1.example"
    (note,) = world.hubspot.account.records["notes"].values()
    assert "&lt;b&gt;discount&lt;/b&gt;" in note["properties"]["hs_note_body"]
    assert f"/conversations/{SITE}/" in note["properties"]["hs_note_body"]
    associated = world.hubspot.account.associated
    (contact_id,) = world.hubspot.account.records["contacts"]
    assert associated("contacts", contact_id, "companies") == [company["id"]]
    assert associated("notes", note["id"], "contacts") == [contact_id]
    assert associated("notes", note["id"], "companies") == [company["id"]]
    assert run["counts"]["contacts"]["created"] == 1
    assert run["counts"]["companies"]["created"] == 1
    assert run["counts"]["notes"] == {"created": 1}
    assert (run["done"], run["total"]) == (2, 2)


async def test_a_repetition_writes_nothing(world: World) -> None:
    for number in range(3):
        world.conversation(number, world.visitor(number, world.account(number)))
    await world.sync()
    world.hubspot.faults.calls.clear()
    run = await world.sync()

    assert run["counts"]["contacts"]["unchanged"] == 3
    assert run["counts"]["companies"]["unchanged"] == 3
    assert run["counts"]["notes"] == {"unchanged": 3}
    written = [
        path
        for method, path in world.hubspot.faults.calls
        if method == "POST" and path.endswith(("upsert", "create", "update", "default"))
    ]
    assert written == []
    assert (world.count("contacts"), world.count("notes")) == (3, 3)


async def test_only_what_changed_is_sent_again(world: World) -> None:
    visitors = [world.visitor(number) for number in range(3)]
    conversation = world.conversation(1, visitors[1])
    await world.sync()
    world.connection.execute(
        "update public.visitors set name = 'Grace Hopper' where id = %s", [visitors[2]]
    )
    world.say(conversation, "And for 500 people?")
    run = await world.sync()

    # Whoever goes on talking was seen later as well.
    assert (run["counts"]["contacts"]["updated"], run["counts"]["contacts"]["unchanged"]) == (2, 1)
    assert run["counts"]["notes"] == {"updated": 1}
    assert world.contact("person0002@company.example")["firstname"] == "Grace"
    (note,) = world.hubspot.account.records["notes"].values()
    assert "500 people" in note["properties"]["hs_note_body"]


async def test_batches_of_a_hundred(world: World) -> None:
    for number in range(230):
        world.visitor(number)
    run = await world.sync()
    assert run["counts"]["contacts"]["created"] == 230
    upserts = [p for _, p in world.hubspot.faults.calls if p.endswith("contacts/batch/upsert")]
    assert len(upserts) == 3


async def test_visitors_of_one_address_are_one_contact(world: World) -> None:
    first = world.visitor(1, email="ada@company.example")
    second = world.visitor(2, email="ada@company.example")
    world.conversation(1, first)
    world.conversation(2, second)
    await world.sync()
    assert (world.count("contacts"), world.count("notes")) == (1, 2)
    links = world.rows(
        "select count(*), count(distinct remote_id) from public.crm_links where object = 'contact'"
    )
    assert links == [(2, 1)]


async def test_who_does_not_count_is_not_sent(world: World) -> None:
    world.visitor(1)
    world.connection.execute("update public.visitors set counts = false, is_bot = true")
    world.account(1)
    run = await world.sync()
    assert run["state"] == "done"
    assert (world.count("contacts"), world.count("companies")) == (0, 0)


async def test_our_properties_are_made_once(world: World) -> None:
    world.visitor(1)
    first, second = await world.sync(), await world.sync()
    assert first["counts"]["properties"]["created"] > 10
    assert "properties" not in second["counts"]
    assert world.hubspot.account.properties["contacts"]["rose_first_seen"]["type"] == "datetime"


async def test_owner_stage_and_deal_come_back(world: World) -> None:
    account = world.account(1)
    visitor = world.visitor(1, account)
    await world.sync()
    world.hubspot.work()
    await world.sync()
    values = {
        row[0]: row[1:]
        for row in world.rows(
            "select object, owner, lifecycle_stage, deal_name, deal_stage, local_id,"
            " record_url like '%%/contacts/20261126/record/%%' from public.crm_values"
        )
    }
    assert values["contact"] == ("Nadia Haddad", "Lead", None, None, visitor, True)
    assert values["company"] == (
        "Nadia Haddad",
        "Lead",
        "Company 1 · Pro",
        "Appointment scheduled",
        account,
        True,
    )
    deal = next(iter(world.hubspot.account.records["deals"]))
    world.hubspot.account.write("deals", {"dealstage": "closedwon"}, deal)
    (company,) = world.hubspot.account.records["companies"]
    world.hubspot.account.write("companies", {"hubspot_owner_id": "72"}, company)
    await world.sync()
    assert world.rows(
        "select owner, deal_stage from public.crm_values where object = 'company'"
    ) == [("Tom Becker", "Closed won")]


async def test_without_the_scope_deals_are_left_out_and_it_says_so(world: World) -> None:
    from backoffice.crm.oauth import SCOPES

    world.connect(" ".join(SCOPES))
    world.visitor(1)
    run = await world.sync()
    assert run["state"] == "done"
    assert "Deals were left out" in run["notice"]


async def test_a_dry_run_tells_and_writes_nothing(world: World) -> None:
    visitor = world.visitor(1, world.account(1))
    world.conversation(1, visitor)
    world.hubspot.account.write(
        "contacts", {"email": "person0001@company.example", "firstname": "Adelaide"}
    )
    before = str(world.hubspot.account.records)
    run = await world.sync("dry_run")
    assert run["state"] == "done"
    assert run["counts"] == {
        "companies": {"created": 1},
        "contacts": {"updated": 1},
        "notes": {"created": 1},
    }
    shown = {each["object"]: each for each in run["examples"]}
    first = next(x for x in shown["contact"]["properties"] if x["name"] == "firstname")
    assert first == {"name": "firstname", "value": "Ada", "before": "Adelaide"}
    assert shown["company"]["action"] == "create"
    assert str(world.hubspot.account.records) == before
    assert "rose_url" not in world.hubspot.account.properties["contacts"]
    assert world.rows("select 1 from public.crm_links") == []


async def test_another_account_is_told_everything_anew(world: World) -> None:
    world.visitor(1)
    await world.sync()
    world.hubspot.account.portal_id += 1
    for records in world.hubspot.account.records.values():
        records.clear()
    world.connect()
    run = await world.sync()
    assert run["counts"]["contacts"]["created"] == 1
