"""Visitors that were erased here are erased in HubSpot too, and their addresses then forgotten.

Source: HubSpot, "GDPR delete" (`POST /crm/v3/objects/contacts/gdpr-delete`), which also keeps the
address from being taken up again there. A contact that HubSpot does not know is no error.
"""

from __future__ import annotations

from typing import Final

import structlog

from backoffice.crm.failures import HubSpotError
from backoffice.crm.sync import Syncs
from backoffice.errors import BackofficeError

log = structlog.get_logger("backoffice.crm")

GDPR_DELETE: Final = "/crm/v3/objects/contacts/gdpr-delete"
SITES: Final = """
select waiting.site_domain
from private.erasure_propagations as waiting
join public.crm_connections as connection
  on connection.site_domain = waiting.site_domain and connection.state = 'connected'
group by waiting.site_domain
order by waiting.site_domain
"""
# Nobody can tell HubSpot any more, and an address that is of no use is not kept.
FORGET: Final = """
with gone as (
  delete from private.erasure_propagations as waiting
  where not exists (
    select 1
    from public.crm_connections as connection
    where connection.site_domain = waiting.site_domain and connection.state <> 'disconnected'
  )
  returning waiting.site_domain, waiting.erasure_id
)
update public.erasures as erasure
set propagation_error = 'HubSpot was disconnected first: delete the contact there by hand.'
from gone
where erasure.site_domain = gone.site_domain and erasure.id = gone.erasure_id
"""
_PENDING: Final = """
select erasure_id, place, sealed_email, attempts from private.erasures_pending(%s)
"""
_SETTLE: Final = "select private.settle_erasure(%s, %s, %s, %s)"


async def erase_in_hubspot(syncs: Syncs, site_domain: str) -> int:
    """Have HubSpot erase whom a website's erasures wait for; gives how many it did.

    Who could not be erased waits, with the reason beside the receipt, for the next time.
    """
    database, vault = syncs.database, syncs.state.vault
    done = 0
    for erasure, place, sealed, _ in await database.fetch_all(_PENDING, [site_domain]):
        reason = None
        try:
            body = {"objectId": vault.open(sealed), "idProperty": "email"}
            await syncs.hubspot(site_domain).post(GDPR_DELETE, body)
            done += 1
        except (HubSpotError, BackofficeError) as error:
            reason = str(error)[:300]
            log.warning("not erased in HubSpot yet", site=site_domain, reason=reason)
        await database.fetch_value(_SETTLE, [site_domain, erasure, place, reason])
    return done
