"""``courseware bank``: items in and out, item by item."""

from __future__ import annotations

from pathlib import Path

import pytest

from courseware.storage.database import Database
from tests.cli.conftest import Run, hashes
from tests.content.small_course import ITEM

BANK = "question_bank/alpha/items.yaml"


def test_an_exported_bank_reads_back_equal(
    run: Run, course: Path, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = sorted(course.glob("question_bank/*/*.yaml"))
    told = run("bank", "import", *files)
    assert (told.code, told.out.count("new        ")) == (0, 6)
    told = run("bank", "export", "taken")
    assert told.out.splitlines() == ["taken/alpha/items.yaml: 3 items", "taken/beta/items.yaml: 3 items"]
    monkeypatch.setenv("COURSEWARE_DATABASE_URL", "sqlite:///other.sqlite3")
    assert run("bank", "import", "taken/alpha/items.yaml", "taken/beta/items.yaml").code == 0
    other = Database("sqlite:///other.sqlite3")
    assert hashes(other) == hashes(db)
    assert len(hashes(db)) == 6
    other.dispose()


def test_importing_what_is_there_changes_nothing(run: Run, course: Path, db: Database) -> None:
    run("bank", "import", course / BANK)
    told = run("bank", "import", course / BANK)
    assert told.out.splitlines() == [f"unchanged  alpha-{name}" for name in ("one", "two", "three")]


def test_a_changed_item_is_told_as_such(run: Run, course: Path, db: Database) -> None:
    run("bank", "import", course / BANK)
    before = hashes(db)
    text = (course / BANK).read_text(encoding="utf-8").replace("What first, in alpha-two?", "What then?")
    Path("edited.yaml").write_text(text, encoding="utf-8")
    told = run("bank", "import", "--module", "alpha", "edited.yaml")
    assert told.out.splitlines() == ["unchanged  alpha-one", "changed    alpha-two", "unchanged  alpha-three"]
    assert [item_id for item_id, found in hashes(db).items() if found != before[item_id]] == ["alpha-two"]


def test_a_dry_run_says_the_same_and_keeps_nothing(run: Run, course: Path, db: Database) -> None:
    dry = run("bank", "import", "--dry-run", course / BANK)
    assert hashes(db) == {}
    wet = run("bank", "import", course / BANK)
    assert dry.out == wet.out + "Dry run: nothing was kept.\n"
    assert dry.out.splitlines()[0] == "new        alpha-one"
    assert len(hashes(db)) == 3


@pytest.mark.parametrize("dry", [True, False])
def test_a_faulty_item_is_refused_with_its_line_while_the_others_go_in(run: Run, db: Database, dry: bool) -> None:
    levels = {"first": "recall", "second": "easy", "third": "judgement"}
    text = "".join(ITEM.format(id=name, level=level) for name, level in levels.items())
    Path("arriving.yaml").write_text(text, encoding="utf-8")
    told = run("bank", "import", "--module", "alpha", *(["--dry-run"] if dry else []), "arriving.yaml")
    assert told.code == 1
    assert told.out.splitlines()[:3] == [
        "refused    arriving.yaml:20: second: level: 'easy' is not known; use one of: recall, application, judgement",
        "new        first",
        "new        third",
    ]
    assert set(hashes(db)) == (set() if dry else {"first", "third"})


def test_items_of_no_module_are_refused(run: Run, db: Database) -> None:
    Path("arriving.yaml").write_text(ITEM.format(id="one", level="recall"), encoding="utf-8")
    told = run("bank", "import", "arriving.yaml")
    assert (told.code, told.out) == (
        1,
        "refused    arriving.yaml:1: 'work' is not a module of the course; use one of: alpha, beta\n",
    )
    assert hashes(db) == {}


def test_a_file_that_is_not_there_is_told_without_a_trace(run: Run) -> None:
    told = run("bank", "import", "absent.yaml")
    assert told.code == 2
    assert "File 'absent.yaml' does not exist" in told.err


def test_a_file_that_is_no_text_is_refused(run: Run, db: Database) -> None:
    Path("arriving.yaml").write_bytes(b"- id: \xff\xfe")
    told = run("bank", "import", "--module", "alpha", "arriving.yaml")
    assert (told.code, told.out) == (1, "refused    arriving.yaml:1: is not UTF-8 (byte 7)\n")


def test_an_export_into_a_file_is_told_without_a_trace(run: Run, course: Path, db: Database) -> None:
    run("bank", "import", course / BANK)
    Path("taken").write_text("", encoding="utf-8")
    told = run("bank", "export", "taken")
    assert (told.code, told.err.startswith("courseware: ")) == (1, True)
