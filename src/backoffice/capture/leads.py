"""What the agent backend may know of a visitor it talks to: identity, company, scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from backoffice.capture.limits import MAX_DISTINCT_ID
from backoffice.capture.text import clean
from backoffice.database import Database
from backoffice.errors import NotFound
from backoffice.site_keys import DomainKeys

# The database writes the body, as it does for the same function over REST.
_LEAD: Final = """
select to_jsonb(lead)::text
from public.visitor_ids as known
cross join lateral
  public.get_visitor_for_lead_intelligence(known.site_domain, known.visitor_id) as lead
where known.site_domain = %s and known.distinct_id = %s
"""


@dataclass(frozen=True, slots=True)
class Leads:
    """The handler of `/agent/v1/visitors/{distinct_id}/lead`. Raises `Problem`."""

    keys: DomainKeys
    database: Database

    async def get(self, request: Request) -> Response:
        """One visitor of the key's domain in full (200), or 404."""
        site_domain = await self.keys.secret(request.headers.get("authorization", ""))
        distinct_id = clean(request.path_params["distinct_id"], MAX_DISTINCT_ID)
        body = await self.database.fetch_value(_LEAD, [site_domain, distinct_id])
        if body is None:
            raise NotFound("no such visitor", field="distinct_id")
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
