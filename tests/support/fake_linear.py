"""Linear, as far as tickets need it: makes issues, and each once; finds them; fails as it is told.

Where Linear's published schema lies beside the project, every operation is checked against it, with
its variables, and answered by it: an answer has exactly the fields that were asked for.
"""

from __future__ import annotations

import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx
from graphql import (
    ExecutionResult,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from backoffice.settings import PROJECT_ROOT

SCHEMA_FILE = PROJECT_ROOT.parent / "shared" / "contracts" / "linear" / "schema.graphql"
NO_SCHEMA = "Linear's schema (../shared/contracts/linear/schema.graphql) is not there"
KEY = "lin_api_of_a_test"
SECRET = "the webhook's secret"
TEAM = "7b1a2a52-3f0c-4b8c-8d7d-3f6f1d0a9a01"
LABEL = "9c9b1b8a-55b1-4a67-8b56-6d5d4e7e2a02"
START = datetime(2026, 11, 20, 9, tzinfo=UTC)
STATES = {
    "Todo": "unstarted",
    "In Progress": "started",
    "Done": "completed",
    "Canceled": "canceled",
    "Triage": "triage",
}

Json = dict[str, Any]
Trouble = httpx.Response | Exception | Callable[[], None]


@cache
def schema() -> GraphQLSchema | None:
    """Linear's own, or None where it is not there."""
    return build_schema(SCHEMA_FILE.read_text("utf-8")) if SCHEMA_FILE.exists() else None


@dataclass
class FakeLinear:
    """One workspace. `before` and `after` hold troubles for the next operations of a name."""

    team_key: str = "ROSE"
    labels: dict[str, str] = field(default_factory=lambda: {"Chatbot issue": LABEL})
    issues: dict[str, Json] = field(default_factory=dict)
    asked: list[tuple[str, Json]] = field(default_factory=list)
    before: dict[str, list[Trouble]] = field(default_factory=dict)
    after: dict[str, list[Trouble]] = field(default_factory=dict)
    key: str = KEY
    now: datetime = START

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request, as `httpx.MockTransport` wants it."""
        if request.headers.get("authorization") != self.key:
            return refusal("Authentication required", "AUTHENTICATION_ERROR", status=401)
        body = json.loads(request.content)
        document = parse(body["query"])
        operation = next(
            each for each in document.definitions if isinstance(each, OperationDefinitionNode)
        )
        assert operation.name is not None
        name, variables = operation.name.value, body["variables"]
        self.asked.append((name, variables))
        if (trouble := self._trouble(self.before, name)) is not None:
            return trouble
        answer = self._execute(document, name, variables)
        return self._trouble(self.after, name) or answer

    def _trouble(self, troubles: dict[str, list[Trouble]], name: str) -> httpx.Response | None:
        waiting = troubles.get(name) or []
        trouble = waiting.pop(0) if waiting else None
        if isinstance(trouble, httpx.Response):
            return httpx.Response(
                trouble.status_code, headers=trouble.headers, content=trouble.content
            )
        if isinstance(trouble, Exception):
            raise trouble
        if trouble is not None:
            trouble()
        return None

    def _execute(self, document: Any, name: str, variables: Json) -> httpx.Response:
        root = {
            "teams": lambda *_, filter, **more: self._teams(filter),
            "issueLabels": lambda *_, filter, **more: self._labels_like(filter),
            "issues": lambda *_, filter, **more: self._issues_like(filter),
            "issueCreate": lambda *_, input: self._create(input),
        }
        known = schema()
        try:
            if known is None:
                field_of = {
                    "FindTeam": lambda: ("teams", root["teams"](filter=variables["filter"])),
                    "FindLabels": lambda: (
                        "issueLabels",
                        root["issueLabels"](filter=variables["filter"]),
                    ),
                    "FindIssue": lambda: (
                        "issues",
                        root["issues"](filter={"id": {"eq": variables["id"]}}),
                    ),
                    "ReadIssues": lambda: (
                        "issues",
                        root["issues"](filter={"id": {"in": variables["ids"]}}),
                    ),
                    "CreateIssue": lambda: (
                        "issueCreate",
                        root["issueCreate"](input=variables["input"]),
                    ),
                }
                return httpx.Response(
                    200,
                    json={"data": dict([field_of[name]()])},
                )
            mistakes = validate(known, document)
            assert not mistakes, mistakes
            result = execute_sync(known, document, root, variable_values=variables)
            assert isinstance(result, ExecutionResult)
            for error in result.errors or []:
                if isinstance(error.original_error, TakenError):
                    raise error.original_error
            assert not result.errors, result.errors
        except TakenError as taken:
            return refusal(str(taken), "INPUT_ERROR")
        return httpx.Response(200, json={"data": result.data})

    def _teams(self, wanted: Json) -> Json:
        names = [TEAM, self.team_key.lower(), "rose support"]
        asked = [wanted, *wanted.get("or", [])]
        values = [
            str(value).lower()
            for each in asked
            for key in ("id", "key", "name")
            for value in each.get(key, {}).values()
        ]
        return {"nodes": [{"id": TEAM}] if set(values) & set(names) else []}

    def _labels_like(self, wanted: Json) -> Json:
        asked = {each["name"]["eqIgnoreCase"].lower() for each in wanted["or"]}
        found = [
            {"id": id_, "name": name, "team": None}
            for name, id_ in self.labels.items()
            if name.lower() in asked
        ]
        return {"nodes": found}

    def _issues_like(self, wanted: Json) -> Json:
        ids = wanted["id"].get("in") or [wanted["id"]["eq"]]
        return {"nodes": [self._shown(self.issues[each]) for each in ids if each in self.issues]}

    def _shown(self, issue: Json) -> Json:
        def comments(*_: Any, filter: Json, **more: Any) -> Json:
            mark = filter["body"]["startsWithIgnoreCase"].lower()
            found = [each for each in issue["all"] if each["body"].lower().startswith(mark)]
            return {"nodes": found, "pageInfo": {"hasNextPage": False}}

        shown = {**issue, "comments": comments}
        if schema() is None:
            shown["comments"] = comments(filter={"body": {"startsWithIgnoreCase": "#public"}})
        return shown

    def _create(self, given: Json) -> Json:
        if given["id"] in self.issues:
            raise TakenError(f"Entity with id {given['id']} already exists")
        number = len(self.issues) + 1
        identifier = f"{self.team_key}-{number}"
        self.issues[given["id"]] = {
            **given,
            "identifier": identifier,
            "url": f"https://linear.app/rose/issue/{identifier}",
            "updatedAt": self.later(),
            "trashed": None,
            "state": {"name": "Triage", "type": "triage"},
            "all": [],
        }
        made = self.issues[given["id"]]
        return {"success": True, "issue": self._shown(made), "lastSyncId": 1.0}

    def later(self) -> str:
        """The next moment of its clock."""
        self.now += timedelta(seconds=1)
        return self.now.isoformat().replace("+00:00", "Z")

    def names(self) -> list[str]:
        """The operations it was asked for."""
        return [name for name, _ in self.asked]

    def move(self, identifier: str, state: str) -> Json:
        """Somebody moves an issue; gives the message of the webhook."""
        issue = self.issues[identifier]
        issue |= {
            "state": {"name": state, "type": STATES[state]},
            "updatedAt": self.later(),
        }
        return self.message("Issue", "update", issue)

    def comment(self, issue: str, body: str, identifier: str | None = None) -> Json:
        """Somebody writes a comment, or changes one; gives the message of the webhook."""
        comments = self.issues[issue]["all"]
        at = self.later()
        known = next((each for each in comments if each["id"] == identifier), None)
        made = known or {"id": str(uuid4()), "createdAt": at, "user": {"name": "Rosa of Rose"}}
        made |= {"body": body, "updatedAt": at}
        if known is None:
            comments.append(made)
        return self.message("Comment", "update" if known else "create", {**made, "issueId": issue})

    def message(self, kind: str, action: str, data: Json) -> Json:
        """What the webhook is told."""
        kept = {key: value for key, value in data.items() if key != "all"}
        return {
            "action": action,
            "type": kind,
            "createdAt": data["updatedAt"],
            "data": json.loads(json.dumps(kept)),
            "url": "https://linear.app/rose",
            "webhookTimestamp": int(time.time() * 1000),
        }

    @contextmanager
    def served(self) -> Iterator[str]:
        """The fake at an address, for programs of their own."""
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["content-length"]))
                request = httpx.Request(
                    "POST", "http://fake", headers=dict(self.headers), content=content
                )
                answer = fake.handle(request)
                self.send_response(answer.status_code)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            def log_message(self, *_: Any) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/graphql"
        finally:
            server.shutdown()
            server.server_close()
            thread.join(10)


class TakenError(Exception):
    """An id that an issue has already."""


def refusal(message: str, code: str, status: int = 200, **headers: str) -> httpx.Response:
    """An answer of GraphQL that holds an error."""
    error = {"message": message, "extensions": {"code": code, "userError": code == "INPUT_ERROR"}}
    return httpx.Response(status, headers=headers, json={"errors": [error]})


def signed(message: Json, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    """The body of a message, and its headers."""
    body = json.dumps(message).encode()
    signature = hmac.new(secret.encode(), body, sha256).hexdigest()
    return body, {"linear-signature": signature, "content-type": "application/json"}
