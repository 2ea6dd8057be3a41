"""One walk over all interactions: every sample keeps the contract; scoring equals an independent reckoning."""

from __future__ import annotations

import dataclasses
import json
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.domain import items
from courseware.domain.faults import Faulty, Reader
from courseware.domain.items import multiple_response, ordering
from courseware.domain.items.base import (
    UNANSWERED,
    Fields,
    Head,
    InvalidResponse,
    Item,
    Option,
    Outcome,
    Sample,
    Shown,
    fold,
    listed,
    option_id,
    paired,
)
from courseware.domain.items.matching import Matching, Pair
from courseware.domain.items.multiple_response import MultipleResponse
from courseware.domain.items.ordering import Ordering
from courseware.domain.items.single_choice import SingleChoice
from courseware.domain.items.true_false_reason import TrueFalseReason

SAMPLES = [sample for each in items.ALL for sample in each.samples()]
NAMES = [sample.item.head.id for sample in SAMPLES]
every_sample = pytest.mark.parametrize("sample", SAMPLES, ids=NAMES)


def responses(sample: Sample) -> list[Fields]:
    partly = [sample.partly[0]] if sample.partly else []
    return [sample.right, sample.wrong, *partly]


def score(item: Item, fields: Fields) -> Fraction:
    return item.grade(item.parse_response(fields)).score


# the walk


def test_all_lists_every_interaction_file_once():
    folder = Path(items.__file__).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__", "base", "flaws"}
    assert {each.interaction for each in items.ALL} == files
    assert len(items.ALL) == len(files)
    assert all(items.get(each.interaction) is each for each in items.ALL)
    with pytest.raises(KeyError):
        items.get("no-such-interaction")


def test_sample_ids_differ():
    assert len(set(NAMES)) == len(NAMES)


@every_sample
def test_file_form_reads_back_equal(sample: Sample):
    data = json.loads(json.dumps(sample.item.dump()))
    again = items.load(data)
    assert again == sample.item
    assert again.content_hash() == sample.item.content_hash()


@every_sample
def test_optional_head_fields_survive_the_file_form(sample: Sample):
    head = dataclasses.replace(
        sample.item.head,
        competency="listening",
        level="judgement",
        claims=("000-s01-c01",),
        objectives=("m1-o1",),
        tags=("night", "log"),
        status="draft",
    )
    item = dataclasses.replace(sample.item, head=head)
    assert items.load(item.dump()) == item
    assert item.content_hash() != sample.item.content_hash()


@every_sample
def test_samples_are_graded_as_they_say(sample: Sample):
    assert score(sample.item, sample.right) == 1
    assert score(sample.item, sample.wrong) == 0
    if sample.partly:
        assert 0 < sample.partly[1] < 1
        assert score(sample.item, sample.partly[0]) == sample.partly[1]


@every_sample
def test_stored_response_makes_the_same_form_again(sample: Sample):
    for fields in responses(sample):
        stored = sample.item.parse_response(fields)
        assert stored is not None
        again = json.loads(json.dumps(stored))
        assert sample.item.parse_response(sample.item.form_of(again)) == stored
        assert sample.item.grade(again) == sample.item.grade(stored)


@every_sample
def test_the_key_is_a_right_response_and_a_guess_is_a_possible_one(sample: Sample):
    item = sample.item
    assert item.key() == item.parse_response(sample.right)
    guesses = [item.guess(seed) for seed in range(60)]
    assert guesses == [item.guess(seed) for seed in range(60)]
    assert all(item.parse_response(item.form_of(guess)) == guess for guess in guesses)
    assert len({json.dumps(guess) for guess in guesses}) > 2
    assert len({item.grade(guess).score for guess in guesses}) > 1


@every_sample
def test_invalid_responses_are_refused_with_the_field(sample: Sample):
    assert sample.invalid
    for fields in sample.invalid:
        with pytest.raises(InvalidResponse) as refused:
            sample.item.parse_response(fields)
        assert refused.value.field in fields
        assert str(refused.value)


