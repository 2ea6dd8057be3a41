"""From nothing to the program's schema and back, on both databases, with learners' records in it."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from courseware.storage import migrations
from courseware.storage.database import Database
from courseware.storage.tables import Base
from tests.conftest import POSTGRESQL, WITHOUT_POSTGRESQL, fresh_postgresql
from tests.factories import make_user, make_world
from tests.storage.planted import SHIPPED, plant


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Each of the two databases without any table."""
    if request.param == "sqlite":
        db = Database(f"sqlite:///{tmp_path / 'records.sqlite3'}")
        yield db
        db.dispose()
    elif POSTGRESQL:
        with fresh_postgresql() as db:
            yield db
    else:
        pytest.skip(WITHOUT_POSTGRESQL)


def tables(db: Database) -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def rows(db: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with db.engine.connect() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))), key=str)
            for name in sorted(tables(db))
        }


def test_up_makes_every_table_and_down_takes_each_away(empty: Database) -> None:
    migrations.upgrade(empty, SHIPPED)
    assert tables(empty) == set(Base.metadata.tables)
    assert migrations.current(empty) == migrations.head(SHIPPED)
    migrations.downgrade(empty, SHIPPED, "base")
    assert (tables(empty), migrations.current(empty)) == (set(), None)


def test_migrating_again_changes_nothing(empty: Database) -> None:
    migrations.upgrade(empty, SHIPPED)
    make_world(empty)
    before = rows(empty)
    migrations.upgrade(empty, SHIPPED)
    assert rows(empty) == before


def test_down_and_up_with_data(empty: Database) -> None:
    migrations.upgrade(empty, SHIPPED)
    make_world(empty)
    assert all(rows(empty)[name] for name in ("users", "responses", "grade_events", "drill_decisions"))
    migrations.downgrade(empty, SHIPPED, "base")
    assert tables(empty) == set()
    migrations.upgrade(empty, SHIPPED)
    make_world(empty)


def test_the_head_is_the_models(empty: Database) -> None:
    migrations.upgrade(empty, SHIPPED)
    with empty.engine.connect() as connection, warnings.catch_warnings():
        # SQLite can't reflect the index on lower(email); the test after this one looks at it instead.
        warnings.filterwarnings("ignore", "(?s)(autogenerate )?skipping.*uq_users_email_folded")
        warnings.filterwarnings("ignore", "(?s)Skipped unsupported reflection of expression-based index uq_users")
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrated_address_is_unique_without_regard_to_case(migrated: Database) -> None:
    with migrated.engine.connect() as connection:
        sql = connection.scalar(text("SELECT sql FROM sqlite_master WHERE name = 'uq_users_email_folded'"))
    assert sql == "CREATE UNIQUE INDEX uq_users_email_folded ON users (lower(email))"


def checks(db: Database) -> set[tuple[str, str]]:
    """Every CHECK of every table, by name and words: Alembic does not compare them."""
    look = inspect(db.engine)
    return {
        (str(each["name"]), "".join(str(each["sqltext"]).split()))
        for name in tables(db)
        for each in look.get_check_constraints(name)
    }


def test_the_migrations_check_what_the_models_check(migrated: Database, sqlite: Database) -> None:
    assert checks(migrated) == checks(sqlite)
    assert len(checks(sqlite)) > 10


def test_a_database_of_a_later_version_is_refused_and_left_as_it_is(empty: Database, tmp_path: Path) -> None:
    later = plant(tmp_path / "later", "    op.add_column('users', sa.Column('rank', sa.String()))", revision="later")
    migrations.upgrade(empty, later)
    make_world_of_later(empty)
    before = rows(empty)
    with pytest.raises(migrations.NewerDatabase, match="revision later, which this version of Parley does not know"):
        migrations.upgrade(empty, SHIPPED)
    assert (rows(empty), migrations.current(empty)) == (before, "later")


