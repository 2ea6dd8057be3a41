"""The trainee's pages: an answer's whole way, checks in lessons, a drill from its start to the debrief."""

from __future__ import annotations

from html import unescape
from urllib.parse import urlsplit

import pytest
from flask import Flask

from courseware.domain.items.ordering import Ordering
from courseware.services.results import list_attempts
from tests.conftest import Clock
from tests.support.pages import Browser
from tests.support.people import new_person, signed_in
from tests.web.trainee_support import (
    DRILL,
    LESSON,
    MODULE,
    QUIZ,
    Fields,
    Question,
    answers,
    form_values,
    post,
    questions,
    runtime,
    secrets_of,
    start_quiz,
)


@pytest.fixture
def ana(app: Flask) -> Browser:
    """A trainee who is signed in."""
    return new_person(app, "ana")


def _save(browser: Browser, question: Question, answer: Fields, go: str = "stay") -> str:
    browser.get(question.url)
    hidden = {name: values for name, values in form_values(browser, question.url).items() if name in HIDDEN}
    response = post(browser, question.url, hidden | answer | {"go": [go]})
    assert response.status_code == 303, response.text
    return response.location


HIDDEN = ("csrf_token", "token", "sequence", "base")


def test_front_page_leads_a_visitor_in_and_a_new_trainee_on(browser: Browser, app: Flask) -> None:
    page = browser.get("/")
    assert "Create an account" in page.text
    assert page.text.count("Module ") == 5
    ana = new_person(app, "ana")
    assert "Begin here" in ana.get("/").text
    assert ana.get("/").links("/lessons/01-the-talks-lead")


@pytest.mark.parametrize("path", ["", "/quiz", "/lessons/03-three-ring-venue-security", "/drills/fourteen-days"])
def test_unknown_parts_of_the_course_are_not_found(ana: Browser, path: str) -> None:
    ana.get(f"/modules/{MODULE}{path}")
    ana.get(f"/modules/{MODULE}-x{path}", status=404)


def test_lessons_are_read_one_after_the_other_to_the_module_page(app: Flask, ana: Browser) -> None:
    module = runtime(app).course.modules[1]
    for lesson in module.lessons:
        ana.get(f"/modules/{module.slug}/lessons/{lesson.slug}")
        page = ana.submit(action="/read")
    assert page.url == f"/modules/{module.slug}"
    assert f"Next: {module.quiz.title}" in page.text
    assert f"Read all the lessons: {len(module.lessons)} of {len(module.lessons)}" in page.text


def test_every_lesson_has_its_notes_and_a_way_back(app: Flask, ana: Browser) -> None:
    for module in runtime(app).course.modules:
        for lesson in module.lessons:
            page = ana.get(f"/modules/{module.slug}/lessons/{lesson.slug}")
            for mark in lesson.marks:
                assert f'id="note-{mark}"' in page.html
                assert f'href="#at-{mark}"' in page.html


def test_a_check_shows_feedback_only_after_an_answer(app: Flask, ana: Browser) -> None:
    for lesson in runtime(app).course.modules[0].lessons:
        url = f"/modules/{MODULE}/lessons/{lesson.slug}"
        for check in lesson.checks:
            secrets = list(secrets_of(check.item.dump()))
            assert not [text for text in secrets if text in unescape(ana.get(url).html)]
            action = f"{url}/checks/{check.id}"
            response = post(ana, action, _token(ana, action) | answers(check.item)[0])
            assert (response.status_code, response.location) == (303, f"{url}#check-{check.id}")
            shown = unescape(ana.get(url).html).replace("’", "'")
            assert "Right" in shown
            assert not [text for text in secrets if text.replace("’", "'") not in shown]
            again = ana.get(f"{url}?again={check.id}")
            assert again.forms(f"/checks/{check.id}")


def test_a_blank_check_is_refused_where_it_stands(ana: Browser) -> None:
    ana.get(LESSON)
    page = ana.submit(action="/checks/jetty-request", status=422)
    assert "Choose an answer first" in page.text
    ana.get(LESSON)
    assert ana.page is not None
    assert ana.page.forms("/checks/jetty-request")


def _token(browser: Browser, action: str) -> Fields:
    return {"csrf_token": form_values(browser, action)["csrf_token"]}


def test_a_quiz_is_answered_resumed_elsewhere_handed_in_and_reviewed(app: Flask, ana: Browser) -> None:
    attempt = start_quiz(ana)
    asked = questions(app, attempt)
    for number, question in enumerate(asked[:7]):
        assert not [text for text in question.texts if text in unescape(ana.get(question.url).html)]
        assert urlsplit(_save(ana, question, question.right, "next")).path == asked[number + 1].url
    other = signed_in(app, "ana")
    assert "7 of 12 answered" in other.get(QUIZ).text
    assert other.get(QUIZ).links(asked[7].url)
    again = post(other, f"{QUIZ}/attempts", {"csrf_token": form_values(other, "/sign-out")["csrf_token"]})
    assert urlsplit(again.location).path == asked[7].url
    for question in asked[7:11]:
        _save(other, question, question.right, "next")
    assert urlsplit(_save(other, asked[11], asked[11].other, "finish")).path == f"{attempt}/submit"
    ana.get(f"{attempt}/submit")
    review = ana.submit(action="/submit")
    assert review.url == f"{attempt}/review"
    assert "You reached the pass mark" in review.text
    assert review.links("#at-")
    for question in asked:
        assert not [text for text in question.texts if text.replace("’", "'") not in _plain(review.html)]


def _plain(html: str) -> str:
    return unescape(html).replace("’", "'")


def test_each_interaction_shows_its_stored_answer_again(app: Flask, ana: Browser) -> None:
    kinds: dict[str, Question] = {}
    while len(kinds) < 5:
        attempt = start_quiz(ana)
        for question in questions(app, attempt):
            if question.interaction not in kinds:
                kinds[question.interaction] = question
                assert urlsplit(_save(ana, question, question.other)).fragment == "saved"
                page = ana.get(question.url)
                assert "Saved 09:00:00" in page.text
                kept = {name: each for name, each in form_values(ana, question.url).items() if name not in HIDDEN}
                assert kept == question.other
        ana.get(f"{attempt}/submit")
        ana.submit(action="/submit")


def test_a_repeated_save_gives_the_first_answer_back(app: Flask, ana: Browser, clock: Clock) -> None:
    question = questions(app, start_quiz(ana))[0]
    ana.get(question.url)
    fields = _hidden(ana, question) | question.right
    first = post(ana, question.url, fields, script=True)
    assert first.json == {"saved_at": "09:00:00 UTC", "sequence": 1, "answered": True}
    clock.forward(seconds=9)
    assert post(ana, question.url, fields, script=True).json == first.json
    assert post(ana, question.url, fields).status_code == 303
    assert "Saved 09:00:00" in ana.get(question.url).text


def _hidden(browser: Browser, question: Question) -> Fields:
    return {name: values for name, values in form_values(browser, question.url).items() if name in HIDDEN}


def test_a_stale_save_keeps_both_answers_in_sight_and_replaces_only_knowingly(app: Flask, ana: Browser) -> None:
    question = questions(app, start_quiz(ana))[0]
    ana.get(question.url)
    old = _hidden(ana, question)
    _save(ana, question, question.right)
    refused = post(ana, question.url, old | question.other, script=True)
    assert refused.status_code == 409
    assert "newer answer" in refused.json["error"]
    ana.get(question.url)
    page = ana.submit(ana.page.forms(question.url)[0], old | question.other, status=409)  # type: ignore[union-attr,arg-type]
    assert "A newer answer is already saved" in page.text
    assert "Saved " not in page.text
    fields = form_values(ana, question.url)
    assert {name: fields[name] for name in question.other} == question.other
    assert post(ana, question.url, fields).status_code == 303
    ana.get(question.url)
    assert {name: form_values(ana, question.url)[name] for name in question.other} == question.other


def test_an_invalid_answer_is_refused_with_the_reason_and_kept_in_the_form(app: Flask, ana: Browser) -> None:
    question = _first(app, ana, "ordering")
    twice = {name: ["1"] for name in question.right}
    ana.get(question.url)
    hidden = _hidden(ana, question)
    answer = post(ana, question.url, hidden | twice, script=True)
    assert answer.status_code == 422
    assert "given twice" in answer.json["error"]
    page = ana.submit(ana.page.forms(question.url)[0], hidden | twice, status=422)  # type: ignore[union-attr,arg-type]
    assert "This answer was not saved" in page.text
    assert {name: form_values(ana, question.url)[name] for name in twice} == twice
    assert page.links("#item-order-")
    assert "Saved" not in ana.get(question.url).text


def _first(app: Flask, browser: Browser, interaction: str) -> Question:
    while True:
        attempt = start_quiz(browser)
        for question in questions(app, attempt):
            if question.interaction == interaction:
                return question
        browser.get(f"{attempt}/submit")
        browser.submit(action="/submit")


def test_the_fault_of_an_order_does_not_tell_the_key() -> None:
    item = Ordering.samples()[0].item
    assert isinstance(item, Ordering)
    turned = Ordering(item.head, item.entries[::-1], item.scoring, item.first, item.last)
    names = sorted(f"place-{entry.id}" for entry in item.entries)
    for fields in ({name: ["1"] for name in names}, {names[2]: ["1"]}):
        told = []
        for each in (item, turned):
            with pytest.raises(ValueError, match=r"(?i)place") as refusal:
                each.parse_response(fields)
            told.append((str(refusal.value), refusal.value.field))  # type: ignore[attr-defined]
        assert told[0] == told[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("token", ""),
        ("token", "a b"),
        ("token", "x" * 65),
        ("sequence", ""),
        ("sequence", "0"),
        ("sequence", "2000000001"),
        ("sequence", "one"),
        ("sequence", "9" * 5000),
    ],
)
def test_a_save_without_its_token_or_number_is_refused(app: Flask, ana: Browser, name: str, value: str) -> None:
    question = questions(app, start_quiz(ana))[0]
    ana.get(question.url)
    fields = _hidden(ana, question) | question.right | {name: [value]}
    assert post(ana, question.url, fields).status_code == 400
    assert "Saved" not in ana.get(question.url).text


def test_an_attempt_is_handed_in_once(app: Flask, ana: Browser) -> None:
    attempt = start_quiz(ana)
    question = questions(app, attempt)[0]
    early = ana.get(f"{attempt}/review", status=404)
    assert "Not yet" in early.text
    assert not [text for text in question.texts if text in unescape(early.html)]
    ana.get(question.url)
    save = _hidden(ana, question) | question.right
    ana.get(f"{attempt}/submit")
    fields = form_values(ana, "/submit")
    assert post(ana, f"{attempt}/submit", fields).status_code == 303
    page = ana.submit(ana.page.forms("/submit")[0], status=409)  # type: ignore[union-attr]
    assert page.links(f"{attempt}/review")
    assert post(ana, question.url, save).status_code == 409
    assert post(ana, question.url, save, script=True).status_code == 409
    assert ana.get(question.url).url == f"{attempt}/review"
    with runtime(app).db.read() as session:
        rows = list_attempts(session, 1)
    assert [(row.number, row.result is not None and row.result.earned) for row in rows] == [(1, 0)]


def test_what_is_not_ones_own_is_not_there(app: Flask, ana: Browser) -> None:
    attempt = start_quiz(ana)
    question = questions(app, attempt)[0]
    ana.get(question.url)
    ana.get(DRILL)
    run = ana.submit(action="/runs").url
    eve = new_person(app, "eve")
    token = eve.get(DRILL) and _token(eve, "/runs")
    fields = token | question.right | {"token": ["t"], "sequence": ["1"]}
    for url in (question.url, f"{attempt}/submit", f"{attempt}/review", run, f"{run}/debrief", "/attempts/99999/1"):
        eve.get(url, status=404)
    assert post(eve, question.url, fields).status_code == 404
    assert post(eve, f"{attempt}/submit", token).status_code == 404
    assert post(eve, run, token | {"choice": ["go-on"], "step": ["1"]}).status_code == 404


def test_a_drill_is_run_left_resumed_and_gone_through(app: Flask, ana: Browser) -> None:
    ana.get(DRILL)
    page = ana.submit(action="/runs")
    run = page.url
    assert ana.get(f"{run}/debrief", status=404).links(run)
    steps = 0
    while form := ana.get(run).forms(run):
        steps += 1
        ana = signed_in(app, "ana") if steps == 4 else ana
        buttons = [each.get("value") or "" for each in form[0].iter("button")]
        fields = form_values_after(ana, run) | {"choice": [buttons[-1]]}
        response = post(ana, run, fields)
        assert (response.status_code, response.location) == (303, f"{run}#followed")
        assert post(ana, run, fields).status_code == 303
        assert steps < 60
    assert "The end of run 1" in ana.get(run).text
    debrief = ana.get(f"{run}/debrief")
    assert debrief.html.count('class="timeline-step"') == steps
    assert "Run it again" in debrief.text
    second = ana.submit(action="/runs").url
    assert second != run
    assert "Run 1" in ana.get(DRILL).text
    assert "a run is open" in ana.get(f"/modules/{MODULE}").text


def form_values_after(browser: Browser, url: str) -> Fields:
    """The values of the run's form as this browser sees it."""
    browser.get(url)
    return form_values(browser, url)


def test_a_choice_that_came_too_late_changes_nothing(ana: Browser) -> None:
    ana.get(DRILL)
    run = ana.submit(action="/runs").url
    fields = form_values_after(ana, run)
    post(ana, run, fields | {"choice": ["go-on"]})
    late = ana.submit(ana.page.forms(run)[0], {"choice": "another"}, status=409)  # type: ignore[union-attr]
    assert "gone on in another window" in late.text
    assert "The chair" in late.heading
    ana.get(run)
    ana.submit(ana.page.forms(run)[0], {"choice": "no-such-choice"}, status=400)  # type: ignore[union-attr]
    ana.get(run)
    ana.submit(ana.page.forms(run)[0], {"choice": "go-on", "step": "x"}, status=400)  # type: ignore[union-attr]


def test_the_glossary_leads_to_the_lessons(app: Flask, ana: Browser) -> None:
    page = ana.get("/glossary")
    for module in runtime(app).course.modules:
        for lesson in module.lessons:
            if lesson.terms:
                assert page.links(f"/modules/{module.slug}/lessons/{lesson.slug}")
