"""The product beside a stand-in for HubSpot, with people to send to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from backoffice.demo.hubspot.serve import settings_for
from backoffice.demo.hubspot.site import DemoHubSpot
from support.database import reachable_folder
from support.hubspot import People, running_hubspot
from support.serving import installation

from .product import Product

COMPANIES = ("Galeries Lafayette", "Decathlon", "Sephora", "Maisons du Monde", "Etam")
NAMES = ("Camille Moreau", "Lina Haddad", "Jonas Weber", "Sofia Rossi", "Emma Laurent")
QUESTIONS = (
    "What does it cost for two million sessions?",
    "Does the snippet slow our pages down?",
    "Can we see a demo next week?",
)


@contextmanager
def running_with_hubspot() -> Iterator[tuple[Product, DemoHubSpot]]:
    """Serve both until the block ends."""
    with ExitStack() as held:
        hubspot, url = held.enter_context(running_hubspot())
        folder = held.enter_context(reachable_folder())
        product = Product(installation(folder))
        held.enter_context(product.installation.serving(**settings_for(hubspot, url)))
        fill(product)
        yield product, hubspot


def fill(product: Product) -> None:
    """A few companies, the people there who left their address, and what they asked."""
    with product.connect() as connection:
        people = People(connection)
        accounts = [people.account(number) for number in range(len(COMPANIES))]
        for number, name in enumerate(COMPANIES):
            domain = f"{name.lower().replace(' ', '')}.example"
            connection.execute(
                "update public.accounts set name = %s, domain = %s where id = %s",
                [name, domain, accounts[number]],
            )
        for number in range(30):
            name = NAMES[number % len(NAMES)]
            company = COMPANIES[number % len(COMPANIES)].lower().replace(" ", "")
            email = f"{name.split()[0].lower()}{number}@{company}.example"
            visitor = people.visitor(number, accounts[number % len(accounts)], email)
            connection.execute(
                "update public.visitors set name = %s where id = %s", [name, visitor]
            )
            if number % 2 == 0:
                people.conversation(number, visitor, QUESTIONS[number % len(QUESTIONS)])
