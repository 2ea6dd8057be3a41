"""The pages of people and scores: trainees, links, files, accounts."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask

from courseware.content.loader import Loaded
from courseware.services import accounts, attempts
from courseware.storage.database import Database
from tests.conftest import Clock
from tests.support.pages import Browser
from tests.support.people import PASSWORD, account, new_person
from tests.web.instructor_support import described, problems


@pytest.fixture
def ines(app: Flask) -> Browser:
    """An instructor, signed in."""
    return new_person(app, "ines", "instructor")


@pytest.fixture
def submitted(app: Flask, sqlite: Database, loaded: Loaded, clock: Clock) -> tuple[int, int]:
    """A trainee whose name could be a formula, with two submitted attempts: the trainee and the first attempt."""
    user = account(app, "maria")
    module = loaded.course.modules[0]
    ids = []
    with sqlite.write() as session:
        accounts.rename(session, user, "=Maria")
        for seed in (1, 2):
            clock.forward(hours=1)
            ids.append(attempts.start(session, user, module, seed=seed, now=clock()))
            attempts.submit(session, ids[-1], user, now=clock.forward(minutes=5))
    return user, ids[0]


class TestTrainees:
    def test_without_any_the_page_says_how_to_begin(self, ines: Browser) -> None:
        page = ines.get("/instructor/trainees")
        assert "No trainees yet" in page.text
        assert page.links("/instructor/invitations/new")

    def test_each_is_seen_at_a_glance_and_in_full(self, ines: Browser, submitted: tuple[int, int]) -> None:
        page = ines.get("/instructor/trainees")
        assert "1 trainee" in page.text
        assert "Begun 0 of 12 steps quiz 0%" in page.text
        assert page.text.count("Not begun") == 4
        one = ines.get(f"/instructor/trainees/{submitted[0]}")
        assert one.heading == "=Maria"
        assert one.links(f"/instructor/attempts/{submitted[1]}")
        attempt = ines.get(f"/instructor/attempts/{submitted[1]}")
        assert attempt.text.count("not answered") == 12
        assert "0 of 12 marks" in attempt.text

    def test_search(self, ines: Browser, submitted: tuple[int, int]) -> None:
        assert "=Maria" in ines.get("/instructor/trainees?words=MARIA@").text
        assert "Nobody is found" in ines.get("/instructor/trainees?words=zebra").text

    @pytest.mark.parametrize("path", ["trainees/99", "attempts/99", "trainees/99999999999", "attempts/99999999999"])
    def test_nobody_there_is_not_found(self, ines: Browser, path: str) -> None:
        assert ines.client.get(f"/instructor/{path}").status_code == 404

    def test_an_open_attempt_can_not_be_gone_through(
        self, ines: Browser, app: Flask, sqlite: Database, loaded: Loaded, clock: Clock
    ) -> None:
        user = account(app, "maria")
        with sqlite.write() as session:
            attempt = attempts.start(session, user, loaded.course.modules[0], seed=1, now=clock())
        ines.get(f"/instructor/attempts/{attempt}", 404)
        assert "Still open" in ines.get(f"/instructor/trainees/{user}").text


class TestLinks:
    def invite(self, browser: Browser, side: str = "instructor", status: int = 200, **fields: str) -> str:
        page = browser.get(f"/{side}/invitations/new")
        page = browser.submit(page.forms("/invitations/new")[0], dict(fields), status=status)
        link = page.tree.find(".//textarea")
        return "".join(link.itertext()) if link is not None else page.text

    def test_an_invitation_is_shown_once_and_opens_an_account(self, app: Flask, ines: Browser) -> None:
        link = self.invite(ines, name="Noor Haddad", email="noor@example.org")
        assert link.startswith("http://localhost/invitation/")
        noor = Browser(app)
        noor.get(link.removeprefix("http://localhost"))
        noor.submit(changes={"password": PASSWORD, "password_confirm": PASSWORD}, action="/invitation/")
        assert "Noor Haddad" in ines.get("/instructor/trainees").text

    @pytest.mark.parametrize(
        ("fields", "field"),
        [({"name": "", "email": "a@example.org"}, "name"), ({"name": "A", "email": "no"}, "email"),
         ({"name": "A", "email": "ines@example.org"}, "email")],
    )  # fmt: skip
    def test_what_is_wrong_stands_at_its_field(self, ines: Browser, fields: dict[str, str], field: str) -> None:
        page = ines.get("/instructor/invitations/new")
        page = ines.submit(page.forms("/invitations/new")[0], dict(fields), status=422)
        assert list(problems(page)) == [field]
        assert problems(page)[field] in described(page, field)

    def test_an_instructor_gives_no_higher_role(self, ines: Browser) -> None:
        text = self.invite(ines, status=422, name="Eve", email="eve@example.org", role="admin")
        assert "Only an administrator can invite instructors" in text

    def test_an_instructor_gets_no_link_to_an_account_with_a_higher_role(self, app: Flask, ines: Browser) -> None:
        olga = new_person(app, "olga", "admin")
        link = self.invite(olga, "admin", name="Ivo", email="ivo@example.org", role="instructor")
        assert "/invitation/" in link
        refused = self.invite(ines, status=422, name="Ivo", email="ivo@example.org")
        assert "only an administrator" in refused
        Browser(app).get(link.removeprefix("http://localhost"))

    def test_a_reset_link_changes_a_trainees_password(self, app: Flask, ines: Browser) -> None:
        user = account(app, "maria")
        ines.get(f"/instructor/trainees/{user}")
        page = ines.submit(action="reset-link")
        assert "/reset-password/" in "".join(page.tree.find(".//textarea").itertext())  # type: ignore[union-attr]

    def test_an_instructor_resets_no_colleagues_password(self, app: Flask, ines: Browser) -> None:
        user = account(app, "otto", "instructor", "trainee")
        page = ines.get(f"/instructor/trainees/{user}")
        assert not page.forms("reset-link")
        form = page.forms("/sign-out")[0]
        form.set("action", f"/instructor/trainees/{user}/reset-link")
        assert "only an administrator" in ines.submit(form, status=400).text


class TestScores:
    def rows(self, browser: Browser, path: str) -> list[dict[str, str]]:
        response = browser.client.get(path)
        assert response.content_type == "text/csv; charset=utf-8"
        text = response.get_data().decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def test_the_file_has_a_dated_name_and_one_row_an_attempt(self, ines: Browser, submitted: tuple[int, int]) -> None:
        response = ines.client.get("/instructor/scores.csv")
        assert response.headers["Content-Disposition"] == "attachment; filename=parley-scores-2026-03-02.csv"
        assert response.headers["Cache-Control"] == "no-store"
        assert response.get_data().startswith(b"\xef\xbb\xbftrainee_id,")
        rows = self.rows(ines, "/instructor/scores.csv")
        assert [(row["attempt"], row["name"], row["submitted_at"]) for row in rows] == [
            ("1", "'=Maria", "2026-03-02T10:05:00Z"),
            ("2", "'=Maria", "2026-03-02T11:10:00Z"),
        ]
        assert [row["attempt"] for row in self.rows(ines, "/instructor/scores.csv?best=1")] == ["1"]

    def test_the_screen_shows_the_files_figures(self, ines: Browser, submitted: tuple[int, int]) -> None:
        for query in ("", "?best=1"):
            page = ines.get(f"/instructor/scores{query}")
            table = next(each for each in page.tree.iter("table") if each.get("id") == "scores")
            shown = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in table.find("tbody")]  # type: ignore[union-attr]
            rows = self.rows(ines, f"/instructor/scores.csv{query}")
            assert [(row[2], row[4], row[6]) for row in shown] == [
                (row["attempt"], f"0 of {row['marks_possible']}", "Not passed") for row in rows
            ]

    def test_without_any_the_page_says_so(self, ines: Browser) -> None:
        assert "No scores yet" in ines.get("/instructor/scores").text
        assert self.rows(ines, "/instructor/scores.csv") == []

    def test_every_answer_can_be_taken_away(self, ines: Browser, submitted: tuple[int, int]) -> None:
        rows = self.rows(ines, "/instructor/responses.csv")
        assert len(rows) == 24
        assert {row["answered"] for row in rows} == {"false"}


class TestAccounts:
    @pytest.fixture
    def olga(self, app: Flask) -> Browser:
        return new_person(app, "olga", "trainee", "instructor", "admin")

    def button(self, browser: Browser, path: str, **fields: str) -> str:
        page = browser.get("/admin/accounts")
        form = page.forms("/sign-out")[0]
        form.set("action", path)
        return browser.submit(form, dict(fields)).text

    def test_roles_are_given_and_taken(self, app: Flask, olga: Browser) -> None:
        user = account(app, "maria")
        assert "now has the role: instructor" in self.button(
            olga, f"/admin/accounts/{user}/role", role="instructor", action="grant"
        )
        assert "no longer has the role: instructor" in self.button(
            olga, f"/admin/accounts/{user}/role", role="instructor", action="revoke"
        )

    def test_an_account_is_closed_and_opened(self, app: Flask, olga: Browser) -> None:
        user = account(app, "maria")
        assert "is closed" in self.button(olga, f"/admin/accounts/{user}/active", action="deactivate")
        assert "is open again" in self.button(olga, f"/admin/accounts/{user}/active", action="activate")

    @pytest.mark.parametrize(
        ("path", "fields"), [("role", {"role": "admin", "action": "revoke"}), ("active", {"action": "deactivate"})]
    )
    def test_the_last_administrator_stays(self, olga: Browser, path: str, fields: dict[str, str]) -> None:
        assert "is the only administrator" in self.button(olga, f"/admin/accounts/1/{path}", **fields)
        olga.get("/admin/accounts")

    def test_search_and_reset(self, app: Flask, olga: Browser) -> None:
        account(app, "maria")
        page = olga.get("/admin/accounts?words=maria")
        assert "1 account" in page.text
        page = olga.submit(page.forms("reset-link")[0])
        assert "/reset-password/" in "".join(page.tree.find(".//textarea").itertext())  # type: ignore[union-attr]
        assert "Nobody is found" in olga.get("/admin/accounts?words=zebra").text

    def test_an_instructor_is_not_let_in(self, ines: Browser) -> None:
        ines.get("/admin/accounts", 403)
