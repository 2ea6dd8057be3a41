"""``courseware user``: accounts and one-time links."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from courseware.services import accounts
from courseware.services.passwords import verify_password
from courseware.storage.accounts import User
from courseware.storage.database import Database
from tests.cli.conftest import Run
from tests.factories import make_user


def test_user_add_prints_a_link_that_works(run: Run, db: Database) -> None:
    told = run("user", "add", "Ruta@example.org", "--role", "instructor", "--name", "Ruta K")
    assert told.code == 0
    found = re.search(r"^  http://127\.0\.0\.1:8000/invitation/(\S+)$", told.out, re.MULTILINE)
    assert found is not None
    with db.read() as session:
        link = accounts.look_up_link(session, found[1], "invitation", now=datetime.now(UTC))
        assert (link.email, link.name) == ("Ruta@example.org", "Ruta K")
        assert accounts.find_account(session, "ruta@example.org").roles == ("instructor",)


def test_the_link_names_the_port_that_is_set(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSEWARE_PORT", "8123")
    assert "  http://127.0.0.1:8123/invitation/" in run("user", "add", "a@example.org", "--role", "trainee").out


def test_the_database_in_use_is_named(run: Run, tmp_path: Path) -> None:
    """It lies in the folder one is in: a new one, made by mistake elsewhere, is said to be new."""
    place = tmp_path / "work" / "instance" / "courseware.sqlite3"
    assert run("user", "setup-link").records == f"Records: {place} (new)"
    assert run("user", "setup-link").records == f"Records: {place}"


def test_links_lead_to_where_the_course_was_served_last(run: Run, db: Database) -> None:
    """Unless the settings say where it is."""
    (Path("instance") / "address").write_text("http://127.0.0.1:8131", encoding="utf-8")
    assert "  http://127.0.0.1:8131/invitation/" in run("user", "add", "a@example.org", "--role", "trainee").out


def test_user_add_takes_a_password_from_standard_input(run: Run, db: Database) -> None:
    told = run("user", "add", "ruta@example.org", "--role", "admin", "--password-stdin", stdin="two tall ﬁr trees\r\n")
    assert (told.code, told.out) == (0, "ruta@example.org can sign in as admin.\n")
    with db.read() as session:
        stored = session.scalar(select(User.password))
    assert verify_password("two tall fir trees", stored)


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "message"),
    [
        (("nobody", "--role", "trainee"), "", 1, "courseware: Enter an e-mail address such as name@example.org."),
        (("a@b.org", "--role", "owner"), "", 2, "'owner' is not one of"),
        (("a@b.org",), "", 2, "Missing option '--role'"),
        (("a@b.org", "--role", "admin", "--password-stdin"), "short\n", 1, "courseware: the password is too short"),
        (("a@b.org", "--role", "admin", "--password-stdin"), "", 1, "courseware: the password is too short"),
        (("a@b.org", "--role", "admin", "--password-stdin"), "password2026\n", 1, "courseware: the password is among"),
        (("maria.k@b.org", "--role", "admin", "--password-stdin"), "maria.k-7531\n", 1, "is made from the address"),
        (("a@b.org", "--role", "admin", "--name", "x" * 81), "", 1, "courseware: Enter a name of 1 to 80 characters."),
    ],
)
def test_user_add_refuses_and_keeps_nothing(
    run: Run, db: Database, arguments: tuple[str, ...], stdin: str, code: int, message: str
) -> None:
    told = run("user", "add", *arguments, stdin=stdin)
    assert (told.code, told.out) == (code, "")
    assert message in told.err
    with db.read() as session:
        assert session.scalars(select(User.id)).all() == []


def test_an_address_that_is_taken_is_refused(run: Run, db: Database) -> None:
    run("user", "add", "a@example.org", "--role", "trainee", "--password-stdin", stdin="two tall fir trees\n")
    told = run("user", "add", "A@example.org", "--role", "admin")
    assert (told.code, told.err) == (1, "courseware: A@example.org has an account already.\n")


def test_user_reset_prints_a_link_for_an_account_that_is_there(run: Run, db: Database) -> None:
    run("user", "add", "a@example.org", "--role", "trainee", "--password-stdin", stdin="two tall fir trees\n")
    told = run("user", "reset", "A@example.org")
    assert told.code == 0
    assert re.search(r"^  http://127\.0\.0\.1:8000/\S{20,}$", told.out, re.MULTILINE)
    told = run("user", "reset", "b@example.org")
    assert (told.code, told.err) == (1, "courseware: b@example.org has no account.\n")


def test_the_setup_link_is_there_while_there_is_no_administrator(run: Run, db: Database) -> None:
    told = run("user", "setup-link")
    assert (told.code, told.out.startswith("http://127.0.0.1:8000/setup/")) == (0, True)
    with db.write() as session:
        make_user(session, "admin@example.org", "admin", password="hash")
    assert run("user", "setup-link").err.startswith("courseware: An administrator exists already")
