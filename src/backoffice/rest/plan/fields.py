"""Columns of a request as columns of a table."""

from __future__ import annotations

from dataclasses import dataclass, replace

from backoffice.rest.grammar.ast import Field, Filter, Logic, TextSearch
from backoffice.rest.plan.types import PlannedField, PlannedFilter, PlannedGroup, PlannedLogic
from backoffice.rest.schema_cache.types import Column, QualifiedName, SchemaCache


@dataclass(frozen=True, slots=True)
class Resolver:
    """Looks columns up in one table.

    What is no column may be a computed one, or is PostgreSQL's to refuse.
    """

    cache: SchemaCache
    table: QualifiedName

    @property
    def columns(self) -> dict[str, Column]:
        """The table's columns by name."""
        table = self.cache.tables.get(self.table)
        return table.columns if table else {}

    def field(self, field: Field) -> PlannedField:
        """The column as it is stored."""
        column = self.columns.get(field.name)
        if column is None:
            return PlannedField(field.name, field.path, wraps_json=True)
        return PlannedField(
            field.name,
            field.path,
            wraps_json=column.nominal_type not in ("json", "jsonb"),
            type=column.nominal_type,
            default=column.default,
        )

    def output(self, field: Field) -> PlannedField:
        """The column as it is shown, by its domain's representation if it has one."""
        return self._transformed(self.field(field), to="json")

    def _transformed(self, field: PlannedField, to: str) -> PlannedField:
        function = self.cache.representations.get((field.type, to))
        return replace(field, transform=function) if function else field

    def shown_column(self, column: Column) -> PlannedField:
        """A column that `*` stands for."""
        return self.output(Field(column.name))

    @property
    def has_representations(self) -> bool:
        """Whether a column is shown otherwise than it is stored."""
        representations = self.cache.representations
        return bool(representations) and any(
            (column.nominal_type, "json") in representations for column in self.columns.values()
        )

    def body_column(self, name: str) -> PlannedField | None:
        """A column that a request body gives a value for."""
        column = self.columns.get(name)
        if column is None:
            return None
        field = PlannedField(name, type=column.nominal_type, default=column.default)
        function = self.cache.representations.get(("json", column.nominal_type))
        return replace(field, type="json", transform=function) if function else field

    def filter(self, item: Filter) -> PlannedFilter:
        """A condition, its values read as the column's domain reads text."""
        field = self.field(item.field)
        function = self.cache.representations.get(("text", field.type))
        if function:
            field = replace(field, type="text", transform=function)
        if isinstance(item.operation, TextSearch):
            column = self.columns.get(field.name)
            # A computed column's type is not known: it may be a tsvector already.
            if column is not None and (column.type != "tsvector" or field.path):
                field = replace(field, searches=True, search_config=item.operation.config)
        return PlannedFilter(field, item.operation, item.negated)

    def logic(self, item: Logic) -> PlannedLogic:
        """A tree of conditions."""
        if isinstance(item, Filter):
            return self.filter(item)
        members = tuple(self.logic(member) for member in item.members)
        return PlannedGroup(item.operator, members, item.negated)
