"""The OpenAPI documents of the capture endpoints and of the agent API."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from backoffice import __version__
from backoffice.capture.conversations import Changes, Conversation, Message
from backoffice.capture.shapes import (
    CaptureAnswer,
    CaptureBatch,
    CaptureEvent,
    ConversationAnswer,
    ErrorAnswer,
    Lead,
    Messages,
    MessagesAnswer,
)

CAPTURE_PATHS: Final = ("/capture", "/e", "/i/v0/e", "/batch")
_REF: Final = "#/components/schemas/{model}"


@cache
def capture_document() -> dict[str, Any]:
    """The OpenAPI document of the capture endpoints."""
    post = {
        "summary": "Send one event, a list of events or a batch",
        "description": "PostHog's capture format: JSON, gzip (Content-Encoding or "
        "?compression=gzip-js), or a form whose data is JSON or base64. Good events of a partly "
        "bad batch are stored; the answer lists the others.",
        "requestBody": _body(CaptureBatch, CaptureEvent),
        "responses": _responses({"200": CaptureAnswer}, "400", "401", "413", "503"),
    }
    get = {
        "summary": "Send events in the query",
        "parameters": [
            {"name": name, "in": "query", "schema": {"type": "string"}, "description": text}
            for name, text in (
                ("data", "JSON, or JSON in base64"),
                ("token", "the site's public key"),
                ("_", "the sender's clock in milliseconds since 1970"),
            )
        ],
        "responses": _responses({"200": CaptureAnswer}, "400", "401", "503"),
    }
    paths = {
        path: {"post": post, "get": get} for path in ("/capture/", "/e/", "/i/v0/e/", "/batch/")
    }
    return _document(
        "Capture",
        "Events from widgets and websites. Any of PostHog's SDKs works with this server as its "
        "host and the site's public key as its project API key.",
        paths,
        [CaptureBatch, CaptureEvent, CaptureAnswer, ErrorAnswer],
    )


@cache
def agent_document() -> dict[str, Any]:
    """The OpenAPI document of the agent API."""
    parameter = {
        "name": "conversation_id",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    }
    errors = ("400", "401", "404", "413", "422", "503")
    conversation: dict[str, dict[str, Any]] = {
        "put": {
            "summary": "Create a conversation, with or without messages to come",
            "description": "The same again changes nothing.",
            "requestBody": _body(Conversation),
            "responses": _responses(
                {"200": ConversationAnswer, "201": ConversationAnswer}, *errors
            ),
        },
        "patch": {
            "summary": "Say what a conversation has led to",
            "requestBody": _body(Changes),
            "responses": _responses({"200": ConversationAnswer}, *errors),
        },
    }
    messages: dict[str, Any] = {
        "summary": "Add one message or many",
        "description": "The same id with the same content is a duplicate; with another text an "
        "edit that keeps the earlier one. Good messages of a partly bad list are kept.",
        "requestBody": _body(Messages, Message),
        "responses": _responses({"200": MessagesAnswer}, *errors),
    }
    for operation in (*conversation.values(), messages):
        operation["parameters"] = [parameter]
        operation["security"] = [{"secretKey": []}]
    lead: dict[str, Any] = {
        "summary": "Read what is known of a visitor",
        "description": "Identity, the company with each answer's source, confidence and age, "
        "conversions and scores.",
        "parameters": [
            {"name": "distinct_id", "in": "path", "required": True, "schema": {"type": "string"}}
        ],
        "responses": _responses({"200": Lead}, "401", "404", "503"),
        "security": [{"secretKey": []}],
    }
    document = _document(
        "Agent API",
        "Conversations and messages from Rose's agent backend, with the secret key of a site.",
        {
            "/agent/v1/visitors/{distinct_id}/lead": {"get": lead},
            "/agent/v1/conversations/{conversation_id}": conversation,
            "/agent/v1/conversations/{conversation_id}/messages": {"post": messages},
        },
        [
            Conversation,
            Changes,
            Messages,
            MessagesAnswer,
            ConversationAnswer,
            Lead,
            ErrorAnswer,
        ],
    )
    document["components"]["securitySchemes"] = {"secretKey": {"type": "http", "scheme": "bearer"}}
    return document


def _document(
    title: str, description: str, paths: dict[str, Any], models: list[type[BaseModel]]
) -> dict[str, Any]:
    _, definitions = models_json_schema(
        [(model, "validation") for model in models], ref_template=_REF
    )
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": __version__, "description": description},
        "paths": paths,
        "components": {"schemas": definitions["$defs"]},
    }


def _body(*models: type[BaseModel]) -> dict[str, Any]:
    references = [_reference(model) for model in models]
    schema = references[0] if len(references) == 1 else {"oneOf": references}
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _responses(answers: dict[str, type[BaseModel]], *errors: str) -> dict[str, Any]:
    good = {status: _response("Done", model) for status, model in answers.items()}
    return good | {status: _response(_MEANING[status], ErrorAnswer) for status in errors}


def _response(description: str, model: type[BaseModel]) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": _reference(model)}},
    }


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


_MEANING: Final = {
    "400": "The body cannot be read, or no event in it is valid",
    "401": "No key, or a key that is unknown or revoked",
    "404": "No such conversation or visitor",
    "413": "Larger than the route accepts",
    "422": "A field is wrong; the answer names it",
    "503": "Busy; send the same again after Retry-After seconds",
}
