"""States of pages that a mere look does not show: errors, answers, empty lists, refusals, links that were made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from courseware.domain import items
from courseware.domain.lessons import Check, Lesson
from tests.rails.place import ANONYMOUS, Place
from tests.rails.routes import item_form
from tests.support.pages import Page

Changes = Mapping[str, str | list[str]]
KINDS = tuple(each.interaction for each in items.ALL)


def untouched(_place: Place) -> Changes:
    """The form as it stands."""
    return {}


@dataclass(frozen=True, slots=True)
class State:
    """A page that a visitor comes to: an address, then maybe a form sent whose action contains ``form``.

    changes: fields of the form with other values, the name and value of the button that is pressed among
    them. status: of the answer that is looked at. bare: in a course without any data but one instructor,
    closed for registration.
    """

    name: str
    visitor: str
    url: Callable[[Place], str]
    form: str | Callable[[Place], str] = ""
    changes: Callable[[Place], Changes] = untouched
    status: int = 200
    bare: bool = False

    def action(self, place: Place) -> str:
        """What the form's action contains; "" where none is sent."""
        return self.form if isinstance(self.form, str) else self.form(place)


def at(url: str) -> Callable[[Place], str]:
    """A fixed address in which ``{name}`` stands for a field of the world."""
    return lambda place: url.format(**{name: getattr(place.world, name) for name in place.world.__slots__})


def having(**changes: str | list[str]) -> Callable[[Place], Changes]:
    """Fixed changes."""
    return lambda _place: changes


def arrive(place: Place, state: State) -> Page:
    """Come to a state with the checking client."""
    browser = place.browser(state.visitor)
    page = browser.get(state.url(place), status=200 if state.form else state.status)
    if state.form:
        # of several forms that fit, the one with the shortest address is meant
        form = min(page.forms(state.action(place)), key=lambda each: len(each.get("action") or ""))
        page = browser.submit(form, dict(state.changes(place)), status=state.status)
    return page


def asking(place: Place, kind: str) -> tuple[Lesson, Check]:
    """The first lesson of the first module with a check of an interaction, and that check."""
    found = (
        (lesson, check)
        for module in place.loaded.course.modules
        for lesson in module.lessons
        for check in lesson.checks
        if check.item.interaction == kind
    )
    return next(found)


def _lesson_of(kind: str) -> Callable[[Place], str]:
    def url(place: Place) -> str:
        lesson, _check = asking(place, kind)
        return f"/modules/{lesson.module}/lessons/{lesson.slug}"

    return url


def _form_of(kind: str) -> Callable[[Place], str]:
    return lambda place: f"/checks/{asking(place, kind)[1].id}"


def _check_of(kind: str) -> Callable[[Place], Changes]:
    def changes(place: Place) -> Changes:
        item = asking(place, kind)[1].item
        return {**item.form_of(item.guess(2))}

    return changes


def _question(kind: str) -> Callable[[Place], str]:
    return lambda place: f"/attempts/{place.world.ada.attempt}/{place.world.places[kind]}"


def _bad_answer(kind: str) -> Callable[[Place], Changes]:
    """An answer that the item of an open attempt refuses."""
    names = {"true_false_reason": "reason", "ordering": "place-none", "matching": "match-none"}
    return having(**{names.get(kind, "answer"): "no-such-option"})


def _item_of(kind: str, ending: str = "") -> Callable[[Place], str]:
    def url(place: Place) -> str:
        found = next(each.item.head.id for each in place.loaded.bank if each.item.interaction == kind)
        return f"/instructor/items/{found}{ending}"

    return url


def _accounts() -> Iterator[State]:
    yield State("sign-in left blank", ANONYMOUS, at("/sign-in"), "/sign-in", status=422)
    wrong = having(email="nobody@example.org", password="not the password")
    yield State("sign-in failed", ANONYMOUS, at("/sign-in"), "/sign-in", wrong, 422)
    yield State("register left blank", ANONYMOUS, at("/register"), "/register", status=422)
    yield State("invitation left blank", ANONYMOUS, at("/invitation/{invitation}"), "/invitation", having(name=""), 422)
    yield State("invitation unknown", ANONYMOUS, at("/invitation/none"), status=404)
    yield State("reset left blank", ANONYMOUS, lambda p: f"/reset-password/{p.reset_token}", "/reset", status=422)
    yield State("setup used", ANONYMOUS, at("/setup/{setup}"), status=410)
    yield State("password left blank", "ada", at("/account/password"), "/account/password", status=422)
    yield State("name left blank", "ada", at("/account"), "/account", having(name=""), 422)
    yield State("account of three roles", "olga", at("/account"))
    yield State("name changed", "ben", at("/account"), "/account", having(name="Benjamin"))


def _refusals() -> Iterator[State]:
    yield State("no such page", "ada", at("/no-such-page"), status=404)
    yield State("no such page, not signed in", ANONYMOUS, at("/no-such-page"), status=404)
    yield State("not one's role", "ada", at("/instructor/items"), status=403)
    yield State("stale form", "ada", at("/account"), "/account", having(csrf_token=""), 400)
    yield State("sent on to sign in", ANONYMOUS, at("/glossary"))


