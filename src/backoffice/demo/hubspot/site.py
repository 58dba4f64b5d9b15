"""The stand-in as one application, with a page that shows what arrived and lets things go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from backoffice.demo.hubspot.account import DEAL_STAGES, STAGES, Account
from backoffice.demo.hubspot.api import Api
from backoffice.demo.hubspot.consent import Consent, page, read_form
from backoffice.demo.hubspot.faults import Faults

MOST_SHOWN = 50
ACTS = {
    "work": "Let the sales team work: owners, stages, deals",
    "strict": "Refuse some addresses",
    "lenient": "Accept every address",
    "busy": "Answer the next 3 calls with 429",
    "broken": "Answer the next 5 calls with 500",
    "expire": "Expire the access token",
    "remove": "Remove the app",
}


@dataclass
class DemoHubSpot:
    """A HubSpot of one's own."""

    account: Account = field(default_factory=Account)
    faults: Faults = field(default_factory=Faults)
    consent: Consent = field(init=False)

    def __post_init__(self) -> None:
        self.consent = Consent(self.account)

    def app(self) -> Starlette:
        """What is served."""
        api = Api(self.account, self.consent, self.faults)
        return Starlette(
            routes=[
                Route("/", self._home, methods=["GET"]),
                Route("/", self._act, methods=["POST"]),
                *self.consent.routes(),
                *api.routes(),
            ]
        )

    def work(self) -> None:
        """Give records owners and stages, and companies a deal, as a sales team does."""
        owners, stages, deals = list(self.account.owners), list(STAGES), list(DEAL_STAGES)
        for kind in ("contacts", "companies"):
            for place, record_id in enumerate(list(self.account.records[kind])):
                told = {
                    "hubspot_owner_id": owners[place % len(owners)],
                    "lifecyclestage": stages[1 + place % (len(stages) - 1)],
                }
                self.account.write(kind, told, record_id)
        for place, company in enumerate(list(self.account.records["companies"])):
            if place % 3 or self.account.associated("companies", company, "deals"):
                continue
            name = self.account.records["companies"][company]["properties"].get("name", "")
            stage = deals[place % len(deals)]
            deal = self.account.write("deals", {"dealname": f"{name} · Pro", "dealstage": stage})
            self.account.associate("deals", deal["id"], "companies", company)

    async def _act(self, request: Request) -> Response:
        match (await read_form(request)).get("act"):
            case "work":
                self.work()
            case "strict" | "lenient" as act:
                self.account.strict = act == "strict"
            case "busy":
                self.faults.add("/crm/", 429, times=3)
            case "broken":
                self.faults.add("/crm/", 500, times=5)
            case "expire":
                self.consent.expire()
            case "remove":
                self.consent.remove_app()
        return RedirectResponse("/", 303)

    async def _home(self, _request: Request) -> Response:
        buttons = " ".join(
            f'<button name="act" value="{name}">{escape(label)}</button>'
            for name, label in ACTS.items()
        )
        parts = [f'<form method="post"><p>{buttons}</p></form>']
        for kind, records in self.account.records.items():
            rows = "".join(
                f"<tr><td>{escape(record['id'])}</td><td>{_values(record['properties'])}</td></tr>"
                for record in list(records.values())[-MOST_SHOWN:]
            )
            parts.append(f"<h2>{kind.capitalize()}: {len(records)}</h2><table>{rows}</table>")
        return HTMLResponse(page("HubSpot, for trying things out", "".join(parts)))


def _values(properties: dict[str, str]) -> str:
    shown = {name: value for name, value in properties.items() if not name.startswith("hs_object")}
    return ", ".join(f"<b>{escape(n)}</b> {escape(str(v))[:300]}" for n, v in shown.items())
