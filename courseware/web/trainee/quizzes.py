"""A quiz: its rules, its questions one by one, handing it in, going through it."""

from __future__ import annotations

import re
import secrets
from uuid import uuid4

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from courseware.domain.attempts import AttemptClosed
from courseware.domain.items.base import Fields, InvalidResponse
from courseware.services import attempts, results
from courseware.services.attempts import ItemPage, OpenAttempt, StaleSave
from courseware.services.errors import NotFound, Refused
from courseware.services.progress import course_progress
from courseware.web.context import course, db, now
from courseware.web.errors import wants_json
from courseware.web.security import Policy, policy
from courseware.web.trainee import blueprint
from courseware.web.trainee.lookups import answer_fields, me, the_module
from courseware.web.trainee.reviewing import by_competency, passages
from courseware.web.trainee.steps import next_step

ATTEMPT = "/attempts/<int(max=2147483647):attempt_id>"
ITEM = f"{ATTEMPT}/<int(max=1000):position>"
TOKEN = re.compile(r"[0-9A-Za-z-]{1,64}\Z")
SEQUENCE = re.compile(r"[1-9][0-9]{0,9}\Z")


@blueprint.get("/modules/<slug>/quiz")
@policy(Policy.TRAINEE)
def quiz(slug: str) -> ResponseReturnValue:
    """The rules, the way in, and earlier attempts."""
    module = the_module(slug)
    with db().read() as session:
        rows = results.list_attempts(session, me(), slug)
        running = next((row.id for row in rows if row.submitted_at is None), None)
        attempt = attempts.open_attempt(session, running, me()) if running is not None else None
    url = _first_gap(attempt) if attempt else ""
    return render_template("trainee/quiz.html", module=module, rows=rows, attempt=attempt, resume_url=url)


@blueprint.post("/modules/<slug>/quiz/attempts")
@policy(Policy.TRAINEE)
def start_attempt(slug: str) -> ResponseReturnValue:
    """Open an attempt, or go on with the open one."""
    module = the_module(slug)
    with db().write() as session:
        attempt_id = attempts.start(session, me(), module, seed=secrets.randbits(31), now=now())
        attempt = attempts.open_attempt(session, attempt_id, me())
    return redirect(_first_gap(attempt), 303)


@blueprint.get(ITEM)
@policy(Policy.TRAINEE)
def quiz_item(attempt_id: int, position: int) -> ResponseReturnValue:
    """One question of an open attempt, with the stored answer."""
    with db().read() as session:
        page = attempts.item_page(session, attempt_id, me(), position)
    return _item(page)


@blueprint.post(ITEM)
@policy(Policy.TRAINEE)
def save_response(attempt_id: int, position: int) -> ResponseReturnValue:
    """Keep the answer to one question, then stay, go on or finish."""
    token, sequence, base, fields = _token(), _sequence(), _base(), answer_fields()
    try:
        with db().write() as session:
            saved = attempts.save_response(
                session, attempt_id, me(), position, fields, token=token, sequence=sequence, base=base, now=now()
            )
    except (InvalidResponse, StaleSave) as refusal:
        return _refused(attempt_id, position, fields, refusal)
    if wants_json():
        return jsonify(saved_at=f"{saved.saved_at:%H:%M:%S} UTC", sequence=saved.sequence, answered=saved.answered)
    return redirect(_onward(attempt_id, position), 303)


@blueprint.route(f"{ATTEMPT}/submit", methods=["GET", "POST"])
@policy(Policy.TRAINEE)
def submit(attempt_id: int) -> ResponseReturnValue:
    """What is answered and what is not; then handing the attempt in, once."""
    if request.method == "POST":
        with db().write() as session:
            attempts.submit(session, attempt_id, me(), now=now())
        return redirect(url_for("trainee.review", attempt_id=attempt_id), 303)
    with db().read() as session:
        attempt = attempts.open_attempt(session, attempt_id, me())
    return render_template("trainee/submit.html", attempt=attempt, module=the_module(attempt.module))


@blueprint.get(f"{ATTEMPT}/review")
@policy(Policy.TRAINEE)
def review(attempt_id: int) -> ResponseReturnValue:
    """Marks, answers and feedback of an attempt that was handed in."""
    with db().read() as session:
        try:
            reviewed = results.review(session, attempt_id, me())
        except NotFound:
            return _not_yet(attempts.open_attempt(session, attempt_id, me()))
        progress = course_progress(session, me(), course())
    module = the_module(reviewed.module)
    return render_template(
        "trainee/review.html",
        module=module,
        attempt=reviewed,
        competencies=by_competency(reviewed.items, course()),
        passages={item.position: passages(module, item.claims) for item in reviewed.items},
        step=next_step(progress, module.slug),
    )


