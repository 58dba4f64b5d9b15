"""The schema cache as JSON, for whoever wants to know what is served (PostgREST's names)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from backoffice.rest.schema_cache.types import QualifiedName, SchemaCache


def dump_schema_cache(cache: SchemaCache) -> bytes:
    """Everything found in the catalogue; the inner structure may change."""
    return orjson.dumps(
        {
            "dbTables": [
                [_name(name), {**_plain(asdict(table)), "columns": list(table.columns)}]
                for name, table in sorted(cache.tables.items(), key=lambda item: item[0].name)
            ],
            "dbRelationships": [
                [[_name(name), schema], [_plain(asdict(way)) for way in ways]]
                for (name, schema), ways in sorted(cache.relationships.items())
            ],
            "dbRoutines": [
                [_name(name), [_plain(asdict(routine)) for routine in routines]]
                for name, routines in sorted(cache.routines.items())
            ],
            "dbRepresentations": [
                {"drSourceType": source, "drTargetType": target, "drFunction": function}
                for (source, target), function in sorted(cache.representations.items())
            ],
            "dbMediaHandlers": [
                _plain(asdict(handler)) for handler in cache.media_handlers.values()
            ],
            "dbTimezones": sorted(cache.timezones),
        }
    )


def _name(name: QualifiedName) -> dict[str, str]:
    return {"qiName": name.name, "qiSchema": name.schema}


def _plain(value: Any) -> Any:
    if isinstance(value, QualifiedName):
        return _name(value)
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
