"""Drawing a form: cells filled wherever that is possible, the fairest items first, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.domain.blueprint import (
    Blueprint,
    BlueprintUnfilled,
    Candidate,
    Cell,
    draw,
    read_blueprint,
    shortfall,
)
from courseware.domain.faults import Reader

COMPETENCIES = ("a", "b")
KINDS = ("recall", "application")


def candidate(name: str, competency: str = "a", level: str = "recall", seen: int = 0, exposure: int = 0) -> Candidate:
    return Candidate(name, 1, competency, level, seen, exposure)


def fills(cells: Sequence[Cell], chosen: Sequence[Candidate]) -> bool:
    """By brute force: whether the candidates can be dealt out to the cells, one each."""
    slots = [cell for cell in cells for _ in range(cell.count)]
    if len(slots) != len(chosen):
        return False
    return any(all(slot.takes(each) for slot, each in zip(slots, order, strict=True)) for order in permutations(chosen))


def most(cells: Sequence[Cell], candidates: Sequence[Candidate]) -> int:
    """By brute force: how many slots can be filled at once."""
    slots = [cell for cell in cells for _ in range(cell.count)]
    for size in range(min(len(slots), len(candidates)), 0, -1):
        for some in combinations(slots, size):
            ones = [Cell(slot.competency, slot.level, 1) for slot in some]
            if any(fills(ones, chosen) for chosen in combinations(candidates, size)):
                return size
    return 0


some_cells = st.lists(
    st.builds(Cell, st.none() | st.sampled_from(COMPETENCIES), st.none() | st.sampled_from(KINDS), st.integers(1, 2)),
    min_size=1,
    max_size=3,
).filter(lambda cells: sum(cell.count for cell in cells) <= 4)


@st.composite
def some_candidates(draw_: st.DrawFn) -> list[Candidate]:
    kinds = st.tuples(st.sampled_from(COMPETENCIES), st.sampled_from(KINDS), st.integers(0, 2), st.integers(0, 2))
    return [Candidate(f"i{at}", at, *kind) for at, kind in enumerate(draw_(st.lists(kinds, max_size=6)))]


@given(some_cells, some_candidates(), st.integers(0, 99))
def test_draw_fills_exactly_where_brute_force_can_and_takes_the_fairest(
    cells: list[Cell], candidates: list[Candidate], seed: int
):
    blueprint = Blueprint(tuple(cells))
    sets = [each for each in combinations(candidates, blueprint.total) if fills(cells, each)]
    lacking = sum(count for _, count in shortfall(blueprint, candidates))
    assert lacking == blueprint.total - most(cells, candidates)
    if not sets:
        with pytest.raises(BlueprintUnfilled) as unfilled:
            draw(blueprint, candidates, seed)
        assert sum(count for _, count in unfilled.value.cells) == lacking > 0
        return
    form = draw(blueprint, candidates, seed)
    assert lacking == 0
    assert len({each.item_id for each in form}) == blueprint.total
    assert fills(cells, form)
    fairest = min(sorted((each.seen, each.exposure) for each in chosen) for chosen in sets)
    assert sorted((each.seen, each.exposure) for each in form) == fairest


@given(some_cells, some_candidates(), st.integers(0, 99))
def test_the_order_of_the_candidates_does_not_matter(cells: list[Cell], candidates: list[Candidate], seed: int):
    blueprint = Blueprint(tuple(cells))
    if not shortfall(blueprint, candidates):
        assert draw(blueprint, candidates, seed) == draw(blueprint, candidates[::-1], seed)
    assert shortfall(blueprint, candidates) == shortfall(blueprint, candidates[::-1])


def test_overlapping_cells_give_way_to_each_other():
    bank = [candidate("only-b", "b"), candidate("a1"), candidate("a2", level="application")]
    blueprint = Blueprint((Cell(None, None, 1), Cell(None, "recall", 1), Cell("b", None, 1)))
    for seed in range(30):
        assert {each.item_id for each in draw(blueprint, bank, seed)} == {"only-b", "a1", "a2"}


def test_unseen_come_before_seen_and_little_exposed_before_much():
    bank = [candidate(f"s{at}", seen=1) for at in range(5)] + [candidate(f"u{at}", exposure=at) for at in range(4)]
    blueprint = Blueprint((Cell(None, None, 3),))
    for seed in range(20):
        assert {each.item_id for each in draw(blueprint, bank, seed)} == {"u0", "u1", "u2"}


def test_equals_are_drawn_equally_often_in_every_order():
    bank = [candidate(f"i{at}") for at in range(4)]
    forms = [
        tuple(each.item_id for each in draw(Blueprint((Cell(None, None, 2),)), bank, seed)) for seed in range(1200)
    ]
    counts = Counter(forms)
    assert len(counts) == 12
    assert min(counts.values()) > 60


def test_an_item_with_two_versions_is_drawn_once_in_its_newest():
    bank = [Candidate("x", 2, "a", "recall", 0, 0), Candidate("x", 1, "a", "recall", 0, 0)]
    assert draw(Blueprint((Cell(None, None, 1),)), bank, 1) == (bank[0],)
    assert shortfall(Blueprint((Cell(None, None, 2),)), bank) == ((Cell(None, None, 2), 1),)


def test_unfilled_says_what_is_lacking():
    cells = (Cell("b", "recall", 2), Cell(None, "application", 1), Cell(None, None, 1))
    with pytest.raises(BlueprintUnfilled) as unfilled:
        draw(Blueprint(cells), [candidate("x", "b")], 1)
    assert unfilled.value.cells == ((cells[0], 1), (cells[1], 1), (cells[2], 1))
    assert str(unfilled.value) == (
        "1 lacking for the cell of 2 (recall, b); 1 lacking for the cell of 1 (application); "
        "1 lacking for the cell of 1 (any item)"
    )


def test_a_large_bank_is_drawn_from_quickly_with_many_overlapping_cells():
    bank = [candidate(f"i{at:05}", COMPETENCIES[at % 2], KINDS[at % 3 == 0]) for at in range(5000)]
    cells = (Cell("a", None, 30), Cell(None, "recall", 30), Cell("b", "application", 30), Cell(None, None, 10))
    assert len(draw(Blueprint(cells), bank, 4)) == Blueprint(cells).total == 100


def test_read_blueprint_takes_cells_with_parts_left_out():
    rows = [{"level": "recall", "count": 2}, {"competency": "a", "level": "judgement", "count": 1}, {"count": 3}]
    reader = Reader({"blueprint": rows})
    blueprint = read_blueprint(reader, ("a",))
    assert reader.faults == []
    assert blueprint.cells == (Cell(None, "recall", 2), Cell("a", "judgement", 1), Cell(None, None, 3))
    assert blueprint.total == 6
    assert read_blueprint(Reader({"blueprint": [{"competency": "z", "count": 1}]}), None).cells[0].competency == "z"


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([], "blueprint: has 0; at least 1 are needed"),
        ([{"count": 0}], "blueprint 1, count: should be a whole number from 1 to 100, not '0'"),
        ([{"count": 1, "level": "hard"}], "blueprint 1, level: 'hard' is not known"),
        ([{"count": 1, "competency": "z"}], "blueprint 1, competency: 'z' is not known; use one of: a"),
        ([{"count": 1, "module": "m"}], "blueprint 1, module: is not a field here"),
    ],
)
def test_read_blueprint_names_faults(rows: list[dict[str, object]], fault: str):
    reader = Reader({"blueprint": rows})
    read_blueprint(reader, ("a",))
    assert len(reader.faults) == 1
    assert fault in str(reader.faults[0])


def test_the_order_of_a_form_says_nothing_of_who_saw_what():
    bank = [candidate("unseen"), candidate("exposed", exposure=5), candidate("seen", seen=2)]
    blueprint = Blueprint((Cell(None, None, 3),))
    counts = Counter(tuple(each.item_id for each in draw(blueprint, bank, seed)) for seed in range(600))
    assert len(counts) == 6
    assert min(counts.values()) > 60
