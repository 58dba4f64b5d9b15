"""`backoffice rest`: any database, configured by the names PostgREST's own options have."""

from __future__ import annotations

import base64
import hmac
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psycopg
import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from backoffice.stack.processes import wait_until
from backoffice.stack.throwaway import free_port
from support.database import TestDatabase
from support.rest_command import SECRET, Start, environment, hs256, running, token


def signed_with_text(claims: object, secret: bytes) -> str:
    """HS256 by hand: libraries refuse a public key as a secret."""
    parts = [json.dumps(part).encode() for part in ({"alg": "HS256"}, claims)]
    signed = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed, "sha256")).rstrip(b"=")
    return f"Bearer {(signed + b'.' + signature).decode()}"


def test_serves_a_foreign_database_at_the_root(start: Start) -> None:
    server = start(
        DB_EXTRA_SEARCH_PATH="helpers",
        DB_MAX_ROWS="4",
        DB_AGGREGATES_ENABLED="true",
        DB_PLAN_ENABLED="true",
        DB_PRE_REQUEST="shop.before",
        APP_SETTINGS_flavour="vanilla",
        SERVER_TIMING_ENABLED="true",
        SERVER_TRACE_HEADER="X-Request-Id",
        SERVER_CORS_ALLOWED_ORIGINS="https://a.example, https://b.example",
        OPENAPI_SERVER_PROXY_URI="https://api.example/shop",
    )
    answer = server.get("/articles?select=id&order=id", X_Request_Id="abc")
    assert answer.json() == [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}]
    assert answer.headers["x-request-id"] == "abc"
    assert "transaction;dur=" in answer.headers["server-timing"]
    assert server.get("/articles?select=price.sum()").json() == [{"sum": 45}]
    plan = server.get("/articles", Accept="application/vnd.pgrst.plan+json")
    assert plan.status_code == 200
    assert server.get("/rpc/loud?name=hey").json() == "HEY"
    assert server.get("/rpc/whoami").json() == {
        "role": "anon",
        "login": "authenticator",
        "claims": {"role": "anon"},
        "app": "vanilla",
    }
    blocked = server.get("/articles", X_Blocked="yes")
    assert (blocked.status_code, blocked.json()["message"]) == (402, "blocked")
    described = server.get("/").json()
    assert (described["host"], described["basePath"]) == ("api.example:443", "/shop")
    allowed = server.get("/articles?limit=1", Origin="https://b.example").headers
    assert allowed["access-control-allow-origin"] == "https://b.example"
    stranger = server.get("/articles?limit=1", Origin="https://c.example").headers
    assert "access-control-allow-origin" not in stranger
    assert server.get("/rest/v1/articles").status_code == 404


def test_tokens_switch_the_role(start: Start) -> None:
    server = start(JWT_AUD="shop", JWT_ROLE_CLAIM_KEY=".app.roles[0]")
    claims = {"app": {"roles": ["authenticated"]}, "aud": "shop", "sub": "ann"}
    seen = server.get("/rpc/whoami", Authorization=hs256(claims)).json()
    assert (seen["role"], seen["claims"]["sub"]) == ("authenticated", "ann")
    added = httpx.post(
        f"{server.url}/articles",
        json={"id": 20, "name": "new"},
        headers={"Authorization": hs256(claims)},
    )
    assert added.status_code == 201
    removed = httpx.delete(
        f"{server.url}/articles?id=eq.20", headers={"Authorization": hs256(claims)}
    )
    assert removed.status_code == 204
    assert httpx.post(f"{server.url}/articles", json={"id": 21}).status_code == 401
    forged = hs256(claims, "another secret of thirty-two characters")
    for bad, code, details in (
        (forged, "PGRST301", "None of the keys was able to decode the JWT"),
        (hs256({**claims, "aud": "elsewhere"}), "PGRST303", None),
        (hs256({**claims, "exp": int(time.time()) - 60}), "PGRST303", None),
        (
            token(claims, OctKey.import_key(SECRET), "HS512"),
            "PGRST301",
            "No suitable key was found to decode the JWT",
        ),
        (signed_with_text([claims], SECRET.encode()), "PGRST303", None),
        (
            "Bearer eyJhbGciOiJub25lIn0.e30.",
            "PGRST301",
            "JWT is unsecured but expected 'alg' was not 'none'",
        ),
    ):
        refused = server.get("/articles", Authorization=bad)
        assert refused.status_code == 401
        assert (refused.json()["code"], refused.json()["details"]) == (code, details)


