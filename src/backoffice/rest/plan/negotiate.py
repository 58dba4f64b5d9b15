"""Which of the accepted media types is answered, and how it is made."""

from __future__ import annotations

from dataclasses import replace

from backoffice.rest.errors import unacceptable_media
from backoffice.rest.media import (
    ANY,
    ARRAY,
    CSV,
    GEOJSON,
    JSON,
    OCTETS,
    MediaType,
    parse_media_type,
)
from backoffice.rest.plan.types import Handler, HandlerKind, ReadPlan
from backoffice.rest.schema_cache.types import MediaHandler, QualifiedName, SchemaCache

_BUILT_IN: dict[str, tuple[HandlerKind, str]] = {
    ANY: ("json", JSON),
    JSON: ("json", JSON),
    CSV: ("csv", CSV),
    GEOJSON: ("geojson", GEOJSON),
}


def negotiate(
    cache: SchemaCache,
    identifier: QualifiedName,
    accept: tuple[MediaType, ...],
    *,
    default_select: bool,
    plan_enabled: bool,
) -> Handler:
    """The handler of the first accepted type that has one. Raises PGRST107.

    Handlers written for one table or function apply when the request selects all of it.
    """
    for media in accept:
        if media.is_plan and not plan_enabled:
            continue
        if handler := _handler(cache, identifier, media.plan_for or media, default_select):
            return replace(handler, media_type=media) if media.is_plan else handler
    raise unacceptable_media([media.mime() for media in accept])


def _handler(
    cache: SchemaCache, identifier: QualifiedName, media: MediaType, default_select: bool
) -> Handler | None:
    if media.is_object:
        return Handler("object-stripped" if media.strips_nulls else "object", media)
    if media.name == ARRAY:
        return Handler("json-stripped", media)
    if default_select:
        for name in (ANY, media.name):
            if custom := cache.media_handlers.get((identifier, name)):
                return _custom(custom)
    if custom := cache.media_handlers.get((None, media.name)):
        return _custom(custom)
    if built_in := _BUILT_IN.get(media.name):
        kind, name = built_in
        return Handler(kind, parse_media_type(name))
    return None


def _custom(handler: MediaHandler) -> Handler:
    name = OCTETS if handler.media_type == ANY else handler.media_type
    return Handler("custom", parse_media_type(name), handler.function, handler.target)


def selects_everything(plan: ReadPlan) -> bool:
    """Whether the request takes the rows as they are."""
    return (
        len(plan.fields) == 1
        and not plan.embeds
        and plan.fields[0].field.name == "*"
        and plan.fields[0].aggregate is None
    )


def needed_columns(plan: ReadPlan, primary_key: tuple[str, ...]) -> tuple[str, ...]:
    """The columns a mutation must return for `plan` to select from them.

    No more than needed: the role may not be allowed to read the others.
    """
    names = {select.field.name for select in plan.fields}
    if "*" in names or any(embed.parent_columns is None for embed in plan.embeds):
        return ("*",)
    names |= {name for embed in plan.embeds for name in embed.parent_columns or ()}
    names |= {term.field.name for term in plan.order if term.relation is None}
    return tuple(sorted(names | set(primary_key)))
