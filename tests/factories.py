"""Small makers of people, items, lessons and modules; and a world in which others have left rows too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from courseware.domain.blueprint import Blueprint, Cell
from courseware.domain.drills.graph import Drill
from courseware.domain.items.base import Fields, Head, Item, Option, option_id
from courseware.domain.items.multiple_response import MultipleResponse
from courseware.domain.items.single_choice import SingleChoice
from courseware.domain.lessons import (
    Check,
    Competency,
    Completion,
    Course,
    Lesson,
    Module,
    Objective,
    Prose,
    QuizPlan,
)
from courseware.services import accounts, attempts, bank, drills, lessons
from courseware.storage.database import Database
from tests.conftest import START
from tests.domain.drill_files import built, choice, drill_data, scene

RIGHT, WRONG = "Log it", "Ignore it"


def make_user(
    session: Session, email: str = "maria@example.org", *roles: str, name: str = "Maria", password: str | None = None
) -> int:
    """An account and its id; a trainee unless told."""
    return accounts.create_account(session, email, name, password, roles or ("trainee",), now=START)


def make_item(item_id: str, **head: object) -> SingleChoice:
    """A single-choice item whose key is RIGHT."""
    about = {"stem": f"What first, in {item_id}?", "rationale": "A log keeps the words.", "competency": "listening"}
    options = tuple(
        Option(option_id(text), text, f"On {text.lower()}.", key=text == RIGHT) for text in (WRONG, RIGHT, "Publish it")
    )
    return SingleChoice(Head(id=item_id, **{**about, "level": "recall", **head}), options)  # type: ignore[arg-type]


def make_partial(item_id: str) -> MultipleResponse:
    """A multiple-response item by the rule right less wrong: a and b are the key."""
    options = tuple(Option(option_id(text), text, f"On {text}.", key=text in "ab") for text in "abcd")
    head = Head(item_id, f"Which, in {item_id}?", "Because.", "listening", "recall")
    return MultipleResponse(head, options, "right_minus_wrong")


def form(*texts: str) -> Fields:
    """A form in which the options with these texts are chosen."""
    return {"answer": [option_id(text) for text in texts]}


def make_lesson(module: str, slug: str, **more: object) -> Lesson:
    """A lesson of one paragraph and one knowledge check."""
    check = Check(make_item("pause", competency="", rationale=""))
    blocks = (Prose("<p>Read this.</p>"), check)
    lesson = Lesson(module, slug, slug.title(), "principles", 5, ("Do it",), ("o1",), (), blocks, (), 2, "a" * 64)
    return replace(lesson, **more)  # type: ignore[arg-type]  # fields by name


def make_drill(drill_id: str = "ridge", **more: object) -> Drill:
    """Two scenes; ``calm`` twice ends well, ``shout`` ends badly; ``late`` needs a flag that calm sets."""
    first = scene(
        "one",
        choice("calm", "two", effects={"consent": 10}, set=["shared"]),
        choice("shout", "poor", effects={"consent": -60}),
        choice("late", "two", when="shared"),
    )
    second = scene("two", choice("calm", "resolve", effects={"consent": 5}), choice("late", "resolve", when="shared"))
    return built(drill_data(first, second, id=drill_id, lessons=[]) | more)


def make_module(slug: str = "alpha", **more: object) -> Module:
    """Two lessons, a quiz of four recall items passed at 60, one drill; completion asks for all of them."""
    module = Module(
        slug,
        1,
        slug.title(),
        "000",
        "Everybody",
        "Short.",
        (Objective("o1", "Do it"),),
        ("listening",),
        QuizPlan("Quiz", 60, Blueprint((Cell(None, "recall", 4),))),
        Completion(lessons=True, quiz=True, drills=1),
        (),
        (),
        (make_lesson(slug, "01-first"), make_lesson(slug, "02-second")),
        (make_drill(),),
    )
    return replace(module, **more)  # type: ignore[arg-type]  # fields by name


def make_course(*modules: Module) -> Course:
    """A course of these modules."""
    return Course("A course", (Competency("listening", "Listening", "Listens."),), modules)


def add_items(session: Session, module: str, items: Iterable[Item]) -> None:
    """Put items into the bank."""
    for item in items:
        bank.create_item(session, item, module, author_id=None, reason="test", now=START)


@dataclass(frozen=True, slots=True)
class World:
    """Two modules with eight items each and two people; the other one has left rows everywhere."""

    db: Database
    course: Course
    alpha: Module
    beta: Module
    user: int
    other: int
    others_attempt: int
    others_run: int


def make_world(db: Database) -> World:
    """A trainee who has done nothing yet, and noise: another trainee half-way through both modules."""
    alpha, beta = make_module("alpha"), make_module("beta", order=2)
    with db.write() as session:
        other = make_user(session, "noise@example.org", "trainee", "instructor", name="Noise")
        user = make_user(session)
        for module in (alpha, beta):
            add_items(session, module.slug, [make_item(f"{module.slug}-{n}") for n in range(8)])
            add_items(session, module.slug, [make_item(f"{module.slug}-draft", status="draft")])
        attempt, run = 0, 0
        for module in (beta, alpha):
            lessons.mark_read(session, other, module.lessons[0], now=START)
            run = drills.begin(session, other, module.slug, module.drills[0], now=START)
            drills.choose(session, run, other, "calm", step=1, now=START)
            closed = attempts.start(session, other, module, seed=1, now=START)
            attempts.submit(session, closed, other, now=START)
            attempt = attempts.start(session, other, module, seed=2, now=START)
            fields = form(WRONG)
            attempts.save_response(
                session, attempt, other, 1, fields, token=f"noise-{module.slug}", sequence=1, now=START
            )
    return World(db, make_course(alpha, beta), alpha, beta, user, other, attempt, run)


class Statements:
    """The SQL that an engine runs inside a ``with`` block."""

    def __init__(self, db: Database) -> None:
        self._engine = db.engine
        self.told: list[str] = []

    def __enter__(self) -> list[str]:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self.told

    def __exit__(self, *_error: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        self.told.append(statement)
