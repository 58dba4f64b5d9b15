"""Chooses the function a request calls, among its overloads."""

from __future__ import annotations

from collections.abc import Iterable

from backoffice.rest.errors import RestError
from backoffice.rest.media import JSON, OCTETS, TEXT, XML, MediaType
from backoffice.rest.plan.types import CallPlan, ReadPlan
from backoffice.rest.schema_cache.types import QualifiedName, Routine, SchemaCache
from backoffice.rest.suggestions import MISSPELT_SCORE, closest

_SINGLE = {TEXT: ("text",), XML: ("xml",), OCTETS: ("bytea",), JSON: ("json", "jsonb")}
_UNNAMED_ONLY = (TEXT, XML, OCTETS)


def find_routine(
    cache: SchemaCache,
    name: QualifiedName,
    arguments: frozenset[str],
    media_type: MediaType,
    *,
    is_post: bool,
) -> Routine:
    """The one function these arguments fit. Raises PGRST202 for none, PGRST203 for several.

    One whose only, unnamed, parameter takes the whole body is chosen when no named ones fit.
    """
    routines = cache.routines.get(name, [])
    body_type = media_type.name if is_post else None
    named = [r for r in routines if _fits(r, arguments, body_type)]
    found = named or [r for r in routines if _takes_body(r, body_type)]
    if len(found) == 1:
        return found[0]
    if found:
        raise _ambiguous(sorted(found, key=_described_order))
    raise _not_found(cache, name, routines, sorted(arguments), body_type)


def unknown_routine(cache: SchemaCache, name: QualifiedName) -> RestError:
    """PGRST202 for a name that no function has."""
    return _not_found(cache, name, [], [], None)


def _fits(routine: Routine, arguments: frozenset[str], body_type: str | None) -> bool:
    if not routine.parameters:
        return not arguments and body_type not in _UNNAMED_ONLY
    required = {p.name for p in routine.parameters if p.required}
    optional = {p.name for p in routine.parameters if not p.required}
    return arguments - optional == required


def _takes_body(routine: Routine, body_type: str | None) -> bool:
    if body_type is None or len(routine.parameters) != 1:
        return False
    [parameter] = routine.parameters
    return parameter.name == "" and parameter.type in _SINGLE.get(body_type, ())


def plan_call(
    routine: Routine,
    arguments: frozenset[str],
    pairs: Iterable[tuple[str, str]] | None,
    shown: ReadPlan,
    columns: Iterable[str],
) -> CallPlan:
    """The call with these arguments; `pairs` when they came in a query string or a form."""
    takes_body = len(routine.parameters) == 1 and routine.parameters[0].name == ""
    parameters = routine.parameters
    if not takes_body:
        parameters = tuple(p for p in routine.parameters if p.name in arguments)
    values: dict[str, str | tuple[str, ...]] | None = None
    if pairs is not None:
        values = {}
        variadic = {p.name for p in routine.parameters if p.variadic}
        for name, value in pairs:
            if name in variadic:
                values[name] = (*values.get(name, ()), value)
            else:
                values[name] = value
    return CallPlan(routine, parameters, values, takes_body, _returning(shown, set(columns)))


def _returning(shown: ReadPlan, columns: set[str]) -> tuple[str, ...]:
    """Every column, and the computed ones that only a row of the table itself can give."""
    if not columns or any(embed.parent_columns is None for embed in shown.embeds):
        return ("*",)
    names = {select.field.name for select in shown.fields}
    # `count` is no column: it counts the rows it is selected from.
    return ("*", *sorted(names - columns - {"*", "count"}))


def _described_order(routine: Routine) -> tuple[int, bool, str, list[tuple[str, str]]]:
    """The order PostgREST lists overloads in: fewest parameters, no comment, comment, names."""
    parameters = [(parameter.name, parameter.type) for parameter in routine.parameters]
    comment = routine.description
    return len(parameters), comment is not None, comment or "", parameters


def _ambiguous(routines: list[Routine]) -> RestError:
    def described(routine: Routine) -> str:
        parameters = ", ".join(f"{p.name} => {p.type}" for p in routine.parameters)
        return f"{routine.name.schema}.{routine.name.name}({parameters})"

    return RestError(
        300,
        "PGRST203",
        "Could not choose the best candidate function between: "
        + ", ".join(described(r) for r in routines),
        hint="Try renaming the parameters or the function itself in the database so function"
        " overloading can be resolved",
    )


def _not_found(
    cache: SchemaCache,
    name: QualifiedName,
    routines: list[Routine],
    arguments: list[str],
    body_type: str | None,
) -> RestError:
    function = f"{name.schema}.{name.name}"
    listed = ", ".join(arguments)
    plural = "s" if len(arguments) > 1 else ""
    shown = f"({listed})" if arguments else " without parameters"
    searched = f" with parameter{plural} {listed}" if arguments else " without parameters"
    unnamed = body_type in _UNNAMED_ONLY
    if body_type is not None and unnamed:
        shown, searched = "", f" with a single unnamed {_SINGLE[body_type][0]} parameter"
    elif body_type == JSON:
        searched += " or with a single unnamed json/jsonb parameter"
    return RestError(
        404,
        "PGRST202",
        f"Could not find the function {function}{shown} in the schema cache",
        details=f"Searched for the function {function}{searched}, but no matches were found"
        " in the schema cache.",
        hint=None if unnamed else _hint(cache, name, routines, arguments),
    )


def _hint(
    cache: SchemaCache, name: QualifiedName, routines: list[Routine], arguments: list[str]
) -> str | None:
    if routines:
        wanted = f"({', '.join(arguments)})"
        lists = (f"({', '.join(sorted(p.name for p in r.parameters))})" for r in routines)
        nearest = closest(wanted, lists)
        found = nearest and name.name + nearest
    else:
        names = (n.name for n in cache.routines if n.schema == name.schema)
        found = closest(name.name, names, minimum=MISSPELT_SCORE)
    return found and f"Perhaps you meant to call the function {name.schema}.{found}"
