"""Trainees: everyone at a glance, one in full, an attempt gone through; inviting and resetting."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from courseware.services import oversight, progress
from courseware.web.context import course, db
from courseware.web.instructor import blueprint
from courseware.web.inviting import invite_page, is_admin, reset_page
from courseware.web.security import Policy, policy

ID = "<int(max=2147483647):{}>"


@blueprint.get("/trainees")
@policy(Policy.INSTRUCTOR)
def trainees() -> ResponseReturnValue:
    """Everyone with the trainee's role, and where each is."""
    words = request.args.get("words", "").strip()
    with db().read() as session:
        listed = progress.trainees(session, course(), words, page=request.args.get("page", 1, type=int))

    def page_url(number: int) -> str:
        return url_for("instructor.trainees", words=words or None, page=number)

    return render_template(
        "instructor/trainees.html", listed=listed, search=words, page_url=page_url, modules=course().modules
    )


@blueprint.get(f"/trainees/{ID.format('user_id')}")
@policy(Policy.INSTRUCTOR)
def trainee(user_id: int) -> ResponseReturnValue:
    """One trainee: lessons, attempts with results, drills."""
    with db().read() as session:
        detail = oversight.trainee_detail(session, user_id, course())
    modules = {f"quiz:{module.slug}": module for module in course().modules}
    manageable = oversight.manageable(detail.account, by_admin=is_admin())
    return render_template(
        "instructor/trainee.html", detail=detail, row=detail.row, modules=modules, manageable=manageable
    )


@blueprint.get(f"/attempts/{ID.format('attempt_id')}")
@policy(Policy.INSTRUCTOR)
def attempt(attempt_id: int) -> ResponseReturnValue:
    """A submitted attempt as its trainee sees it."""
    with db().read() as session:
        seen = oversight.seen_attempt(session, attempt_id)
    module = course().module(seen.reviewed.module)
    return render_template("instructor/attempt.html", seen=seen, attempt=seen.reviewed, module=module)


@blueprint.route("/invitations/new", methods=["GET", "POST"])
@policy(Policy.INSTRUCTOR)
def invite() -> ResponseReturnValue:
    """Invite a person: an account without a password, and the link on which its owner chooses one."""
    return invite_page("instructor/invite.html", "instructor/link.html", request.args.get("role", "trainee"))


@blueprint.route(f"/trainees/{ID.format('user_id')}/reset-link", methods=["GET", "POST"])
@policy(Policy.INSTRUCTOR)
def reset_link(user_id: int) -> ResponseReturnValue:
    """A link on which a trainee chooses a new password; looking at the address makes none."""
    if request.method != "POST":
        return redirect(url_for("instructor.trainee", user_id=user_id))
    return reset_page("instructor/link.html", user_id)
