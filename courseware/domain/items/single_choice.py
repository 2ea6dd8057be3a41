"""Single choice: exactly one option is right."""

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
    in_file_order,
    known,
    one,
    option_id,
    read_options,
    shuffled,
)


@dataclass(frozen=True, slots=True)
class SingleChoicePresentation(Presentation):
    """The stem and the options in the order they are shown."""

    options: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class SingleChoice(Item):
    """Three to six options, one of them the key."""

    options: tuple[Option, ...]
    shuffle: bool = True

    interaction: ClassVar[str] = "single_choice"

    @classmethod
    def read(cls, head: Head, reader: Reader) -> Self:
        options = read_options(reader, "options", least=3, most=6)
        keys = sum(option.key for option in options)
        if options and keys != 1:
            reader.fault(f"{keys} options are marked as the key; exactly one must be", "options")
        return cls(head, options, reader.flag("shuffle", default=True))

    def fields(self) -> dict[str, object]:
        data: dict[str, object] = {"options": [dump_option(option) for option in self.options]}
        return data if self.shuffle else data | {"shuffle": False}

    def present(self, seed: int) -> SingleChoicePresentation:
        options = shuffled(self.options, seed, self.head.id) if self.shuffle else in_file_order(self.options)
        return SingleChoicePresentation(self.interaction, self.head.stem, options)

    def parse_response(self, fields: Fields) -> Stored | None:
        value = one(fields, "answer")
        return None if value is None else {"choice": known(value, self.options, "answer")}

    def form_of(self, response: Stored) -> dict[str, list[str]]:
        return {"answer": [str(response["choice"])]}

    def grade(self, response: Stored | None) -> Outcome:
        """1 for the key, 0 for any other option."""
        if response is None:
            return UNANSWERED
        return Outcome(Fraction(int(any(o.key and o.id == response["choice"] for o in self.options))))

    def review(self, response: Stored | None, seed: int) -> Review:
        choice = None if response is None else response["choice"]
        options = as_shown(self.options, self.present(seed).options)
        return Review(
            self.interaction,
            self.head.stem,
            self.grade(response),
            tuple(_line(option, chosen=option.id == choice) for option in options),
            self.head.rationale,
        )

    def key(self) -> Stored:
        return {"choice": next(option.id for option in self.options if option.key)}

    def guess(self, seed: int) -> Stored:
        return {"choice": draws(seed).choice([option.id for option in self.options])}

    @classmethod
    def samples(cls) -> tuple[Sample, ...]:
        options = tuple(
            Option(option_id(text), text, f"Feedback on {text}", key=text == "Log it")
            for text in ("Ignore it", "Log it", "Publish it")
        )
        item = cls(Head("sample-single", "A report comes in. What first?", "A log keeps the words used."), options)
        return (
            Sample(
                item,
                right={"answer": [options[1].id]},
                wrong={"answer": [options[0].id]},
                partly=None,
                invalid=({"answer": ["no-such-option"]}, {"answer": [options[0].id, options[1].id]}),
            ),
        )


def _line(option: Option, *, chosen: bool) -> Line:
    verdict = ("right" if option.key else "wrong") if chosen else ("missed" if option.key else "")
    return Line(option.text, "chosen" if chosen else "", "the answer" if option.key else "", verdict, option.feedback)
