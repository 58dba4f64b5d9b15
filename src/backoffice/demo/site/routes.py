"""`/demo-site/`: two pages to meet the widget on. Served from somebody's own machine only."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from backoffice.database import Database
from backoffice.demo.site import pages, tenant
from backoffice.demo.site.agent import DemoAgent, Keys, Recorder
from backoffice.errors import NotFound
from backoffice.state import State


@dataclass(slots=True)
class DemoSite:
    """Answers for the pages."""

    database: Database
    _prepared: bool = field(default=False, repr=False)

    async def page(self, request: Request) -> Response:
        """A page with the widget's snippet in it, and a place for each published section."""
        if request.url.hostname == "localhost":
            # The seed knows this name as the developers' own, whose traffic does not count.
            return RedirectResponse(str(request.url.replace(hostname=tenant.HOST)))
        path = request.path_params.get("name", "")
        if path not in pages.PAGES:
            raise NotFound("The demonstration site has no such page.")
        if not self._prepared:
            await tenant.prepare(self.database)
            self._prepared = True
        site = await tenant.read_tenant(self.database)
        if site is None:
            raise NotFound(f"There is no website {tenant.DOMAIN} to show.")
        html = pages.page(
            path,
            domain=tenant.DOMAIN,
            name=site.name,
            key=site.key,
            sections=[str(section["slug"]) for section in site.sections],
        )
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    async def asset_or_page(self, request: Request) -> Response:
        """Its stylesheet, its mark, or a page."""
        name = request.path_params["name"]
        if name not in pages.ASSETS:
            return await self.page(request)
        headers = {"Cache-Control": "no-cache"}
        return Response(pages.read_file(name), media_type=pages.ASSETS[name], headers=headers)


def demo_site_routes(state: State, keys: Keys, recorder: Recorder) -> list[BaseRoute]:
    """The site and its agent; none of a deployment."""
    if not state.settings.has_demo_site:
        return []
    site = DemoSite(state.database)
    agent = DemoAgent(state.database, keys, recorder)
    base = pages.BASE
    return [
        Route(base, lambda _request: RedirectResponse(f"{base}/"), methods=["GET"]),
        Route(f"{base}/{{name}}", site.asset_or_page, methods=["GET"]),
        Route(f"{base}/", site.page, methods=["GET"]),
        Route(f"{pages.AGENT}/message", agent.message, methods=["POST"]),
        Route(f"{pages.AGENT}/form", agent.form, methods=["POST"]),
    ]
