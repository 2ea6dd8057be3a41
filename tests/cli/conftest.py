"""The command as it is typed: in a folder of its own, on a small course, with no setting from outside."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from courseware.cli import main
from courseware.services import bank
from courseware.storage import migrations
from courseware.storage.database import Database
from tests.content.small_course import build
from tests.storage.planted import SHIPPED


@dataclass(frozen=True, slots=True)
class Told:
    """What the command printed and how it ended. records: the line on standard error that names the database."""

    code: int
    raw: bytes
    err: str
    records: str = ""

    @property
    def out(self) -> str:
        return self.raw.decode()


Run = Callable[..., Told]


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A sound course of two modules, with the shipped migrations."""
    root = build(tmp_path / "course")
    (root / "migrations").symlink_to(SHIPPED)
    return root


@pytest.fixture
def run(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Run:
    """Runs ``courseware`` with these arguments, in a folder that is empty at first."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("COURSEWARE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("COURSEWARE_COURSE_DIR", str(course))

    def run(*arguments: object, stdin: str = "") -> Told:
        monkeypatch.setattr(sys, "argv", ["courseware", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfdbinary.readouterr()
        assert b"Traceback" not in out + err
        lines = err.decode().splitlines(keepends=True)
        records = next((line.strip() for line in lines if line.startswith("Records: ")), "")
        rest = "".join(line for line in lines if not line.startswith("Records: "))
        return Told(int(ended.value.code or 0), out, rest, records)

    return run


@pytest.fixture
def db(run: Run) -> Iterator[Database]:
    """The database that the command uses unless told, migrated."""
    db = Database("sqlite:///instance/courseware.sqlite3")
    migrations.upgrade(db, SHIPPED)
    yield db
    db.dispose()


def hashes(db: Database) -> dict[str, tuple[str, str]]:
    """Module and content hash of every item."""
    with db.read() as session:
        return {item.head.id: (module, item.content_hash()) for module, item in bank.all_items(session)}
