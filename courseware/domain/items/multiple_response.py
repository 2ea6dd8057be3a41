"""Multiple response: each option is ticked or left, and one or more are right."""

from __future__ import annotations

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
    listed,
    option_id,
    read_options,
    several,
    shuffled,
)

RULES = ("per_option", "all_or_nothing", "right_minus_wrong")


@dataclass(frozen=True, slots=True)
class MultipleResponsePresentation(Presentation):
    """The stem, the options in the order they are shown, and the scoring rule that holds (one of RULES)."""

    options: tuple[Shown, ...]
    scoring: str


@dataclass(frozen=True, slots=True)
class MultipleResponse(Item):
    """Four to eight options, at least one right and at least one wrong.

    Form: ``answer`` once for each ticked option; nothing ticked is left blank.
    Stored: ``{"choices": [option ids in file order]}``.
    """

    options: tuple[Option, ...]
    scoring: str = RULES[0]

    interaction: ClassVar[str] = "multiple_response"

    @classmethod
    def read(cls, head: Head, reader: Reader) -> Self:
        options = read_options(reader, "options", least=4, most=8)
        keys = sum(option.key for option in options)
        if options and not 0 < keys < len(options):
            reader.fault(f"{keys} of {len(options)} are marked as right; mark at least one and leave one", "options")
        return cls(head, options, reader.choice("scoring", RULES, default=RULES[0]))

    def fields(self) -> dict[str, object]:
        data: dict[str, object] = {"options": [dump_option(option) for option in self.options]}
        return data if self.scoring == RULES[0] else data | {"scoring": self.scoring}

    def present(self, seed: int) -> MultipleResponsePresentation:
        options = shuffled(self.options, seed, self.head.id)
        return MultipleResponsePresentation(self.interaction, self.head.stem, options, self.scoring)

    def parse_response(self, fields: Fields) -> Stored | None:
        ticked = several(fields, "answer", self.options)
        return {"choices": ticked} if ticked else None

    def form_of(self, response: Stored) -> dict[str, list[str]]:
        # not in file order: forms go to trainees, and authors tend to write the right options first
        return {"answer": sorted(listed(response, "choices"))}

    def grade(self, response: Stored | None) -> Outcome:
        """Mark by the item's rule; ``share`` holds the formulas."""
        if response is None:
            return UNANSWERED
        ticked = set(listed(response, "choices"))
        hits = sum(option.id in ticked for option in self.options if option.key)
        slips = sum(option.id in ticked for option in self.options if not option.key)
        keys = sum(option.key for option in self.options)
        return Outcome(share(self.scoring, len(self.options), keys, hits, slips))

    def review(self, response: Stored | None, seed: int) -> Review:
        ticked = [] if response is None else listed(response, "choices")
        options = as_shown(self.options, self.present(seed).options)
        return Review(
            self.interaction,
            self.head.stem,
            self.grade(response),
            tuple(_line(option, chosen=option.id in ticked) for option in options),
            self.head.rationale,
        )

    def key(self) -> Stored:
        return {"choices": [option.id for option in self.options if option.key]}

    def guess(self, seed: int) -> Stored:
        draw = draws(seed)
        ticked = [option.id for option in self.options if draw.random() < 0.5]
        return {"choices": ticked or [draw.choice(self.options).id]}

    @classmethod
    def samples(cls) -> tuple[Sample, ...]:
        return tuple(_sample(cls, rule, credit) for rule, credit in zip(RULES, _SAMPLE_CREDIT, strict=True))


def share(rule: str, options: int, keys: int, hits: int, slips: int) -> Fraction:
    """The share of the mark for ``hits`` rightly and ``slips`` wrongly ticked, exactly.

    With n options, k keys, h hits, s slips, t = h + s ticks and R = h + (n - k - s) right decisions:

    - all_or_nothing: 1 where every decision is right, else 0. PrairieLearn's checkbox default.
    - right_minus_wrong: max(0, h/k - s/(n - k)), Youden's J (Cancer 3, 1950, 32-35). PrairieLearn's
      "percent correct" takes s/k instead, so that a wrong tick weighs as much as a right one.
    - per_option: max(0, (R - E) / (n - E)), where E = (t*k + (n - t)*(n - k)) / n is the number of
      right decisions that t ticks placed at random get on average. This is PrairieLearn's "every
      decision counts" (R/n) less chance, which is Cohen's kappa (Educ. Psychol. Meas. 20, 1960,
      37-46): every option counts, and ticking all, ticking none or guessing earns nothing.
    """
    right = hits + options - keys - slips
    if rule == "all_or_nothing":
        return Fraction(int(right == options))
    if rule == "right_minus_wrong":
        return max(Fraction(0), Fraction(hits, keys) - Fraction(slips, options - keys))
    ticks = hits + slips
    expected = Fraction(ticks * keys + (options - ticks) * (options - keys), options)
    return max(Fraction(0), (right - expected) / (options - expected))


_SAMPLE_CREDIT = (Fraction(1, 2), None, Fraction(1, 2))


def _sample(cls: type[MultipleResponse], rule: str, credit: Fraction | None) -> Sample:
    keys = ("The time it was heard", "The words that were used")
    options = tuple(
        Option(option_id(text), text, f"Feedback on {text.lower()}", key=text in keys)
        for text in (keys[0], "Who must have fired", keys[1], "What the other side will say")
    )
    ids = [option.id for option in options]
    stem = "What belongs in the first log entry?"
    item = cls(Head(f"sample-multiple-{rule.replace('_', '-')}", stem, "A log holds what is known."), options, rule)
    return Sample(
        item,
        right={"answer": [ids[0], ids[2]]},
        wrong={"answer": [ids[1]]},
        partly=None if credit is None else ({"answer": [ids[0]]}, credit),
        invalid=({"answer": ["no-such-option"]}, {"answer": [ids[0], "no-such-option"]}),
    )


def _line(option: Option, *, chosen: bool) -> Line:
    verdict = ("right" if option.key else "wrong") if chosen else ("missed" if option.key else "")
    return Line(option.text, "chosen" if chosen else "", "choose" if option.key else "leave", verdict, option.feedback)
