"""The contract that every interaction keeps, and what they share.

An interaction is one file with one class derived from ``Item``. Its phases are apart:
``parse`` and ``dump`` (file form), ``present`` (what a trainee may see: a value whose type
has no place for the key), ``parse_response``, ``grade``, ``review`` (after release) and
``samples`` (correct, wrong and invalid responses that the walking test tries).

A response that can't be read is invalid, which is not wrong: ``parse_response`` raises
``InvalidResponse`` with the reason, and nothing is stored or marked.
"""

from __future__ import annotations

import hashlib
import json
import random
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, Self

from courseware.domain.faults import Reader

LEVELS = ("recall", "application", "judgement")
STATUSES = ("draft", "review", "live", "retired")

Fields = Mapping[str, Sequence[str]]
"""A submitted form: each name with its values in the order sent."""

Stored = Mapping[str, object]
"""A response as it is kept: plain JSON data in the item's own option ids."""


class InvalidResponse(ValueError):
    """The response can't be read. ``field`` names the form field, the text says what would be right."""

    def __init__(self, message: str, field: str = "answer") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Head:
    """What every item carries whatever its interaction."""

    id: str
    stem: str
    rationale: str = ""
    competency: str = ""
    level: str = "application"
    claims: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    status: str = "live"


@dataclass(frozen=True, slots=True)
class Option:
    """A text that a trainee can choose, with the feedback shown after release."""

    id: str
    text: str
    feedback: str
    key: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """An option as a trainee may see it before release: no key, no feedback."""

    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a trainee may see before release. Subclasses add fields, never a key."""

    interaction: str
    stem: str


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a review: an option, a pair, an entry.

    chosen: what the trainee did with it, in words ("chosen", "third", a partner's text), or "".
    expected: what would have been right, in words, or "".
    verdict: "right", "wrong", "missed" (should have been chosen and was not) or "" (rightly left).
    """

    text: str
    chosen: str
    expected: str
    verdict: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What grading made of a response.

    score: the share of the item's mark earned, an exact fraction from 0 to 1.
    answered: False where no response was given (graded 0, and said to be so).
    """

    score: Fraction
    answered: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.score <= 1:
            raise ValueError(f"a score lies between 0 and 1, not {self.score}")

    @property
    def verdict(self) -> str:
        """ "right", "partly" or "wrong"."""
        return "right" if self.score == 1 else "partly" if self.score else "wrong"


UNANSWERED = Outcome(Fraction(0), answered=False)


@dataclass(frozen=True, slots=True)
class Review:
    """What a trainee may see of an item after release: the key and every feedback."""

    interaction: str
    stem: str
    outcome: Outcome
    lines: tuple[Line, ...]
    rationale: str


@dataclass(frozen=True, slots=True)
class Sample:
    """An item with responses whose fate is known, given as a browser would send them."""

    item: Item
    right: Fields
    wrong: Fields
    partly: tuple[Fields, Fraction] | None
    invalid: tuple[Fields, ...]


@dataclass(frozen=True, slots=True)
class Item(ABC):
    """One question. Subclasses are frozen values; an edited item is another value."""

    head: Head

    interaction: ClassVar[str]

    @classmethod
    @abstractmethod
    def read(cls, head: Head, reader: Reader) -> Self:
        """Read this interaction's own fields. Faults are collected in the reader; the value
        is only used where there are none."""

    @abstractmethod
    def fields(self) -> dict[str, object]:
        """This interaction's own fields in file form, such that ``read`` gives an equal item."""

    @abstractmethod
    def present(self, seed: int) -> Presentation:
        """What a trainee may see; the order of options depends on ``seed`` and not on the key."""

    @abstractmethod
    def parse_response(self, fields: Fields) -> Stored | None:
        """The submitted form as stored data; None where the trainee left the item blank.

        Raises InvalidResponse where the form can't be an answer to this item.
        """

    @abstractmethod
    def form_of(self, response: Stored) -> dict[str, list[str]]:
        """The stored response as form fields: what ``parse_response`` reads back as the same."""

    @abstractmethod
    def grade(self, response: Stored | None) -> Outcome:
        """Mark a stored response. Pure: the same response gets the same outcome for ever."""

    @abstractmethod
    def review(self, response: Stored | None, seed: int) -> Review:
        """What is shown after release, in the order that ``present(seed)`` showed."""

    @abstractmethod
    def key(self) -> Stored:
        """A response that earns the whole mark."""

    @abstractmethod
    def guess(self, seed: int) -> Stored:
        """A response of somebody who knows nothing, drawn from ``seed``: for simulated cohorts."""

    @classmethod
    @abstractmethod
    def samples(cls) -> tuple[Sample, ...]:
        """Items with right, wrong, partly right and invalid responses."""

    def dump(self) -> dict[str, object]:
        """The whole item in file form; empty optional fields are left out."""
        head = self.head
        data: dict[str, object] = {"id": head.id, "type": self.interaction}
        if head.competency:
            data |= {"competency": head.competency, "level": head.level}
        for name in ("claims", "objectives", "tags"):
            if values := getattr(head, name):
                data[name] = list(values)
        if head.status != "live":
            data["status"] = head.status
        data["stem"] = head.stem
        data |= self.fields()
        if head.rationale:
            data["rationale"] = head.rationale
        return data

    def content_hash(self) -> str:
        """64 hex digits that name this exact item: SHA-256 of its canonical JSON file form."""
        text = json.dumps(self.dump(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def read_options(reader: Reader, name: str, *, least: int, most: int, keyed: bool = True) -> tuple[Option, ...]:
    """The options under ``name``: text, feedback and, where ``keyed``, ``key``; texts differ."""
    options: list[Option] = []
    for option in reader.readers(name, least=least, most=most):
        text = option.text("text", most=2_000)
        feedback = option.text("feedback", most=4_000)
        key = option.flag("key", default=False) if keyed else False
        option.done()
        if text and any(fold(text) == fold(other.text) for other in options):
            option.fault("the same text stands twice (capitals and spaces aside); options must differ", "text")
        options.append(Option(option_id(text), text, feedback, key))
    return tuple(options)


def fold(text: str) -> str:
    """The text as a reader tells texts apart: without case and with single spaces."""
    return " ".join(text.split()).casefold()


def dump_option(option: Option) -> dict[str, object]:
    """An option in file form."""
    data: dict[str, object] = {"text": option.text}
    if option.key:
        data["key"] = True
    return data | {"feedback": option.feedback}


def option_id(text: str) -> str:
    """A name for an option that tells nothing of its place or of the key: 10 hex digits of its text's hash."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]


def shuffled(options: Sequence[Option], seed: int, salt: str = "") -> tuple[Shown, ...]:
    """The options without key and feedback in an order that depends on their texts and the seed alone."""
    shown = sorted((Shown(option.id, option.text) for option in options), key=lambda each: each.id)
    random.Random(f"{seed}:{salt}").shuffle(shown)  # noqa: S311 - an order to read in, not a secret
    return tuple(shown)


def draws(seed: int) -> random.Random:
    """A source of repeatable draws."""
    return random.Random(seed)  # noqa: S311 - repeatable on purpose, no secret


def as_shown(options: Sequence[Option], shown: Sequence[Shown]) -> tuple[Option, ...]:
    """The full options in the order in which they were shown."""
    by_id = {option.id: option for option in options}
    return tuple(by_id[each.id] for each in shown)


def in_file_order(options: Sequence[Option]) -> tuple[Shown, ...]:
    """The options without key and feedback as the author put them."""
    return tuple(Shown(option.id, option.text) for option in options)


def one(fields: Fields, name: str) -> str | None:
    """The single value of a form field, None where it is absent or empty.

    Raises InvalidResponse where it was sent more than once.
    """
    values = [value for value in fields.get(name, ()) if value != ""]
    if len(values) > 1:
        raise InvalidResponse("Choose one answer, not several.", name)
    return values[0] if values else None


def known(value: str, options: Sequence[Option], name: str) -> str:
    """``value`` where it is the id of one of the options; else InvalidResponse."""
    if not any(value == option.id for option in options):
        raise InvalidResponse("That answer is not one of the options of this question.", name)
    return value


def several(fields: Fields, name: str, options: Sequence[Option]) -> list[str]:
    """The ids sent under ``name``, each once and in file order; empty values count as not sent.

    Raises InvalidResponse where one of them is no option.
    """
    sent = {known(value, options, name) for value in fields.get(name, ()) if value != ""}
    return [option.id for option in options if option.id in sent]


def refuse_strangers(fields: Fields, prefix: str, ids: Collection[str]) -> None:
    """Raise InvalidResponse for a field ``<prefix><id>`` whose id this question does not have."""
    for name, values in fields.items():
        if name.startswith(prefix) and name.removeprefix(prefix) not in ids and any(values):
            raise InvalidResponse("That row is not part of this question.", name)


def listed(response: Stored, name: str) -> list[str]:
    """The list of ids that a stored response keeps under ``name``."""
    values = response[name]
    return [str(value) for value in values] if isinstance(values, list) else []


def paired(response: Stored, name: str) -> dict[str, str]:
    """The ids by ids that a stored response keeps under ``name``."""
    values = response[name]
    return {str(left): str(right) for left, right in values.items()} if isinstance(values, Mapping) else {}
