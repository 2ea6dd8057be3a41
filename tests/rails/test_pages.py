"""Every page through the client that checks pages: valid HTML, one h1, a title, ids, labels, links, form targets."""

from __future__ import annotations

import pytest
from flask import render_template_string

from courseware.web.security import Policy, policy
from tests.rails.place import Place
from tests.rails.routes import PAGES, Row
from tests.rails.states import STATES, State, arrive
from tests.support.pages import BadPage

UNLABELLED = """{% extends "base.html" %}{% block title %}Glossary{% endblock %}
{% block main %}<h1>Glossary</h1><form action="/glossary"><input name="word"></form>{% endblock %}"""


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.name)
def test_every_page_is_sound(place: Place, row: Row) -> None:
    if row.alone:
        place.without_admin()
    page = place.browser(row.seer).get(row.url(place), status=row.expected(row.seer))
    assert page.response.mimetype == "text/html"
    assert page.heading


@pytest.mark.parametrize("state", [each for each in STATES if not each.bare], ids=lambda state: state.name)
def test_every_state_is_sound(place: Place, state: State) -> None:
    arrive(place, state)


def test_a_page_with_an_unlabelled_field_is_seen(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted fault."""
    view = policy(Policy.TRAINEE)(lambda: render_template_string(UNLABELLED))
    monkeypatch.setitem(place.app.view_functions, "trainee.glossary", view)
    with pytest.raises(BadPage, match=r"<input name=word> has no label"):
        place.browser("ada").get("/glossary")
