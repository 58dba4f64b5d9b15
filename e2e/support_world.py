"""A product that is connected to a fake Linear, with a conversation to report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from support.fake_linear import KEY, SECRET, FakeLinear, Json, signed

from .product import Product, make_domain, running_product
from .sender import Conversation, Sender
from .traffic import MINE, OTHERS

ASKED = "Can I test two headlines for visitors from Germany alone?"
WRONG = "No. Tests are always shown to every visitor of the website."


@dataclass(frozen=True, slots=True)
class SupportWorld:
    """The running product, Linear, and what somebody says to its webhook."""

    product: Product
    linear: FakeLinear
    conversation: str

    def tell(self, message: Json) -> None:
        """Linear sends a message."""
        body, headers = signed(message)
        url = f"{self.product.url}/support/v1/linear/webhook"
        httpx.post(url, content=body, headers=headers).raise_for_status()

    def issue(self, identifier: str) -> str:
        """The id of an issue by what it is called."""
        return next(
            id_ for id_, issue in self.linear.issues.items() if issue["identifier"] == identifier
        )


@contextmanager
def support_world() -> Iterator[SupportWorld]:
    """All of it, gone at the end."""
    linear = FakeLinear()
    with (
        linear.served() as url,
        running_product(
            BACKOFFICE_LINEAR_API_KEY=KEY,
            BACKOFFICE_LINEAR_TEAM="ROSE",
            BACKOFFICE_LINEAR_LABELS="chatbot=Chatbot issue",
            BACKOFFICE_LINEAR_WEBHOOK_SECRET=SECRET,
            BACKOFFICE_LINEAR_URL=url,
        ) as product,
    ):
        with product.connect() as connection:
            keys = make_domain(connection, MINE, "AB Tasty", "Europe/Paris")
            make_domain(connection, OTHERS, "Northwind", "Pacific/Auckland")
        conversation = Conversation(
            "reported",
            "visitor-1",
            datetime.now(UTC) - timedelta(hours=2),
            [
                ("visitor", "Hello, I look after the website of a shop."),
                ("agent", "Welcome! How can I help you?"),
                ("visitor", ASKED),
                ("agent", WRONG),
            ],
            country="DE",
        )
        sender = Sender(product.url, keys)
        with sender.http:
            sender.converse(conversation)
        yield SupportWorld(product, linear, conversation.id)
