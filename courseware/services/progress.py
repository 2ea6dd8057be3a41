"""Where a trainee is: lessons read, quiz results, drills run, what completes a module, what to do next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courseware.domain.lessons import Course, Lesson, Module
from courseware.services.attempt_rows import module_of
from courseware.services.results import AttemptRow, with_results
from courseware.storage.accounts import RoleGrant, User
from courseware.storage.attempts import Attempt
from courseware.storage.practice import DrillRun, LessonRead

PAGE = 50


@dataclass(frozen=True, slots=True)
class Next:
    """The next thing to do in a module. kind: lesson, quiz, drill or done; name: the lesson or drill."""

    kind: str
    module: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ModuleProgress:
    """One trainee and one module.

    best: the best submitted attempt at the quiz, None where there is none. passed: whether any
    attempt reached the pass mark that held for it: what was passed stays passed. drills: the ids of
    drills run to an ending. steps_done of steps: what completion asks for, in countable steps.
    """

    module: Module
    read: frozenset[str]
    best: AttemptRow | None
    passed: bool
    open_attempt: int | None
    drills: frozenset[str]
    steps_done: int
    steps: int
    next: Next

    @property
    def complete(self) -> bool:
        """Whether everything that module.yaml asks for is done."""
        return self.steps_done == self.steps

    @property
    def started(self) -> bool:
        """Whether anything in the module was done."""
        return bool(self.read or self.best or self.open_attempt or self.drills)


@dataclass(frozen=True, slots=True)
class Progress:
    """One trainee and the course."""

    modules: tuple[ModuleProgress, ...]
    next: Next | None

    def module(self, slug: str) -> ModuleProgress:
        """The progress in a module of the course."""
        return next(each for each in self.modules if each.module.slug == slug)


@dataclass(frozen=True, slots=True)
class TraineeRow:
    """A trainee as an instructor sees him or her in a list."""

    id: int
    name: str
    email: str
    active: bool
    simulated: bool
    last_activity: datetime | None
    progress: Progress


@dataclass(frozen=True, slots=True)
class TraineePage:
    """One page of a list of trainees. found: how many match; total: how many there are."""

    rows: tuple[TraineeRow, ...]
    found: int
    total: int
    page: int
    pages: int


def course_progress(session: Session, user_id: int, course: Course) -> Progress:
    """Where one trainee is in the course."""
    return _all_progress(session, [user_id], course)[user_id][0]


def trainees(session: Session, course: Course, words: str = "", *, page: int = 1, size: int = PAGE) -> TraineePage:
    """Accounts with the trainee role by name, one page of those whose name or address holds the words, and where
    they are."""
    everyone = session.execute(
        select(User.id, User.name, User.email)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(RoleGrant.role == "trainee")
        .order_by(User.name, User.id)
    ).all()
    # Not in SQL: SQLite's lower() knows the letters of English alone.
    found = [row.id for row in everyone if words.casefold() in f"{row.name} {row.email}".casefold()]
    pages = max(1, -(-len(found) // size))
    page = min(max(page, 1), pages)
    ids = found[(page - 1) * size : page * size]
    users = {user.id: user for user in session.scalars(select(User).where(User.id.in_(ids)))}
    where = _all_progress(session, ids, course)
    rows = tuple(_row(users[user_id], *where[user_id]) for user_id in ids)
    return TraineePage(rows, len(found), len(everyone), page, pages)


def trainee(session: Session, user_id: int, course: Course) -> TraineeRow | None:
    """One account and where it is; None where there is no such account."""
    user = session.get(User, user_id)
    if user is None:
        return None
    return _row(user, *_all_progress(session, [user_id], course)[user_id])


def _row(user: User, progress: Progress, last: datetime | None) -> TraineeRow:
    return TraineeRow(user.id, user.name, user.email, user.active, user.simulated, last, progress)


def _all_progress(
    session: Session, user_ids: Collection[int], course: Course
) -> dict[int, tuple[Progress, datetime | None]]:
    reads: dict[int, set[tuple[str, str]]] = defaultdict(set)
    endings: dict[int, set[tuple[str, str]]] = defaultdict(set)
    sat: dict[int, list[AttemptRow]] = defaultdict(list)
    last: dict[int, datetime] = {}

    def note(user_id: int, at: datetime | None) -> None:
        if at is not None:
            last[user_id] = max(at, last.get(user_id, at))

    for read in session.scalars(select(LessonRead).where(LessonRead.user_id.in_(user_ids))):
        reads[read.user_id].add((read.module, read.lesson))
        note(read.user_id, read.at)
    for run in session.scalars(select(DrillRun).where(DrillRun.user_id.in_(user_ids))):
        note(run.user_id, run.ended_at or run.started_at)
        if run.ended_at is not None:
            endings[run.user_id].add((run.module, run.drill_id))
    found = session.scalars(select(Attempt).where(Attempt.user_id.in_(user_ids)).order_by(Attempt.id)).all()
    for attempt, row in zip(found, with_results(session, found), strict=True):
        sat[attempt.user_id].append(row)
        note(attempt.user_id, attempt.submitted_at or attempt.started_at)
    return {
        user_id: (_progress(course, reads[user_id], endings[user_id], sat[user_id]), last.get(user_id))
        for user_id in user_ids
    }


def _progress(
    course: Course, reads: set[tuple[str, str]], endings: set[tuple[str, str]], sat: Iterable[AttemptRow]
) -> Progress:
    by_module: dict[str, list[AttemptRow]] = defaultdict(list)
    for row in sat:
        by_module[module_of(row.assessment)].append(row)
    modules = tuple(
        _module_progress(
            module,
            frozenset(lesson.slug for lesson in module.lessons if (module.slug, lesson.slug) in reads),
            frozenset(drill.id for drill in module.drills if (module.slug, drill.id) in endings),
            by_module[module.slug],
        )
        for module in course.modules
    )
    return Progress(modules, next((each.next for each in modules if not each.complete), None))


def _module_progress(
    module: Module, read: frozenset[str], drills: frozenset[str], sat: Iterable[AttemptRow]
) -> ModuleProgress:
    rows = list(sat)
    best = best_of(rows)
    passed = any(row.result is not None and row.result.passed for row in rows)
    wanted = module.completion
    steps = len(module.lessons) * wanted.lessons + wanted.quiz + wanted.drills
    done = len(read) * wanted.lessons + (passed and wanted.quiz) + min(len(drills), wanted.drills)
    running = next((row.id for row in rows if row.submitted_at is None), None)
    following = _next(module, read, drills, passed=passed, complete=steps == done)
    return ModuleProgress(module, read, best, passed, running, drills, done, steps, following)


def best_of(rows: Iterable[AttemptRow]) -> AttemptRow | None:
    """The submitted attempt with the most marks, the earlier of equals; None where there is none."""
    best: AttemptRow | None = None
    for row in rows:
        if row.result is None:
            continue
        if best is None or best.result is None or row.result.percent > best.result.percent:
            best = row
    return best


def _next(module: Module, read: frozenset[str], drills: frozenset[str], *, passed: bool, complete: bool) -> Next:
    if complete:
        return Next("done", module.slug)
    unread: Lesson | None = next((lesson for lesson in module.lessons if lesson.slug not in read), None)
    if module.completion.lessons and unread is not None:
        return Next("lesson", module.slug, unread.slug)
    if len(drills) < module.completion.drills:
        return Next("drill", module.slug, next(drill.id for drill in module.drills if drill.id not in drills))
    return Next("quiz", module.slug) if module.completion.quiz and not passed else Next("done", module.slug)
