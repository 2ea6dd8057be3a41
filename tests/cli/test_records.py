"""``courseware export``, ``backup`` and ``restore``: what the office takes away, and copies of it all."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from courseware.domain.blueprint import Blueprint, Cell
from courseware.services import attempts, bank
from courseware.services.exports import RESPONSES, SCORES
from courseware.storage.database import Database
from tests.cli.conftest import Run
from tests.conftest import START
from tests.factories import RIGHT, form, make_item, make_module, make_user


@pytest.fixture
def scored(db: Database) -> Database:
    """Two attempts of Maria's at a quiz of one item, 0 and 1 of 1; her name begins like a formula."""
    module = make_module("alpha")
    module = replace(module, quiz=replace(module.quiz, blueprint=Blueprint((Cell(None, None, 1),))))
    with db.write() as session:
        maria = make_user(session, name="=Maria")
        bank.create_item(session, make_item("one"), "alpha", author_id=None, reason="", now=START)
        for number, fields in enumerate(({}, form(RIGHT)), start=1):
            attempt = attempts.start(session, maria, module, seed=number, now=START)
            attempts.save_response(session, attempt, maria, 1, fields, token=f"t{number}", sequence=1, now=START)
            attempts.submit(session, attempt, maria, now=START)
    return db


def as_csv(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def as_json(data: bytes) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(data)
    return found


def as_sheet(data: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.parametrize("to_file", [True, False])
def test_scores_as_csv(run: Run, scored: Database, to_file: bool) -> None:
    rows = as_csv(taken(run, "csv", to_file))
    assert [(row["name"], row["attempt"], row["marks"], row["percent"], row["passed"]) for row in rows] == [
        ("'=Maria", "1", "0.0", "0.0", "false"),
        ("'=Maria", "2", "1.0", "100.0", "true"),
    ]
    assert set(rows[0]) == set(SCORES)


@pytest.mark.parametrize("to_file", [True, False])
def test_scores_as_json(run: Run, scored: Database, to_file: bool) -> None:
    rows = as_json(taken(run, "json", to_file))
    assert [(row["name"], row["module"], row["percent"]) for row in rows] == [
        ("=Maria", "Module alpha", 0.0),
        ("=Maria", "Module alpha", 100.0),
    ]


@pytest.mark.parametrize("to_file", [True, False])
def test_scores_as_a_spreadsheet(run: Run, scored: Database, to_file: bool) -> None:
    sheet = as_sheet(taken(run, "xlsx", to_file))
    assert sheet.count("<row ") == 3
    assert sheet.count(">=Maria<") == 2
    assert "<f>" not in sheet


def taken(run: Run, format_: str, to_file: bool, *more: str) -> bytes:
    """The exported bytes; nothing else may be on standard output or left in the folder."""
    before = set(Path.cwd().iterdir())
    told = run("export", "scores", "--format", format_, "-o", "scores" if to_file else "-", *more)
    made = {path.name for path in set(Path.cwd().iterdir()) - before}
    assert (told.code, made) == (0, {"scores"} if to_file else set())
    assert (told.err, told.raw if to_file else b"") == ("scores was written.\n" if to_file else "", b"")
    return Path("scores").read_bytes() if to_file else told.raw


def test_the_best_attempt_of_each(run: Run, scored: Database) -> None:
    assert [row["attempt"] for row in as_csv(taken(run, "csv", False, "--best"))] == ["2"]


def test_responses_as_csv(run: Run, scored: Database) -> None:
    rows = as_csv(run("export", "responses", "-o", "-").raw)
    assert set(rows[0]) == set(RESPONSES)
    assert [(row["item"], row["answered"], row["response"], row["mark"]) for row in rows] == [
        ("one", "false", "", "0.0"),
        ("one", "true", RIGHT, "1.0"),
    ]


def test_with_no_attempts_there_are_headings(run: Run) -> None:
    assert run("export", "scores", "-o", "-").raw.decode("utf-8-sig").strip() == ",".join(SCORES)


@pytest.mark.parametrize("format_", ["csv", "xlsx", "json"])
def test_a_folder_that_is_not_there_is_told_without_a_trace(run: Run, scored: Database, format_: str) -> None:
    told = run("export", "scores", "--format", format_, "-o", "nowhere/scores")
    assert (told.code, told.out) == (1, "")
    assert "No such file or directory" in told.err


def test_an_export_that_fails_leaves_the_older_file(
    run: Run, scored: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("scores.csv").write_text("older", encoding="utf-8")

    def fail(*_given: object) -> Callable[[], None]:
        raise OSError("No space left on device")

    monkeypatch.setattr("courseware.formats.csv.text", fail)
    told = run("export", "scores", "-o", "scores.csv")
    assert (told.code, told.err) == (1, "courseware: No space left on device\n")
    assert Path("scores.csv").read_text(encoding="utf-8") == "older"
    assert list(Path.cwd().glob("*.partial")) == []


def test_backup_and_restore(run: Run, scored: Database) -> None:
    told = run("backup", "copy.sqlite3")
    assert (told.code, told.out) == (0, f"copy.sqlite3: {Path('copy.sqlite3').stat().st_size} bytes, verified.\n")
    before = run("export", "scores", "-o", "-").raw
    run("user", "add", "later@example.org", "--role", "trainee")
    scored.dispose()
    told = run("restore", "copy.sqlite3")
    assert told.code == 0
    assert "copy.sqlite3 was restored. What it replaced is kept as " in told.out
    kept = Path(told.out.rpartition(" kept as ")[2].strip().removesuffix("."))
    assert kept.is_file()
    assert run("export", "scores", "-o", "-").raw == before
    assert "has no account" in run("user", "reset", "later@example.org").err


def test_backup_and_restore_refuse_in_one_line(run: Run) -> None:
    assert run("backup", "copy").err == "courseware: there is no database at instance/courseware.sqlite3 yet\n"
    told = run("restore", "absent.sqlite3")
    assert (told.code, told.err) == (1, "courseware: absent.sqlite3 is not restored: there is no such file\n")