def make_world_of_later(db: Database) -> None:
    with db.write() as session:
        session.execute(
            text(
                "INSERT INTO users (id, email, name, active, fs_uniquifier, created_at, simulated, rank)"
                " VALUES (1, 'a@b.org', 'A', true, 'u', '2026-03-02 09:00:00', false, 'Colonel')"
            )
        )


def foreign_keys(db: Database) -> list[object]:
    """The setting on every connection that the pool holds."""
    with db.engine.connect() as one, db.engine.connect() as two:
        return [each.exec_driver_sql("PRAGMA foreign_keys").scalar() for each in (one, two)]


def test_foreign_keys_hold_again_after_migrating(migrated: Database) -> None:
    assert foreign_keys(migrated) == [1, 1]


BREAKS = """
    op.execute("DELETE FROM drill_versions")
"""


def test_a_migration_that_breaks_references_is_undone(migrated: Database, tmp_path: Path) -> None:
    make_world(migrated)
    before = rows(migrated)
    with pytest.raises(migrations.BrokenReferences, match=r"rows that point at nothing: .*drill_runs"):
        migrations.upgrade(migrated, plant(tmp_path / "breaking", BREAKS))
    assert (rows(migrated), migrations.current(migrated)) == (before, migrations.head(SHIPPED))
    assert foreign_keys(migrated) == [1, 1]


FAILS = """
    op.execute("DELETE FROM drill_decisions")
    op.execute("SELECT nothing FROM nowhere")
"""


def test_a_migration_that_fails_half_way_is_undone(migrated: Database, tmp_path: Path) -> None:
    make_world(migrated)
    before = rows(migrated)
    with pytest.raises(OperationalError):
        migrations.upgrade(migrated, plant(tmp_path / "failing", FAILS))
    assert (rows(migrated), migrations.current(migrated)) == (before, migrations.head(SHIPPED))
    assert foreign_keys(migrated) == [1, 1]


REBUILDS = """
    with op.batch_alter_table("{table}", recreate="always") as batch:
        batch.add_column(sa.Column("extra", sa.String()))
"""


# SQLite can't reflect the index on lower(email): a migration that rebuilds users has to make it anew.
rebuilding = pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index uq_users")


@rebuilding
@pytest.mark.parametrize(("table", "child"), [("users", "role_grants"), ("attempts", "attempt_items")])
def test_children_survive_the_rebuild_of_their_table(
    migrated: Database, tmp_path: Path, table: str, child: str
) -> None:
    make_world(migrated)
    before = rows(migrated)
    migrations.upgrade(migrated, plant(tmp_path / "rebuilding", REBUILDS.format(table=table)))
    after = rows(migrated)
    assert before[child]
    assert [(*row, None) for row in before.pop(table)] == after.pop(table)
    assert after == before


@rebuilding
def test_planted_rebuild_with_foreign_keys_on_loses_the_children(
    migrated: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the test above is there to notice: batch mode drops the old table and its children go, in silence."""

    @contextmanager
    def careless(db: Database) -> Iterator[Connection]:
        with db.engine.connect() as connection, connection.begin():
            yield connection

    with migrated.write() as session:
        make_user(session)
    monkeypatch.setattr(migrations, "_migrating", careless)
    migrations.upgrade(migrated, plant(tmp_path / "losing", REBUILDS.format(table="users")))
    assert (len(rows(migrated)["users"]), rows(migrated)["role_grants"]) == (1, [])


MIGRATE = """
import sys
from pathlib import Path
from courseware.storage import migrations
from courseware.storage.database import Database

migrations.upgrade(Database(sys.argv[1]), Path(sys.argv[2]))
"""


def test_two_programs_may_migrate_at_once(empty: Database) -> None:
    url = empty.url.render_as_string(hide_password=False)
    arguments = [sys.executable, "-c", MIGRATE, url, str(SHIPPED)]
    both = [subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    told = [each.communicate(timeout=60)[1] for each in both]
    assert [each.returncode for each in both] == [0, 0], told
    assert tables(empty) == set(Base.metadata.tables)