@every_sample
def test_blank_is_unanswered_and_not_invalid(sample: Sample):
    empty, absent = {name: [""] for name in sample.right}, {name: [] for name in sample.right}
    for blank in ({}, {"csrf_token": ["x"]}, empty, absent):
        assert sample.item.parse_response(blank) is None
    assert sample.item.grade(None) == UNANSWERED
    review = sample.item.review(None, 1)
    assert all(line.chosen == "" and line.verdict in ("missed", "") for line in review.lines)
    assert any(line.verdict == "missed" for line in review.lines)


@pytest.mark.parametrize("each", items.ALL, ids=[each.interaction for each in items.ALL])
def test_presentation_has_no_place_for_a_key(each: type[Item]):
    presentation = type(each.samples()[0].item.present(1))
    for name, kind in get_type_hints(presentation).items():
        assert kind in (str, tuple[Shown, ...]), f"{presentation.__name__}.{name} could hold a key"
    assert get_type_hints(Shown) == {"id": str, "text": str}


@every_sample
def test_presentation_shows_no_feedback_and_no_rationale(sample: Sample):
    shown = repr(sample.item.present(7))
    hidden = [line.feedback for line in sample.item.review(None, 7).lines] + [sample.item.head.rationale]
    assert all(hidden)
    assert not [text for text in hidden if text in shown]


def rekeyed(item: Item) -> Item:
    """The same texts with another key and other feedback."""

    def turned(options: tuple[Option, ...]) -> tuple[Option, ...]:
        keys = [option.key for option in options]
        turn = zip(options, keys[1:] + keys[:1], strict=True)
        return tuple(dataclasses.replace(option, key=key, feedback="Other") for option, key in turn)

    if isinstance(item, SingleChoice | MultipleResponse):
        return dataclasses.replace(item, options=turned(item.options)[::-1])
    if isinstance(item, TrueFalseReason):
        return dataclasses.replace(item, answer=not item.answer, when_true="Other", reasons=turned(item.reasons))
    if isinstance(item, Ordering):
        return dataclasses.replace(item, entries=turned(item.entries)[::-1])
    assert isinstance(item, Matching)
    rights = [pair.right for pair in item.pairs]
    turn = zip(item.pairs, rights[1:] + rights[:1], strict=True)
    return dataclasses.replace(item, pairs=tuple(Pair(pair.left, right, "Other") for pair, right in turn))


@every_sample
def test_what_is_shown_does_not_depend_on_the_key(sample: Sample):
    other = rekeyed(sample.item)
    assert score(other, sample.right) < 1
    assert all(other.present(seed) == sample.item.present(seed) for seed in range(50))


@every_sample
def test_order_shown_depends_on_the_seed_alone(sample: Sample):
    assert sample.item.present(3) == sample.item.present(3)
    assert len({sample.item.present(seed) for seed in range(40)}) > 2


@every_sample
def test_review_tells_right_from_wrong_in_the_order_shown(sample: Sample):
    item = sample.item
    right, wrong = (item.review(item.parse_response(fields), 5) for fields in (sample.right, sample.wrong))
    assert right.outcome.score == 1
    assert {line.verdict for line in right.lines} <= {"right", ""}
    assert "wrong" in {line.verdict for line in wrong.lines}
    assert right.rationale == item.head.rationale
    assert right.stem == item.head.stem
    shown = [text for text in _texts_shown(item, 5) if text in {line.text for line in right.lines}]
    assert [line.text for line in right.lines if line.text in shown] == shown


def _texts_shown(item: Item, seed: int) -> list[str]:
    presented = item.present(seed)
    lists = [getattr(presented, each.name) for each in dataclasses.fields(presented)]
    return [shown.text for each in lists if isinstance(each, tuple) for shown in each]


# what every item shares


def good() -> dict[str, object]:
    return SingleChoice.samples()[0].item.dump() | {"competency": "listening", "level": "recall"}


def faults_of(data: object, competencies: tuple[str, ...] | None = None, *, practice: bool = False) -> list[str]:
    reader = Reader(data)
    items.read(reader, competencies=competencies, practice=practice)
    return [str(fault) for fault in reader.faults]


