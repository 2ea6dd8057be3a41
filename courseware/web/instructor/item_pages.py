"""Finding and reading questions."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from wtforms import Form, SelectField, StringField

from courseware.services import bank
from courseware.web.choices import choices
from courseware.web.context import course, db
from courseware.web.instructor import blueprint
from courseware.web.instructor.differences import differences
from courseware.web.instructor.words import INTERACTIONS, LEVELS, STATUSES
from courseware.web.security import Policy, policy

_ = lazy_gettext

SEED = 1
"""The order of options on an instructor's screen; each attempt has one of its own."""


class FilterForm(Form):
    """What to look for in the bank."""

    words = StringField(_("Words in the stem or id"))
    module = SelectField(_("Module"), validate_choice=False)
    interaction = SelectField(_("Interaction"), choices=choices(INTERACTIONS.items(), _("Any")), validate_choice=False)
    competency = SelectField(_("Competency"), validate_choice=False)
    level = SelectField(_("Level"), choices=choices(LEVELS.items(), _("Any")), validate_choice=False)
    status = SelectField(_("Status"), choices=choices(STATUSES.items(), _("Any")), validate_choice=False)

    def offer(self) -> None:
        """Fill the lists that depend on the course."""
        self.module.choices = choices(((each.slug, each.title) for each in course().modules), _("Any"))
        self.competency.choices = choices(((each.id, each.name) for each in course().competencies), _("Any"))

    def wanted(self) -> dict[str, str]:
        """What was chosen, without the empty fields."""
        return {name: value.strip() for name, value in self.data.items() if value and value.strip()}


@blueprint.get("/items")
@policy(Policy.INSTRUCTOR)
def items() -> ResponseReturnValue:
    """The bank, filtered."""
    form = FilterForm(request.args)
    form.offer()
    wanted = form.wanted()
    with db().read() as session:
        found = bank.list_items(session, bank.Filter(**wanted), page=request.args.get("page", 1, type=int))

    def page_url(number: int) -> str:
        return url_for("instructor.items", page=number, **dict[str, Any](wanted))

    return render_template("instructor/items.html", filters=form, wanted=wanted, found=found, page_url=page_url)


@blueprint.get("/items/<item_id>")
@policy(Policy.INSTRUCTOR)
def item(item_id: str) -> ResponseReturnValue:
    """One question at one version: as shown, as reviewed, its fields and its history."""
    number = request.args.get("version", type=int)
    if number is not None and not 0 < number < 1_000_000:
        abort(404)
    with db().read() as session:
        detail = bank.get_item(session, item_id, number)
        before = bank.get_item(session, item_id, detail.number - 1) if detail.number > 1 else None
    return render_template(
        "instructor/item.html",
        detail=detail,
        item=detail.item,
        module=course().module(detail.module),
        shown=detail.item.present(SEED),
        review=detail.item.review(None, SEED),
        changes=differences(before.item, detail.item) if before else [],
    )
