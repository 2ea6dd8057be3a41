"""A simulated cohort: trainees of known ability who read, run drills and sit quizzes as people do.

The answers follow the Rasch model (Rasch 1960): a trainee of ability t knows an item of
difficulty b with probability 1 / (1 + exp(b - t)); who does not know, guesses or leaves it out.
Everything is drawn from one seed, so that a cohort can be made again.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courseware.domain.items.base import Item, Stored
from courseware.domain.lessons import Course, Module
from courseware.services import attempts, drills, lessons
from courseware.services.attempt_rows import places
from courseware.services.versions import loaded
from courseware.storage.accounts import User, new_user

GIVEN = (
    "Amara", "Bilal", "Carmen", "Dawit", "Elif", "Farid", "Grace", "Hana", "Ivan", "Joyce", "Kwame", "Leila", "Mateo",
    "Nadia", "Oleg", "Priya", "Quentin", "Rosa", "Samir", "Tomas", "Uma", "Vera", "Wanjiru", "Ximena", "Yusuf", "Zofia",
)  # fmt: skip
FAMILY = (
    "Abara", "Bianchi", "Castro", "Dlamini", "Eriksen", "Farouk", "Garcia", "Haddad", "Ito", "Jansen", "Kaya",
    "Lindqvist", "Mensah", "Novak", "Okafor", "Petrov", "Qureshi", "Rahman", "Silva", "Tadesse", "Ueda", "Varga",
    "Weiss",
)  # fmt: skip
OMITS = 0.1
"""How often somebody who does not know leaves an item out."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What a simulated cohort was made from: ability by account id, difficulty by item id."""

    abilities: Mapping[int, float]
    difficulties: Mapping[str, float]


@dataclass(slots=True)
class _Trainee:
    session: Session
    user_id: int
    ability: float
    draw: random.Random
    at: datetime
    difficulties: dict[str, float]

    def later(self, low: int, high: int) -> datetime:
        """Go on by so many minutes and return the time."""
        self.at += timedelta(minutes=self.draw.randint(low, high), seconds=self.draw.randint(0, 59))
        return self.at


def simulated(session: Session) -> int:
    """How many simulated accounts there are."""
    return session.scalar(select(func.count()).select_from(User).where(User.simulated)) or 0


def simulate(session: Session, course: Course, *, trainees: int, seed: int, now: datetime) -> Truth:
    """Make so many simulated trainees and let them work through the course in the ten weeks before ``now``."""
    draw = random.Random(seed)  # noqa: S311 - repeatable on purpose, no secret
    abilities: dict[int, float] = {}
    difficulties: dict[str, float] = {}
    first = simulated(session) + 1
    for number in range(first, first + trainees):
        name = f"{draw.choice(GIVEN)} {draw.choice(FAMILY)}"
        start = now - timedelta(days=70) + timedelta(days=draw.random() * 20)
        user = new_user(f"trainee{number}@simulated.invalid", name, None, ("trainee",), start)
        user.simulated = True
        session.add(user)
        session.flush()
        trainee = _Trainee(session, user.id, draw.gauss(0.6, 1.0), draw, start, difficulties)
        abilities[user.id] = trainee.ability
        _work_through(trainee, course, now)
    return Truth(abilities, difficulties)


def _work_through(trainee: _Trainee, course: Course, now: datetime) -> None:
    stamina = trainee.draw.random() ** 0.7
    for module in course.modules:
        for lesson in module.lessons:
            if trainee.draw.random() > 0.93 + 0.07 * stamina or trainee.at >= now - timedelta(days=1):
                return
            lessons.mark_read(trainee.session, trainee.user_id, lesson, now=trainee.later(10, 2_500))
        for drill in module.drills:
            if trainee.draw.random() < 0.4 + 0.5 * stamina:
                _run_drill(trainee, module, drill.id)
        for _ in range(3):
            if trainee.at >= now - timedelta(days=1) or _sit_quiz(trainee, module):
                break


def _run_drill(trainee: _Trainee, module: Module, drill_id: str) -> None:
    drill = module.drill(drill_id)
    if drill is None:
        return
    run_id = drills.begin(trainee.session, trainee.user_id, module.slug, drill, now=trainee.later(5, 600))
    state = drills.run_state(trainee.session, run_id, trainee.user_id)
    while state.scene is not None:
        choice = trainee.draw.choice(state.choices)
        at = trainee.later(0, 3)
        state = drills.choose(trainee.session, run_id, trainee.user_id, choice.id, step=state.step, now=at)


def _sit_quiz(trainee: _Trainee, module: Module) -> bool:
    seed = trainee.draw.getrandbits(31)
    attempt_id = attempts.start(trainee.session, trainee.user_id, module, seed=seed, now=trainee.later(30, 3_000))
    for place, version, _response in trainee.session.execute(places(attempt_id)).all():
        item = loaded(version)
        answer = _answer(trainee, item)
        if answer is not None:
            attempts.save_response(
                trainee.session,
                attempt_id,
                trainee.user_id,
                place.position,
                item.form_of(answer),
                token=f"simulated-{place.id}",
                sequence=1,
                now=trainee.later(0, 3),
            )
    result = attempts.submit(trainee.session, attempt_id, trainee.user_id, now=trainee.later(0, 2))
    trainee.ability += 0.25
    return result.passed


def _answer(trainee: _Trainee, item: Item) -> Stored | None:
    if item.head.id not in trainee.difficulties:
        trainee.difficulties[item.head.id] = random.Random(item.head.id).gauss(-0.6, 0.9)  # noqa: S311 - repeatable
    distance = trainee.difficulties[item.head.id] - trainee.ability
    if trainee.draw.random() < 1 / (1 + math.exp(distance)):
        return item.key()
    return None if trainee.draw.random() < OMITS else item.guess(trainee.draw.getrandbits(31))