def test_read_names_each_fault_of_the_head():
    assert faults_of(good()) == []
    assert faults_of(good(), ("listening",)) == []
    assert faults_of(good(), ("drafting",)) == ["competency: 'listening' is not known; use one of: drafting"]
    assert "level: 'hard' is not known" in faults_of(good() | {"level": "hard"})[0]
    assert faults_of(good() | {"colour": "red"})[0].startswith("colour: is not a field here")
    assert faults_of(good() | {"rationale": ""}) == ["rationale: is missing; write a text"]
    assert "'guess' is not known; use one of: single_choice" in faults_of(good() | {"type": "guess"})[0]
    assert "type: is missing; write a text" in faults_of({"id": "x"})


def test_a_knowledge_check_carries_no_competency_level_or_rationale():
    check = SingleChoice.samples()[0].item.dump()
    del check["rationale"]
    assert faults_of(check, practice=True) == []
    assert items.load(check).dump() == check
    assert faults_of(good(), practice=True) != []
    assert "competency" in faults_of(check)[0]


def test_load_raises_every_fault():
    with pytest.raises(Faulty) as refused:
        items.load({"type": "single_choice", "id": "Bad Id"})
    assert {fault.field for fault in refused.value.faults} >= {"id", "stem", "options"}
    with pytest.raises(Faulty):
        items.load({"type": "no-such-type"})


def test_outcome_lies_between_0_and_1():
    assert [Outcome(Fraction(n, 2)).verdict for n in range(3)] == ["wrong", "partly", "right"]
    for bad in (Fraction(-1, 2), Fraction(3, 2)):
        with pytest.raises(ValueError, match="between 0 and 1"):
            Outcome(bad)


def test_folding_ignores_case_and_white_space():
    assert fold("  The\nFirst  HOUR ") == "the first hour"
    assert option_id("a") != option_id("b")
    assert len(option_id("a")) == 10


def test_damaged_stored_responses_read_as_empty():
    assert listed({"order": "abc"}, "order") == []
    assert paired({"pairs": ["abc"]}, "pairs") == {}


def test_single_choice_keeps_file_order_where_asked():
    item = dataclasses.replace(SingleChoice.samples()[0].item, shuffle=False)
    assert [shown.text for shown in item.present(9).options] == [option.text for option in item.options]
    assert items.load(item.dump()) == item


# faults of each interaction


def with_change(cls: type[Item], change: dict[str, object]) -> list[str]:
    return faults_of(cls.samples()[0].item.dump() | {"competency": "c", "level": "recall"} | change)


def option(text: str, *, key: bool = False) -> dict[str, object]:
    return {"text": text, "feedback": "f", "key": key}


def entry(text: str) -> dict[str, object]:
    return {"text": text, "feedback": "f"}


def pair(left: str, right: str) -> dict[str, object]:
    return {"left": left, "right": right, "feedback": "f"}


FOUR = [option("a", key=True), option("b"), option("c"), option("d")]
TWICE = "the same text stands twice"


