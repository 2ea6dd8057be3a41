"""True or false with a reason: a verdict on a statement, and why."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
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
    known,
    one,
    option_id,
    read_options,
    shuffled,
)

VERDICTS = ("true", "false")


@dataclass(frozen=True, slots=True)
class TrueFalseReasonPresentation(Presentation):
    """The statement and the reasons in the order they are shown."""

    reasons: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class TrueFalseReason(Item):
    """A statement that is true or false, with three to five reasons, one of them the key.

    Form: ``verdict`` (true or false) and ``reason`` (option id). Either may be missing: what is
    there is kept and graded. Stored: ``{"verdict": "true" | "false" | None, "reason": id | None}``.
    """

    answer: bool
    when_true: str
    when_false: str
    reasons: tuple[Option, ...]

    interaction: ClassVar[str] = "true_false_reason"

    @classmethod
    def read(cls, head: Head, reader: Reader) -> Self:
        answer = reader.flag("answer")
        feedback = reader.reader("feedback")
        when_true, when_false = (feedback.text(verdict, most=4_000) for verdict in VERDICTS)
        feedback.done()
        reasons = read_options(reader, "reasons", least=3, most=5)
        keys = sum(reason.key for reason in reasons)
        if reasons and keys != 1:
            reader.fault(f"{keys} reasons are marked as the key; exactly one must be", "reasons")
        return cls(head, answer, when_true, when_false, reasons)

    def fields(self) -> dict[str, object]:
        return {
            "answer": self.answer,
            "feedback": {"true": self.when_true, "false": self.when_false},
            "reasons": [dump_option(reason) for reason in self.reasons],
        }

    def _right(self) -> str:
        return "true" if self.answer else "false"

    def present(self, seed: int) -> TrueFalseReasonPresentation:
        reasons = shuffled(self.reasons, seed, self.head.id)
        return TrueFalseReasonPresentation(self.interaction, self.head.stem, reasons)

    def parse_response(self, fields: Fields) -> Stored | None:
        verdict, reason = one(fields, "verdict"), one(fields, "reason")
        if verdict is not None and verdict not in VERDICTS:
            raise InvalidResponse("Choose true or false.", "verdict")
        if reason is not None:
            known(reason, self.reasons, "reason")
        return {"verdict": verdict, "reason": reason} if verdict or reason else None

    def form_of(self, response: Stored) -> dict[str, list[str]]:
        return {name: [str(response[name])] for name in ("verdict", "reason") if response[name] is not None}

    def grade(self, response: Stored | None) -> Outcome:
        """Half for the right verdict, and half for the right reason given with the right verdict.

        The two-tier convention (Treagust, Int. J. Sci. Educ. 10, 1988, 159-169): a right reason under
        a wrong verdict shows no understanding and earns nothing, nor does a reason without a verdict.
        """
        if response is None:
            return UNANSWERED
        if response["verdict"] != self._right():
            return Outcome(Fraction(0))
        reasoned = any(reason.key and reason.id == response["reason"] for reason in self.reasons)
        return Outcome(Fraction(1 + reasoned, 2))

    def review(self, response: Stored | None, seed: int) -> Review:
        """The two verdicts, true before false, then the reasons as shown."""
        given = {"verdict": None, "reason": None} if response is None else response
        verdicts = (
            Option("true", "True", self.when_true, key=self.answer),
            Option("false", "False", self.when_false, key=not self.answer),
        )
        counts = given["verdict"] == self._right()
        reasons = as_shown(self.reasons, self.present(seed).reasons)
        return Review(
            self.interaction,
            self.head.stem,
            self.grade(response),
            (
                *(_line(option, chosen=option.id == given["verdict"], counts=True) for option in verdicts),
                *(_line(option, chosen=option.id == given["reason"], counts=counts) for option in reasons),
            ),
            self.head.rationale,
        )

    def key(self) -> Stored:
        return {"verdict": self._right(), "reason": next(reason.id for reason in self.reasons if reason.key)}

    def guess(self, seed: int) -> Stored:
        draw = draws(seed)
        return {"verdict": draw.choice(("true", "false")), "reason": draw.choice(self.reasons).id}

    @classmethod
    def samples(cls) -> tuple[Sample, ...]:
        texts = ("It shows where each force stood", "It ends the fighting by itself", "It names the guilty side")
        reasons = tuple(Option(option_id(text), text, f"Feedback: {text}.", key=text == texts[0]) for text in texts)
        head = Head("sample-true-false", "A map agreed by both sides helps a ceasefire.", "Lines can be checked.")
        item = cls(head, True, "A line on paper can be checked.", "Without lines nobody can check.", reasons)
        ids = [reason.id for reason in reasons]
        return (
            Sample(
                item,
                right={"verdict": ["true"], "reason": [ids[0]]},
                wrong={"verdict": ["false"], "reason": [ids[0]]},
                partly=({"verdict": ["true"], "reason": [ids[1]]}, Fraction(1, 2)),
                invalid=(
                    {"verdict": ["perhaps"], "reason": [ids[0]]},
                    {"verdict": ["true", "false"]},
                    {"verdict": ["true"], "reason": ["no-such-reason"]},
                ),
            ),
        )


def _line(option: Option, *, chosen: bool, counts: bool) -> Line:
    verdict = ("right" if option.key else "wrong") if chosen else ("missed" if option.key else "")
    words = "chosen" if counts or verdict != "right" else "chosen, but it counts only with the right verdict"
    return Line(option.text, words if chosen else "", "the answer" if option.key else "", verdict, option.feedback)
