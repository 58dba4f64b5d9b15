"""The statements a REST request runs, as a pgbench script: the same SQL without HTTP or Python."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from backoffice.database import Database
from backoffice.rest.authenticate import Identity
from backoffice.rest.config import RestConfig
from backoffice.rest.prepare import prepare
from backoffice.rest.request import read_headers, read_request
from backoffice.rest.schema_cache.load import load
from backoffice.rest.session import settings_statement, transaction_settings
from backoffice.stack.layout import installed_binaries

_RATE = re.compile(r"tps = ([\d.]+)")
_PLACEHOLDER = re.compile(r"\$(\d+)")


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request; `{id}` in it is another number of 1 to `ids` every time."""

    name: str
    method: str
    path: str
    body: str = ""
    ids: int = 1


async def script(
    conninfo: str, config: RestConfig, request: Request, sent: Mapping[str, str], identity: Identity
) -> str:
    """The request's transaction in one round trip, as the server runs it."""
    database = Database(conninfo)
    await database.open()
    async with database.connection() as connection:
        cache = await load(connection, config)
    await database.close()
    url = urlsplit(request.path)
    headers = read_headers([(k.lower().encode(), v.encode()) for k, v in sent.items()])
    scope = {"method": request.method, "path": url.path, "query_string": url.query.encode()}
    read = read_request(scope, headers, config, cache.timezones)
    prepared = prepare(read, request.body.encode(), cache, config)
    settings = transaction_settings(
        read, identity, cache, config, prepared.routine, read_only=prepared.read_only
    )
    switch = settings_statement(tuple(name for name, _ in settings))
    values = [value for _, value in settings]
    own = [param.value for param in prepared.statement.params]
    statements = (_written(switch, values), _written(prepared.statement.sql, _texts(own)))
    # One message: up to its end that is one transaction, as the server's pipeline is.
    return f"\\set id random(1, {request.ids})\n" + " \\;\n".join(statements) + ";\n"


def _texts(values: list[str | bytes | None]) -> list[str | None]:
    return [value.decode() if isinstance(value, bytes) else value for value in values]


def _written(sql: str, values: list[str] | list[str | None]) -> str:
    def literal(match: re.Match[str]) -> str:
        value = values[int(match[1]) - 1]
        if value is None:
            return "null"
        # pgbench puts the number in the place of :id, and only there.
        return "'" + value.replace("'", "''").replace("{id}", ":id") + "'"

    return _PLACEHOLDER.sub(literal, sql).replace("\n", " ")


def pgbench(conninfo: str, file: Path, connections: int, seconds: int) -> float:
    """Transactions a second."""
    command = [
        str(installed_binaries() / "pgbench"),
        *("-M", "simple", "-n", "-c", str(connections), "-j", "2", "-T", str(seconds)),
        *("-f", str(file)),
        conninfo,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = _RATE.search(done.stdout)
    if done.returncode or found is None:
        raise SystemExit(f"pgbench failed:\n{done.stderr[-2000:]}")
    return float(found[1])
