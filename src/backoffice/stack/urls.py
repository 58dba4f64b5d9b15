"""Connection strings as URLs, for programs that take nothing else."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from psycopg.conninfo import conninfo_to_dict

OWN = ("user", "password", "host", "port", "dbname")


def as_url(conninfo: str) -> str:
    """The same connection as `postgresql://…`; a socket's folder goes into the query."""
    given = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    host, port = given.get("host", ""), given.get("port", "")
    login = quote(given.get("user", ""), safe="")
    if password := given.get("password"):
        login += f":{quote(password, safe='')}"
    rest = {
        name: value
        for name, value in given.items()
        if name not in (*OWN, "connect_timeout", "application_name")
    }
    if host.startswith("/"):
        rest = {"host": host, "port": port, **rest}
        place = ""
    else:
        place = f"{host}:{port}" if port else host
    query = f"?{urlencode(rest)}" if rest else ""
    return f"postgresql://{login}@{place}/{quote(given.get('dbname', ''))}{query}"
