"""``courseware check``, settings, and what stops the command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from courseware import __version__
from courseware.storage import migrations
from courseware.storage.database import Database
from tests.cli.conftest import Run
from tests.content.small_course import plant
from tests.storage.planted import plant as plant_migration

COUNTS = {
    "modules", "lessons", "words", "claims", "claims_taught", "claims_assessed", "items", "items_total", "drills",
    "tables", "problems",
}  # fmt: skip
BANK = "question_bank/alpha/items.yaml"


def test_check_says_that_all_is_well(run: Run) -> None:
    told = run("check")
    assert (told.code, told.err) == (0, "")
    assert re.fullmatch(r"2 modules, 4 lessons, \d+ words, 6 items, 1 drills: no problems\n", told.out)


def test_check_names_each_fault_with_its_file_and_line(run: Run, course: Path) -> None:
    plant(course, BANK, "  level: recall", "  level: easy")
    plant(course, "modules/alpha/lessons/01-first.md", "minutes: 5", "minutes: 500")
    told = run("check")
    first, second, counts = told.out.splitlines()
    assert told.code == 1
    assert first.startswith("modules/alpha/lessons/01-first.md:4: minutes: should be a whole number")
    assert second.startswith(f"{BANK}:4: alpha-one: level: 'easy' is not known")
    assert counts.endswith(": 2 problems")


def test_check_as_json_has_the_keys_of_the_contract(run: Run, course: Path) -> None:
    told = run("check", "--json")
    data = json.loads(told.out)
    assert (told.code, set(data), data["problems"]) == (0, COUNTS, [])
    assert (data["modules"], data["items_total"], data["items"]["single_choice"]) == (2, 6, 6)
    plant(course, BANK, "  level: recall", "  level: easy")
    broken = run("check", "--json")
    (problem,) = json.loads(broken.out)["problems"]
    assert (broken.code, set(problem)) == (1, {"file", "line", "message"})
    assert (problem["file"], problem["line"]) == (BANK, 4)


def test_the_installed_command_checks_the_shipped_course_from_any_folder(tmp_path: Path) -> None:
    command = Path(sys.executable).with_name("courseware")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COURSEWARE_")}
    done = subprocess.run(
        [command, "check", "--json"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    data = json.loads(done.stdout)
    assert (done.returncode, data["problems"], set(data)) == (0, [], COUNTS)
    assert data["modules"] == 5
    assert data["lessons"] >= 16
    assert data["items_total"] >= 80
    assert data["drills"] >= 2
    assert list(tmp_path.iterdir()) == []


def test_it_tells_its_version_and_commands(run: Run) -> None:
    assert run("--version").out == f"courseware, version {__version__}\n"
    told = run("--help").out
    for name in ("serve", "check", "user", "bank", "export", "simulate", "backup", "restore", "bench"):
        assert re.search(rf"^  {name} ", told, re.MULTILINE)


EVERY_COMMAND = [
    ("serve",), ("check",), ("user", "add", "a@b.org", "--role", "admin"), ("user", "reset", "a@b.org"),
    ("user", "setup-link"), ("bank", "export", "taken"), ("export", "scores", "-o", "-"),
    ("export", "responses", "-o", "-"), ("backup", "copy"), ("restore", "copy"),
]  # fmt: skip


@pytest.mark.parametrize("command", EVERY_COMMAND)
def test_an_unknown_setting_stops_every_command_with_its_name(
    run: Run, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSEWARE_PROT", "8000")
    told = run(*command)
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith("courseware: COURSEWARE_PROT: is not a setting; known: ")
    assert list(Path.cwd().iterdir()) == []


def test_a_bad_value_stops_the_start_with_its_name(run: Run) -> None:
    told = run("serve", "--host", "192.0.2.1")
    assert (told.code, told.out) == (1, "")
    assert told.err.startswith("courseware: COURSEWARE_SECRET_KEY: is needed where HOST is 192.0.2.1")


def test_a_course_with_faults_stops_the_start_and_names_them(run: Run, course: Path) -> None:
    plant(course, BANK, "  level: recall", "  level: easy")
    plant(course, "modules/alpha/lessons/01-first.md", "minutes: 5", "minutes: 500")
    told = run("serve")
    assert told.code == 1
    assert told.err.startswith("courseware: modules/alpha/lessons/01-first.md:4: ")
    assert f"\n{BANK}:4: alpha-one: level: 'easy' is not known" in told.err
    assert not Path("instance").exists()


def test_a_newer_database_stops_the_command(run: Run, db: Database, tmp_path: Path) -> None:
    migrations.upgrade(db, plant_migration(tmp_path / "later", "    pass", revision="later"))
    told = run("user", "setup-link")
    assert (told.code, told.err) == (
        1,
        "courseware: the database is at revision later, which this version of Parley does not know\n",
    )


def test_a_database_that_does_not_answer_is_told_in_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSEWARE_DATABASE_URL", "postgresql+psycopg://u:secret-word@127.0.0.1:1/parley")
    told = run("user", "setup-link")
    assert (told.code, told.err.count("\n")) == (1, 1)
    assert told.err.startswith("courseware: the database did not do it: ")
    assert "secret-word" not in told.err
