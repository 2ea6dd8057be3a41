"""Writing and editing questions."""

from __future__ import annotations

import re
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from courseware.domain.items.base import Item
from courseware.services import bank
from courseware.web.context import course, db, now
from courseware.web.instructor import authoring, blueprint, item_forms
from courseware.web.instructor.authoring import Draft
from courseware.web.instructor.differences import differences
from courseware.web.instructor.item_forms import ItemForm
from courseware.web.instructor.item_pages import SEED
from courseware.web.security import Policy, policy

ROW_ACTION = re.compile(r"(add|remove|up|down):([a-z]+):(\d{1,3})")


@blueprint.route("/items/new/<interaction>", methods=["GET", "POST"])
@policy(Policy.INSTRUCTOR)
def new_item(interaction: str) -> ResponseReturnValue:
    """Write a question."""
    try:
        kind = item_forms.get(interaction)
    except KeyError:
        abort(404)
    if request.method != "POST":
        return _page(kind.blank(request.args.get("module", "")), None)
    return _answer(_sent(kind), None)


@blueprint.route("/items/<item_id>/edit", methods=["GET", "POST"])
@policy(Policy.INSTRUCTOR)
def edit_item(item_id: str) -> ResponseReturnValue:
    """Edit a question: what is saved becomes a new version."""
    with db().read() as session:
        detail = bank.get_item(session, item_id)
    kind = item_forms.get(detail.item.interaction)
    if request.method != "POST":
        return _page(kind.of(detail.item, detail.module, detail.number), detail, draft=Draft(detail.item))
    return _answer(_sent(kind), detail)


def _sent(kind: type[ItemForm]) -> ItemForm:
    """The form as it was sent; a row whose number is forged is a 400, where WTForms would raise."""
    try:
        return kind(request.form)
    except ValueError:
        abort(400)


def _answer(form: ItemForm, detail: bank.ItemDetail | None) -> ResponseReturnValue:
    """Do what the pressed button says; whatever it is, everything typed stays."""
    form.take_picks()
    action = request.form.get("action", "save")
    if found := ROW_ACTION.fullmatch(action):
        verb, name, index = found.groups()
        place = form.rearrange(verb, name, int(index)) if name in form.rows else ""
        return _page(form, detail, place=place)
    if action == "module":
        return _page(form, detail, place="module")
    draft = authoring.read(form, course(), item_id=detail.item.head.id if detail else "")
    if action == "preview" or draft.item is None or draft.problems:
        looking = action == "preview"
        return _page(form, detail, draft=draft, status=200 if looking else 422, place="preview" if looking else "")
    return _keep(form, draft, draft.item, detail)


def _keep(form: ItemForm, draft: Draft, item: Item, detail: bank.ItemDetail | None) -> ResponseReturnValue:
    """Save the question, as a new item or as a new version of one."""
    try:
        if detail is None:
            return _created(form, draft, item)
        return _edited(form, item, detail)
    except bank.IdTaken as error:
        problem = form.problem("item_id", str(error))
        return _page(form, detail, draft=Draft(item, (problem,)), status=409)
    except bank.StaleEdit:
        return _stale(form, draft, item)


def _created(form: ItemForm, draft: Draft, item: Item) -> ResponseReturnValue:
    reason = (form.reason.data or "").strip() or gettext("First version")
    with db().write() as session:
        if not draft.named:
            item = bank.retitled(item, bank.unused_id(session, item.head.id))
        bank.create_item(session, item, form.module.data, author_id=current_user.id, reason=reason, now=now())
    flash(gettext("The question is in the bank as “%(id)s”.", id=item.head.id), "success")
    return redirect(url_for("instructor.item", item_id=item.head.id))


def _edited(form: ItemForm, item: Item, detail: bank.ItemDetail) -> ResponseReturnValue:
    base = form.base_number()
    with db().write() as session:
        number = bank.save_version(
            session,
            item,
            form.module.data,
            base_number=base,
            author_id=current_user.id,
            reason=(form.reason.data or "").strip(),
            now=now(),
        )
    if number == base:
        flash(gettext("Nothing differs from version %(number)s, so no version was made.", number=number), "info")
    else:
        text = gettext("Saved as version %(number)s. Running attempts keep the version they show.", number=number)
        flash(text, "success")
    return redirect(url_for("instructor.item", item_id=detail.item.head.id))


def _stale(form: ItemForm, draft: Draft, item: Item) -> ResponseReturnValue:
    """Somebody saved meanwhile: show what that changed, keep what was typed, let the author decide."""
    with db().read() as session:
        newest = bank.get_item(session, item.head.id)
        base = form.base_number() if 0 < form.base_number() <= newest.number else newest.number
        began = bank.get_item(session, item.head.id, base)
    form.base.data = str(newest.number)
    theirs = {"began": began.number, "changes": differences(began.item, newest.item), "newest": newest.history[0]}
    return _page(form, newest, draft=Draft(draft.item), status=409, theirs=theirs)


def _page(
    form: ItemForm,
    detail: bank.ItemDetail | None,
    *,
    draft: Draft | None = None,
    status: int = 200,
    place: str = "",
    theirs: dict[str, Any] | None = None,
) -> ResponseReturnValue:
    """The form with its preview beside it. ``place``: what the pressed button was about."""
    item = draft.item if draft else None
    if detail is None:
        form.reason.label.text = gettext("Note for the history")
    page = render_template(
        "instructor/edit_item.html" if detail else "instructor/new_item.html",
        form=form,
        module=form.offer(course()),
        detail=detail,
        problems=draft.problems if draft else (),
        shown=item.present(SEED) if item else None,
        review=item.review(None, SEED) if item else None,
        place=place,
        theirs=theirs,
    )
    return page, status
