"""Nobody writes over an answer that he or she has not seen, and a token stands for one answer."""

from __future__ import annotations

import pytest

from courseware.services import attempts
from courseware.storage.database import Database
from tests.conftest import START
from tests.factories import RIGHT, WRONG, World, form, make_world


@pytest.fixture
def opened(db: Database) -> tuple[World, int]:
    """A trainee with an open attempt."""
    world = make_world(db)
    with db.write() as session:
        return world, attempts.start(session, world.user, world.alpha, seed=5, now=START)


def save(opened: tuple[World, int], text: str, token: str, sequence: int, base: int | None = None) -> attempts.Saved:
    """Save one answer at the first place."""
    world, attempt = opened
    with world.db.write() as session:
        return attempts.save_response(
            session, attempt, world.user, 1, form(text), token=token, sequence=sequence, base=base, now=START
        )


def stored(opened: tuple[World, int]) -> tuple[dict[str, list[str]], int]:
    """The answer that is there and its number."""
    world, attempt = opened
    with world.db.read() as session:
        page = attempts.item_page(session, attempt, world.user, 1)
    return page.fields, page.sequence


def test_a_window_that_was_refused_does_not_win_by_counting_on(opened: tuple[World, int]) -> None:
    """It still has not seen the other window's answer, however high its number."""
    for number in range(1, 5):
        save(opened, RIGHT, f"one-{number}", number, base=number - 1)
    for number in range(2, 9):
        with pytest.raises(attempts.StaleSave) as refusal:
            save(opened, WRONG, f"other-{number}", number, base=0)
        assert (refusal.value.stored, refusal.value.sequence) == (form(RIGHT), 4)
    assert stored(opened) == (form(RIGHT), 4)
    save(opened, WRONG, "other-5", 5, base=4)
    assert stored(opened) == (form(WRONG), 5)


def test_a_window_follows_itself_without_having_heard(opened: tuple[World, int]) -> None:
    """The answer to its first save was lost on the line; what it sends next is newer all the same."""
    save(opened, WRONG, "one-1", 1, base=0)
    save(opened, RIGHT, "one-2", 2, base=0)
    assert stored(opened) == (form(RIGHT), 2)


def test_another_answer_under_the_same_token_is_not_called_saved(opened: tuple[World, int]) -> None:
    """A page shown again from the browser's history sends its old token with a new answer."""
    save(opened, RIGHT, "once", 1)
    assert save(opened, RIGHT, "once", 1).repeated
    with pytest.raises(attempts.StaleSave):
        save(opened, WRONG, "once", 1)
    assert stored(opened) == (form(RIGHT), 1)