@pytest.mark.parametrize(
    ("cls", "change", "fault"),
    [
        (SingleChoice, {"options": [option("a"), option("b"), option("c")]}, "0 options are marked as the key"),
        (SingleChoice, {"options": [option("a", key=True)] * 2 + [option("c")]}, TWICE),
        (SingleChoice, {"options": [option("A  b", key=True), option("a B"), option("c")]}, TWICE),
        (SingleChoice, {"options": FOUR[:2]}, "options: has 2; 3 to 6 are needed"),
        (SingleChoice, {"options": [*FOUR[:2], {"text": "c"}]}, "options 3, feedback: is missing"),
        (SingleChoice, {"options": [*FOUR[:2], entry("c") | {"weight": 1}]}, "options 3, weight: is not a field"),
        (SingleChoice, {"shuffle": "no"}, "shuffle: should be true or false"),
        (MultipleResponse, {"options": FOUR[:3]}, "options: has 3; 4 to 8 are needed"),
        (MultipleResponse, {"options": [option(text) for text in "abcd"]}, "0 of 4 are marked as right"),
        (MultipleResponse, {"options": [option(text, key=True) for text in "abcd"]}, "4 of 4 are marked as right"),
        (MultipleResponse, {"scoring": "lenient"}, "scoring: 'lenient' is not known"),
        (TrueFalseReason, {"answer": "perhaps"}, "answer: should be true or false"),
        (TrueFalseReason, {"feedback": {"true": "only"}}, "feedback, false: is missing"),
        (TrueFalseReason, {"feedback": {"true": "a", "false": "b", "c": "d"}}, "feedback, c: is not a field"),
        (TrueFalseReason, {"reasons": [option("a"), option("b"), option("c")]}, "0 reasons are marked as the key"),
        (TrueFalseReason, {"reasons": FOUR[:2]}, "reasons: has 2; 3 to 5 are needed"),
        (Ordering, {"entries": [entry("a"), entry("b")]}, "entries: has 2; 3 to 8 are needed"),
        (Ordering, {"entries": [entry("a"), entry("b"), entry(" A ")]}, f"entries 3, text: {TWICE}"),
        (Ordering, {"entries": [entry("a"), entry("b"), option("c")]}, "entries 3, key: is not a field"),
        (Ordering, {"scoring": "swaps"}, "scoring: 'swaps' is not known"),
        (Matching, {"pairs": [pair("a", "x"), pair("b", "y")]}, "pairs: has 2; 3 to 8 are needed"),
        (Matching, {"pairs": [pair("a", "x"), pair("A", "y"), pair("c", "z")]}, f"pairs 2, left: {TWICE}"),
        (Matching, {"pairs": [pair("a", "x"), pair("b", "y"), pair("c", " X")]}, f"pairs 3, right: {TWICE}"),
        (Matching, {"extra": [entry("why a party WANTS it")]}, f"extra 1, text: {TWICE}"),
        (Matching, {"extra": [entry("u"), entry("U")]}, f"extra 2, text: {TWICE}"),
        (Matching, {"pairs": [pair("a", "x"), pair("b", "y"), {"left": "c"}]}, "pairs 3, right: is missing"),
        (Matching, {"pairs": [pair("a", "x"), pair("b", "y"), pair("c", "z") | {"q": 1}]}, "pairs 3, q: is not a"),
    ],
)
def test_faults_are_named(cls: type[Item], change: dict[str, object], fault: str):
    assert with_change(cls, {}) == []
    found = with_change(cls, change)
    assert [text for text in found if fault in text], found
    assert len([text for text in found if TWICE in text]) <= 1


def test_left_and_right_texts_may_be_alike_and_extras_may_be_left_out():
    pairs = [pair("a", "b"), pair("b", "a"), pair("c", "c")]
    data = Matching.samples()[0].item.dump() | {"competency": "c", "level": "recall", "pairs": pairs, "extra": []}
    item = items.load(data)
    assert isinstance(item, Matching)
    assert item.extra == ()
    assert "extra" not in item.dump()


# scoring by hand and by independent reckoning


@pytest.mark.parametrize(
    ("rule", "options", "keys", "hits", "slips", "expected"),
    [
        ("all_or_nothing", 5, 2, 2, 0, Fraction(1)),
        ("all_or_nothing", 5, 2, 2, 1, Fraction(0)),
        ("all_or_nothing", 5, 2, 1, 0, Fraction(0)),
        ("right_minus_wrong", 5, 2, 2, 0, Fraction(1)),
        ("right_minus_wrong", 5, 2, 2, 1, Fraction(2, 3)),
        ("right_minus_wrong", 5, 2, 1, 1, Fraction(1, 6)),
        ("right_minus_wrong", 5, 2, 0, 1, Fraction(0)),
        ("right_minus_wrong", 5, 2, 2, 3, Fraction(0)),
        # 4 of 5 decisions right; one tick at random gets (2 + 4*3)/5 = 14/5: (4 - 14/5) / (5 - 14/5)
        ("per_option", 5, 2, 1, 0, Fraction(6, 11)),
        ("per_option", 5, 2, 2, 1, Fraction(8, 13)),
        ("per_option", 5, 2, 1, 1, Fraction(1, 6)),
        ("per_option", 4, 1, 1, 1, Fraction(1, 2)),
        ("per_option", 5, 2, 2, 0, Fraction(1)),
        ("per_option", 5, 2, 2, 3, Fraction(0)),
        ("per_option", 5, 2, 0, 3, Fraction(0)),
    ],
)
def test_multiple_response_by_hand(rule: str, options: int, keys: int, hits: int, slips: int, expected: Fraction):
    assert multiple_response.share(rule, options, keys, hits, slips) == expected


