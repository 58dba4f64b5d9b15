"""What `serve` says in the terminal once the page is usable."""

from __future__ import annotations

import sys

from backoffice.stack.address import Address
from backoffice.state import State


def print_banner(state: State, address: Address) -> None:
    """The address and, on a database of our own on this machine, the two local users."""
    lines = ["", f"  Client Backoffice   {state.settings.url}", ""]
    if address.embedded and state.settings.is_loopback:
        lines += [
            "  Sign in as          admin@admin.com / admin   (Rose staff, every domain)",
            "                      user@user.com / user      (client user of abtasty.com)",
            "",
        ]
    if state.settings.has_demo_site:
        lines += [f"  Demonstration site  {state.settings.url}/demo-site/", ""]
    lines += ["  Stop with Ctrl-C", ""]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
