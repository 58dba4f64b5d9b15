"""Linear's API: one method for each thing that is asked of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import httpx
import orjson
from pydantic import BaseModel, ValidationError

from backoffice.settings import Settings
from backoffice.support.failures import LinearError, failure_of
from backoffice.support.news import PUBLIC_MARK, Comment, Issue
from backoffice.support.operations import (
    CREATE_ISSUE,
    FIND_ISSUE,
    FIND_LABELS,
    FIND_TEAM,
    READ_ISSUES,
)

TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
MAX_BYTES: Final = 4 * 1024 * 1024
BATCH: Final = 25

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue to be made. Whoever asks for the same id again makes no second one."""

    id: UUID
    team: str
    labels: Sequence[str]
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class ReadIssue:
    """An issue with its public comments; `all_comments` when those are all of them."""

    issue: Issue
    comments: Sequence[Comment]
    all_comments: bool


@dataclass(frozen=True, slots=True)
class Linear:
    """Speaks to Linear. Every method raises `LinearError`."""

    url: str
    client: httpx.AsyncClient

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: Settings) -> AsyncIterator[Linear]:
        """With the key of the settings, which must have one."""
        assert settings.linear_api_key is not None
        key = settings.linear_api_key.get_secret_value()
        # An API key stands alone; a token of OAuth is a bearer's.
        sent = f"Bearer {key}" if key.startswith("lin_oauth_") else key
        headers = {"authorization": sent, "user-agent": "client-backoffice"}
        async with httpx.AsyncClient(headers=headers, timeout=TIMEOUT) as client:
            yield cls(settings.linear_url, client)

    async def team(self, wanted: str) -> str:
        """The id of the team with this key, name or id."""
        named = [{"key": {"eqIgnoreCase": wanted}}, {"name": {"eqIgnoreCase": wanted}}]
        asked = {"id": {"eq": wanted}} if _is_uuid(wanted) else {"or": named}
        nodes = _nodes(await self._ask(FIND_TEAM, {"filter": asked}), "teams")
        if len(nodes) != 1:
            found = "no team" if not nodes else "several teams"
            raise LinearError("team_missing", f"Linear has {found} called {wanted}")
        return _text(nodes[0], "id")

    async def labels(self, team: str, names: Sequence[str]) -> dict[str, str]:
        """The ids, by name in lower case, of those labels that the team may use."""
        if not names:
            return {}
        asked = {"or": [{"name": {"eqIgnoreCase": name}} for name in names]}
        nodes = _nodes(await self._ask(FIND_LABELS, {"filter": asked}), "issueLabels")
        usable = [node for node in nodes if (node.get("team") or {}).get("id") in (None, team)]
        return {_text(node, "name").lower(): _text(node, "id") for node in usable}

    async def find(self, issue: UUID) -> Issue | None:
        """The issue with this id, archived or not; None when there is none."""
        nodes = _nodes(await self._ask(FIND_ISSUE, {"id": str(issue)}), "issues")
        return _read(Issue, nodes[0]) if nodes else None

    async def create(self, draft: Draft) -> Issue:
        """Make an issue."""
        given = {
            "id": str(draft.id),
            "teamId": draft.team,
            "title": draft.title,
            "description": draft.description,
            "labelIds": list(draft.labels),
        }
        data = await self._ask(CREATE_ISSUE, {"input": given})
        made = data.get("issueCreate")
        if not isinstance(made, dict) or not made.get("success") or not made.get("issue"):
            raise LinearError("unreadable", "Linear answered without an issue")
        return _read(Issue, made["issue"])

    async def read(self, issues: Sequence[UUID]) -> list[ReadIssue]:
        """Those of up to `BATCH` issues that are there."""
        given = {"ids": [str(each) for each in issues], "first": BATCH, "mark": PUBLIC_MARK}
        nodes = _nodes(await self._ask(READ_ISSUES, given), "issues")
        return [_read_issue(node) for node in nodes]

    async def _ask(self, operation: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        try:
            async with self.client.stream(
                "POST", self.url, json={"query": operation, "variables": dict(variables)}
            ) as response:
                content = await _bounded(response)
        except httpx.TimeoutException as error:
            raise LinearError("timeout", type(error).__name__) from error
        except httpx.HTTPError as error:
            raise LinearError("unreachable", type(error).__name__) from error
        try:
            body = orjson.loads(content)
        except orjson.JSONDecodeError:
            body = None
        failure = failure_of(response.status_code, response.headers, body, datetime.now(UTC))
        if failure is not None:
            raise failure
        return dict(body["data"])


async def _bounded(response: httpx.Response) -> bytes:
    content = b""
    async for part in response.aiter_bytes():
        content += part
        if len(content) > MAX_BYTES:
            raise LinearError("unreadable", "an answer larger than any of Linear's")
    return content


def _read_issue(node: dict[str, Any]) -> ReadIssue:
    comments = node.get("comments")
    listed = _nodes({"comments": comments}, "comments")
    page = comments.get("pageInfo") if isinstance(comments, dict) else None
    complete = isinstance(page, dict) and page.get("hasNextPage") is False
    return ReadIssue(_read(Issue, node), [_read(Comment, each) for each in listed], complete)


def _nodes(data: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    connection = data.get(name)
    nodes = connection.get("nodes") if isinstance(connection, dict) else None
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        raise LinearError("unreadable", f"no list of {name}")
    return nodes


def _read(shape: type[M], node: Any) -> M:
    try:
        return shape.model_validate(node)
    except ValidationError as error:
        where = error.errors(include_input=False, include_url=False)[0]["loc"]
        raise LinearError("unreadable", f"{shape.__name__}: {where}") from error


def _text(node: Mapping[str, Any], name: str) -> str:
    value = node.get(name)
    if not isinstance(value, str):
        raise LinearError("unreadable", f"no {name}")
    return value


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