def test_keys_are_text_base64_a_key_a_set_or_in_a_file(start: Start, tmp_path: Path) -> None:
    elliptic = ECKey.generate_key("P-256", {"kid": "one", "use": "sig"})
    rsa = RSAKey.generate_key(2048, {"kid": "two"})
    secret = bytes(range(200, 240))
    public = [key.as_dict(private=False) for key in (elliptic, rsa)]
    file = tmp_path / "secret"
    file.write_text(json.dumps({"keys": public}) + "\n")
    claims = {"role": "authenticated"}
    encoded = base64.urlsafe_b64encode(secret).decode()
    trials: list[tuple[dict[str, str], list[str]]] = [
        ({"JWT_SECRET": encoded, "JWT_SECRET_IS_BASE64": "1"}, [hs256(claims, secret)]),
        ({"JWT_SECRET": json.dumps(public[0])}, [token(claims, elliptic, "ES256")]),
        (
            {"JWT_SECRET": f"@{file}"},
            [token(claims, elliptic, "ES256"), token(claims, rsa, "RS256")],
        ),
    ]
    pem = elliptic.as_pem(private=False)
    for options, accepted in trials:
        server = start(**options)
        for authorization in accepted:
            seen = server.get("/rpc/whoami", Authorization=authorization)
            assert seen.json()["role"] == "authenticated", seen.text
        # A public key is no secret: signing with its text proves nothing.
        forged = server.get("/rpc/whoami", Authorization=signed_with_text(claims, pem))
        assert (forged.status_code, forged.json()["code"]) == (401, "PGRST301")


def test_without_secret_or_anonymous_role(start: Start) -> None:
    server = start(JWT_SECRET="")
    refused = server.get("/articles", Authorization=hs256({"role": "authenticated"}))
    assert (refused.status_code, refused.json()["code"]) == (500, "PGRST300")
    nobody = start(DB_ANON_ROLE="")
    assert wait_until(lambda: nobody.get("/articles").status_code == 401, 10)
    assert nobody.get("/articles").json()["code"] == "PGRST302"


def test_several_schemas_and_ends_of_transactions(start: Start) -> None:
    server = start(DB_SCHEMAS="shop, depot", DB_TX_END="rollback-allow-override")
    assert server.get("/crates", Accept_Profile="depot").json() == [{"id": 1}]
    wrong = server.get("/crates", Accept_Profile="attic")
    assert (wrong.status_code, wrong.json()["code"]) == (406, "PGRST106")
    headers = {"Authorization": hs256({"role": "authenticated"})}
    row = {"id": 30, "name": "fleeting"}
    assert httpx.post(f"{server.url}/articles", json=row, headers=headers).status_code == 201
    assert server.get("/articles?id=eq.30").json() == []
    kept = httpx.patch(
        f"{server.url}/articles?id=eq.9",
        json={"name": "article 9"},
        headers={**headers, "Prefer": "tx=commit"},
    )
    assert kept.headers["preference-applied"] == "tx=commit"


def test_new_tables_are_seen(start: Start, shop: TestDatabase) -> None:
    notified = start()
    with shop.connect("supabase_admin") as connection:
        connection.execute("create table shop.late (id int); grant select on shop.late to anon")
        connection.execute("notify pgrst, 'reload schema'")
        assert wait_until(lambda: notified.get("/late").status_code == 200, 10)
        # Nobody notifies: a request for what is not known looks at the catalogue.
        connection.execute("alter table shop.late rename to later")
        assert wait_until(lambda: notified.get("/later").status_code == 200, 10)
        connection.execute("drop table shop.later")


