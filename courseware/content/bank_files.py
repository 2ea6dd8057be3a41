"""The shipped bank: lists of items in question_bank/<module>/, and the same files written back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from courseware.content import yaml_lines
from courseware.content.lesson_files import Claims, check_claims
from courseware.content.report import Problem, Report, Source
from courseware.domain import items
from courseware.domain.faults import Fault, Reader
from courseware.domain.items.base import Item
from courseware.domain.lessons import Course


@dataclass(frozen=True, slots=True)
class BankItem:
    """An item of the shipped bank: its module, and the file and line it stands in."""

    module: str
    item: Item
    file: str
    line: int


@dataclass
class Bank:
    """The items read so far, by id. Competencies, objectives and claims that are None can't be checked."""

    report: Report
    competencies: Collection[str] | None
    items: dict[str, BankItem] = field(default_factory=dict)

    def read_folder(self, folder: Path, objectives: Collection[str] | None, claims: Claims | None) -> None:
        """Read every YAML file of a module's folder; faulty items are reported and left out."""
        for path in sorted(folder.glob("*.yaml")):
            self.read(path, objectives, claims)

    def read(self, path: Path, objectives: Collection[str] | None, claims: Claims | None) -> None:
        """Read one file."""
        source = self.report.yaml(path)
        if source is None:
            return
        if not isinstance(source.located.data, list):
            self.report.add(path, 1, "should be a list of items, each beginning with '- id:'")
            return
        for index, data in enumerate(source.located.data):
            self._read_item(source, Reader(data, (index,)), objectives, claims)

    def _read_item(
        self, source: Source, reader: Reader, objectives: Collection[str] | None, claims: Claims | None
    ) -> None:
        item = items.read(reader, competencies=self.competencies)
        if item is not None:
            check_claims(reader, item, claims)
            for index, objective in enumerate(item.head.objectives):
                if objectives is not None and objective not in objectives:
                    reader.fault(f"'{objective}' is not an objective of this module", "objectives", index)
        name = item.head.id if item is not None and item.head.id else "item"
        for fault in reader.faults:
            line = source.located.line(fault.path)
            self.report.add(source.path, line, f"{name}: {Fault(fault.path[1:], fault.message)}")
        if item is None or reader.faults:
            return
        line = source.located.line((*reader.path, "id"))
        if (other := self.items.get(item.head.id)) is not None:
            message = f"the id '{item.head.id}' is already taken in {other.file}:{other.line}"
            self.report.add(source.path, line, message)
            return
        file = source.path.relative_to(self.report.root).as_posix()
        self.items[item.head.id] = BankItem(source.path.parent.name, item, file, line)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The sound items of one file, and what is wrong with the others."""

    items: tuple[Item, ...]
    problems: tuple[Problem, ...]


def read_file(path: Path, course: Course, module: str) -> ReadFile:
    """Read one file of items for a module of the course. A faulty item does not stop the others."""
    report = Report(path.parent)
    owner = course.module(module)
    if owner is None:
        slugs = ", ".join(each.slug for each in course.modules)
        report.add(path, 1, f"'{module}' is not a module of the course; use one of: {slugs}")
        return ReadFile((), tuple(report.problems))
    bank = Bank(report, [each.id for each in course.competencies])
    claims = {claim.id: claim for claim in owner.claims}
    bank.read(path, [each.id for each in owner.objectives], claims)
    return ReadFile(tuple(each.item for each in bank.items.values()), tuple(report.problems))


def dump(items_: Iterable[Item]) -> str:
    """Items as one file of the bank."""
    return yaml_lines.dump([item.dump() for item in items_])
