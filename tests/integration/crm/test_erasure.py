"""Whoever is erased here is erased in HubSpot, however long HubSpot takes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from backoffice.crm.erasures import FORGET, erase_in_hubspot
from backoffice.database import RequestContext
from backoffice.privacy.erasure import Erasures
from support.database import TestDatabase
from support.hubspot import SITE, World, a_world
from support.somebody import mentions

JOB = RequestContext(role="service_role")
MARKS = ["person0001", "number1"]


@pytest.fixture
async def world(fresh_database: TestDatabase) -> AsyncIterator[World]:
    async with a_world(fresh_database) as own:
        own.connect()
        yield own


async def erase(world: World, visitor: UUID) -> None:
    state = world.syncs.state
    await Erasures(state.database, JOB, state.vault, SITE).erase([visitor])


async def test_the_contact_goes_and_the_address_is_forgotten(world: World) -> None:
    visitor = world.visitor(1)
    world.conversation(1, visitor)
    other = world.visitor(2)
    await world.sync()
    assert world.count("contacts") == 2
    await erase(world, visitor)
    assert mentions(world.connection, MARKS) == [], "the address that waits is encrypted"
    assert await erase_in_hubspot(world.syncs, SITE) == 1
    assert world.count("contacts") == 1
    assert world.rows("select count(*) from private.erasure_propagations") == [(0,)]
    assert world.rows(
        "select propagations, propagated_at is not null, propagation_error from public.erasures"
    ) == [(1, True, None)]
    await world.sync()
    assert world.count("contacts") == 1, "nothing brings the contact back"
    assert world.rows("select local_id from public.crm_links where object = 'contact'") == [
        (other,)
    ]


async def test_what_hubspot_could_not_do_waits_with_its_reason(world: World) -> None:
    visitor = world.visitor(1)
    await world.sync()
    await erase(world, visitor)
    (sealed,) = world.rows("select sealed_email from private.erasure_propagations")
    world.connection.execute("update private.erasure_propagations set sealed_email = 'damaged'")
    assert await erase_in_hubspot(world.syncs, SITE) == 0
    ((error, settled),) = world.rows(
        "select propagation_error, propagated_at is not null from public.erasures"
    )
    assert "does not open" in error
    assert not settled
    world.connection.execute(
        "update private.erasure_propagations set sealed_email = %s", [sealed[0]]
    )
    assert await erase_in_hubspot(world.syncs, SITE) == 1
    assert world.count("contacts") == 0


async def test_an_address_nobody_can_be_told_is_not_kept(world: World) -> None:
    visitor = world.visitor(1)
    await erase(world, visitor)
    world.connection.execute("update public.crm_connections set state = 'disconnected'")
    world.connection.execute(FORGET.encode())
    assert world.rows("select count(*) from private.erasure_propagations") == [(0,)]
    ((error,),) = world.rows("select propagation_error from public.erasures")
    assert "by hand" in error
