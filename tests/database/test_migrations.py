"""The migrations make the database that `supabase/schemas` describes, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from backoffice.errors import MigrationError
from backoffice.stack.catalogue import differences, read_catalogue
from backoffice.stack.migrate import Migration, migrate, migration_status, read_migrations
from backoffice.stack.schemas import build_from_schemas, schema_files
from support.database import EMPTY_TEMPLATE, TestCluster, TestDatabase

NOTES = Migration("20300101000000", "notes", "create table public.notes (id int primary key);")
MORE = Migration("20300102000000", "more", "alter table public.notes add column body text;")


@pytest.fixture
def empty(cluster: TestCluster) -> Iterator[TestDatabase]:
    """A Supabase project's database before its first migration."""
    with cluster.cloned("empty", EMPTY_TEMPLATE) as clone:
        yield clone


def test_migrations_equal_the_schemas(empty: TestDatabase, fresh_database: TestDatabase) -> None:
    with empty.connect() as built, fresh_database.connect() as migrated:
        build_from_schemas(built)
        schemas, migrations = read_catalogue(built), read_catalogue(migrated)
    assert len(schemas) > 100
    assert not differences(schemas, migrations), "\n".join(
        map(str, differences(schemas, migrations))
    )


def test_the_queue_is_the_installed_librarys(empty: TestDatabase, cluster: TestCluster) -> None:
    library = files("procrastinate").joinpath("sql", "schema.sql").read_bytes()
    ours = next(path for path in schema_files() if path.name == "procrastinate.sql")
    additions = ours.read_text().partition("-- end of procrastinate/sql/schema.sql")[2]
    comment = next(line for line in ours.read_text().splitlines() if line.startswith("comment"))
    with (
        cluster.cloned("queue", EMPTY_TEMPLATE) as other,
        empty.connect() as theirs,
        other.connect() as here,
    ):
        here.execute(ours.read_bytes())
        theirs.execute("create schema jobs; set search_path = jobs")
        theirs.execute(library)
        theirs.execute("reset search_path")
        theirs.execute(f"{comment}\n{additions}".encode())
        assert not differences(read_catalogue(theirs), read_catalogue(here))


@pytest.mark.parametrize(
    ("change", "identity"),
    [
        ("alter table public.notes add column extra int", "column public.notes.extra"),
        ("alter table public.notes alter column id set default 1", "column public.notes.id"),
        ("create index notes_body on public.notes (body)", "index public.notes_body"),
        ("alter table public.notes add constraint long check (body <> '')", "constraint long"),
        ("create policy mine on public.notes using (true)", "policy mine"),
        ("alter table public.notes enable row level security", "relation public.notes"),
        ("revoke select on public.notes from anon", "relation public.notes"),
        ("grant select (body) on public.notes to service_role", "column public.notes.body"),
        ("comment on column public.notes.body is 'Words.'", "comment on"),
        ("alter function public.twice(int) set search_path = ''", "function public.twice"),
        ("alter function public.twice(int) stable", "function public.twice"),
        ("alter function public.twice(int) security definer", "function public.twice"),
        ("revoke execute on function public.twice(int) from anon", "function public.twice"),
        ("alter view public.bodies set (security_invoker = true)", "relation public.bodies"),
        ("alter table public.notes disable trigger noted", "trigger noted"),
    ],
)
def test_a_difference_is_found(fresh_database: TestDatabase, change: str, identity: str) -> None:
    with fresh_database.connect() as connection:
        connection.execute(
            """
            create table public.notes (id int primary key, body text);
            create function public.twice(n int) returns int language sql as 'select 2 * n';
            create view public.bodies as select body from public.notes;
            create trigger noted before update on public.notes
              for each row execute function suppress_redundant_updates_trigger();
            """
        )
        before = read_catalogue(connection)
        connection.execute(change.encode())
        found = differences(before, read_catalogue(connection))
    assert any(identity in difference.identity for difference in found), found


def test_a_migration_is_recorded_as_the_supabase_cli_records_it(empty: TestDatabase) -> None:
    with empty.connect() as connection:
        assert migrate(connection, [NOTES]) == [NOTES.version]
        assert migrate(connection, [NOTES]) == []
        assert migrate(connection, [NOTES, MORE]) == [MORE.version]
        rows = connection.execute(
            "select version, name, statements from supabase_migrations.schema_migrations"
            " order by version"
        ).fetchall()
    assert rows == [(m.version, m.name, [m.sql]) for m in (NOTES, MORE)]


def test_a_failing_migration_leaves_nothing_and_names_its_line(empty: TestDatabase) -> None:
    wrong = Migration(MORE.version, "wrong", "create table public.kept (id int);\nselect nothing;")
    with empty.connect() as connection:
        with pytest.raises(MigrationError, match=r"20300102000000_wrong failed: .* in line 2"):
            migrate(connection, [NOTES, wrong])
        assert migration_status(connection, [NOTES, wrong]).pending == [wrong.version]
        (kept,) = connection.execute("select to_regclass('public.kept')").fetchone() or ("no row",)
    assert kept is None


def test_an_edited_migration_is_reported(empty: TestDatabase) -> None:
    edited = Migration(NOTES.version, NOTES.name, NOTES.sql.replace("int", "bigint"))
    reformatted = Migration(NOTES.version, NOTES.name, NOTES.sql.replace("(", "(\n  "))
    with empty.connect() as connection:
        migrate(connection, [NOTES])
        assert migration_status(connection, [reformatted]).is_current
        assert migration_status(connection, [edited]).drifted == [NOTES.version]
        with pytest.raises(MigrationError, match="edited after they ran: 20300101000000"):
            migrate(connection, [edited, MORE])


def test_a_newer_database_and_a_late_migration_are_refused(empty: TestDatabase) -> None:
    with empty.connect() as connection:
        migrate(connection, [NOTES, MORE])
        with pytest.raises(MigrationError, match="does not know: 20300102000000"):
            migrate(connection, [NOTES])
        late = Migration("20300101120000", "late", "select 1")
        with pytest.raises(MigrationError, match="older than 20300102000000"):
            migrate(connection, [NOTES, late, MORE])


def test_file_names_are_checked(tmp_path: Path) -> None:
    (tmp_path / "20300101000000_fine.sql").write_text("select 1")
    assert [m.name for m in read_migrations(tmp_path)] == ["fine"]
    (tmp_path / "quick fix.sql").write_text("select 1")
    with pytest.raises(MigrationError, match=r"quick fix\.sql"):
        read_migrations(tmp_path)