def plain_multiple(rule: str, keys: list[bool], ticks: list[bool]) -> Fraction:
    """The three rules reckoned decision by decision."""
    if rule == "all_or_nothing":
        return Fraction(1) if keys == ticks else Fraction(0)
    if rule == "right_minus_wrong":
        right = [tick for key, tick in zip(keys, ticks, strict=True) if key]
        wrong = [tick for key, tick in zip(keys, ticks, strict=True) if not key]
        return max(Fraction(0), Fraction(sum(right), len(right)) - Fraction(sum(wrong), len(wrong)))
    # Cohen's kappa: observed agreement against what the two sets of ticks agree on by chance
    n = len(keys)
    observed = Fraction(sum(key == tick for key, tick in zip(keys, ticks, strict=True)), n)
    k, t = Fraction(sum(keys), n), Fraction(sum(ticks), n)
    chance = k * t + (1 - k) * (1 - t)
    return max(Fraction(0), (observed - chance) / (1 - chance))


@st.composite
def keys_and_ticks(draw: st.DrawFn) -> tuple[list[bool], list[bool]]:
    count = draw(st.integers(4, 8))
    keys = draw(st.lists(st.booleans(), min_size=count, max_size=count).filter(lambda each: 0 < sum(each) < count))
    ticks = draw(st.lists(st.booleans(), min_size=count, max_size=count).filter(any))
    return keys, ticks


@given(keys_and_ticks(), st.sampled_from(multiple_response.RULES))
def test_multiple_response_equals_a_plain_reckoning(case: tuple[list[bool], list[bool]], rule: str):
    keys, ticks = case
    options = tuple(Option(option_id(str(at)), str(at), "f", key=key) for at, key in enumerate(keys))
    item = MultipleResponse(Head("x", "s"), options, rule)
    sent = {"answer": [each.id for each, tick in zip(options, ticks, strict=True) if tick]}
    assert score(item, sent) == plain_multiple(rule, keys, ticks)
    assert (score(item, sent) == 1) == (keys == ticks)
    assert score(item, {"answer": [each.id for each in options]}) == 0
    assert item.present(1).scoring == rule


@given(keys_and_ticks())
def test_another_right_tick_never_lowers_the_mark(case: tuple[list[bool], list[bool]]):
    keys, ticks = case
    more = [tick or (key and at == keys.index(True)) for at, (key, tick) in enumerate(zip(keys, ticks, strict=True))]
    for rule in multiple_response.RULES:
        assert plain_multiple(rule, keys, more) >= plain_multiple(rule, keys, ticks)
        counts = [
            (len(keys), sum(keys), sum(a and b for a, b in zip(keys, each, strict=True))) for each in (ticks, more)
        ]
        slips = sum(tick and not key for key, tick in zip(keys, ticks, strict=True))
        before, after = (multiple_response.share(rule, *each, slips) for each in counts)
        assert after >= before


def test_ticks_sent_twice_count_once_and_order_does_not_matter():
    item = MultipleResponse.samples()[0].item
    assert isinstance(item, MultipleResponse)
    first, second = item.options[0].id, item.options[2].id
    assert item.parse_response({"answer": [second, first, second]}) == {"choices": [first, second]}


@pytest.mark.parametrize("answer", [True, False])
@pytest.mark.parametrize("verdict", ["true", "false", None])
@pytest.mark.parametrize("reason", [0, 1, None])
def test_true_false_marks_half_for_the_verdict_and_half_for_its_reason(
    answer: bool, verdict: str | None, reason: int | None
):
    item = dataclasses.replace(TrueFalseReason.samples()[0].item, answer=answer)
    assert item.reasons[0].key
    fields = {} if verdict is None else {"verdict": [verdict]}
    if reason is not None:
        fields["reason"] = [item.reasons[reason].id]
    expected = Fraction(0)
    if verdict == str(answer).lower():
        expected = Fraction(1) if reason == 0 else Fraction(1, 2)
    stored = item.parse_response(fields)
    assert (stored is None) == (fields == {})
    assert item.grade(stored).score == expected
    assert stored is None or item.form_of(stored) == fields


