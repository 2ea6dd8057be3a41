"""The files that are taken away: rows, order, figures, memory."""

from __future__ import annotations

import re
from datetime import timedelta
from fractions import Fraction
from itertools import islice

import pytest

from courseware.domain.attempts import decimal
from courseware.formats import csv
from courseware.services import attempts, exports, results
from courseware.services.versions import loaded
from courseware.storage.database import Database
from tests.conftest import START
from tests.factories import RIGHT, WRONG, Statements, World, add_items, form, make_partial, make_user, make_world

Row = dict[str, exports.Cell]


@pytest.fixture
def world(db: Database) -> World:
    return make_world(db)


def sit(world: World, user: int, answers: list[str], *, seed: int, hours: int, submit: bool = True) -> int:
    """An attempt at alpha's quiz; its first places are answered, the rest left blank."""
    at = START + timedelta(hours=hours)
    with world.db.write() as session:
        attempt = attempts.start(session, user, world.alpha, seed=seed, now=at)
        for position, text in enumerate(answers, start=1):
            token = f"a{attempt}-{position}"
            attempts.save_response(session, attempt, user, position, form(text), token=token, sequence=1, now=at)
        if submit:
            attempts.submit(session, attempt, user, now=at + timedelta(minutes=9))
    return attempt


def scores(world: World, *, best_only: bool = False) -> list[Row]:
    with world.db.read() as session:
        columns, rows = exports.scores(session, world.course, best_only=best_only)
        return [dict(zip(columns, row, strict=True)) for row in rows]


def of(rows: list[Row], user: int) -> list[Row]:
    return [row for row in rows if row["trainee_id"] == user]


class TestScores:
    def test_every_submitted_attempt_has_a_row(self, world: World) -> None:
        sit(world, world.user, [RIGHT], seed=1, hours=1)
        sit(world, world.user, [RIGHT, RIGHT, WRONG], seed=2, hours=2)
        sit(world, world.user, [RIGHT] * 4, seed=3, hours=3, submit=False)
        rows = of(scores(world), world.user)
        assert [(row["attempt"], row["marks"], row["marks_possible"], row["percent"]) for row in rows] == [
            (1, 1.0, 4, 25.0),
            (2, 2.0, 4, 50.0),
        ]
        first = rows[0]
        assert (first["name"], first["email"], first["module"]) == ("Maria", "maria@example.org", "Alpha")
        assert (first["assessment"], first["pass_mark"], first["passed"]) == ("quiz:alpha", 60, False)
        assert first["submitted_at"] == START + timedelta(hours=1, minutes=9)

    def test_the_best_attempt_alone_and_the_earlier_of_equals(self, world: World) -> None:
        sit(world, world.user, [RIGHT], seed=1, hours=1)
        sit(world, world.user, [RIGHT] * 3, seed=2, hours=2)
        sit(world, world.user, [RIGHT] * 3, seed=3, hours=3)
        sit(world, world.user, [], seed=4, hours=4)
        rows = of(scores(world, best_only=True), world.user)
        assert [(row["attempt"], row["percent"], row["passed"]) for row in rows] == [(2, 75.0, True)]

    def test_each_trainee_and_assessment_keeps_its_own_best(self, world: World) -> None:
        sit(world, world.user, [RIGHT], seed=1, hours=1)
        found = [(row["name"], row["assessment"]) for row in scores(world, best_only=True)]
        assert found == [("Maria", "quiz:alpha"), ("Noise", "quiz:alpha"), ("Noise", "quiz:beta")]

    @pytest.mark.parametrize("best_only", [False, True])
    def test_the_count_is_that_of_the_rows(self, world: World, best_only: bool) -> None:
        for hours in (1, 2):
            sit(world, world.user, [RIGHT], seed=hours, hours=hours)
        with world.db.read() as session:
            count = exports.count_scores(session, best_only=best_only)
        assert count == len(scores(world, best_only=best_only)) == (3 if best_only else 4)

    def test_figures_equal_the_results_on_screen(self, world: World) -> None:
        with world.db.write() as session:
            add_items(session, "alpha", [make_partial(f"alpha-part-{n}") for n in range(8)])
            user = make_user(session, "ana@example.org", name="Ana")
        for seed in range(5):
            sit(world, user, [], seed=seed, hours=seed)
        rows = of(scores(world), user)
        with world.db.read() as session:
            found = results.list_attempts(session, user)
        told = [(each.number, each.result) for each in found if each.result]
        assert len(told) == 5
        for row, (number, result) in zip(rows, told, strict=True):
            assert (row["attempt"], row["passed"]) == (number, result.passed)
            assert row["marks"] == decimal(result.earned)
            assert row["percent"] == decimal(result.percent)

    def test_no_attempt_gives_no_row(self, db: Database, world: World) -> None:
        assert of(scores(world), world.user) == []


