"""Reads the catalogue into a `SchemaCache`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

from psycopg import AsyncConnection, AsyncRawCursor

from backoffice.rest.config import RestConfig
from backoffice.rest.schema_cache.relationships import (
    Constraint,
    ViewKey,
    across_junctions,
    from_foreign_keys,
    inverse,
    relationships_map,
    through_views,
)
from backoffice.rest.schema_cache.types import (
    Column,
    ComputedRelationship,
    MediaHandler,
    Parameter,
    QualifiedName,
    Relationship,
    RelationshipsMap,
    Routine,
    SchemaCache,
    Table,
    Volatility,
)
from backoffice.rest.schema_cache.views import base_columns, column_origins

Row = tuple[Any, ...]
_VOLATILITY: dict[str, Volatility] = {"i": "immutable", "s": "stable", "v": "volatile"}


@cache
def _sql(name: str) -> bytes:
    return (files(__package__) / "sql" / f"{name}.sql").read_bytes()


async def _rows(connection: AsyncConnection[Any], name: str, *params: object) -> list[Row]:
    async with AsyncRawCursor(connection) as cursor:
        await cursor.execute(_sql(name), params or None)
        return await cursor.fetchall()


async def signature(connection: AsyncConnection[Any], config: RestConfig) -> str:
    """What changes when the catalogue does."""
    schemas = [*config.schemas, *config.extra_search_path]
    [(found,)] = await _rows(connection, "signature", schemas)
    return str(found)


async def load(connection: AsyncConnection[Any], config: RestConfig) -> SchemaCache:
    """The catalogue as of one moment. `connection` must be outside a transaction."""
    schemas = list(config.schemas)
    async with connection.transaction():
        await connection.execute("set transaction isolation level repeatable read read only")
        # With an empty search path, names of types and functions come back qualified.
        await connection.execute("set local search_path = ''")
        found_signature = await signature(connection, config)
        relations = await _rows(connection, "tables", schemas)
        keys = [_constraint(row) for row in await _rows(connection, "constraints")]
        views = await _rows(connection, "views", [*schemas, *config.extra_search_path])
        functions = await _rows(connection, "functions", schemas, list(config.hoisted_tx_settings))
        computed = await _rows(connection, "computed_relationships")
        representations = await _rows(connection, "representations")
        handlers = await _rows(connection, "media_handlers", schemas)
        timezones = await _rows(connection, "timezones")
        settings = await _rows(connection, "role_settings")
    tables, relationships = _relations(relations, keys, views, computed, config)
    exposed = {name: table for name, table in tables.items() if name.schema in config.schemas}
    role_settings: dict[str, tuple[tuple[str, str], ...]] = {}
    for role, name, value in settings:
        role_settings[role] = (*role_settings.get(role, ()), (name, value))
    return SchemaCache(
        found_signature,
        exposed,
        relationships,
        _routines(functions),
        {(source, target): function for source, target, function in representations},
        dict(_media_handler(row) for row in handlers),
        frozenset(name for (name,) in timezones),
        role_settings,
    )


def _constraint(row: Row) -> Constraint:
    name, kind, table, numbers, columns, foreign, foreign_numbers, foreign_columns = row
    return Constraint(
        name,
        kind,
        table,
        tuple(numbers),
        tuple(columns or ()),
        foreign,
        tuple(foreign_numbers or ()),
        tuple(foreign_columns or ()),
    )


def _relations(
    relations: Sequence[Row],
    keys: list[Constraint],
    views: Sequence[Row],
    computed: Sequence[Row],
    config: RestConfig,
) -> tuple[dict[QualifiedName, Table], RelationshipsMap]:
    names = {row[0]: QualifiedName(row[1], row[2]) for row in relations}
    primary_keys = {key.table_oid: tuple(sorted(key.columns)) for key in keys if key.kind == "p"}
    origins = {oid: column_origins(tree) for oid, tree in views}
    shown = _ViewColumns(relations, origins, config.schemas)
    tables = {}
    for row in relations:
        primary_key = primary_keys.get(row[0], ())
        if row[4]:
            primary_key = shown.primary_key(row[0], keys)
        tables[names[row[0]]] = _table(row, primary_key)
    detected: list[Relationship] = []
    for key, relationship in from_foreign_keys(keys, names):
        referencing = shown.views_of(key.table_oid, key.numbers)
        referenced = shown.views_of(key.foreign_oid, key.foreign_numbers)
        detected.append(relationship)
        detected.extend(through_views(relationship, referencing, referenced))
    many = list(across_junctions(detected, tables))
    inverted = [inverse(relationship) for relationship in detected]
    written = [
        ComputedRelationship(
            QualifiedName(row[0], row[1]),
            QualifiedName(row[2], row[3]),
            QualifiedName(row[4], row[5]),
            row[6],
            row[2:4] == row[4:6],
        )
        for row in computed
    ]
    return tables, relationships_map([*detected, *inverted, *many], written, config.schemas)


class _ViewColumns:
    """Which columns of which table the exposed views show, under which names."""

    def __init__(
        self,
        relations: Sequence[Row],
        origins: dict[int, dict[int, tuple[int, int]]],
        schemas: tuple[str, ...],
    ) -> None:
        self._names = {row[0]: QualifiedName(row[1], row[2]) for row in relations}
        self._columns = {
            row[0]: {c["number"]: c["name"] for c in row[8]} for row in relations if row[4]
        }
        self._bases = {
            row[0]: base_columns(row[0], origins)
            for row in relations
            if row[4] and row[1] in schemas
        }

    def _shown(self, view: int, table: int, numbers: tuple[int, ...]) -> list[list[str]] | None:
        base, columns = self._bases[view], self._columns[view]
        found = [[columns[n] for n in base.get((table, number), [])] for number in numbers]
        return found if all(found) else None

    def views_of(self, table: int, numbers: tuple[int, ...]) -> list[ViewKey]:
        """Every view, and way, to name all of these columns of `table`."""
        found: list[ViewKey] = []
        for view in self._bases:
            if shown := self._shown(view, table, numbers):
                found.extend(ViewKey(self._names[view], combo) for combo in product(*shown))
        return found

    def primary_key(self, view: int, keys: list[Constraint]) -> tuple[str, ...]:
        """The view's names of primary keys it shows in full; the first where it shows one twice."""
        if view not in self._bases:
            return ()
        columns: list[str] = []
        for key in keys:
            if key.kind == "p" and (shown := self._shown(view, key.table_oid, key.numbers)):
                columns.extend(names[0] for names in shown)
        return tuple(sorted(dict.fromkeys(columns)))


