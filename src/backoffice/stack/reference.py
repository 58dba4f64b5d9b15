"""What is written from the database and the catalogue of metrics, so that it cannot differ.

    python -m backoffice.stack.throwaway python -m backoffice.stack.reference

writes `docs/data-sources.md` (tables, views and RPCs, and which query of the UI asks each) and
`supabase/schemas/rpc/comments.sql` (the definitions of `config/metrics.json` as SQL comments).
Tests compare both with what is tracked.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection

from backoffice.settings import PROJECT_ROOT

CATALOGUE = PROJECT_ROOT / "config" / "metrics.json"
COMMENTS = PROJECT_ROOT / "supabase" / "schemas" / "rpc" / "comments.sql"
DATA_SOURCES = PROJECT_ROOT / "docs" / "data-sources.md"
WEB = PROJECT_ROOT / "web" / "src"
ASKED = re.compile(r"\.(?:rpc|from)\(\s*'([a-z_]+)'")


@dataclass(frozen=True, slots=True)
class Source:
    """A table, view or RPC of the API."""

    name: str
    signature: str
    comment: str
    columns: tuple[tuple[str, str, str], ...]


def read_catalogue() -> Mapping[str, Any]:
    """The catalogue of metrics, as JSON has it."""
    catalogue: Mapping[str, Any] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    return catalogue


def render_comments(catalogue: Mapping[str, Any]) -> str:
    """The SQL that comments each RPC with the definitions of its metrics."""
    lines = ["-- Written by `make reference` from config/metrics.json.\n"]
    for function, described in catalogue["functions"].items():
        definitions = " ".join(
            f"{metric['label']}: {metric['definition']}"
            for metric in (catalogue["metrics"][name] for name in described["metrics"])
        )
        text = f"{described['about']} {definitions} {catalogue['counted']}".replace("'", "''")
        lines.append(f"comment on function public.{function} is\n  '{text}';\n")
    return "\n".join(lines)


def read_relations(connection: Connection[Any]) -> list[Source]:
    """The tables and views of the API that signed-in people may read, by name."""
    rows = connection.execute(
        """
        select
          class.relname,
          coalesce(obj_description(class.oid, 'pg_class'), ''),
          array_agg(
            array[
              attribute.attname,
              format_type(attribute.atttypid, attribute.atttypmod),
              coalesce(col_description(class.oid, attribute.attnum), '')
            ]
            order by attribute.attnum
          )
        from pg_class as class
        join pg_attribute as attribute on attribute.attrelid = class.oid
        where class.relnamespace = 'public'::regnamespace
          and class.relkind in ('r', 'p', 'v')
          and not class.relispartition
          and attribute.attnum > 0
          and not attribute.attisdropped
          and has_column_privilege('authenticated', class.oid, attribute.attnum, 'select')
        group by class.oid
        order by class.relname
        """
    )
    return [
        Source(name, "", comment, tuple((str(a), str(b), str(c)) for a, b, c in columns))
        for name, comment, columns in rows
    ]


def read_functions(connection: Connection[Any]) -> list[Source]:
    """The RPCs that signed-in people may call, by name."""
    rows = connection.execute(
        """
        select
          function.proname,
          pg_get_function_arguments(function.oid),
          coalesce(obj_description(function.oid, 'pg_proc'), ''),
          pg_get_function_result(function.oid)
        from pg_proc as function
        where function.pronamespace = 'public'::regnamespace
          and has_function_privilege('authenticated', function.oid, 'execute')
        order by function.proname, 2
        """
    )
    return [
        Source(name, arguments, comment, (("returns", result, ""),))
        for name, arguments, comment, result in rows
    ]


def read_askers(folder: Path = WEB) -> dict[str, list[str]]:
    """The files of the UI that ask each table or RPC, by its name."""
    askers = defaultdict(list)
    for path in sorted(folder.rglob("*.ts*")):
        if ".test." not in path.name:
            for name in sorted(set(ASKED.findall(path.read_text(encoding="utf-8")))):
                askers[name].append(path.relative_to(folder).as_posix())
    return dict(askers)


def render_data_sources(
    catalogue: Mapping[str, Any],
    relations: Iterable[Source],
    functions: Iterable[Source],
    askers: Mapping[str, list[str]],
) -> str:
    """The page about every number and where it comes from."""
    lines = [
        "# Data sources",
        "",
        "Written by `make reference` from the database, `config/metrics.json` and `web/src`;",
        "a test fails when it is stale.",
        "",
        "## Metrics",
        "",
        f"{catalogue['counted']} Days are each domain's own; all domains: the sum of each one's.",
        "",
        "| metric | unit | definition |",
        "|---|---|---|",
    ]
    for metric in catalogue["metrics"].values():
        lines.append(f"| {metric['label']} | {metric['unit']} | {_cell(metric['definition'])} |")
    lines += ["", "## RPCs", ""]
    for function in functions:
        lines += [f"### {function.name}", "", _cell(function.comment), ""]
        lines += [f"- takes `{function.signature or 'nothing'}`"]
        lines += [f"- gives `{function.columns[0][1]}`", _asked(function.name, askers), ""]
    lines += ["## Tables and views", ""]
    for relation in relations:
        lines += [f"### {relation.name}", "", _cell(relation.comment), ""]
        lines += [_asked(relation.name, askers), "", "| column | type | |", "|---|---|---|"]
        lines += [f"| {name} | {kind} | {_cell(text)} |" for name, kind, text in relation.columns]
        lines.append("")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _asked(name: str, askers: Mapping[str, list[str]]) -> str:
    files = ", ".join(f"`{path}`" for path in askers.get(name, []))
    return f"- asked by {files}" if files else "- not asked by the UI"


def write(connection: Connection[Any]) -> None:
    """Write both files anew."""
    catalogue = read_catalogue()
    COMMENTS.write_text(render_comments(catalogue), encoding="utf-8")
    page = render_data_sources(
        catalogue, read_relations(connection), read_functions(connection), read_askers()
    )
    DATA_SOURCES.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    with psycopg.connect(os.environ["BACKOFFICE_DATABASE_URL"]) as opened:
        write(opened)
