"""Function calls."""

from __future__ import annotations

from backoffice.rest.plan.types import CallPlan, PlannedField
from backoffice.rest.schema_cache.types import QualifiedName
from backoffice.rest.sql.fragments import (
    Fragment,
    Param,
    array_literal,
    column,
    identifier,
    joined,
    qualified,
)
from backoffice.rest.sql.mutate import rows_of_body

_CALL = QualifiedName("", "pgrst_call")
_BODY = QualifiedName("", "pgrst_body")


def call(plan: CallPlan, body: bytes, is_object: bool) -> Fragment:
    """The rows a function gives; a scalar comes as the column `pgrst_scalar`."""
    scalar = plan.routine.returns_scalar or plan.routine.returns_set_of_scalar
    columns = "pgrst_call.pgrst_scalar"
    if not scalar:
        columns = ", ".join(column(_CALL, name) for name in plan.returning)
    return [f"select {columns} ", *_from(plan, body, is_object, scalar)]


def _from(plan: CallPlan, body: bytes, is_object: bool, scalar: bool) -> Fragment:
    if plan.takes_body:
        [parameter] = plan.parameters
        if parameter.type == "bytea":
            return ["from ", *_called(plan, [Param(body, is_binary=True), "::bytea"], scalar)]
        return ["from ", *_called(plan, [Param(body), f"::{parameter.type}"], scalar)]
    if not plan.parameters:
        return ["from ", *_called(plan, [], scalar)]
    if plan.arguments is not None:
        return ["from ", *_called(plan, _arguments(plan), scalar)]
    fields = tuple(PlannedField(p.name, type=p.cast_type) for p in plan.parameters)
    named = ", ".join(
        f"{'variadic ' if p.variadic else ''}{identifier(p.name)} := {column(_BODY, p.name)}"
        for p in plan.parameters
    )
    rows = rows_of_body(fields, body, is_object, first_only=True)
    return [*rows, ", lateral ", *_called(plan, [named], scalar)]


def _called(plan: CallPlan, arguments: Fragment, scalar: bool) -> Fragment:
    called: Fragment = [f"{qualified(plan.routine.name)}(", *arguments, ")"]
    if scalar:
        return ["(select ", *called, " as pgrst_scalar) pgrst_call"]
    return [*called, " pgrst_call"]


def _arguments(plan: CallPlan) -> Fragment:
    arguments = plan.arguments or {}

    def one(name: str, variadic: bool, cast_type: str) -> Fragment:
        value = arguments[name]
        text = value if isinstance(value, str) else array_literal(value)
        prefix = "variadic " if variadic else ""
        return [f"{prefix}{identifier(name)} := ", Param(text), f"::{cast_type}"]

    return joined(", ", (one(p.name, p.variadic, p.cast_type) for p in plan.parameters))
