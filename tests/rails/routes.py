"""The table of all routes: a row for each endpoint and method. A new route needs a row here to pass the rails.

The world of tests/support/world.py says what the names mean. ``named`` addresses what there is, Ada's
own where it is a trainee's; ``absent`` what there is not. Every rail walks this table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from courseware.services import drills
from courseware.web.security import Policy, policy_of
from tests.rails.place import Place

Arguments = Callable[[Place], Mapping[str, Any]]
Absent = Callable[[Place], list[Mapping[str, Any]]]
Body = Mapping[str, str | list[str]]

ANYONE, SIGNED_IN, TRAINEE = Policy.ANYONE, Policy.SIGNED_IN, Policy.TRAINEE
INSTRUCTOR, ADMIN, DEVELOPMENT = Policy.INSTRUCTOR, Policy.ADMIN, Policy.DEVELOPMENT

AUTOMATIC = frozenset({"HEAD", "OPTIONS"})
"""Methods that Flask adds by itself; the matrix asks them of every row."""

NOWHERE = 2_000_000_000


def nothing(_place: Place) -> Mapping[str, Any]:
    """No arguments."""
    return {}


def no_way(_place: Place) -> list[Mapping[str, Any]]:
    """Nothing in the address can be absent."""
    return []


@dataclass(frozen=True, slots=True)
class Row:
    """One endpoint with one method.

    named, absent: the arguments of its address; absent gives several sets where several parts can be absent.
    owned: what it addresses is one trainee's; to everybody else it is as if it were absent.
    body: a form that is taken. status: of an answer to who is allowed; signed_in: where it differs for
    somebody who is signed in. page: whether the answer is an HTML page. writes: whether it alters rows.
    alone: it works only where there is no administrator. by: who looks at it where one visitor is enough.
    """

    endpoint: str
    policy: Policy
    named: Arguments = nothing
    absent: Absent = no_way
    method: str = "GET"
    owned: bool = False
    body: Callable[[Place], Body] = nothing
    status: int = 200
    signed_in: int | None = None
    page: bool = True
    writes: bool = False
    alone: bool = False
    by: str = ""

    @property
    def name(self) -> str:
        """How the row is told in a test's name."""
        return f"{self.method} {self.endpoint}"

    def url(self, place: Place, arguments: Mapping[str, Any] | None = None) -> str:
        """The address of what is named, or of other arguments."""
        chosen = self.named(place) if arguments is None else arguments
        with place.app.test_request_context(base_url="http://localhost"):
            return str(place.app.url_for(self.endpoint, **chosen))

    @property
    def seer(self) -> str:
        """Who looks at the row where one visitor is enough."""
        return self.by or SEER[self.policy]

    def expected(self, visitor: str) -> int:
        """The status of the answer to a visitor who may see the row, for what is named."""
        return self.signed_in if self.signed_in is not None and visitor != "anonymous" else self.status


def posting(endpoint: str, policy: Policy, named: Arguments = nothing, absent: Absent = no_way, **more: Any) -> Row:
    """A row for POST: it alters rows and answers with a redirect unless told."""
    return Row(endpoint, policy, named, absent, method="POST", **{"status": 303, "page": False, "writes": True} | more)


def _module(place: Place) -> Mapping[str, Any]:
    return {"slug": place.world.module}


def _no_module(_place: Place) -> list[Mapping[str, Any]]:
    return [{"slug": "no-such-module"}]


def _lesson(place: Place) -> Mapping[str, Any]:
    return {"slug": place.world.module, "lesson": place.world.lesson}


def _no_lesson(place: Place) -> list[Mapping[str, Any]]:
    return [{"slug": place.world.module, "lesson": "99-none"}, {"slug": "none", "lesson": place.world.lesson}]


def _drill(place: Place) -> Mapping[str, Any]:
    return {"slug": place.world.module, "drill_id": place.world.other_drill}


def _no_drill(place: Place) -> list[Mapping[str, Any]]:
    return [{"slug": place.world.module, "drill_id": "none"}, {"slug": "none", "drill_id": place.world.drill}]


def _attempt(place: Place) -> Mapping[str, Any]:
    return {"attempt_id": place.world.ada.attempt}


def _no_attempt(_place: Place) -> list[Mapping[str, Any]]:
    return [{"attempt_id": NOWHERE}]


def _question(place: Place) -> Mapping[str, Any]:
    return {"attempt_id": place.world.ada.attempt, "position": 2}


def _no_question(place: Place) -> list[Mapping[str, Any]]:
    return [{"attempt_id": NOWHERE, "position": 2}, {"attempt_id": place.world.ada.attempt, "position": 999}]


def _run(place: Place) -> Mapping[str, Any]:
    return {"run_id": place.world.ada.run}


def _no_run(_place: Place) -> list[Mapping[str, Any]]:
    return [{"run_id": NOWHERE}]


def _user(place: Place) -> Mapping[str, Any]:
    return {"user_id": place.world.users["ben"]}


