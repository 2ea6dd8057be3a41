"""Claims: the teachable statements of an article, each with the verdict of the fact-check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

VERDICTS = ("sound", "imprecise", "wrong", "unsupported")
TEACHABLE = ("sound", "imprecise")
KINDS = ("principle", "role", "technique", "legal", "case", "history", "challenge", "trend")
CONFIDENCES = ("high", "medium", "low")
BASES = ("lookup", "knowledge")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the article that a module derives from."""

    id: str
    heading: str
    strand: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement. ``text`` restates the article (an addition restates the record).

    note: what the record shows, and the form that is taught where the verdict is imprecise.
    basis: "lookup" where a cited source was looked up, else "knowledge".
    """

    id: str
    section: str
    kind: str
    text: str
    verdict: str
    confidence: str
    basis: str
    note: str = ""
    sources: tuple[str, ...] = ()
    addition: bool = False

    @property
    def teachable(self) -> bool:
        """Whether a lesson may state it, as it is or in the note's form."""
        return self.verdict in TEACHABLE


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of what should be taught and assessed is. Additions are not counted."""

    claims: int
    teachable: int
    taught: frozenset[str]
    assessed: frozenset[str]


def coverage(claims: Iterable[Claim], marked: Iterable[str], assessed: Iterable[str]) -> Coverage:
    """The teachable claims that a lesson marks and that an item rests on."""
    own = [claim for claim in claims if not claim.addition]
    teachable = {claim.id for claim in own if claim.teachable}
    return Coverage(len(own), len(teachable), frozenset(teachable & set(marked)), frozenset(teachable & set(assessed)))
