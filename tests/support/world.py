"""A known world in an app's database, made through the services as people would have made it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy.orm import Session

from courseware.content.loader import Loaded
from courseware.domain import items
from courseware.domain.items.base import Item
from courseware.domain.lessons import Check, Lesson, Module
from courseware.services import accounts, attempts, bank, drills, lessons
from courseware.services.attempt_rows import places
from courseware.services.passwords import hash_password, normalised
from courseware.services.versions import loaded as item_of
from courseware.storage.database import Database
from tests.support.people import PASSWORD

ROLES = {
    "ada": ("trainee",),
    "ben": ("trainee",),
    "ines": ("trainee", "instructor"),
    "olga": ("trainee", "instructor", "admin"),
}


@dataclass(frozen=True, slots=True)
class Work:
    """What one trainee has left: ids of rows."""

    user: int
    submitted: int
    attempt: int
    ended: int
    run: int


@dataclass(frozen=True, slots=True)
class World:
    """The ids and names of what there is. Each trainee has the same work in the first module.

    lesson was read and its check answered; nothing was done with fresh_lesson, other_drill and other_module.
    places: a position of the open attempts by interaction, answered: the positions with an answer.
    item has two versions. invitation and setup are the secrets of one-time links; as there is an
    administrator, the setup link is worth nothing any more.
    """

    users: dict[str, int]
    ada: Work
    ben: Work
    module: str
    other_module: str
    lesson: str
    check: str
    fresh_lesson: str
    drill: str
    other_drill: str
    item: str
    invited: int
    invitation: str
    setup: str
    places: dict[str, int] = field(default_factory=dict)
    answered: tuple[int, ...] = ()

    @classmethod
    def of_nobody(cls, setup: str, ines: int) -> World:
        """A world in which there is nothing but one instructor."""
        nothing = Work(0, 0, 0, 0, 0)
        return cls({"ines": ines}, nothing, nothing, "", "", "", "", "", "", "", "", 0, "", setup)


@lru_cache(maxsize=1)
def hashed() -> str:
    """The hash of PASSWORD: hashing is slow on purpose, so all accounts share one."""
    return hash_password(normalised(PASSWORD))


def load_bank(db: Database, loaded: Loaded, *, now: datetime) -> None:
    """Load the shipped questions."""
    with db.write() as session:
        bank.load_shipped(session, [(each.module, each.item) for each in loaded.bank], now=now)


def fill(db: Database, loaded: Loaded, *, now: datetime) -> World:
    """Fill a database that has its schema: the bank, people, and what they have done in the last two days."""
    load_bank(db, loaded, now=now - timedelta(days=2))
    module, other = loaded.course.modules[:2]
    at = now - timedelta(days=1)
    with db.write() as session:
        setup = accounts.make_setup_link(session, now=at)
        users = {name: _account(session, name, roles, at) for name, roles in ROLES.items()}
        invitation = accounts.make_invitation(session, "ida@example.org", "Ida Invited", "trainee", now=at)
        work = {name: _work(session, users[name], module, number, at) for number, name in enumerate(("ada", "ben"))}
        item = _write_item(session, users["ines"], module, at)
        shown = _shown(session, work["ada"].attempt)
    lesson = next(each for each in module.lessons if each.checks)
    fresh = next(each for each in module.lessons if each.checks and each is not lesson)
    return World(
        users,
        work["ada"],
        work["ben"],
        module.slug,
        other.slug,
        lesson.slug,
        lesson.checks[0].id,
        fresh.slug,
        module.drills[0].id,
        module.drills[1].id,
        item,
        invitation.user_id,
        invitation.secret,
        setup,
        shown,
        (1, 3),
    )


def crowd(db: Database, loaded: Loaded, world: World, number: int, *, now: datetime) -> None:
    """Add so many trainees with work of their own, and to Ada's so many attempts, runs, answers and questions."""
    module = loaded.course.modules[0]
    at = now - timedelta(hours=5)
    with db.write() as session:
        for count in range(number):
            user = _account(session, f"more{count}", ("trainee",), at)
            _work(session, user, module, 100 + count, at)
            _answer_checks(session, world.ada.user, module.lesson(world.lesson), at)
            for other in loaded.course.modules[1:]:
                _sit(session, world.ada.user, other, 200 + count, at, submit=True)
            _run(session, world.ada.user, module, world.other_drill, at, to_the_end=True)
            item = bank.get_item(session, world.item).item
            copy = replace(item, head=replace(item.head, id=f"{world.item}-{count}"))
            bank.create_item(session, copy, module.slug, author_id=world.users["ines"], reason="One more", now=at)
            edited = replace(item, head=replace(item.head, tags=(f"edit-{count}",)))
            base = bank.get_item(session, world.item).number
            bank.save_version(session, edited, module.slug, base_number=base, author_id=None, reason="Tagged", now=at)


