"""Matching: give each left-hand text its partner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Self

from courseware.domain.faults import Reader
from courseware.domain.items.base import (
    UNANSWERED,
    Fields,
    Head,
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
    fold,
    known,
    one,
    option_id,
    paired,
    read_options,
    refuse_strangers,
    shuffled,
)


@dataclass(frozen=True, slots=True)
class Pair:
    """A left-hand text, its partner and the feedback on the two."""

    left: str
    right: str
    feedback: str

    @property
    def left_id(self) -> str:
        """The id of the left-hand text."""
        return option_id(self.left)

    @property
    def right_id(self) -> str:
        """The id of the partner."""
        return option_id(self.right)


@dataclass(frozen=True, slots=True)
class MatchingPresentation(Presentation):
    """The left-hand texts in file order; all right-hand texts, extras among them, in the order they are shown."""

    lefts: tuple[Shown, ...]
    rights: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Matching(Item):
    """Three to eight pairs, and extra right-hand texts that match nothing.

    Form: ``match-<left id>`` = right id. Rows may be left blank, and a right-hand text may be given
    to several rows. Stored: ``{"pairs": {left id: right id}}``, answered rows only.
    """

    pairs: tuple[Pair, ...]
    extra: tuple[Option, ...] = ()

    interaction: ClassVar[str] = "matching"

    @classmethod
    def read(cls, head: Head, reader: Reader) -> Self:
        pairs = tuple(_read_pair(row) for row in reader.readers("pairs", least=3, most=8))
        extra = read_options(reader, "extra", least=0, most=8, keyed=False)
        lefts = [(("pairs", row, "left"), pair.left) for row, pair in enumerate(pairs)]
        rights = [(("pairs", row, "right"), pair.right) for row, pair in enumerate(pairs)]
        spare = [(("extra", row, "text"), option.text) for row, option in enumerate(extra)]
        # extras among themselves have been compared as options are
        _refuse_repeats(reader, lefts, len(lefts))
        _refuse_repeats(reader, rights + spare, len(rights))
        return cls(head, pairs, extra)

    def fields(self) -> dict[str, object]:
        pairs = [{"left": pair.left, "right": pair.right, "feedback": pair.feedback} for pair in self.pairs]
        data: dict[str, object] = {"pairs": pairs}
        return data | {"extra": [dump_option(option) for option in self.extra]} if self.extra else data

    def _rights(self) -> tuple[Option, ...]:
        partners = tuple(Option(pair.right_id, pair.right, pair.feedback) for pair in self.pairs)
        return partners + self.extra

    def present(self, seed: int) -> MatchingPresentation:
        lefts = tuple(Shown(pair.left_id, pair.left) for pair in self.pairs)
        rights = shuffled(self._rights(), seed, self.head.id)
        return MatchingPresentation(self.interaction, self.head.stem, lefts, rights)

    def parse_response(self, fields: Fields) -> Stored | None:
        refuse_strangers(fields, "match-", [pair.left_id for pair in self.pairs])
        matches: dict[str, str] = {}
        for pair in self.pairs:
            field = f"match-{pair.left_id}"
            if (value := one(fields, field)) is not None:
                matches[pair.left_id] = known(value, self._rights(), field)
        return {"pairs": matches} if matches else None

    def form_of(self, response: Stored) -> dict[str, list[str]]:
        return {f"match-{left}": [right] for left, right in paired(response, "pairs").items()}

    def grade(self, response: Stored | None) -> Outcome:
        """(right pairs) / (pairs); a blank row counts as not right. PrairieLearn's matching element does the same."""
        if response is None:
            return UNANSWERED
        matches = paired(response, "pairs")
        right = sum(matches.get(pair.left_id) == pair.right_id for pair in self.pairs)
        return Outcome(Fraction(right, len(self.pairs)))

    def review(self, response: Stored | None, seed: int) -> Review:
        """One line a pair in file order, then one an extra text in the order shown."""
        matches = {} if response is None else paired(response, "pairs")
        texts = {option.id: option.text for option in self._rights()}
        shown = as_shown(self._rights(), self.present(seed).rights)
        takers = {
            option.id: [pair.left for pair in self.pairs if matches.get(pair.left_id) == option.id] for option in shown
        }
        return Review(
            self.interaction,
            self.head.stem,
            self.grade(response),
            (
                *(_line(pair, texts.get(matches.get(pair.left_id, ""), "")) for pair in self.pairs),
                *(_extra_line(option, takers[option.id]) for option in shown if option in self.extra),
            ),
            self.head.rationale,
        )

    def key(self) -> Stored:
        return {"pairs": {pair.left_id: pair.right_id for pair in self.pairs}}

    def guess(self, seed: int) -> Stored:
        draw = draws(seed)
        return {"pairs": {pair.left_id: draw.choice(self._rights()).id for pair in self.pairs}}

    @classmethod
    def samples(cls) -> tuple[Sample, ...]:
        pairs = (
            Pair("Position", "What a party says it wants", "It is what you hear first."),
            Pair("Interest", "Why a party wants it", "It is what you ask for."),
            Pair("Red line", "What a party will not accept", "It is what you test with care."),
        )
        text = "What a party dreams of"
        extra = (Option(option_id(text), text, "Dreams are not among the three words."),)
        item = cls(Head("sample-matching", "Match the word and its meaning.", "Ask why."), pairs, extra)
        names = [f"match-{pair.left_id}" for pair in pairs]
        rights = [pair.right_id for pair in pairs]
        return (
            Sample(
                item,
                right=_form(names, rights),
                wrong=_form(names, [rights[1], extra[0].id, rights[1]]),
                partly=(_form(names, [rights[0], rights[0], ""]), Fraction(1, 3)),
                invalid=(
                    _form(names, ["no-such-text", rights[1], rights[2]]),
                    _form(names, rights) | {names[0]: rights[:2]},
                    _form(names, rights) | {"match-no-such-row": [rights[0]]},
                ),
            ),
        )


def _form(names: Sequence[str], values: Sequence[str]) -> dict[str, list[str]]:
    return {name: [value] for name, value in zip(names, values, strict=True)}


def _read_pair(row: Reader) -> Pair:
    pair = Pair(row.text("left", most=2_000), row.text("right", most=2_000), row.text("feedback", most=4_000))
    row.done()
    return pair


def _refuse_repeats(reader: Reader, texts: Sequence[tuple[tuple[str | int, ...], str]], among: int) -> None:
    """A fault for each text that equals one of the first ``among`` that stand before it."""
    for index, (path, text) in enumerate(texts):
        earlier = {fold(other) for _, other in texts[: min(index, among)]}
        if text and fold(text) in earlier:
            reader.fault("the same text stands twice (capitals and spaces aside); each must differ", *path)


def _line(pair: Pair, given: str) -> Line:
    verdict = "missed" if not given else "right" if given == pair.right else "wrong"
    return Line(pair.left, given, pair.right, verdict, pair.feedback)


def _extra_line(option: Option, takers: Sequence[str]) -> Line:
    return Line(option.text, ", ".join(takers), "matches nothing", "wrong" if takers else "", option.feedback)