class TestFile:
    def test_has_iso_dates_in_utc_and_plain_numbers(self, world: World) -> None:
        sit(world, world.user, [RIGHT, RIGHT, RIGHT], seed=1, hours=1)
        with world.db.read() as session:
            columns, rows = exports.scores(session, world.course, best_only=False)
            lines = "".join(csv.write(columns, rows)).split("\r\n")
        assert lines[0] == "\ufeff" + ",".join(exports.SCORES)
        mine = next(line for line in lines if "maria@" in line)
        assert mine.endswith(
            ",maria@example.org,Alpha,quiz:alpha,1,2026-03-02T10:00:00Z,2026-03-02T10:09:00Z,3.0,4,75.0,60,true,false"
        )
        assert re.fullmatch(r"\d+,Maria,.*", mine)

    def test_a_name_that_is_a_formula_is_neutral(self, world: World) -> None:
        with world.db.write() as session:
            user = make_user(session, "evil@example.org", name='=HYPERLINK("http://example.org")')
        sit(world, user, [], seed=1, hours=1)
        with world.db.read() as session:
            columns, rows = exports.scores(session, world.course, best_only=False)
            text = "".join(csv.write(columns, rows))
        assert ",\"'=HYPERLINK(" in text

    def test_marks_are_fetched_as_rows_are_taken(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(exports, "CHUNK", 2)
        for seed in range(6):
            sit(world, world.user, [RIGHT], seed=seed, hours=seed)
        with world.db.read() as session:
            _columns, rows = exports.scores(session, world.course, best_only=False)
            with Statements(world.db) as first:
                assert len(list(islice(rows, 2))) == 2
            with Statements(world.db) as rest:
                assert len(list(rows)) == 6
        marks = [sum("grade_events" in statement for statement in told) for told in (first, rest)]
        assert marks == [1, 3]

    def test_answers_are_made_into_words_as_rows_are_taken(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        taken: list[object] = []
        monkeypatch.setattr(exports, "loaded", lambda version: taken.append(version) or loaded(version))
        with world.db.read() as session:
            _columns, rows = exports.responses(session)
            assert len(list(islice(rows, 3))) == len(taken) == 3
            rows.close()


class TestResponses:
    def rows(self, world: World) -> list[Row]:
        with world.db.read() as session:
            columns, rows = exports.responses(session)
            return [row for each in rows if (row := dict(zip(columns, each, strict=True)))["trainee_id"] == world.user]

    def test_every_place_has_a_row_with_the_answer_that_counted(self, world: World) -> None:
        attempt = sit(world, world.user, [RIGHT, WRONG], seed=1, hours=1, submit=False)
        with world.db.write() as session:
            attempts.save_response(session, attempt, world.user, 2, form(RIGHT), token="again", sequence=2, now=START)
            attempts.submit(session, attempt, world.user, now=START)
        rows = self.rows(world)
        assert [(row["position"], row["answered"], row["response"], row["mark"]) for row in rows] == [
            (1, True, RIGHT, 1.0),
            (2, True, RIGHT, 1.0),
            (3, False, "", 0.0),
            (4, False, "", 0.0),
        ]
        assert {(row["version"], row["interaction"], row["level"]) for row in rows} == {(1, "single_choice", "recall")}
        assert rows[2]["saved_at"] is None

    def test_an_open_attempt_stays_out(self, world: World) -> None:
        sit(world, world.user, [RIGHT], seed=1, hours=1, submit=False)
        assert self.rows(world) == []


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Fraction(2, 3), 0.67),
        (Fraction(1, 8), 0.13),
        (Fraction(200, 3), 66.67),
        (Fraction(0), 0.0),
        (Fraction(100), 100.0),
    ],
)
def test_marks_have_two_decimals_with_halves_rounded_up(value: Fraction, told: float) -> None:
    assert decimal(value) == told