def test_true_false_review_says_when_a_right_reason_does_not_count():
    item = TrueFalseReason.samples()[0].item
    lines = item.review(item.parse_response({"verdict": ["false"], "reason": [item.reasons[0].id]}), 1).lines
    assert [line.text for line in lines[:2]] == ["True", "False"]
    assert [line.chosen for line in lines if line.text == item.reasons[0].text] == [
        "chosen, but it counts only with the right verdict"
    ]
    lines = item.review(item.parse_response({"verdict": ["true"], "reason": [item.reasons[0].id]}), 1).lines
    assert {line.chosen for line in lines} == {"chosen", ""}


def plain_order(rule: str, given_order: tuple[int, ...]) -> Fraction:
    """Right order is 0, 1, 2 ...; every block is tried out."""
    n = len(given_order)
    if rule == "adjacent_pairs":
        text = ",".join(map(str, given_order))
        pairs = [f"{at},{at + 1}" for at in range(n - 1)]
        return Fraction(sum(f",{each}," in f",{text}," for each in pairs), n - 1)
    blocks = [given_order[a:b] for a in range(n) for b in range(a + 1, n + 1)]
    runs = [block for block in blocks if list(block) == list(range(block[0], block[0] + len(block)))]
    return Fraction(max(len(run) for run in runs) - 1, n - 1)


def ordering_item(count: int, rule: str) -> Ordering:
    entries = tuple(Option(option_id(f"e{at}"), f"e{at}", "f") for at in range(count))
    return Ordering(Head("x", "s"), entries, rule)


@given(st.integers(3, 8).flatmap(lambda n: st.permutations(range(n))), st.sampled_from(ordering.RULES))
def test_ordering_equals_a_plain_reckoning(order: list[int], rule: str):
    item = ordering_item(len(order), rule)
    fields = {f"place-{item.entries[entry].id}": [str(place)] for place, entry in enumerate(order, 1)}
    assert score(item, fields) == plain_order(rule, tuple(order))
    assert (score(item, fields) == 1) == (order == sorted(order))


@pytest.mark.parametrize(
    ("rule", "order", "expected"),
    [
        ("adjacent_pairs", (0, 1, 3, 4, 2), Fraction(1, 2)),
        ("longest_run", (0, 1, 3, 4, 2), Fraction(1, 4)),
        ("adjacent_pairs", (1, 2, 3, 4, 0), Fraction(3, 4)),
        ("longest_run", (1, 2, 3, 4, 0), Fraction(3, 4)),
        ("longest_run", (4, 0, 1, 2, 3), Fraction(3, 4)),
        ("adjacent_pairs", (4, 3, 2, 1, 0), Fraction(0)),
        ("longest_run", (0, 2, 4, 1, 3), Fraction(0)),
    ],
)
def test_ordering_by_hand(rule: str, order: tuple[int, ...], expected: Fraction):
    names = [str(at) for at in range(len(order))]
    assert ordering.share(rule, names, [str(at) for at in order]) == expected


def test_ordering_shows_every_order_alike_often_the_right_one_too():
    item = ordering_item(3, "adjacent_pairs")
    shown = [tuple(each.text for each in item.present(seed).entries) for seed in range(600)]
    counts = {order: shown.count(order) for order in permutations(("e0", "e1", "e2"))}
    assert min(counts.values()) > 60


def test_ordering_says_which_places_are_free():
    item = ordering_item(4, "adjacent_pairs")
    names = [f"place-{each.id}" for each in item.entries]
    with pytest.raises(InvalidResponse, match=r"Place 2 is given twice; still free: 1, 4\."):
        item.parse_response(dict(zip(names, (["2"], ["2"], ["3"], ["2"]), strict=True)))
    with pytest.raises(InvalidResponse, match="one has none"):
        item.parse_response({names[0]: ["1"]})


def test_ordering_review_tells_places_in_words():
    item = ordering_item(3, "longest_run")
    order = (1, 2, 0)
    fields = {f"place-{item.entries[entry].id}": [str(place)] for place, entry in enumerate(order, 1)}
    lines = {line.text: line for line in item.review(item.parse_response(fields), 2).lines}
    assert (lines["e1"].chosen, lines["e1"].expected, lines["e1"].verdict) == ("first", "second", "wrong")


