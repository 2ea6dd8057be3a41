"""Accounts, roles and one-time links, on SQLite."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from courseware.services import accounts, names, sign_in
from courseware.storage.accounts import BrowserSession, OneTimeLink, digest
from courseware.storage.base import Base
from courseware.storage.database import Database

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NETWORK = "192.0.2.7"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'accounts.sqlite3'}")
    Base.metadata.create_all(database.engine)
    with database.write() as session:  # noise that no test may touch
        accounts.create_account(session, "noise@example.org", "Noise", "hash", ("trainee", "instructor"), now=NOW)
    yield database
    database.dispose()


def make(db: Database, email: str, *roles: str) -> int:
    with db.write() as session:
        return accounts.create_account(session, email, "A Name", "hash", roles, now=NOW)


def roles_of(db: Database, user_id: int) -> tuple[str, ...]:
    with db.read() as session:
        return accounts.get_account(session, user_id).roles


# ---- addresses and names ----


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Maria@Example.ORG ", "Maria@example.org"),
        ("a@camp.local", "a@camp.local"),
        ("b@hq", "b@hq"),
        ("c@unit.test", "c@unit.test"),
    ],
)
def test_an_address_gets_one_spelling_also_in_closed_networks(typed: str, kept: str) -> None:
    assert names.clean_address(typed) == kept


@pytest.mark.parametrize("typed", ["", "a", "a@", "@b.org", "a b@c.org", "a@b.org\nBcc: x@y.org", "a" * 300 + "@b.org"])
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(names.BadAddress):
        names.clean_address(typed)


def test_a_name_is_tidied_and_an_empty_or_long_one_refused() -> None:
    assert names.clean_name("  Ana   María \n López ") == "Ana María López"
    for name in ("", "   ", "x" * 81, "a\x00b", "a\u202eb"):
        with pytest.raises(names.BadName):
            names.clean_name(name)


def test_an_address_is_taken_whatever_its_case(db: Database) -> None:
    make(db, "maria@example.org", "trainee")
    with db.write() as session, pytest.raises(accounts.AddressTaken):
        accounts.create_account(session, "MARIA@example.org", "Other", None, ("trainee",), now=NOW)


def test_an_unknown_role_is_refused(db: Database) -> None:
    with db.write() as session, pytest.raises(accounts.RoleUnknown):
        accounts.create_account(session, "x@example.org", "X", None, ("general",), now=NOW)


# ---- the first account ----


def test_the_setup_link_makes_one_account_with_every_role(db: Database) -> None:
    with db.write() as session:
        secret = accounts.make_setup_link(session, now=NOW)
    with db.read() as session:
        assert accounts.look_up_link(session, secret, "setup", now=NOW).purpose == "setup"
    with db.write() as session:
        user_id = accounts.use_setup_link(session, secret, "first@example.org", "First", "hash", now=NOW)
    assert roles_of(db, user_id) == ("trainee", "instructor", "admin")
    with db.write() as session, pytest.raises(accounts.LinkUsed):
        accounts.use_setup_link(session, secret, "second@example.org", "Second", "hash", now=NOW)
    with db.write() as session, pytest.raises(accounts.AdminExists):
        accounts.make_setup_link(session, now=NOW)


def test_a_newer_setup_link_replaces_the_older_one(db: Database) -> None:
    with db.write() as session:
        older = accounts.make_setup_link(session, now=NOW)
        newer = accounts.make_setup_link(session, now=NOW)
    with db.read() as session:
        with pytest.raises(accounts.LinkUnknown):
            accounts.look_up_link(session, older, "setup", now=NOW)
        accounts.look_up_link(session, newer, "setup", now=NOW)


def test_a_setup_link_dies_with_time_and_when_an_admin_comes_another_way(db: Database) -> None:
    with db.write() as session:
        secret = accounts.make_setup_link(session, now=NOW)
    with db.write() as session, pytest.raises(accounts.LinkExpired):
        accounts.use_setup_link(session, secret, "a@example.org", "A", "hash", now=NOW + 8 * DAY)
    make(db, "admin@example.org", "admin")
    with db.read() as session, pytest.raises(accounts.LinkUsed):
        accounts.look_up_link(session, secret, "setup", now=NOW)
    with pytest.raises(accounts.LinkUsed), db.write() as session:
        accounts.use_setup_link(session, secret, "a@example.org", "A", "hash", now=NOW)


def test_a_taken_address_leaves_the_setup_link_unused(db: Database) -> None:
    with db.write() as session:
        secret = accounts.make_setup_link(session, now=NOW)
    with pytest.raises(accounts.AddressTaken), db.write() as session:
        accounts.use_setup_link(session, secret, "noise@example.org", "A", "hash", now=NOW)
    with db.write() as session:
        accounts.use_setup_link(session, secret, "a@example.org", "A", "hash", now=NOW)


def test_of_many_visitors_at_once_one_becomes_the_first_admin(db: Database) -> None:
    with db.write() as session:
        secret = accounts.make_setup_link(session, now=NOW)
    start = threading.Barrier(12)
    outcomes: list[str] = []

    def visit(number: int) -> None:
        start.wait()
        try:
            with db.write() as session:
                accounts.use_setup_link(session, secret, f"v{number}@example.org", "V", "hash", now=NOW)
            outcomes.append("made")
        except accounts.LinkUsed:
            outcomes.append("used")

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made"] + ["used"] * 11
    with db.read() as session:
        assert accounts.list_accounts(session, "v").total == 1


def test_only_the_digest_of_a_secret_is_kept(db: Database) -> None:
    with db.write() as session:
        secret = accounts.make_setup_link(session, now=NOW)
        kept = session.scalars(select(OneTimeLink)).one()
    assert kept.digest == digest(secret)
    assert secret not in repr(vars(kept))


# ---- invitations ----


def test_an_invitation_is_accepted_once(db: Database) -> None:
    with db.write() as session:
        invitation = accounts.make_invitation(session, "new@example.org", "New", "instructor", now=NOW)
    with db.read() as session:
        link = accounts.look_up_link(session, invitation.secret, "invitation", now=NOW)
        assert (link.email, link.name) == ("new@example.org", "New")
        assert accounts.get_account(session, invitation.user_id).invited
        with pytest.raises(accounts.LinkUnknown):
            accounts.look_up_link(session, invitation.secret, "setup", now=NOW)
    with db.write() as session:
        assert accounts.accept_invitation(session, invitation.secret, "Newer", "hash", now=NOW) == invitation.user_id
    with db.read() as session:
        row = accounts.get_account(session, invitation.user_id)
    assert (row.name, row.roles, row.invited) == ("Newer", ("instructor",), False)
    with db.write() as session, pytest.raises(accounts.LinkUsed):
        accounts.accept_invitation(session, invitation.secret, "Again", "other", now=NOW)


def test_an_invitation_expires_after_14_days(db: Database) -> None:
    with db.write() as session:
        invitation = accounts.make_invitation(session, "new@example.org", "New", "trainee", now=NOW)
    with db.read() as session:
        accounts.look_up_link(session, invitation.secret, "invitation", now=NOW + 14 * DAY - MINUTE)
        with pytest.raises(accounts.LinkExpired):
            accounts.look_up_link(session, invitation.secret, "invitation", now=NOW + 14 * DAY)
    with db.write() as session, pytest.raises(accounts.LinkExpired):
        accounts.accept_invitation(session, invitation.secret, "N", "hash", now=NOW + 14 * DAY)


def test_inviting_again_replaces_the_link_and_keeps_the_account(db: Database) -> None:
    with db.write() as session:
        first = accounts.make_invitation(session, "new@example.org", "New", "trainee", now=NOW)
    with db.write() as session:
        second = accounts.make_invitation(session, "NEW@example.org", "New Name", "instructor", now=NOW)
    assert second.user_id == first.user_id
    assert roles_of(db, first.user_id) == ("trainee", "instructor")
    with db.read() as session:
        accounts.look_up_link(session, second.secret, "invitation", now=NOW)
        with pytest.raises(accounts.LinkUnknown):
            accounts.look_up_link(session, first.secret, "invitation", now=NOW)


def test_who_has_a_password_is_not_invited(db: Database) -> None:
    with db.write() as session, pytest.raises(accounts.AddressTaken):
        accounts.make_invitation(session, "noise@example.org", "N", "admin", now=NOW)


def test_an_invitation_of_a_closed_account_opens_nothing(db: Database) -> None:
    with db.write() as session:
        invitation = accounts.make_invitation(session, "new@example.org", "New", "trainee", now=NOW)
        accounts.set_active(session, invitation.user_id, False)
    with pytest.raises(accounts.LinkUnknown), db.write() as session:
        accounts.accept_invitation(session, invitation.secret, "N", "hash", now=NOW)


# ---- lists, roles, closing ----


def test_accounts_are_searched_by_name_or_address_and_paged(db: Database) -> None:
    for number in range(60):
        make(db, f"t{number:02}@example.org", "trainee")
    make(db, "50%_off@example.org", "trainee")
    with db.read() as session:
        first, last = accounts.list_accounts(session, "A NAME"), accounts.list_accounts(session, "a name", 99)
        assert (len(first.rows), first.pages, first.total) == (50, 2, 61)
        assert (len(last.rows), last.page) == (11, 2)
        assert [row.email for row in accounts.list_accounts(session, "%_").rows] == ["50%_off@example.org"]
        assert accounts.list_accounts(session, "nobody").rows == ()
        assert accounts.find_account(session, "NOISE@example.org").name == "Noise"
        with pytest.raises(accounts.AccountUnknown):
            accounts.find_account(session, "nobody@example.org")


def test_roles_are_granted_and_revoked_any_number_of_times(db: Database) -> None:
    user_id = make(db, "a@example.org", "trainee")
    for _ in range(2):
        with db.write() as session:
            accounts.grant_role(session, user_id, "instructor")
    assert roles_of(db, user_id) == ("trainee", "instructor")
    for _ in range(2):
        with db.write() as session:
            accounts.revoke_role(session, user_id, "instructor")
    assert roles_of(db, user_id) == ("trainee",)


def test_the_last_active_admin_stays(db: Database) -> None:
    first, second = make(db, "a@example.org", "admin"), make(db, "b@example.org", "admin", "trainee")
    with db.write() as session:
        accounts.set_active(session, first, False)
    with db.write() as session, pytest.raises(accounts.LastAdmin):
        accounts.revoke_role(session, second, "admin")
    with db.write() as session, pytest.raises(accounts.LastAdmin):
        accounts.set_active(session, second, False)
    with db.write() as session:
        accounts.revoke_role(session, first, "admin")
        accounts.set_active(session, first, True)
        accounts.revoke_role(session, second, "trainee")
    assert roles_of(db, second) == ("admin",)


def test_closing_an_account_ends_its_sessions_only(db: Database) -> None:
    user_id, other = make(db, "a@example.org", "trainee"), make(db, "b@example.org", "trainee")
    with db.write() as session:
        for owner in (user_id, user_id, other):
            sign_in.open_session(session, owner, days=1, now=NOW)
        accounts.set_active(session, user_id, False)
    with db.read() as session:
        assert session.scalars(select(BrowserSession.user_id)).all() == [other]


def test_unknown_accounts_are_said_to_be_unknown(db: Database) -> None:
    with db.write() as session:
        with pytest.raises(accounts.AccountUnknown):
            accounts.get_account(session, 999)
        with pytest.raises(accounts.AccountUnknown):
            accounts.set_active(session, 999, False)
        with pytest.raises(accounts.AccountUnknown):
            accounts.rename(session, 999, "X")
