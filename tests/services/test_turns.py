"""What several administrators do at the same time, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import delete

from courseware.services import accounts
from courseware.services.errors import Refused
from courseware.storage.accounts import RoleGrant
from courseware.storage.database import Database
from tests.conftest import START


def make_admin(db: Database, name: str) -> int:
    """An administrator."""
    with db.write() as session:
        return accounts.create_account(session, f"{name}@example.org", name, "hash", ("admin", "trainee"), now=START)


def test_two_administrators_do_not_remove_each_other(db: Database) -> None:
    """One of them stays, whoever was first."""
    for number in range(5):
        ids = [make_admin(db, f"a{number}"), make_admin(db, f"b{number}")]
        barrier = Barrier(2)

        def revoke(user_id: int, barrier: Barrier = barrier) -> bool:
            barrier.wait()
            try:
                with db.write() as session:
                    accounts.revoke_role(session, user_id, "admin")
            except Refused:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            done = list(pool.map(revoke, ids))
        with db.read() as session:
            assert accounts.admin_exists(session)
        assert sorted(done) == [False, True]
        with db.write() as session:
            session.execute(delete(RoleGrant).where(RoleGrant.role == "admin"))