@st.composite
def matches(draw: st.DrawFn) -> tuple[int, int, list[int | None]]:
    pairs, extras = draw(st.integers(3, 8)), draw(st.integers(0, 3))
    answer = st.none() | st.integers(0, pairs + extras - 1)
    return pairs, extras, draw(st.lists(answer, min_size=pairs, max_size=pairs))


@given(matches())
def test_matching_equals_a_plain_reckoning(case: tuple[int, int, list[int | None]]):
    count, extras, given_rights = case
    pairs = tuple(Pair(f"l{at}", f"r{at}", "f") for at in range(count))
    spare = tuple(Option(option_id(f"r{at}"), f"r{at}", "f") for at in range(count, count + extras))
    item = Matching(Head("x", "s"), pairs, spare)
    fields = {
        f"match-{option_id(f'l{at}')}": [option_id(f"r{right}")]
        for at, right in enumerate(given_rights)
        if right is not None
    }
    right = sum(at == each for at, each in enumerate(given_rights))
    stored = item.parse_response(fields)
    assert (stored is None) == (not fields)
    assert item.grade(stored).score == Fraction(right, count)
    assert stored is None or item.form_of(stored) == fields
    assert [shown.text for shown in item.present(1).lefts] == [pair.left for pair in pairs]
    assert sorted(shown.text for shown in item.present(1).rights) == sorted(f"r{at}" for at in range(count + extras))


def test_matching_review_names_partners_and_unused_texts():
    item = Matching.samples()[0].item
    assert isinstance(item, Matching)
    first, second, third = item.pairs
    fields = {f"match-{first.left_id}": [first.right_id], f"match-{second.left_id}": [item.extra[0].id]}
    lines = item.review(item.parse_response(fields), 4).lines
    assert [(line.text, line.chosen, line.expected, line.verdict) for line in lines] == [
        (first.left, first.right, first.right, "right"),
        (second.left, item.extra[0].text, second.right, "wrong"),
        (third.left, "", third.right, "missed"),
        (item.extra[0].text, second.left, "matches nothing", "wrong"),
    ]


@pytest.mark.parametrize(("cls", "prefix"), [(Ordering, "place-"), (Matching, "match-")])
def test_a_stranger_row_is_refused_only_where_it_says_something(cls: type[Item], prefix: str):
    item = cls.samples()[0].item
    assert item.parse_response({f"{prefix}gone": [""]}) is None
    with pytest.raises(InvalidResponse, match="not part of this question"):
        item.parse_response({f"{prefix}gone": ["1"]})


def lines_of(item: Item, fields: Fields) -> dict[str, tuple[str, str, str]]:
    lines = item.review(item.parse_response(fields), 3).lines
    return {line.text: (line.chosen, line.expected, line.verdict) for line in lines}


def test_single_choice_review_names_the_answer():
    item = SingleChoice.samples()[0].item
    assert lines_of(item, {"answer": [option_id("Ignore it")]}) == {
        "Ignore it": ("chosen", "", "wrong"),
        "Log it": ("", "the answer", "missed"),
        "Publish it": ("", "", ""),
    }


def test_multiple_response_review_says_of_each_option_what_was_right():
    item = MultipleResponse.samples()[0].item
    first, second, third, fourth = item.options
    assert lines_of(item, {"answer": [first.id, second.id]}) == {
        first.text: ("chosen", "choose", "right"),
        second.text: ("chosen", "leave", "wrong"),
        third.text: ("", "choose", "missed"),
        fourth.text: ("", "leave", ""),
    }


def test_true_false_review_of_a_wrong_reason_under_a_wrong_verdict():
    item = TrueFalseReason.samples()[0].item
    first, second, third = item.reasons
    assert lines_of(item, {"verdict": ["false"], "reason": [second.id]}) == {
        "True": ("", "the answer", "missed"),
        "False": ("chosen", "", "wrong"),
        first.text: ("", "the answer", "missed"),
        second.text: ("chosen", "", "wrong"),
        third.text: ("", "", ""),
    }