def _course() -> Iterator[State]:
    yield State("course not begun", "ines", at("/"))
    yield State("course begun", "ada", at("/"))
    yield State("module not begun", "ines", at("/modules/{module}"))
    yield State("quiz not tried", "ines", at("/modules/{module}/quiz"))
    yield State("lesson marked as read", "ben", at("/modules/{module}/lessons/{fresh_lesson}"), "/read")
    for kind in KINDS:
        yield State(f"check {kind}", "ines", _lesson_of(kind))
        yield State(f"check {kind} left blank", "ines", _lesson_of(kind), _form_of(kind), status=422)
        yield State(f"check {kind} answered", "ines", _lesson_of(kind), _form_of(kind), _check_of(kind))


def _quiz() -> Iterator[State]:
    for kind in KINDS:
        yield State(f"question {kind}", "ada", _question(kind))
        yield State(f"question {kind} refused", "ada", _question(kind), "/attempts/", _bad_answer(kind), 422)
    first = at("/attempts/{ada.attempt}/1")
    yield State("question answered", "ada", first)
    yield State("question saved", "ada", first, "/attempts/", having(go="stay", sequence="50"))
    yield State("question stale", "ada", first, "/attempts/", having(sequence="1", token="rails-stale"), 409)
    yield State("handed in", "ada", at("/attempts/{ada.attempt}/submit"), "/submit")
    yield State("review not yet", "ada", at("/attempts/{ada.attempt}/review"), status=404)


def _drills() -> Iterator[State]:
    yield State("drill with runs", "ada", at("/modules/{module}/drills/{drill}"))
    yield State("run at its start", "ada", at("/modules/{module}/drills/{other_drill}"), "/runs")
    yield State("run at its end", "ada", at("/runs/{ada.ended}"))
    yield State("run moved on", "ada", at("/runs/{ada.run}"), "/runs/", having(step="1", choice="none"), 409)
    yield State("debrief not yet", "ada", at("/runs/{ada.run}/debrief"), status=404)


def _instructor() -> Iterator[State]:
    yield State("no question found", "ines", at("/instructor/items?words=zzzzz"))
    yield State("questions, page 2", "ines", at("/instructor/items?page=2"))
    yield State("question, old version", "ines", at("/instructor/items/{item}?version=1"))
    for kind in KINDS:
        new = at(f"/instructor/items/new/{kind}")
        yield State(f"{kind} read", "ines", _item_of(kind))
        yield State(f"{kind} new", "ines", new)
        yield State(f"{kind} left blank", "ines", new, "/items/new", having(action="save"), 422)
        yield State(f"{kind} edited", "ines", _item_of(kind, "/edit"))
    edit = at("/instructor/items/{item}/edit")
    yield State("question previewed", "ines", edit, "/edit", having(action="preview"))
    yield State("question saved twice", "ines", edit, "/edit", lambda p: {**item_form(p), "base": "1"}, 409)
    yield State("question kept", "ines", edit, "/edit", item_form)
    yield State("no trainee found", "ines", at("/instructor/trainees?words=zzzzz"))
    yield State("trainee without work", "ines", lambda p: f"/instructor/trainees/{p.world.users['ines']}")
    yield State("trainee invited", "ines", at("/instructor/trainees/{invited}"))
    yield State("best scores", "ines", at("/instructor/scores?best=1"))
    yield State("invitation refused", "ines", at("/instructor/invitations/new"), "/invitations", status=422)
    person = having(name="Nora New", email="nora@example.org", role="trainee")
    yield State("invitation made", "ines", at("/instructor/invitations/new"), "/invitations", person)
    yield State("reset link made", "ines", lambda p: f"/instructor/trainees/{p.world.users['ben']}", "/reset-link")


def _admin() -> Iterator[State]:
    yield State("no account found", "olga", at("/admin/accounts?words=zzzzz"))
    yield State("role given", "olga", at("/admin/accounts"), "/role", having(role="instructor", action="grant"))
    yield State("invitation of roles refused", "olga", at("/admin/invitations/new"), "/invitations", status=422)
    person = having(name="Nora New", email="nora@example.org", role="instructor")
    yield State("invitation of an instructor", "olga", at("/admin/invitations/new"), "/invitations", person)


def _bare() -> Iterator[State]:
    yield State("welcome, closed", ANONYMOUS, at("/"), bare=True)
    yield State("registration closed", ANONYMOUS, at("/register"), bare=True)
    yield State("setup", ANONYMOUS, at("/setup/{setup}"), bare=True)
    yield State("setup left blank", ANONYMOUS, at("/setup/{setup}"), "/setup", status=422, bare=True)
    yield State("no trainees", "ines", at("/instructor/trainees"), bare=True)
    yield State("no scores", "ines", at("/instructor/scores"), bare=True)
    yield State("no questions", "ines", at("/instructor/items"), bare=True)


STATES: tuple[State, ...] = (
    *_accounts(), *_refusals(), *_course(), *_quiz(), *_drills(), *_instructor(), *_admin(), *_bare(),
)  # fmt: skip