def _no_user(_place: Place) -> list[Mapping[str, Any]]:
    return [{"user_id": NOWHERE}]


def _item(place: Place) -> Mapping[str, Any]:
    return {"item_id": place.world.item}


def _no_item(_place: Place) -> list[Mapping[str, Any]]:
    return [{"item_id": "no-such-question"}]


def _kind(_place: Place) -> Mapping[str, Any]:
    return {"interaction": "single_choice"}


def _no_kind(_place: Place) -> list[Mapping[str, Any]]:
    return [{"interaction": "no-such-kind"}]


def _secret(name: str) -> Arguments:
    return lambda place: {"secret": getattr(place.world, name)}


def _no_secret(_place: Place) -> list[Mapping[str, Any]]:
    return [{"secret": "no-such-secret"}]


def _asset(place: Place) -> Mapping[str, Any]:
    return {"name": next(iter(place.app.extensions["assets"])).path}


def _check_answer(place: Place) -> Body:
    lesson = place.loaded.course.modules[0].lesson(place.world.lesson)
    assert lesson is not None
    item = lesson.checks[0].item
    return item.form_of(item.guess(3))


def _question_form(place: Place) -> Body:
    # a blank answer is one to every interaction
    return {"token": "rails-save", "sequence": "1", "go": "next"}


def _choice(place: Place) -> Body:
    ada = place.world.ada
    with place.db.read() as session:
        state = drills.run_state(session, ada.run, ada.user)
    return {"choice": state.choices[0].id, "step": str(state.step)}


def item_form(place: Place) -> Body:
    """What an instructor types for a new question."""
    module = place.loaded.course.modules[0]
    rows = {f"options-{n}-text": f"Option {n}" for n in range(3)}
    rows |= {f"options-{n}-feedback": f"About option {n}." for n in range(3)}
    return rows | {
        "stem": "What is a question for?",
        "rationale": "For an answer.",
        "module": module.slug,
        "competency": module.competencies[0],
        "level": "recall",
        "status": "draft",
        "claims": module.claims[0].id,
        "objectives": [module.objectives[0].id],
        "key": "0",
        "reason": "To see it kept",
        "action": "save",
        "base": "2",
    }


def _new_password(_place: Place) -> Body:
    words = "four words nobody guesses"
    return {"name": "Nora New", "email": "nora@example.org", "password": words, "password_confirm": words}


def _invitation(_place: Place) -> Body:
    return {"name": "Nils New", "email": "nils@example.org", "role": "trainee"}