def _account(session: Session, name: str, roles: Iterable[str], at: datetime) -> int:
    return accounts.create_account(session, f"{name}@example.org", name.title(), hashed(), roles, now=at)


def _work(session: Session, user: int, module: Module, number: int, at: datetime) -> Work:
    """A lesson read with a check answered, a submitted and an open attempt, an ended run and one that goes on."""
    lesson = next(each for each in module.lessons if each.checks)
    lessons.mark_read(session, user, lesson, now=at)
    _answer_checks(session, user, lesson, at)
    submitted = _sit(session, user, module, number, at, submit=True)
    attempt = _sit(session, user, module, _telling_seed(session, user, module, at), at, submit=False)
    drill = module.drills[0].id
    ended = _run(session, user, module, drill, at, to_the_end=True)
    return Work(user, submitted, attempt, ended, _run(session, user, module, drill, at, to_the_end=False))


def _answer_checks(session: Session, user: int, lesson: Lesson | None, at: datetime) -> None:
    """Answer the first check of a lesson with a guess."""
    assert lesson is not None
    check: Check = lesson.checks[0]
    lessons.answer_check(session, user, lesson, check, check.item.form_of(check.item.guess(1)), now=at)


def _sit(session: Session, user: int, module: Module, seed: int, at: datetime, *, submit: bool) -> int:
    """An attempt: submitted with right, guessed and missing answers, or open with the first and third answered."""
    attempt = attempts.start(session, user, module, seed=seed, now=at)
    found = session.execute(places(attempt)).all()
    for place, version, _response in found:
        if place.position % 4 == 0 or (not submit and place.position not in (1, 3)):
            continue
        item = item_of(version)
        answer = item.key() if place.position % 2 else item.guess(seed)
        attempts.save_response(
            session,
            attempt,
            user,
            place.position,
            item.form_of(answer),
            token=f"world-{attempt}-{place.position}",
            sequence=1,
            now=at + timedelta(minutes=place.position),
        )
    if submit:
        attempts.submit(session, attempt, user, now=at + timedelta(minutes=30))
    return attempt


def _shown(session: Session, attempt: int) -> dict[str, int]:
    """The first position of each interaction in an attempt."""
    found: dict[str, int] = {}
    for place, version, _response in session.execute(places(attempt)):
        found.setdefault(item_of(version).interaction, place.position)
    return found


def _telling_seed(session: Session, user: int, module: Module, at: datetime) -> int:
    """The first seed that draws every interaction, whatever the bank holds today."""
    for seed in range(1000):
        with session.begin_nested() as tried:
            attempt = attempts.start(session, user, module, seed=seed, now=at)
            found = _shown(session, attempt)
            tried.rollback()
        session.expire_all()
        if len(found) == len(items.ALL):
            return seed
    raise AssertionError(f"no draw from the bank of {module.slug} holds every interaction")


def _run(session: Session, user: int, module: Module, drill_id: str, at: datetime, *, to_the_end: bool) -> int:
    """A run with one choice made, or run to its end by always taking the first choice."""
    drill = module.drill(drill_id)
    assert drill is not None
    run = drills.begin(session, user, module.slug, drill, now=at)
    state = drills.run_state(session, run, user)
    while state.scene is not None and (to_the_end or state.step == 1):
        state = drills.choose(session, run, user, state.choices[0].id, step=state.step, now=at)
    return run


def written(name: str, module: Module, stem: str) -> Item:
    """A single-choice question of an instructor, by its file form."""
    texts = ("Write down who said what, and when", "Tell both parties at once", "Wait for the next report")
    options = [{"text": text, "feedback": f"About this: {text.lower()}."} for text in texts]
    return items.load(
        {
            "id": name,
            "type": "single_choice",
            "competency": module.competencies[0],
            "level": "application",
            "claims": [module.claims[0].id],
            "objectives": [module.objectives[0].id],
            "stem": stem,
            "options": [options[0] | {"key": True}, *options[1:]],
            "rationale": "A record that is kept can be checked later.",
            "status": "draft",
        }
    )


def _write_item(session: Session, author: int, module: Module, at: datetime) -> str:
    """A question that an instructor wrote and edited once."""
    name = "world-authored-question"
    first = written(name, module, "A report of shooting comes in. What do you do first?")
    bank.create_item(session, first, module.slug, author_id=author, reason="First version", now=at)
    second = written(name, module, "A report of shooting comes in by radio. What do you do first?")
    bank.save_version(
        session, second, module.slug, base_number=1, author_id=author, reason="Said how it comes in", now=at
    )
    return name