def _table(row: Row, primary_key: tuple[str, ...]) -> Table:
    _oid, schema, name, description, is_view, insertable, updatable, deletable, columns = row
    return Table(
        QualifiedName(schema, name),
        description,
        is_view,
        insertable,
        updatable,
        deletable,
        primary_key,
        {
            c["name"]: Column(
                c["name"],
                c["description"],
                c["nullable"],
                c["type"],
                c["nominal_type"],
                c["max_length"],
                c["default"],
                tuple(c["enum"] or ()),
            )
            for c in columns
        },
    )


def _routines(rows: Sequence[Row]) -> dict[QualifiedName, list[Routine]]:
    routines: dict[QualifiedName, list[Routine]] = {}
    for row in rows:
        settings = tuple((name, value) for name, value in row[10])
        isolation = dict(settings).get("default_transaction_isolation")
        routine = Routine(
            QualifiedName(row[0], row[1]),
            row[2],
            tuple(Parameter(**argument) for argument in row[3]),
            QualifiedName(row[4], row[5]),
            row[6],
            row[7],
            _VOLATILITY[row[8]],
            row[9],
            isolation,
            tuple(s for s in settings if s[0] != "default_transaction_isolation"),
        )
        routines.setdefault(routine.name, []).append(routine)
    return routines


def _media_handler(row: Row) -> tuple[tuple[QualifiedName | None, str], MediaHandler]:
    schema, name, target_schema, target_name, media_type, is_aggregate = row
    function = QualifiedName(schema, name)
    target: QualifiedName | None
    if not is_aggregate:
        target = function
    else:
        target = None if target_name == "anyelement" else QualifiedName(target_schema, target_name)
    return (target, media_type), MediaHandler(function, target, media_type)
