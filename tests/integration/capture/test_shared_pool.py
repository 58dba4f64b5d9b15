"""Capture and REST share a pool: what one does to a connection, the other must survive."""

from __future__ import annotations

from uuid import uuid4

from support.server import TestServer

from .conftest import Site


def test_what_capture_rolls_back_leaves_the_statements_of_rest(
    site: Site, server: TestServer
) -> None:
    conversation_id = site.conversation()
    message = {"id": str(uuid4()), "role": "visitor", "text": "Hello?"}
    with server.signed_in("user@user.com", "user") as client:

        def use_both() -> None:
            # Often enough that both keep their statements parsed on every connection of the pool.
            for number in range(40):
                site.agent("PATCH", conversation_id, {"language": "en"})
                for _ in range(1 + number % 3):
                    answer = client.get("/rest/v1/domains?select=site_domain")
                    assert answer.status_code == 200, answer.text

        use_both()
        for _ in range(5):
            assert site.agent("POST", f"{uuid4()}/messages", message).status_code == 404
        use_both()