@blueprint.errorhandler(AttemptClosed)
def attempt_closed(_error: AttemptClosed) -> ResponseReturnValue:
    """Looking leads to the review; what would change an attempt that was handed in is refused."""
    attempt_id = (request.view_args or {}).get("attempt_id")
    url = url_for("trainee.review", attempt_id=attempt_id) if attempt_id else request.path
    if request.method in ("GET", "HEAD"):
        return redirect(url)
    text = gettext("This attempt was handed in already. Nothing in it was changed, and nothing can be changed now.")
    if wants_json():
        return jsonify(error=text), 409
    links = [(gettext("See the review"), url)]
    return render_template("error.html", title=gettext("Handed in already"), text=text, status=409, links=links), 409


def _not_yet(attempt: OpenAttempt) -> ResponseReturnValue:
    text = gettext("The review opens when the attempt is handed in. Until then the answers stay closed.")
    links = [(gettext("Go on with the attempt"), _first_gap(attempt))]
    return render_template("error.html", title=gettext("Not yet"), text=text, status=404, links=links), 404


def _item(
    page: ItemPage, *, typed: Fields | None = None, fault: InvalidResponse | None = None, stale: bool = False
) -> str:
    """The page of a question. typed: what was sent and not kept; fault: why; stale: a newer answer is stored."""
    kept = typed is None
    return render_template(
        "trainee/quiz_item.html",
        module=the_module(page.attempt.module),
        page=page,
        shown=page.presentation,
        fields=page.fields if typed is None else typed,
        errors={fault.field: str(fault)} if fault else {},
        stale=stale,
        saved_at=page.saved_at if kept else None,
        token=uuid4().hex,
        base=page.sequence,
        sequence=page.sequence + 1,
        positions=_positions(page),
        total=len(page.attempt.places),
    )


def _refused(
    attempt_id: int, position: int, fields: Fields, refusal: InvalidResponse | StaleSave
) -> ResponseReturnValue:
    """Why the answer was not kept, with what was typed still in the form."""
    fault = refusal if isinstance(refusal, InvalidResponse) else None
    status = 422 if fault else 409
    if wants_json() and isinstance(refusal, StaleSave):
        text = gettext("A newer answer was saved in another window. Reload to see it.")
        stored_at = f"{refusal.saved_at:%H:%M:%S} UTC"
        return jsonify(error=text, stored=refusal.stored, sequence=refusal.sequence, stored_at=stored_at), status
    if wants_json():
        return jsonify(error=str(fault)), status
    with db().read() as session:
        page = attempts.item_page(session, attempt_id, me(), position)
    return _item(page, typed=fields, fault=fault, stale=fault is None), status


def _positions(page: ItemPage) -> list[dict[str, object]]:
    return [
        {
            "number": place.position,
            "url": url_for("trainee.quiz_item", attempt_id=page.attempt.id, position=place.position),
            "current": place.position == page.position,
            "answered": place.answered,
        }
        for place in page.attempt.places
    ]


def _first_gap(attempt: OpenAttempt) -> str:
    """Where an attempt goes on: its first unanswered question, else the page that hands it in."""
    if not attempt.unanswered:
        return url_for("trainee.submit", attempt_id=attempt.id)
    return url_for("trainee.quiz_item", attempt_id=attempt.id, position=attempt.unanswered[0])


def _onward(attempt_id: int, position: int) -> str:
    """Where the button that was pressed leads."""
    go = request.form.get("go")
    if go == "finish":
        return url_for("trainee.submit", attempt_id=attempt_id)
    if go == "next":
        return url_for("trainee.quiz_item", attempt_id=attempt_id, position=position + 1)
    return url_for("trainee.quiz_item", attempt_id=attempt_id, position=position, _anchor="saved")


def _token() -> str:
    token = request.form.get("token", "")
    if not TOKEN.match(token):
        raise Refused(gettext("The form came without its save token. Reload the page and answer again."))
    return token


def _base() -> int | None:
    text = request.form.get("base", "")
    return int(text) if SEQUENCE.match(text) else None


def _sequence() -> int:
    text = request.form.get("sequence", "")
    if not SEQUENCE.match(text) or int(text) > attempts.MOST_SEQUENCE:
        raise Refused(gettext("The form came without its save number. Reload the page and answer again."))
    return int(text)
