"""One answer's way, on both databases: drawn, kept as it is given, submitted once, marked, reviewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courseware.domain.attempts import AttemptClosed, Result
from courseware.domain.blueprint import Blueprint, BlueprintUnfilled, Cell
from courseware.domain.items.base import Fields, InvalidResponse, Item
from courseware.domain.lessons import Module, QuizPlan
from courseware.services import attempts, bank, results
from courseware.services.errors import NotFound
from courseware.storage.attempts import AttemptItem, GradeEvent, Response
from courseware.storage.database import Database
from tests.conftest import START
from tests.factories import RIGHT, WRONG, World, add_items, form, make_item, make_partial, make_user, make_world

LATER = START + timedelta(minutes=7)


@pytest.fixture
def world(db: Database) -> World:
    return make_world(db)


def start(world: World, module: Module | None = None, *, seed: int = 5, user: int | None = None) -> int:
    with world.db.write() as session:
        return attempts.start(session, user or world.user, module or world.alpha, seed=seed, now=START)


def save(
    world: World, attempt: int, position: int, fields: Fields, *, token: str = "", sequence: int = 1, user: int = 0
) -> attempts.Saved:
    token = token or f"token-{attempt}-{position}-{sequence}"
    with world.db.write() as session:
        return attempts.save_response(
            session, attempt, user or world.user, position, fields, token=token, sequence=sequence, now=LATER
        )


def page(world: World, attempt: int, position: int = 1) -> attempts.ItemPage:
    with world.db.read() as session:
        return attempts.item_page(session, attempt, world.user, position)


def submit(world: World, attempt: int) -> Result:
    with world.db.write() as session:
        return attempts.submit(session, attempt, world.user, now=LATER)


def review(world: World, attempt: int, user: int | None) -> results.ReviewedAttempt:
    with world.db.read() as session:
        return results.review(session, attempt, user)


def drawn(session: Session, attempt: int) -> list[str]:
    query = select(AttemptItem.item_id).where(AttemptItem.attempt_id == attempt).order_by(AttemptItem.position)
    return list(session.scalars(query))


def form_of(world: World, attempt: int) -> list[str]:
    with world.db.read() as session:
        return drawn(session, attempt)


def rows(world: World, attempt: int) -> list[tuple[int, int, object]]:
    """Every stored response: position, sequence, answer."""
    with world.db.read() as session:
        query = (
            select(AttemptItem.position, Response.sequence, Response.answer)
            .join(Response, Response.attempt_item_id == AttemptItem.id)
            .where(AttemptItem.attempt_id == attempt)
            .order_by(AttemptItem.position, Response.sequence)
        )
        return [tuple(row) for row in session.execute(query)]


def items_of(world: World, items: list[Item], *, pass_mark: int = 60) -> Module:
    """A module whose quiz asks exactly these items."""
    module = replace(
        world.alpha, slug="exact", quiz=QuizPlan("Quiz", pass_mark, Blueprint((Cell(None, None, len(items)),)))
    )
    with world.db.write() as session:
        add_items(session, "exact", items)
    return module


# ---- drawing ----


def test_starting_again_gives_the_open_attempt(world: World) -> None:
    first = start(world, seed=5)
    assert start(world, seed=6) == first
    assert first not in (world.others_attempt, start(world, world.beta))


def test_after_submission_the_next_attempt_is_another_with_the_next_number(world: World) -> None:
    first = start(world)
    submit(world, first)
    second = start(world)
    assert second != first
    with world.db.read() as session:
        listed = results.list_attempts(session, world.user, "alpha")
    assert [(row.id, row.number) for row in listed] == [(first, 1), (second, 2)]


def test_the_form_is_drawn_by_the_blueprint_from_live_items_of_the_module(world: World) -> None:
    blueprint = Blueprint((Cell(None, "recall", 2), Cell("drafting", "judgement", 1)))
    module = replace(world.alpha, quiz=QuizPlan("Quiz", 60, blueprint))
    with world.db.write() as session:
        add_items(session, "alpha", [make_item("hard", competency="drafting", level="judgement")])
        add_items(session, "beta", [make_item("elsewhere", competency="drafting", level="judgement")])
        add_items(session, "alpha", [make_item("retired", status="retired", competency="drafting", level="judgement")])
    form_ = form_of(world, start(world, module))
    assert "hard" in form_
    assert len([each for each in form_ if each.startswith("alpha-")]) == 2
    assert "alpha-draft" not in form_


def sit_others(world: World, count: int) -> list[set[str]]:
    """The forms of so many further people who begin the quiz now."""
    with world.db.write() as session:
        people = [make_user(session, f"further{number}@example.org") for number in range(count)]
    return [set(form_of(world, start(world, seed=number, user=each))) for number, each in enumerate(people)]


def test_items_that_the_cohort_saw_least_come_first(world: World) -> None:
    (seen_twice,) = sit_others(world, 1)
    assert not seen_twice & set(form_of(world, start(world)))


def test_items_not_seen_before_come_first_however_often_others_saw_them(world: World) -> None:
    first = start(world)
    submit(world, first)
    unseen = {f"alpha-{n}" for n in range(8)} - set(form_of(world, first))
    assert sit_others(world, 1) == [unseen]
    assert set(form_of(world, start(world))) == unseen


def test_a_bank_that_can_not_fill_the_form_starts_nothing(world: World) -> None:
    module = replace(world.alpha, quiz=QuizPlan("Quiz", 60, Blueprint((Cell(None, "judgement", 1),))))
    with pytest.raises(BlueprintUnfilled, match="1 lacking for the cell of 1"):
        start(world, module)
    with world.db.read() as session:
        assert results.list_attempts(session, world.user) == ()


# ---- saving ----


def test_an_answer_is_kept_and_shown_again(world: World) -> None:
    attempt = start(world)
    assert page(world, attempt, 2).fields == {}
    saved = save(world, attempt, 2, form(WRONG))
    assert saved == attempts.Saved(LATER, 1, answered=True, repeated=False)
    shown = page(world, attempt, 2)
    assert (shown.fields, shown.sequence, shown.saved_at) == (form(WRONG), 1, LATER)
    assert shown.attempt.unanswered == (1, 3, 4)
    assert page(world, attempt, 3).fields == {}


def test_every_save_is_a_row_and_the_newest_is_the_answer(world: World) -> None:
    attempt = start(world)
    save(world, attempt, 1, form(WRONG))
    save(world, attempt, 1, form(RIGHT), sequence=2)
    assert [each[:2] for each in rows(world, attempt)] == [(1, 1), (1, 2)]
    assert page(world, attempt).fields == form(RIGHT)


def test_a_repeated_token_gives_the_first_result_and_stores_nothing(world: World) -> None:
    attempt = start(world)
    first = save(world, attempt, 1, form(WRONG), token="same")
    save(world, attempt, 1, form(RIGHT), sequence=2)
    again = save(world, attempt, 1, form(WRONG), token="same")
    assert again == replace(first, repeated=True)
    assert page(world, attempt).fields == form(RIGHT)
    assert len(rows(world, attempt)) == 2


def test_a_repeated_token_is_answered_after_submission_too(world: World) -> None:
    """The browser sends again what was stored but not confirmed: nothing was lost, and it is told so."""
    attempt = start(world)
    save(world, attempt, 1, form(RIGHT), token="same")
    submit(world, attempt)
    assert save(world, attempt, 1, form(RIGHT), token="same").repeated


@pytest.mark.parametrize("sequence", [1, 2])
def test_an_older_save_is_refused_with_the_stored_answer(world: World, sequence: int) -> None:
    attempt = start(world)
    save(world, attempt, 1, form(RIGHT), sequence=2)
    with pytest.raises(attempts.StaleSave, match="A newer answer to this question was saved") as refused:
        save(world, attempt, 1, form(WRONG), token="older", sequence=sequence)
    assert (refused.value.stored, refused.value.sequence, refused.value.saved_at) == (form(RIGHT), 2, LATER)
    assert page(world, attempt).fields == form(RIGHT)
    assert len(rows(world, attempt)) == 1


def test_a_stale_save_on_a_blanked_answer_gives_a_blank_back(world: World) -> None:
    attempt = start(world)
    save(world, attempt, 1, {}, sequence=2)
    with pytest.raises(attempts.StaleSave) as refused:
        save(world, attempt, 1, form(WRONG), token="older", sequence=1)
    assert refused.value.stored == {}


def test_an_answer_can_be_blanked(world: World) -> None:
    attempt = start(world)
    save(world, attempt, 1, form(RIGHT))
    assert not save(world, attempt, 1, {}, sequence=2).answered
    assert rows(world, attempt)[-1] == (1, 2, None)
    shown = page(world, attempt)
    assert (shown.fields, shown.attempt.unanswered) == ({}, (1, 2, 3, 4))


@pytest.mark.parametrize("fields", [{"answer": ["no-such-option"]}, form(RIGHT, WRONG)])
def test_an_invalid_response_stores_nothing_and_loses_nothing(world: World, fields: Fields) -> None:
    attempt = start(world)
    save(world, attempt, 1, form(RIGHT))
    with pytest.raises(InvalidResponse):
        save(world, attempt, 1, fields, sequence=2)
    assert len(rows(world, attempt)) == 1
    assert page(world, attempt).fields == form(RIGHT)


def test_another_trainees_attempt_is_not_there(world: World) -> None:
    before = rows(world, world.others_attempt)
    with world.db.read() as session:
        for act in (attempts.open_attempt, results.review):
            with pytest.raises(NotFound, match="There is no such attempt among yours"):
                act(session, world.others_attempt, world.user)
    with pytest.raises(NotFound):
        page(world, world.others_attempt)
    with pytest.raises(NotFound):
        save(world, world.others_attempt, 1, form(RIGHT), sequence=9)
    with pytest.raises(NotFound):
        submit(world, world.others_attempt)
    assert rows(world, world.others_attempt) == before


@pytest.mark.parametrize("position", [0, 5, -1])
def test_a_place_that_is_not_there(world: World, position: int) -> None:
    attempt = start(world)
    with pytest.raises(NotFound, match=f"no question {position}"):
        page(world, attempt, position)
    with pytest.raises(NotFound, match=f"no question {position}"):
        save(world, attempt, position, form(RIGHT))


def test_a_token_of_another_place_is_refused_and_tells_nothing(world: World) -> None:
    attempt = start(world)
    save(world, attempt, 1, form(RIGHT), token="first place")
    for token in ("first place", "noise-alpha"):
        with pytest.raises(NotFound, match="This save belongs to another question"):
            save(world, attempt, 2, form(RIGHT), token=token)
    assert page(world, attempt, 2).fields == {}


# ---- submitting and marks ----


def test_an_attempt_is_submitted_once(world: World) -> None:
    attempt = start(world)
    submit(world, attempt)
    for act in (
        lambda: submit(world, attempt),
        lambda: save(world, attempt, 1, form(RIGHT)),
        lambda: page(world, attempt),
    ):
        with pytest.raises(AttemptClosed):
            act()
    assert rows(world, attempt) == []


def test_marks_are_exact(world: World) -> None:
    """One of two keys in each of three items: three halves of three, which no float rounds up."""
    module = items_of(world, [make_partial(f"p{n}") for n in range(3)], pass_mark=50)
    attempt = start(world, module)
    for position in (1, 2, 3):
        save(world, attempt, position, form("a"))
    result = submit(world, attempt)
    assert (result.earned, result.possible, result.percent) == (Fraction(3, 2), 3, Fraction(50))
    assert [each.share for each in review(world, attempt, world.user).items] == [Fraction(1, 2)] * 3


@pytest.mark.parametrize(("pass_mark", "passed"), [(66, True), (67, False)])
def test_nothing_is_rounded_before_the_pass_mark(world: World, pass_mark: int, passed: bool) -> None:
    """Two of three is 66.67 per cent."""
    module = items_of(world, [make_item(f"p{n}") for n in range(3)], pass_mark=pass_mark)
    attempt = start(world, module)
    for position in (1, 2):
        save(world, attempt, position, form(RIGHT))
    assert submit(world, attempt).passed is passed


@pytest.mark.parametrize(("right", "passed"), [(3, True), (2, False)])
def test_exactly_the_pass_mark_passes(world: World, right: int, passed: bool) -> None:
    module = items_of(world, [make_item(f"p{n}") for n in range(5)], pass_mark=60)
    attempt = start(world, module)
    for position in range(1, 6):
        save(world, attempt, position, form(RIGHT if position <= right else WRONG))
    result = submit(world, attempt)
    assert (result.percent, result.passed) == (20 * right, passed)


def test_the_pass_mark_of_an_attempt_is_that_of_its_start(world: World) -> None:
    attempt = start(world)
    harder = replace(world.alpha, quiz=replace(world.alpha.quiz, pass_mark=100))
    assert start(world, harder) == attempt
    assert submit(world, attempt).pass_mark == 60


def test_what_was_not_answered_is_marked_0_and_said_to_be_so(world: World) -> None:
    attempt = start(world)
    save(world, attempt, 1, form(RIGHT))
    save(world, attempt, 2, form(RIGHT))
    save(world, attempt, 2, {}, sequence=2)
    assert submit(world, attempt).earned == 1
    reviewed = review(world, attempt, world.user).items
    assert [(each.share, each.review.outcome.answered) for each in reviewed] == [(1, True)] + [(0, False)] * 3
    with world.db.read() as session:
        events = session.scalar(select(func.count(GradeEvent.id)).join(AttemptItem).filter_by(attempt_id=attempt))
    assert events == 4


def test_a_newer_grade_event_holds(world: World) -> None:
    attempt = start(world)
    submit(world, attempt)
    with world.db.write() as session:
        place = session.scalar(select(AttemptItem.id).filter_by(attempt_id=attempt, position=2))
        session.add(
            GradeEvent(
                attempt_item_id=place, response_id=None, numerator=2, denominator=3, marker_id=world.other,
                reason="The stem was unclear", at=LATER,
            )
        )  # fmt: skip
    reviewed = review(world, attempt, world.user)
    assert [each.share for each in reviewed.items] == [0, Fraction(2, 3), 0, 0]
    assert reviewed.result.earned == Fraction(2, 3)


# ---- reviewing ----


def test_there_is_no_review_while_the_attempt_is_open(world: World) -> None:
    attempt = start(world)
    save(world, attempt, 1, form(RIGHT))
    for user in (world.user, None):
        with pytest.raises(NotFound, match="not handed in yet"):
            review(world, attempt, user)


def test_the_review_shows_what_was_shown_though_the_item_was_edited(world: World) -> None:
    attempt = start(world)
    item_id = form_of(world, attempt)[0]
    save(world, attempt, 1, form(RIGHT))
    edited = make_item(item_id, stem="Reworded: what first?")
    edited = replace(edited, options=tuple(replace(each, key=each.text == WRONG) for each in edited.options))
    with world.db.write() as session:
        bank.save_version(session, edited, "alpha", base_number=1, author_id=None, reason="Key", now=LATER)
    assert page(world, attempt).presentation.stem == f"What first, in {item_id}?"
    assert submit(world, attempt).earned == 1
    first = review(world, attempt, world.user).items[0]
    assert (first.item_id, first.share, first.review.stem) == (item_id, 1, f"What first, in {item_id}?")
    assert {line.text: line.verdict for line in first.review.lines} == {RIGHT: "right", WRONG: "", "Publish it": ""}
    assert {line.feedback for line in first.review.lines} == {"On log it.", "On ignore it.", "On publish it."}


def test_the_review_keeps_the_order_that_was_shown(world: World) -> None:
    attempt = start(world)
    shown = [option.text for option in page(world, attempt).presentation.options]  # type: ignore[attr-defined]
    submit(world, attempt)
    assert [line.text for line in review(world, attempt, world.user).items[0].review.lines] == shown


def test_an_instructor_reviews_anybodys_attempt(world: World) -> None:
    attempt = start(world)
    submit(world, attempt)
    assert review(world, attempt, None) == review(world, attempt, world.user)
    assert review(world, attempt, None).submitted_at == LATER


def test_the_list_is_the_trainees_own_oldest_first(world: World) -> None:
    alpha = start(world)
    submit(world, alpha)
    beta = start(world, world.beta)
    with world.db.read() as session:
        listed = results.list_attempts(session, world.user)
        only = results.list_attempts(session, world.user, "beta")
    assert [(row.id, row.result is None) for row in listed] == [(alpha, False), (beta, True)]
    assert [row.id for row in only] == [beta]
