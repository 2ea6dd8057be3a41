"""Ordering: put the entries in the right order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import ClassVar, Self

from courseware.domain.faults import Reader
from courseware.domain.items.base import (
    UNANSWERED,
    Fields,
    Head,
    InvalidResponse,
    Item,
    Line,
    Option,
    Outcome,
    Presentation,
    Review,
    Sample,
    Shown,
    Stored,
    as_shown,
    draws,
    dump_option,
    listed,
    one,
    option_id,
    read_options,
    refuse_strangers,
    shuffled,
)

RULES = ("adjacent_pairs", "longest_run")
PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True, slots=True)
class OrderingPresentation(Presentation):
    """The entries in the order they are shown, the labels of the two ends ("" where there are none)
    and the scoring rule that holds (one of RULES)."""

    entries: tuple[Shown, ...]
    first: str
    last: str
    scoring: str


@dataclass(frozen=True, slots=True)
class Ordering(Item):
    """Three to eight entries, kept in the right order.

    Form: ``place-<entry id>`` = 1 to n, each place once. Stored: ``{"order": [entry ids, first to last]}``.
    """

    entries: tuple[Option, ...]
    scoring: str = RULES[0]
    first: str = ""
    last: str = ""

    interaction: ClassVar[str] = "ordering"

    @classmethod
    def read(cls, head: Head, reader: Reader) -> Self:
        return cls(
            head,
            read_options(reader, "entries", least=3, most=8, keyed=False),
            reader.choice("scoring", RULES, default=RULES[0]),
            reader.text("first", required=False, most=100),
            reader.text("last", required=False, most=100),
        )

    def fields(self) -> dict[str, object]:
        data: dict[str, object] = {"entries": [dump_option(entry) for entry in self.entries]}
        if self.scoring != RULES[0]:
            data["scoring"] = self.scoring
        return data | {name: text for name, text in (("first", self.first), ("last", self.last)) if text}

    def present(self, seed: int) -> OrderingPresentation:
        """The entries in an order drawn from their texts and the seed alone.

        One seed in n! therefore shows the right order. Drawing again in that case would make what
        is shown depend on the key and tell every trainee one order that is wrong; and it gains
        nothing, because the places start out empty, so that an untouched question stays unanswered.
        """
        entries = shuffled(self.entries, seed, self.head.id)
        return OrderingPresentation(self.interaction, self.head.stem, entries, self.first, self.last, self.scoring)

    def parse_response(self, fields: Fields) -> Stored | None:
        refuse_strangers(fields, "place-", [entry.id for entry in self.entries])
        sent = {identity: one(fields, f"place-{identity}") for identity in self._as_sent(fields)}
        if not any(sent.values()):
            return None
        at: dict[str, str] = {}
        places = [str(place + 1) for place in range(len(self.entries))]
        for identity, place in sent.items():
            field = f"place-{identity}"
            if place is None:
                raise InvalidResponse(f"Give every entry a place from 1 to {places[-1]}; this one has none.", field)
            if place not in places:
                raise InvalidResponse(f"A place is a whole number from 1 to {places[-1]}.", field)
            if place in at:
                free = ", ".join(each for each in places if each not in sent.values())
                raise InvalidResponse(f"Place {place} is given twice; still free: {free}.", field)
            at[place] = identity
        return {"order": [at[place] for place in places]}

    def _as_sent(self, fields: Fields) -> list[str]:
        """The entries' ids in the order of the form: the file's order is the key, and faults are told in this order."""
        order = {name: place for place, name in enumerate(fields)}
        ids = (entry.id for entry in self.entries)
        return sorted(ids, key=lambda identity: (order.get(f"place-{identity}", len(order)), identity))

    def form_of(self, response: Stored) -> dict[str, list[str]]:
        return {f"place-{identity}": [str(place)] for place, identity in enumerate(listed(response, "order"), 1)}

    def grade(self, response: Stored | None) -> Outcome:
        """Mark by the item's rule; ``share`` holds the formulas."""
        if response is None:
            return UNANSWERED
        return Outcome(share(self.scoring, [entry.id for entry in self.entries], listed(response, "order")))

    def review(self, response: Stored | None, seed: int) -> Review:
        """One line an entry, in the order shown; a line is right where the entry stands in its right place."""
        order = [] if response is None else listed(response, "order")
        given = {identity: PLACES[place] for place, identity in enumerate(order)}
        right = {entry.id: PLACES[place] for place, entry in enumerate(self.entries)}
        entries = as_shown(self.entries, self.present(seed).entries)
        return Review(
            self.interaction,
            self.head.stem,
            self.grade(response),
            tuple(_line(entry, given.get(entry.id, ""), right[entry.id]) for entry in entries),
            self.head.rationale,
        )

    def key(self) -> Stored:
        return {"order": [entry.id for entry in self.entries]}

    def guess(self, seed: int) -> Stored:
        order = [entry.id for entry in self.entries]
        draws(seed).shuffle(order)
        return {"order": order}

    @classmethod
    def samples(cls) -> tuple[Sample, ...]:
        texts = ("Listen", "Note the words", "Ask what is meant", "Report")
        entries = tuple(Option(option_id(text), text, f"Feedback on {text.lower()}") for text in texts)
        head = Head("sample-ordering", "What comes before what?", "Ask before you report.")
        block = Head("sample-ordering-run", "What comes before what, in one run?", "Ask before you report.")
        return (
            _sample(cls(head, entries, RULES[0], "earliest", "latest"), ((1, 2, 4, 3), Fraction(1, 3))),
            _sample(cls(block, entries, RULES[1]), ((2, 3, 4, 1), Fraction(2, 3))),
        )


def share(rule: str, right: Sequence[str], given: Sequence[str]) -> Fraction:
    """The share of the mark for the order ``given``, exactly, with n entries in the order ``right``.

    - adjacent_pairs: (right-order neighbours that stand directly one after the other) / (n - 1).
      Moodle's ordering question calls it "relative to the next item, excluding last".
    - longest_run: (L - 1) / (n - 1), where L is the length of the longest block of entries that stand
      together and in right succession. Moodle's "longest contiguous subset" gives L / n for L > 1;
      one less above and below makes a single entry, which is always in order, earn nothing.
    """
    successor = dict(pairwise(right))
    run = longest = pairs = 0
    for before, after in pairwise(given):
        run = run + 1 if successor.get(before) == after else 0
        pairs += run > 0
        longest = max(longest, run)
    return Fraction(longest if rule == "longest_run" else pairs, len(right) - 1)


def _sample(item: Ordering, partly: tuple[tuple[int, ...], Fraction]) -> Sample:
    def form(places: Sequence[int | str]) -> dict[str, list[str]]:
        return {f"place-{entry.id}": [str(place)] for entry, place in zip(item.entries, places, strict=True)}

    # each tuple gives the place of every entry in turn; 2, 3, 4, 1 puts the last entry first
    return Sample(
        item,
        right=form((1, 2, 3, 4)),
        wrong=form((4, 3, 2, 1)),
        partly=(form(partly[0]), partly[1]),
        invalid=(
            form((1, 1, 2, 3)),
            form((1, 2, 3, "")),
            form((1, 2, 3, 5)),
            form((1, 2, 3, "last")),
            form((1, 2, 3, 4)) | {"place-no-such-entry": ["1"]},
        ),
    )


def _line(entry: Option, given: str, right: str) -> Line:
    verdict = "missed" if not given else "right" if given == right else "wrong"
    return Line(entry.text, given, right, verdict, entry.feedback)
