"""What is kept of reading, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from courseware.domain.items.base import Fields, InvalidResponse, Stored, option_id
from courseware.domain.lessons import Check, Lesson
from courseware.services import lessons
from courseware.storage.database import Database
from courseware.storage.practice import CheckResponse
from tests.conftest import START
from tests.factories import RIGHT, WRONG, World, form, make_item, make_lesson, make_world

LATER = START + timedelta(minutes=3)


@pytest.fixture
def world(db: Database) -> World:
    return make_world(db)


def state(world: World, lesson: Lesson, user: int = 0) -> lessons.LessonState:
    with world.db.read() as session:
        return lessons.lesson_state(session, user or world.user, lesson)


def answer(world: World, lesson: Lesson, fields: Fields, user: int = 0) -> Stored:
    with world.db.write() as session:
        return lessons.answer_check(session, user or world.user, lesson, lesson.checks[0], fields, now=START)


def read(world: World, lesson: Lesson, *, after: float = 0) -> None:
    with world.db.write() as session:
        lessons.mark_read(session, world.user, lesson, now=START + timedelta(minutes=after))


def test_a_lesson_is_unread_though_others_read_it(world: World) -> None:
    lesson = world.alpha.lessons[0]
    assert state(world, lesson, world.other).read_at == START
    assert state(world, lesson) == lessons.LessonState(None, {})


def test_the_first_reading_counts(world: World) -> None:
    lesson = world.alpha.lessons[0]
    read(world, lesson, after=1)
    read(world, lesson, after=9)
    assert state(world, lesson).read_at == START + timedelta(minutes=1)


def test_reading_one_lesson_reads_no_other(world: World) -> None:
    read(world, world.alpha.lessons[0])
    others = (world.alpha.lessons[1], world.beta.lessons[0])
    assert [state(world, each).read_at for each in others] == [None, None]


def test_a_lesson_stays_read_when_its_text_changes(world: World) -> None:
    lesson = world.alpha.lessons[0]
    read(world, lesson)
    assert state(world, replace(lesson, content_hash="b" * 64)).read_at == START


def test_the_newest_answer_to_a_check_is_shown_again(world: World) -> None:
    lesson = world.alpha.lessons[0]
    assert answer(world, lesson, form(WRONG)) == {"choice": option_id(WRONG)}
    answer(world, lesson, form(RIGHT))
    answer(world, lesson, form("Publish it"), world.other)
    answer(world, world.beta.lessons[0], form("Publish it"))
    assert state(world, lesson).answers == {"pause": {"choice": option_id(RIGHT)}}
    with world.db.read() as session:
        assert session.scalar(select(func.count()).where(CheckResponse.user_id == world.user)) == 3


def test_an_answer_to_a_check_that_was_rewritten_is_not_shown(world: World) -> None:
    lesson = world.alpha.lessons[0]
    answer(world, lesson, form(RIGHT))
    rewritten = Check(make_item("pause", competency="", rationale="", stem="Another question?"))
    assert state(world, replace(lesson, blocks=(rewritten,))).answers == {}
    assert state(world, replace(lesson, blocks=())).answers == {}


def test_each_check_of_a_lesson_has_its_own_answer(world: World) -> None:
    first, second = (Check(make_item(name, competency="")) for name in ("first", "second"))
    lesson = make_lesson("alpha", "03-third", blocks=(first, second))
    with world.db.write() as session:
        lessons.answer_check(session, world.user, lesson, second, form(RIGHT), now=START)
    assert state(world, lesson).answers == {"second": {"choice": option_id(RIGHT)}}


@pytest.mark.parametrize("fields", [{}, {"answer": [""]}, {"answer": ["no-such-option"]}, form(RIGHT, WRONG)])
def test_a_blank_or_unreadable_answer_stores_nothing(world: World, fields: Fields) -> None:
    lesson = world.alpha.lessons[0]
    with pytest.raises(InvalidResponse):
        answer(world, lesson, fields)
    assert state(world, lesson).answers == {}


def test_a_check_does_not_read_the_lesson(world: World) -> None:
    lesson = world.alpha.lessons[0]
    answer(world, lesson, form(RIGHT))
    assert state(world, lesson).read_at is None