def test_a_signal_reloads_the_schema_cache(start: Start, shop: TestDatabase) -> None:
    server = start(DB_CHANNEL_ENABLED="false")
    with shop.connect("supabase_admin") as connection:
        connection.execute("create function shop.fresh() returns int language sql as 'select 1'")
    server.process.send_signal(signal.SIGUSR1)
    assert wait_until(lambda: server.get("/rpc/fresh").status_code == 200, 10)


def test_options_of_the_database_win_and_are_read_again(start: Start, shop: TestDatabase) -> None:
    with shop.connect("supabase_admin") as connection:
        alter = f"alter role authenticator in database {shop.name} set pgrst.db_max_rows = "
        connection.execute(alter + "'2'")
        server = start(DB_MAX_ROWS="7")
        try:
            assert len(server.get("/articles").json()) == 2
            connection.execute(alter + "'3'")
            connection.execute("notify pgrst, 'reload config'")
            assert wait_until(lambda: len(server.get("/articles").json()) == 3, 10)
            connection.execute(alter + "'5'")
            server.process.send_signal(signal.SIGUSR2)
            assert wait_until(lambda: len(server.get("/articles").json()) == 5, 10)
            assert len(start(DB_MAX_ROWS="7", DB_CONFIG="false").get("/articles").json()) == 7
        finally:
            connection.execute(
                f"alter role authenticator in database {shop.name} reset pgrst.db_max_rows"
            )


def test_two_processes_share_the_port(start: Start, shop: TestDatabase) -> None:
    server = start("--processes", "2")

    def logins() -> int:
        server.get("/articles?limit=1")
        with psycopg.connect(shop.url("supabase_admin")) as connection:
            found = connection.execute(
                "select count(*) from pg_stat_activity"
                " where datname = %s and query ilike 'listen%%'",
                [shop.name],
            ).fetchone()
        assert found is not None
        return int(found[0])

    assert wait_until(lambda: logins() == 2, 20)
    for _ in range(20):
        assert server.get("/articles?id=eq.1").status_code == 200
    server.process.terminate()
    assert server.process.wait(15) == 0
    assert wait_until(lambda: _refused(server.url), 10)


def _refused(url: str) -> bool:
    try:
        httpx.get(url, timeout=5)
    except httpx.ConnectError:
        return True
    return False


def test_a_unix_socket_and_the_admin_server(shop: TestDatabase, tmp_path: Path) -> None:
    path, admin = tmp_path / "rest.sock", free_port()
    variables = environment(
        shop,
        SERVER_UNIX_SOCKET=str(path),
        SERVER_UNIX_SOCKET_MODE="600",
        ADMIN_SERVER_PORT=str(admin),
    )
    with running(tmp_path, variables, ready=False):
        assert wait_until(lambda: _status(f"http://127.0.0.1:{admin}/ready") == 200, 30)
        assert _status(f"http://127.0.0.1:{admin}/live") == 200
        assert path.stat().st_mode & 0o777 == 0o600
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path))) as client:
            assert client.get("http://rest/articles?id=eq.1&select=id").json() == [{"id": 1}]
    assert not path.exists()


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=5).status_code
    except httpx.TransportError:
        return 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"DB_TX_END": "never"}, "DB_TX_END"),
        ({"DB_SCHEMAS": "public,pg_catalog"}, "does not allow schema: 'pg_catalog'"),
        ({"JWT_SECRET": "short"}, "at least 32 characters"),
        ({"JWT_SECRET": "@/nowhere"}, "/nowhere"),
        ({"OPENAPI_SERVER_PROXY_URI": "nonsense"}, "Malformed proxy uri"),
        ({"SERVER_PORT": "many"}, "SERVER_PORT"),
        ({"SERVER_PORT": "3000", "ADMIN_SERVER_PORT": "3000"}, "cannot be the same"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    options: dict[str, str], message: str, shop: TestDatabase, tmp_path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "backoffice.cli", "rest"],
        env=environment(shop, **options),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 1
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr
