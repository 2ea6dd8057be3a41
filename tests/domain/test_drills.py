"""Drills: reading names every fault, playing keeps the rules, looking back shows what each choice moved."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.domain.drills import debrief as looking_back
from courseware.domain.drills.graph import (
    Ended,
    NotOffered,
    OutOfPlace,
    State,
    begin,
    choose,
    offered,
    read_drill,
    replay,
)
from courseware.domain.faults import Reader

from .drill_files import Data, built, choice, drill_data, ending, faults_of, gauge, random_data, scene

FULL = drill_data(
    scene(
        "one",
        choice("ask", "two", effects={"consent": 4, "violence": -40}, set=["shared"], shows={"listening": 3}),
        choice("push", "two", effects={"consent": 60}, when="not searched", shows={"listening": 0, "drafting": 2}),
        choice("wait", "two", when="searched", accepted="It is what people do."),
        speaker="Ilun Vass",
        document={"title": "Order", "text": "Hold."},
    ),
    scene("two", choice("on", [{"when": "violence >= 60", "to": "poor"}, {"to": "three"}])),
    scene(
        "three",
        choice("stay", "resolve", effects={"consent": -2}, clear=["shared"], shows={"listening": 2}, claims=["c1"]),
        choice("back", "one", effects={"violence": 20}, set=["searched"]),
    ),
)


# reading


def test_file_form_reads_back_equal():
    drill = built(FULL)
    again = built(json.loads(json.dumps(drill.dump())))
    assert again == drill
    assert again.content_hash() == drill.content_hash()
    assert faults_of(FULL, ("listening", "drafting")) == []


@pytest.mark.parametrize("seed", range(40))
def test_random_file_forms_read_back_equal(seed: int):
    reader = Reader(random_data(seed))
    drill = read_drill(reader, None)
    if drill is not None:
        assert built(drill.dump()) == drill


def test_any_change_changes_the_content_hash():
    other = built(FULL | {"debrief": "Another word."})
    assert other.content_hash() != built(FULL).content_hash()


def one(**more: object) -> Data:
    """A drill with a single decision whose first choice is changed."""
    return drill_data(scene("one", choice("a", "resolve", **more), choice("b", "resolve")))


def with_next(to: object) -> Data:
    return drill_data(scene("one", choice("a", to), choice("b", "resolve")))


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (with_next("nowhere"), "scenes 1, choices 1, next: 'nowhere' is not a scene, an ending or 'resolve'"),
        (with_next(None), "scenes 1, choices 1, next: is missing"),
        (with_next([]), "scenes 1, choices 1, next: has 0; at least 1 are needed"),
        (
            with_next([{"when": "consent > 5", "to": "good"}]),
            "scenes 1, choices 1, next 1, when: the last route has no condition",
        ),
        (
            with_next([{"to": "good"}, {"to": "poor"}]),
            "scenes 1, choices 1, next 1, when: is missing; only the last route",
        ),
        (with_next([{"to": "good", "if": "x"}]), "scenes 1, choices 1, next 1, if: is not a field here"),
        (one(set=["found"]), "scenes 1, choices 1, set 1: 'found' is not known; use: searched, shared"),
        (one(clear=["found"]), "scenes 1, choices 1, clear 1: 'found' is not known"),
        (one(set=["shared"], clear=["shared"]), "scenes 1, choices 1, clear: 'shared' is set and cleared"),
        (one(effects={"trust": 3}), "scenes 1, choices 1, effects, trust: 'trust' is not a gauge here; known: consent"),
        (one(effects={"consent": 2.5}), "scenes 1, choices 1, effects, consent: should be a whole number"),
        (one(effects={"consent": -101}), "effects, consent: should be a whole number from -100 to 100"),
        (one(shows={"listening": 4}), "shows, listening: should be a whole number from 0 to 3, not '4'"),
        (one(shows={"juggling": 1}), "shows, juggling: 'juggling' is not a competency here; known: listening"),
        (one(when="consent >"), "scenes 1, choices 1, when: column 10: ends too early"),
        (one(when="trust > 3"), "scenes 1, choices 1, when: column 1: 'trust' is not a gauge or flag here"),
        (one(rationale=""), "scenes 1, choices 1, rationale: is missing"),
        (one(consequence=""), "scenes 1, choices 1, consequence: is missing"),
        (one(colour="red"), "scenes 1, choices 1, colour: is not a field here"),
        (one() | {"start": "nowhere"}, "start: 'nowhere' is not a scene"),
        (one() | {"weather": "wet"}, "weather: is not a field here"),
        (one() | {"minutes": 0}, "minutes: should be a whole number from 1 to 240"),
        (one() | {"flags": ["Shared"]}, "flags 1: 'Shared' should be lower-case words joined by '_'"),
        (one() | {"flags": ["not"]}, "flags 1: 'not' should be lower-case words"),
        (one() | {"flags": ["consent"]}, "flags 1: 'consent' stands twice; gauges and flags need names"),
        (one() | {"flags": [f"f{at}" for at in range(61)]}, "flags: has 61; at most 60 fit"),
        (one() | {"gauges": [gauge("consent"), gauge("consent")]}, "gauges 2, id: 'consent' stands twice"),
        (one() | {"gauges": [gauge("consent", 101)]}, "gauges 1, start: should be a whole number from 0 to 100"),
        (one() | {"gauges": [gauge("consent") | {"max": 9}]}, "gauges 1, max: is not a field here"),
        (one() | {"gauges": []}, "gauges: has 0; 1 to 8 are needed"),
        (one() | {"parties": [{"id": "x"}]}, "parties 1, red_line: is missing"),
        (one() | {"parties": FULL["parties"] * 2}, "parties 2, id: 'front' is already taken"),
        (one() | {"scenes": []}, "scenes: has 0; 1 to 500 are needed"),
        (one() | {"endings": [ending("good", "consent > 1")]}, "endings 1, when: the last ending has no condition"),
        (one() | {"endings": [ending("good"), ending("poor")]}, "endings 1, when: is missing; 'resolve' would never"),
        (one() | {"endings": [ending("one")]}, "endings 1, id: 'one' is already taken"),
        (one() | {"endings": [ending("resolve")]}, "endings 1, id: 'resolve' is already taken"),
        (one() | {"endings": [ending("x", quality="fine")]}, "endings 1, quality: 'fine' is not known"),
        (one() | {"endings": [ending("x") | {"mark": 3}]}, "endings 1, mark: is not a field here"),
        (drill_data(scene("one", choice("a", "good"))), "endings 2, id: no choice leads to 'poor'"),
        (
            drill_data(scene("one", choice("a", "resolve")), scene("two", choice("a", "one"))),
            "scenes 2, id: no choice leads to 'two'",
        ),
        (
            drill_data(scene("one", choice("a", "resolve")), scene("one", choice("a", "resolve"))),
            "scenes 2, id: 'one' is already taken",
        ),
        (
            drill_data(scene("one", choice("a", "resolve"), choice("a", "good"))),
            "scenes 1, choices 2, id: 'a' is already taken",
        ),
        (
            drill_data(scene("one", choice("a", "resolve"), decision="Well?")),
            "scenes 1, choices: a decision needs two choices or more",
        ),
        (
            drill_data(scene("one", choice("a", "resolve"), choice("b", "good"), decision="")),
            "scenes 1, decision: is missing; write the heading",
        ),
        (drill_data(scene("one")), "scenes 1, choices: has 0; 1 to 8 are needed"),
        (drill_data(scene("one", choice("a", "resolve"), mood="grim")), "scenes 1, mood: is not a field here"),
        (
            drill_data(scene("one", choice("a", "resolve"), document={"title": "x"})),
            "scenes 1, document, text: is missing",
        ),
        (
            drill_data(scene("one", choice("a", "resolve"), document={"title": "x", "text": "y", "from": "z"})),
            "scenes 1, document, from: is not a field here",
        ),
    ],
)
def test_faults_are_named(data: Data, fault: str):
    found = faults_of(data, ("listening",))
    assert [text for text in found if fault in text], found


def test_a_broken_file_is_read_to_the_end():
    found = faults_of({"id": "x", "scenes": [{"id": "one", "choices": [{"next": "two"}]}], "start": "one"})
    assert any(text.startswith("scenes 1, choices 1, text") for text in found)
    assert any("'two' is not a scene" in text for text in found)
    assert any(text.startswith("debrief") for text in found)
    assert faults_of("no drill")[0] == "should be fields with names, not text"


def test_a_scene_with_one_way_on_needs_no_consequence_or_rationale():
    on = {"id": "on", "text": "Go on.", "next": "resolve"}
    assert faults_of(drill_data(scene("one", on))) == []


def test_endings_need_no_condition_where_nothing_is_resolved():
    data = drill_data(scene("one", choice("a", "x"), choice("b", "y")), endings=[ending("x"), ending("y")])
    assert faults_of(data) == []


# playing


def test_begin_offers_what_holds():
    drill = built(FULL)
    state = begin(drill)
    assert state == State("one", (50, 30), frozenset(), 0)
    assert [each.id for each in offered(drill, state)] == ["ask", "push"]


def test_choose_clamps_sets_flags_and_takes_the_first_route_that_holds():
    drill = built(FULL)
    asked = choose(drill, begin(drill), "ask")
    assert asked == State("two", (54, 0), frozenset({"shared"}), 1)
    pushed = choose(drill, begin(drill), "push")
    assert pushed.gauges == (100, 30)
    assert choose(drill, asked, "on").place == "three"
    hot = State("two", (50, 60), frozenset(), 4)
    assert choose(drill, hot, "on") == State("poor", (50, 60), frozenset(), 5)


def test_routes_and_endings_see_the_effects_of_the_choice():
    drill = built(FULL)
    assert choose(drill, State("three", (62, 0), frozenset({"shared"}), 2), "stay") == State(
        "good", (60, 0), frozenset(), 3
    )
    assert choose(drill, State("three", (61, 0), frozenset(), 2), "stay").place == "poor"


def test_what_is_not_offered_is_refused_and_nothing_changes():
    drill = built(FULL)
    state = begin(drill)
    for choice_id in ("wait", "no-such-choice"):
        with pytest.raises(NotOffered) as refused:
            choose(drill, state, choice_id)
        assert refused.value.offered == ("ask", "push")
        assert (refused.value.scene, refused.value.choice) == ("one", choice_id)
    assert "offered: ask, push" in str(refused.value)
    over = State("poor", (50, 60), frozenset(), 5)
    assert offered(drill, over) == ()
    with pytest.raises(Ended, match="'poor'"):
        choose(drill, over, "on")


def test_replay_gives_every_state_and_refuses_another_order():
    drill = built(FULL)
    states = replay(drill, [("one", "ask"), ("two", "on"), ("three", "stay")])
    assert [state.place for state in states] == ["one", "two", "three", "poor"]
    assert [state.step for state in states] == [0, 1, 2, 3]
    assert replay(drill, []) == (begin(drill),)
    with pytest.raises(OutOfPlace, match="step 2 was decided in 'three', but the drill stands at 'two'"):
        replay(drill, [("one", "ask"), ("three", "stay")])


def test_a_revisit_keeps_what_was_done_before():
    drill = built(FULL)
    run = [("one", "ask"), ("two", "on"), ("three", "back"), ("one", "wait")]
    assert replay(drill, run)[-1] == State("two", (54, 20), frozenset({"searched", "shared"}), 4)


@given(st.integers(0, 400), st.integers(0, 10_000))
def test_gauges_stay_in_bounds_on_any_run(seed: int, turns: int):
    drill = read_drill(Reader(random_data(seed)), None)
    if drill is None:
        return
    state = begin(drill)
    for _ in range(12):
        choices = offered(drill, state)
        if not choices:
            break
        state = choose(drill, state, choices[turns % len(choices)].id)
        turns //= 3
        assert all(0 <= value <= 100 for value in state.gauges)
        assert state.flags <= set(drill.flags)


def test_look_ups_by_name():
    drill = built(FULL)
    assert drill.scene("two") is drill.scenes[1]
    assert drill.ending("poor") is drill.endings[1]
    assert drill.scenes[0].choice("push") is drill.scenes[0].choices[1]
    assert (drill.scene("x"), drill.ending("x"), drill.scenes[0].choice("x")) == (None, None, None)


# looking back


def test_debrief_shows_what_moved_and_what_was_left():
    drill = built(FULL)
    run = [("one", "push"), ("two", "on"), ("three", "back"), ("one", "wait"), ("two", "on"), ("three", "stay")]
    seen = looking_back.debrief(drill, run)
    first, second, *_, last = seen.steps
    assert [step.scene for step in seen.steps][:3] == ["At one", "At two", "At three"]
    assert (first.decision, first.choice, first.consequence, first.rationale) == (
        "What now?",
        "Do push",
        "It is done.",
        "Why.",
    )
    assert [(move.id, move.before, move.after, move.delta) for move in first.changes] == [
        ("consent", 50, 100, 50),
        ("violence", 30, 30, 0),
    ]
    assert [other.text for other in first.others] == ["Do ask"]
    assert second.decision == ""
    assert second.others == ()
    assert [other.text for other in last.others] == ["Do back"]
    assert [(move.name, move.before, move.after, move.delta) for move in seen.gauges] == [
        ("Consent", 50, 98, 48),
        ("Violence", 30, 50, 20),
    ]
    assert seen.ending == drill.ending("good")
    assert [(each.id, each.mean, each.count) for each in seen.competencies] == [
        ("listening", Fraction(1), 2),
        ("drafting", Fraction(2), 1),
    ]
    assert seen.drill == "sample"


def test_debrief_of_an_unfinished_run_has_no_ending():
    drill = built(FULL)
    seen = looking_back.debrief(drill, [("one", "ask")])
    assert seen.ending is None
    assert len(seen.steps) == 1
    assert looking_back.debrief(drill, []).steps == ()
    with pytest.raises(NotOffered):
        looking_back.debrief(drill, [("one", "wait")])
