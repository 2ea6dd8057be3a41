"""Drawing a form: which items of a bank fill the cells of a blueprint, fairly and repeatably."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from courseware.domain.faults import Reader
from courseware.domain.items.base import LEVELS

MOST_ITEMS = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """So many items of one competency and level; None stands for any."""

    competency: str | None
    level: str | None
    count: int

    def takes(self, candidate: Candidate) -> bool:
        """Whether the candidate may fill this cell."""
        return self.competency in (None, candidate.competency) and self.level in (None, candidate.level)

    def __str__(self) -> str:
        kinds = [kind for kind in (self.level, self.competency) if kind is not None]
        return f"the cell of {self.count} ({', '.join(kinds) or 'any item'})"


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The cells of an assessment; an item that fits several cells fills one of them."""

    cells: tuple[Cell, ...]

    @property
    def total(self) -> int:
        """How many items a form has."""
        return sum(cell.count for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item version that may be drawn.

    seen: how often this trainee was shown the item. exposure: how often the cohort was.
    """

    item_id: str
    version_id: int
    competency: str
    level: str
    seen: int
    exposure: int


class BlueprintUnfilled(ValueError):
    """The candidates can't fill the blueprint. ``cells`` pairs each cell left short with what it lacks."""

    def __init__(self, cells: Sequence[tuple[Cell, int]]) -> None:
        self.cells = tuple(cells)
        super().__init__("; ".join(f"{lacking} lacking for {cell}" for cell, lacking in self.cells))


def read_blueprint(reader: Reader, competencies: Collection[str] | None) -> Blueprint:
    """The list under ``blueprint``: fields competency, level (either may be absent) and count.

    competencies: the ids that may be named; None accepts any. Faults are collected in the reader.
    """
    cells: list[Cell] = []
    for row in reader.readers("blueprint", least=1):
        competency = row.text("competency", required=False) or None
        if competency and competencies is not None and competency not in competencies:
            row.fault(f"'{competency}' is not known; use one of: {', '.join(competencies)}", "competency")
        level = row.choice("level", LEVELS) if row.has("level") else None
        cells.append(Cell(competency, level, row.whole("count", 1, MOST_ITEMS)))
        row.done()
    return Blueprint(tuple(cells))


def draw(blueprint: Blueprint, candidates: Iterable[Candidate], seed: int) -> tuple[Candidate, ...]:
    """The items of one form, in the order in which they are asked.

    Items seen least by the trainee come first, then those the cohort saw least; the seed decides
    between equals. The same candidates, in any order, and the same seed give the same form. The sets
    that can fill the cells form a transversal matroid (Edmonds & Fulkerson 1965), so taking each
    candidate in that order of preference, where an augmenting path still makes room for it, gives
    the best form there is: no other has its n-th most preferred item earlier in the order.
    Raises BlueprintUnfilled.
    """
    ranked = _distinct(candidates)
    random.Random(f"{seed}:draw").shuffle(ranked)  # noqa: S311 - a fair order, not a secret
    ranked.sort(key=lambda each: (each.seen, each.exposure))
    held = _assign(blueprint, ranked)
    if lacking := _lacking(blueprint, held):
        raise BlueprintUnfilled(lacking)
    drawn = {each.item_id for cell in held for each in cell}
    form = [each for each in ranked if each.item_id in drawn]
    random.Random(f"{seed}:order").shuffle(form)  # noqa: S311 - a fair order, not a secret
    return tuple(form)


def shortfall(blueprint: Blueprint, candidates: Iterable[Candidate]) -> tuple[tuple[Cell, int], ...]:
    """Each cell that can't be filled with what it lacks; empty where a form can be drawn.

    The numbers add up to the fewest items that would have to be written. Where cells overlap, the
    lack could stand at either; earlier cells are filled first.
    """
    return _lacking(blueprint, _assign(blueprint, _distinct(candidates)))


def _distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One candidate an item, its newest version, sorted by item id."""
    newest: dict[str, Candidate] = {}
    for each in sorted(candidates, key=lambda each: (each.item_id, each.version_id)):
        newest[each.item_id] = each
    return list(newest.values())


def _assign(blueprint: Blueprint, ranked: Sequence[Candidate]) -> list[list[Candidate]]:
    """Who fills each cell: as many as possible, earlier candidates before later ones."""
    held: list[list[Candidate]] = [[] for _ in blueprint.cells]
    room = blueprint.total
    for candidate in ranked:
        if not room:
            break
        room -= _place(blueprint.cells, held, candidate, set())
    return held


def _place(cells: Sequence[Cell], held: list[list[Candidate]], candidate: Candidate, tried: set[int]) -> bool:
    """Find room for the candidate, moving others to further cells where that helps (an augmenting path)."""
    fitting = [index for index, cell in enumerate(cells) if index not in tried and cell.takes(candidate)]
    for index in fitting:
        if len(held[index]) < cells[index].count:
            held[index].append(candidate)
            return True
    for index in fitting:
        if index in tried:
            continue
        tried.add(index)
        for place, other in enumerate(held[index]):
            if _place(cells, held, other, tried):
                held[index][place] = candidate
                return True
    return False


def _lacking(blueprint: Blueprint, held: Sequence[Sequence[Candidate]]) -> tuple[tuple[Cell, int], ...]:
    return tuple(
        (cell, cell.count - len(inside))
        for cell, inside in zip(blueprint.cells, held, strict=True)
        if len(inside) < cell.count
    )
