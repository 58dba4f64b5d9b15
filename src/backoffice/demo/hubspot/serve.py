"""`backoffice demo hubspot`: the stand-in on this machine, until it is stopped."""

from __future__ import annotations

import uvicorn
from rich.console import Console

from backoffice.demo.hubspot.site import DemoHubSpot

PORT = 54380


def serve(port: int) -> None:
    """Print the settings that lead to it, and serve it on 127.0.0.1."""
    hubspot = DemoHubSpot()
    hubspot.account.strict = True
    hubspot.faults.most_calls = 100
    url = f"http://127.0.0.1:{port}"
    console = Console(highlight=False)
    console.print(
        f"A stand-in for HubSpot at {url}. Start the server with these settings, in the environment"
        " or in .env:\n"
    )
    for name, value in settings_for(hubspot, url).items():
        console.print(f"{name}={value}", soft_wrap=True)
    console.print(f"\nThen connect on the page Integrations. What arrives shows at {url}/.")
    uvicorn.run(hubspot.app(), host="127.0.0.1", port=port, log_level="warning")


def settings_for(hubspot: DemoHubSpot, url: str) -> dict[str, str]:
    """What the server is told of it."""
    return {
        "BACKOFFICE_HUBSPOT_CLIENT_ID": hubspot.consent.client_id,
        "BACKOFFICE_HUBSPOT_CLIENT_SECRET": hubspot.consent.client_secret,
        "BACKOFFICE_HUBSPOT_URL": url,
        "BACKOFFICE_HUBSPOT_APP_URL": url,
    }
