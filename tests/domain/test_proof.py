"""The proof finds what is planted, finds nothing in sound drills, and agrees with brute force on random ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from courseware.domain.drills.graph import RESOLVE, Drill, State, begin, choose, offered, read_drill, replay
from courseware.domain.drills.proof import KINDS, Finding, Proof, prove
from courseware.domain.faults import Reader

from .drill_files import Data, built, choice, drill_data, ending, gauge, random_data, scene

Key = tuple[str, tuple[int, ...], frozenset[str]]


def key(state: State) -> Key:
    return state.place, state.gauges, state.flags


class BruteForce:
    """Every state with its exact gauges, by playing the drill."""

    def __init__(self, drill: Drill) -> None:
        self.drill = drill
        start = begin(drill)
        self.distance = {key(start): 0}
        self.onward: dict[Key, list[Key]] = {}
        self.truths: dict[str, set[bool]] = {}
        self.offered: set[tuple[str, str]] = set()
        waiting = deque([start])
        while waiting:
            state = waiting.popleft()
            self.onward[key(state)] = []
            for after in self.steps(state):
                self.onward[key(state)].append(key(after))
                if key(after) not in self.distance:
                    self.distance[key(after)] = self.distance[key(state)] + 1
                    waiting.append(after)

    def steps(self, state: State) -> Iterator[State]:
        place = self.drill.scene(state.place)
        for each in place.choices if place else ():
            if each.when:
                self.note(f"{state.place}/{each.id}/when", each.when.holds(self.values(state)))
        for each in offered(self.drill, state):
            self.offered.add((state.place, each.id))
            after = choose(self.drill, state, each.id)
            self.note_ways(each.id, state, after)
            yield after

    def values(self, state: State) -> tuple[int, ...]:
        return (*state.gauges, *(int(flag in state.flags) for flag in self.drill.flags))

    def note(self, spot: str, held: bool) -> None:
        self.truths.setdefault(spot, set()).add(held)

    def note_ways(self, choice_id: str, state: State, after: State) -> None:
        """Which conditions of routes and endings were asked on the way, in order, until one held."""
        place = self.drill.scene(state.place)
        assert place
        taken = place.choice(choice_id)
        assert taken
        for at, route in enumerate(taken.routes):
            held = route.when is None or route.when.holds(self.values(after))
            if route.when:
                self.note(f"{state.place}/{choice_id}/{at}", held)
            if held:
                break
        if route.to == RESOLVE:
            for each in self.drill.endings:
                held = each.when is None or each.when.holds(self.values(after))
                if each.when:
                    self.note(f"{each.id}//", held)
                if held:
                    break

    def nearest(self, place: str) -> int | None:
        return min((steps for each, steps in self.distance.items() if each[0] == place), default=None)

    def hopeful(self) -> set[Key]:
        ends = {each.id for each in self.drill.endings}
        good = {each for each in self.onward if each[0] in ends}
        while more := {each for each, after in self.onward.items() if each not in good and good & set(after)}:
            good |= more
        return good

    def shares(self) -> dict[str, float]:
        ends = {each.id: 0.0 for each in self.drill.endings}
        running = {key(begin(self.drill)): 1.0}
        hopeful = self.hopeful()
        while sum(share for each, share in running.items() if each in hopeful) > 1e-8:
            following: dict[Key, float] = {}
            for each, share in running.items():
                if each[0] in ends:
                    ends[each[0]] += share
                for after in self.onward[each]:
                    following[after] = following.get(after, 0.0) + share / len(self.onward[each])
            running = following
        return ends

    def decided(self) -> set[tuple[str, str, str]]:
        """(kind, place, choice) of conditions that decide nothing, where the proof would say so."""
        found = set()
        reached = {each[0] for each in self.onward}
        for place in self.drill.scenes:
            for each in place.choices:
                if (place.id, each.id) not in self.offered:
                    continue
                spots = [(f"{place.id}/{each.id}/when", each.when)]
                spots += [(f"{place.id}/{each.id}/{at}", route.when) for at, route in enumerate(each.routes)]
                for spot, when in spots:
                    if when:
                        found |= {(kind, place.id, each.id) for kind in self.verdict(spot)}
        for end in self.drill.endings:
            if end.when and end.id in reached:
                found |= {(kind, end.id, "") for kind in self.verdict(f"{end.id}//")}
        return found

    def verdict(self, spot: str) -> list[str]:
        truth = self.truths.get(spot, set())
        return ["always_true"] if truth == {True} else [] if True in truth else ["always_false"]


def where(proof: Proof, *kinds: str) -> set[tuple[str, str, str]]:
    return {(each.kind, each.place, each.choice) for each in proof.findings if each.kind in kinds}


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9))
def test_proof_agrees_with_brute_force_on_random_drills(seed: int):
    drill = read_drill(Reader(random_data(seed)), None)
    assume(drill is not None)
    assert drill is not None
    proof, brute = prove(drill), BruteForce(drill)
    assert proof.covered
    assert proof.states <= len(brute.onward)
    reached = {each[0] for each in brute.onward}
    unreached = {("scene_unreached", each.id, "") for each in drill.scenes if each.id not in reached}
    unreached |= {("ending_unreached", each.id, "") for each in drill.endings if each.id not in reached}
    assert where(proof, "scene_unreached", "ending_unreached") == unreached
    scenes = {each.id for each in drill.scenes}
    dead = {("dead_end", each[0], "") for each, after in brute.onward.items() if each[0] in scenes and not after}
    assert where(proof, "dead_end") == dead
    hopeful = brute.hopeful()
    traps = {("trap", each[0], "") for each, after in brute.onward.items() if after and each not in hopeful}
    assert where(proof, "trap") == traps
    never = {
        ("never_offered", each.id, option.id)
        for each in drill.scenes
        for option in each.choices
        if each.id in reached and (each.id, option.id) not in brute.offered
    }
    assert where(proof, "never_offered") == never
    assert where(proof, "always_true", "always_false") == brute.decided()
    assert dict(proof.shares) == pytest.approx(brute.shares(), abs=1e-6)
    assert_paths(drill, proof, brute, hopeful)


def assert_paths(drill: Drill, proof: Proof, brute: BruteForce, hopeful: set[Key]) -> None:
    """Each run can be played, leads where it says, and none is shorter."""
    for name, path in proof.paths:
        assert replay(drill, path)[-1].place == name
        assert len(path) == brute.nearest(name)
    assert [name for name, _ in proof.paths] == [
        each.id for each in drill.endings if brute.nearest(each.id) is not None
    ]
    for finding in proof.findings:
        if finding.kind in ("dead_end", "trap"):
            last = key(replay(drill, finding.path)[-1])
            stuck = [each for each in brute.onward if each[0] == finding.place and each not in hopeful]
            like = [each for each in stuck if bool(brute.onward[each]) == (finding.kind == "trap")]
            assert last in like
            assert len(finding.path) == min(brute.distance[each] for each in like)
        elif finding.kind in ("dominated", "same"):
            assert finding.choice in {each.id for each in offered(drill, replay(drill, finding.path)[-1])}


# planted faults


SOUND = drill_data(
    scene(
        "one",
        choice("a", "two", effects={"consent": 15, "violence": 10}, set=["shared"]),
        choice("b", "two", effects={"consent": -5, "violence": -10}),
    ),
    scene(
        "two",
        choice("c", "resolve", effects={"consent": 5, "violence": 5}),
        choice("d", [{"when": "shared", "to": "poor"}, {"to": "resolve"}], effects={"violence": -5}),
        choice("e", "one", effects={"consent": 1, "violence": 1}, when="violence < 40"),
    ),
)


def planted(*scenes: Data, **more: object) -> Proof:
    return prove(built(drill_data(*scenes, **more)))


def only(proof: Proof, kind: str) -> Finding:
    found = [each for each in proof.findings if each.kind == kind]
    assert len(found) == 1, proof.findings
    return found[0]


def test_a_sound_drill_has_no_findings():
    proof = prove(built(SOUND))
    assert proof.findings == ()
    assert proof.problems == ()
    assert proof.covered
    assert sum(share for _, share in proof.shares) == pytest.approx(1)
    assert dict(proof.paths)["good"] == (("one", "a"), ("two", "c"))
    assert proof.drill == "sample"
    assert proof.moves >= proof.states - 1


def test_scene_and_ending_never_reached():
    proof = planted(
        scene("one", choice("a", [{"when": "consent > 90", "to": "two"}, {"to": "resolve"}])),
        scene("two", choice("b", "resolve", effects={"consent": 9})),
    )
    assert where(proof, "scene_unreached", "ending_unreached") == {
        ("scene_unreached", "two", ""),
        ("ending_unreached", "good", ""),
    }
    assert "'consent > 90' never holds" in only(proof, "always_false").message
    assert dict(proof.shares) == {"good": 0.0, "poor": 1.0}


def test_dead_end_with_the_run_that_ends_there():
    proof = planted(
        scene("one", choice("a", "two", set=["shared"]), choice("b", "two", effects={"violence": 3})),
        scene("two", choice("c", "resolve", when="shared", effects={"consent": 10})),
        endings=[ending("poor")],
    )
    assert only(proof, "dead_end").path == (("one", "b"),)
    assert only(proof, "dead_end").place == "two"
    assert dict(proof.shares) == {"poor": 0.5}


def test_trap_with_the_nearest_run_into_it():
    proof = planted(
        scene("one", choice("a", "two", effects={"consent": 20}), choice("b", "two", effects={"consent": -20})),
        scene("two", choice("c", [{"when": "consent < 40", "to": "three"}, {"to": "resolve"}])),
        scene("three", choice("d", "four")),
        scene("four", choice("e", "three")),
    )
    traps = {each.place: each.path for each in proof.findings if each.kind == "trap"}
    assert traps["two"] == (("one", "b"),)
    assert traps["three"] == (("one", "b"), ("two", "c"))
    assert set(traps) == {"two", "three", "four"}
    assert sum(share for _, share in proof.shares) == pytest.approx(0.5)


def test_choice_never_offered():
    proof = planted(scene("one", choice("a", "resolve"), choice("b", "good", when="searched and shared")))
    assert only(proof, "never_offered").choice == "b"
    assert where(proof, "always_false") == set()


def test_conditions_that_decide_nothing():
    proof = planted(
        scene(
            "one",
            choice("a", [{"when": "consent >= 50", "to": "resolve"}, {"when": "shared", "to": "poor"}, {"to": "good"}]),
            choice("b", "resolve", when="violence == 30", effects={"consent": 10, "violence": 90}),
        )
    )
    assert {(each.choice, each.message) for each in proof.findings if each.kind.startswith("always")} == {
        ("a", "'consent >= 50' holds whenever it is asked"),
        ("a", "'shared' is never asked"),
        ("b", "'violence == 30' holds whenever it is asked"),
    }


def test_an_ending_that_takes_every_resolve_and_one_that_is_only_reached_directly():
    proof = planted(
        scene("one", choice("a", "resolve", effects={"consent": 10}), choice("b", "poor")),
        endings=[ending("good", "consent >= 60"), ending("poor", "violence > 90"), ending("rest")],
    )
    assert where(proof, "always_true", "always_false") == {("always_true", "good", ""), ("always_false", "poor", "")}
    assert "is never asked" in only(proof, "always_false").message
    assert where(proof, "ending_unreached") == {("ending_unreached", "rest", "")}


def decision(strong: Data, weak: Data) -> Proof:
    return planted(scene("one", choice("a", "resolve", **strong), choice("b", "good", **weak)))


@pytest.mark.parametrize(
    ("strong", "weak", "dominated"),
    [
        ({"effects": {"consent": 5}}, {"effects": {"consent": 4}}, {"b"}),
        ({"effects": {"violence": -5}}, {"effects": {"violence": 4}}, {"b"}),
        ({"effects": {"consent": 5, "violence": 5}}, {"effects": {"consent": 4, "violence": 4}}, set()),
        ({"effects": {"consent": 5}}, {"effects": {"consent": 5}}, set()),
        ({"shows": {"listening": 2}}, {"shows": {"listening": 1}}, {"b"}),
        ({"shows": {"listening": 2}}, {}, {"b"}),
        ({"shows": {"listening": 0}}, {}, set()),
        ({"shows": {"listening": 2}}, {"shows": {"drafting": 1}}, set()),
        ({"effects": {"consent": 5}}, {"effects": {"consent": 4}, "shows": {"listening": 1}}, set()),
        ({"effects": {"consent": 5}, "when": "shared"}, {"when": "not shared"}, set()),
        ({}, {"effects": {"consent": 1}}, {"a"}),
    ],
)
def test_dominance(strong: Data, weak: Data, dominated: set[str]):
    assert {each for _, _, each in where(decision(strong, weak), "dominated")} == dominated


def test_dominance_is_accepted_with_a_reason_on_the_weaker_choice():
    proof = decision({"effects": {"consent": 5}}, {"accepted": "Officers do this under fire."})
    found = only(proof, "dominated")
    assert found.accepted == "Officers do this under fire."
    assert "'a' is at least as good as 'b'" in found.message
    assert found not in proof.problems
    proof = decision({"effects": {"consent": 5}, "accepted": "On the wrong one."}, {})
    assert only(proof, "dominated") in proof.problems


def test_choices_that_are_the_same():
    both: Data = {"effects": {"consent": 5}, "set": ["searched", "shared"]}
    turned: Data = {"effects": {"consent": 5, "violence": 0}, "set": ["shared", "searched"]}
    proof = planted(scene("one", choice("a", "resolve", **both), choice("b", "resolve", **turned)))
    assert only(proof, "same").choice == "b"
    for other in ({"set": ["shared"]}, {"effects": {"consent": 6}}, {"clear": ["shared"]}):
        change = {name: value for name, value in (both | other).items() if "clear" not in other or name != "set"}
        proof = planted(scene("one", choice("a", "resolve", **both), choice("b", "resolve", **change)))
        assert where(proof, "same") == set()
    proof = planted(scene("one", choice("a", "resolve", **both), choice("b", "good", **both)))
    assert where(proof, "same") == set()


def test_where_the_cap_is_hit_only_what_is_certain_is_said():
    drill = built(
        drill_data(
            scene("one", choice("a", "two", effects={"consent": 1}), choice("b", "two", effects={"consent": 2})),
            scene(
                "two",
                choice("c", "two", effects={"consent": 1}, when="consent < 100"),
                choice("d", "three", when="consent == 99"),
            ),
            scene("three", choice("e", "resolve")),
        )
    )
    whole, part = prove(drill), prove(drill, most_states=10)
    assert whole.covered
    assert whole.states > 40
    assert not part.covered
    assert part.states == 11
    assert only(part, "not_covered").place == "one"
    assert where(part, *KINDS) - where(whole, *KINDS) == {("not_covered", "one", "")}
    assert part.paths == ()


def test_a_loop_shares_its_runs_out_exactly():
    proof = planted(
        scene("one", choice("a", "one"), choice("b", "good"), choice("c", "poor"), choice("d", "poor")),
    )
    assert dict(proof.shares) == pytest.approx({"good": 1 / 3, "poor": 2 / 3}, abs=1e-6)


def test_a_long_drill_of_five_gauges_is_covered():
    """Thirty scenes, ten decisions in a row: 59,049 ways to five gauges, every one of which counts in the end."""
    names = ("consent", "impartiality", "violence", "mandate", "time")
    scenes = []
    for at in range(30):
        to = f"s{at + 1}" if at < 29 else "resolve"
        moves = [{name: (at * 7 + n * 5 + g * 3) % 17 - 8 for g, name in enumerate(names)} for n in range(3)]
        options = [choice(f"c{n}", to, effects=moves[n]) for n in range(3)] if at % 3 == 0 else [choice("on", to)]
        scenes.append(scene(f"s{at}", *options))
    endings = [
        ending("good", "consent >= 50 and impartiality >= 45 and violence < 50"),
        ending("mixed", "mandate >= 40 and time >= 40"),
        ending("poor"),
    ]
    proof = prove(built(drill_data(*scenes, start="s0", gauges=[gauge(name) for name in names], endings=endings)))
    assert proof.covered
    assert proof.states < 100_000
    assert sum(share for _, share in proof.shares) == pytest.approx(1)


def test_what_counts_after_any_choice_is_told_apart():
    """Violence matters only after the second choice; the proof must not take its readings as alike before."""
    proof = planted(
        scene("one", choice("a", "two", effects={"violence": 5}), choice("b", "three", effects={"violence": 30})),
        scene("two", choice("on", "poor")),
        scene("three", choice("c", "good", when="violence >= 60"), choice("d", "poor")),
    )
    assert where(proof, "never_offered", "ending_unreached") == set()
    assert only(proof, "always_true").choice == "c"


def test_hope_that_lies_in_going_back_is_no_trap():
    proof = planted(
        scene("one", choice("a", "two"), choice("b", "good", when="shared", effects={"violence": 1})),
        scene("two", choice("c", "three"), choice("d", "poor", when="searched", effects={"violence": 1})),
        scene("three", choice("e", "one", set=["shared", "searched"])),
    )
    assert where(proof, "trap", "dead_end") == set()


def test_a_false_dilemma_is_shown_by_the_shortest_run():
    proof = planted(
        scene(
            "one",
            choice("a", "resolve", effects={"consent": 3}),
            choice("b", "resolve", effects={"consent": 2}),
            choice("c", "one", effects={"consent": 3, "violence": 9}, when="consent < 55"),
            choice("d", "resolve", effects={"consent": 2}, accepted="Two words for one deed."),
        )
    )
    assert {each.path for each in proof.findings if each.kind in ("dominated", "same")} == {()}
    same = only(proof, "same")
    assert (same.choice, same.accepted) == ("d", "Two words for one deed.")
    assert same not in proof.problems
