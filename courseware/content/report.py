"""Reading files while collecting every problem, so that one run names them all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from courseware.content import yaml_lines
from courseware.domain.faults import Reader

MOST_BYTES = 2_000_000


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault of a course file: the file below the course's folder, the line, what would be right."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


class BrokenCourse(RuntimeError):
    """The course files have faults; the message lists each with its file and line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass
class Report:
    """The problems found so far below ``root``."""

    root: Path
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, line: int, message: str) -> None:
        """Record a problem."""
        self.problems.append(Problem(path.relative_to(self.root).as_posix(), line, message))

    def text(self, path: Path) -> str | None:
        """A file's text; None, with a problem, where it can't be read."""
        try:
            if path.stat().st_size > MOST_BYTES:
                self.add(path, 1, f"is larger than {MOST_BYTES} bytes")
                return None
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            self.add(path, 1, "is missing")
        except UnicodeDecodeError as error:
            self.add(path, 1, f"is not UTF-8 (byte {error.start + 1})")
        return None

    def yaml(self, path: Path, text: str | None = None, first_line: int = 1) -> Source | None:
        """A YAML file, or a piece of one given as ``text``; None, with problems, where it can't be parsed."""
        content = self.text(path) if text is None else text
        if content is None:
            return None
        located = yaml_lines.load(content, first_line)
        for line, message in located.faults:
            self.add(path, line, message)
        return None if located.faults else Source(self, path, located)


@dataclass(frozen=True, slots=True)
class Source:
    """Parsed YAML that knows its file."""

    report: Report
    path: Path
    located: yaml_lines.Located

    def reader(self) -> Reader:
        """A reader over the whole document."""
        return Reader(self.located.data)

    def take(self, reader: Reader) -> bool:
        """Turn the reader's faults into problems with lines; True where there were none."""
        for fault in reader.faults:
            self.report.add(self.path, self.located.line(fault.path), str(fault))
        return not reader.faults
