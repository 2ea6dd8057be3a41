"""A lesson file: front matter, Markdown, knowledge checks and figures."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from courseware.content.figures import check_svg
from courseware.content.markdown import RECORD_SECTION, Fence, Mark, render_lesson
from courseware.content.report import Report
from courseware.content.schema import FrontMatter, read_front_matter
from courseware.domain import items
from courseware.domain.claims import Claim
from courseware.domain.faults import Reader
from courseware.domain.items.base import Item
from courseware.domain.lessons import Block, Check, Figure, Lesson, Prose

LESSON_NAME = re.compile(r"\d\d-[a-z0-9]+(?:-[a-z0-9]+)*\Z")
FRONT_MATTER = re.compile(r"---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)

Claims = dict[str, Claim]


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another lesson, to be checked when all are known. target: ``module/lesson``."""

    path: Path
    line: int
    target: str


def read_lesson(
    report: Report, path: Path, objectives: Collection[str] | None, claims: Claims | None
) -> tuple[Lesson | None, tuple[Link, ...]]:
    """A lesson and its links; None where it has faults, which are in the report.

    Objectives and claims that are None can't be checked.
    """
    text = report.text(path)
    if text is None:
        return None, ()
    if not LESSON_NAME.match(path.stem):
        report.add(path, 1, "should be named with two digits and words, such as 03-three-rings.md")
    found = FRONT_MATTER.match(text)
    if not found:
        report.add(path, 1, "should begin with front matter between two lines of ---")
        return None, ()
    module = path.parent.parent.name
    front = _front_matter(report, path, found.group(1), objectives)
    first_line = text[: found.end()].count("\n") + 1
    rendered = render_lesson(text[found.end() :], module)
    _check_marks(report, path, first_line, rendered.marks, claims)
    links = tuple(Link(path, first_line + line - 1, target) for target, line in rendered.links)
    blocks = tuple(_block(report, path, part, first_line, claims) for part in rendered.parts)
    sound = tuple(block for block in blocks if block is not None)
    _check_checks(report, path, rendered.parts, blocks)
    if front is None or len(sound) < len(blocks):
        return None, links
    lesson = Lesson(
        module,
        path.stem,
        front.title,
        front.strand,
        front.minutes,
        front.objectives,
        front.serves,
        front.terms,
        sound,
        tuple(dict.fromkeys(mark.claim for mark in rendered.marks)),
        rendered.words,
        hashlib.sha256(text.encode()).hexdigest(),
    )
    return lesson, links


def _front_matter(report: Report, path: Path, text: str, objectives: Collection[str] | None) -> FrontMatter | None:
    source = report.yaml(path, text, first_line=2)
    if source is None:
        return None
    reader = source.reader()
    front = read_front_matter(reader, objectives)
    return front if source.take(reader) else None


def _check_marks(report: Report, path: Path, first_line: int, marks: Iterable[Mark], claims: Claims | None) -> None:
    if claims is None:
        return
    for mark in marks:
        line = first_line + mark.line - 1
        claim = claims.get(mark.claim)
        if claim is None:
            report.add(path, line, f"'{mark.claim}' is not a claim of this module")
        elif not claim.teachable and mark.section != RECORD_SECTION:
            message = f"claim {claim.id} is {claim.verdict}: it may only be named under '## {RECORD_SECTION}'"
            report.add(path, line, message)


def _check_checks(report: Report, path: Path, parts: Iterable[str | Fence], blocks: Iterable[Block | None]) -> None:
    ids = [block.id for block in blocks if isinstance(block, Check)]
    if not any(isinstance(part, Fence) and part.kind == "check" for part in parts):
        report.add(path, 1, "has no knowledge check; at least one belongs in the text")
    for check_id in sorted({each for each in ids if ids.count(each) > 1}):
        report.add(path, 1, f"has two knowledge checks named '{check_id}'")


def _block(report: Report, path: Path, part: str | Fence, first_line: int, claims: Claims | None) -> Block | None:
    if isinstance(part, str):
        return Prose(part)
    source = report.yaml(path, part.body, first_line=first_line + part.line - 1)
    if source is None:
        return None
    reader = source.reader()
    if part.kind == "figure":
        figure = _figure(report, path, reader)
        return figure if source.take(reader) else None
    item = items.read(reader, competencies=None, practice=True)
    if item is not None:
        check_claims(reader, item, claims)
    return Check(item) if source.take(reader) and item is not None else None


def _figure(report: Report, path: Path, reader: Reader) -> Figure | None:
    name, caption, words = reader.text("file"), reader.text("caption"), reader.text("text")
    reader.done()
    file = path.parent.parent / "figures" / name
    if Path(name).name != name or not name.endswith(".svg") or not file.is_file():
        reader.fault(f"'{name}' should be the name of a file in figures/ that ends in .svg", "file")
        return None
    svg = report.text(file)
    faults = check_svg(svg) if svg is not None else []
    for at, message in faults:
        report.add(file, at, message)
    return None if svg is None or faults else Figure(svg, caption, words)


def check_claims(reader: Reader, item: Item, claims: Claims | None) -> None:
    """Fault the item's claims that the module does not have; None accepts any."""
    for index, claim in enumerate(item.head.claims):
        if claims is not None and claim not in claims:
            reader.fault(f"'{claim}' is not a claim of this module", "claims", index)