ROWS: tuple[Row, ...] = (
    Row("assets", ANYONE, _asset, lambda _place: [{"name": "css/none.css"}], page=False),
    Row("styleguide", DEVELOPMENT),
    Row("health.healthz", ANYONE, page=False),
    # signing in
    Row("security.login", ANYONE, signed_in=302),
    posting(
        "security.login",
        ANYONE,
        body=lambda _place: {"email": "ben@example.org", "password": "seven grey herons on a bank"},
        status=302,
    ),
    posting("security.logout", ANYONE, status=302, by="ada"),
    Row("security.register", ANYONE, signed_in=302),
    posting("security.register", ANYONE, body=_new_password, status=302),
    Row("security.forgot_password", ANYONE),
    Row("security.reset_password", ANYONE, lambda place: {"token": place.reset_token}),
    posting(
        "security.reset_password", ANYONE, lambda place: {"token": place.reset_token}, body=_new_password, status=302
    ),
    Row("security.change_password", SIGNED_IN),
    posting(
        "security.change_password",
        SIGNED_IN,
        body=lambda _place: {
            "password": "seven grey herons on a bank",
            "new_password": "eight white storks on a roof",
            "new_password_confirm": "eight white storks on a roof",
        },
        status=302,
    ),
    # accounts
    Row("accounts.setup", ANYONE, _secret("setup"), _no_secret, alone=True),
    posting("accounts.setup", ANYONE, _secret("setup"), _no_secret, body=_new_password, status=302, alone=True),
    Row("accounts.invitation", ANYONE, _secret("invitation"), _no_secret),
    posting("accounts.invitation", ANYONE, _secret("invitation"), _no_secret, body=_new_password, status=302),
    Row("accounts.account", SIGNED_IN),
    posting("accounts.account", SIGNED_IN, body=lambda _place: {"name": "Another Name"}, status=302),
    posting("accounts.sign_out_everywhere", SIGNED_IN, status=302),
    # the trainee
    Row("trainee.home", ANYONE, by="ada"),
    Row("trainee.module", TRAINEE, _module, _no_module),
    Row("trainee.glossary", TRAINEE),
    Row("trainee.lesson", TRAINEE, _lesson, _no_lesson),
    Row(
        "trainee.check",
        TRAINEE,
        lambda place: {**_lesson(place), "check_id": place.world.check},
        lambda place: [{**_lesson(place), "check_id": "none"}],
        status=303,
        page=False,
    ),
    posting(
        "trainee.check",
        TRAINEE,
        lambda place: {**_lesson(place), "check_id": place.world.check},
        lambda place: [{**_lesson(place), "check_id": "none"}],
        body=_check_answer,
    ),
    posting(
        "trainee.mark_read",
        TRAINEE,
        lambda place: {"slug": place.world.module, "lesson": place.world.fresh_lesson},
        _no_lesson,
    ),
    Row("trainee.quiz", TRAINEE, _module, _no_module),
    posting("trainee.start_attempt", TRAINEE, lambda place: {"slug": place.world.other_module}, _no_module),
    Row("trainee.quiz_item", TRAINEE, _question, _no_question, owned=True),
    posting("trainee.save_response", TRAINEE, _question, _no_question, owned=True, body=_question_form),
    Row("trainee.submit", TRAINEE, _attempt, _no_attempt, owned=True),
    posting("trainee.submit", TRAINEE, _attempt, _no_attempt, owned=True),
    Row("trainee.review", TRAINEE, lambda place: {"attempt_id": place.world.ada.submitted}, _no_attempt, owned=True),
    Row("trainee.drill", TRAINEE, _drill, _no_drill),
    posting("trainee.begin_run", TRAINEE, _drill, _no_drill),
    Row("trainee.run", TRAINEE, _run, _no_run, owned=True),
    posting("trainee.choose", TRAINEE, _run, _no_run, owned=True, body=_choice),
    Row("trainee.debrief", TRAINEE, lambda place: {"run_id": place.world.ada.ended}, _no_run, owned=True),
    # the instructor
    Row("instructor.items", INSTRUCTOR),
    Row("instructor.item", INSTRUCTOR, _item, _no_item),
    Row("instructor.new_item", INSTRUCTOR, _kind, _no_kind),
    posting("instructor.new_item", INSTRUCTOR, _kind, _no_kind, body=item_form, status=302),
    Row("instructor.edit_item", INSTRUCTOR, _item, _no_item),
    posting("instructor.edit_item", INSTRUCTOR, _item, _no_item, body=item_form, status=302),
    Row("instructor.trainees", INSTRUCTOR),
    Row("instructor.trainee", INSTRUCTOR, _user, _no_user),
    Row("instructor.attempt", INSTRUCTOR, lambda place: {"attempt_id": place.world.ada.submitted}, _no_attempt),
    Row("instructor.invite", INSTRUCTOR),
    posting("instructor.invite", INSTRUCTOR, body=_invitation, status=200, page=True),
    Row("instructor.reset_link", INSTRUCTOR, _user, status=302, page=False),
    posting("instructor.reset_link", INSTRUCTOR, _user, _no_user, status=200, page=True, writes=False),
    Row("instructor.scores", INSTRUCTOR),
    Row("instructor.scores_file", INSTRUCTOR, page=False),
    Row("instructor.responses_file", INSTRUCTOR, page=False),
    # the administrator
    Row("admin.accounts", ADMIN),
    posting(
        "admin.role", ADMIN, _user, _no_user, body=lambda _place: {"role": "instructor", "action": "grant"}, status=302
    ),
    posting("admin.active", ADMIN, _user, _no_user, body=lambda _place: {"action": "deactivate"}, status=302),
    Row("admin.invite", ADMIN),
    posting("admin.invite", ADMIN, body=_invitation, status=200, page=True),
    Row("admin.reset_link", ADMIN, _user, status=302, page=False),
    posting("admin.reset_link", ADMIN, _user, _no_user, status=200, page=True, writes=False),
)

PAGES: tuple[Row, ...] = tuple(row for row in ROWS if row.page and row.method == "GET")
"""The rows that are HTML pages to look at."""

SEER = {
    ANYONE: "anonymous",
    DEVELOPMENT: "anonymous",
    SIGNED_IN: "ada",
    TRAINEE: "ada",
    INSTRUCTOR: "ines",
    ADMIN: "olga",
}
"""Who is enough for a policy."""


def row(endpoint: str, method: str = "GET") -> Row:
    """The row of an endpoint and method."""
    return next(each for each in ROWS if (each.endpoint, each.method) == (endpoint, method))


def faults(app: Flask, rows: tuple[Row, ...] = ROWS) -> list[str]:
    """What the table lacks of the app's routes, has too much, or says otherwise than the app."""
    declared = [(each.endpoint, each.method) for each in rows]
    routed = {
        (rule.endpoint, method) for rule in app.url_map.iter_rules() for method in (rule.methods or set()) - AUTOMATIC
    }
    found = [f"{method} {endpoint} has no row" for endpoint, method in sorted(routed - set(declared))]
    found += [f"the row {method} {endpoint} has no route" for endpoint, method in sorted(set(declared) - routed)]
    found += [
        f"{method} {endpoint} has two rows" for endpoint, method in declared if declared.count((endpoint, method)) > 1
    ]
    found += [
        f"{each.name}: the row says {each.policy.value}, the app {policy_of(app, each.endpoint)}"
        for each in rows
        if policy_of(app, each.endpoint) is not each.policy
    ]
    return found
