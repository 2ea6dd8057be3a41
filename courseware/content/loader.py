"""Reads modules/ and question_bank/ into one immutable course, and says everything that is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from courseware.content.bank_files import Bank, BankItem
from courseware.content.lesson_files import Claims, Link, read_lesson
from courseware.content.report import BrokenCourse, Problem, Report
from courseware.content.schema import ClaimsFile, ModuleFile, read_claims, read_course, read_module
from courseware.domain.blueprint import Candidate, shortfall
from courseware.domain.drills.graph import Drill, read_drill
from courseware.domain.lessons import Competency, Course, Lesson, Module

__all__ = ["BrokenCourse", "Course", "Loaded", "Problem", "course_folder", "load", "load_sound"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The course, the shipped bank, and every problem found on the way."""

    course: Course
    bank: tuple[BankItem, ...]
    problems: tuple[Problem, ...]


def course_folder() -> Path:
    """The folder that holds modules/, question_bank/ and migrations/: the checkout's, else the wheel's copy."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "_course"
    return shipped if shipped.is_dir() else package.parent


def load_sound(root: Path) -> Loaded:
    """The course below ``root``. Raises BrokenCourse where ``load`` finds any problem."""
    loaded = load(root)
    if loaded.problems:
        raise BrokenCourse(loaded.problems)
    return loaded


def load(root: Path) -> Loaded:
    """Read the whole course below ``root``; faults are collected, and what is faulty is left out."""
    return _Loading(Report(root)).run()


@dataclass
class _Loading:
    report: Report
    competencies: tuple[Competency, ...] = ()
    known: list[str] | None = None
    links: list[Link] = field(default_factory=list)
    bank: Bank = field(init=False)

    def run(self) -> Loaded:
        modules_folder = self.report.root / "modules"
        title = ""
        if (source := self.report.yaml(modules_folder / "course.yaml")) is not None:
            reader = source.reader()
            title, self.competencies = read_course(reader)
            if source.take(reader):
                self.known = [each.id for each in self.competencies]
        self.bank = Bank(self.report, self.known)
        folders = sorted(path for path in modules_folder.iterdir() if path.is_dir()) if modules_folder.is_dir() else []
        if not folders:
            self.report.add(modules_folder, 1, "holds no module; a module is a folder with a module.yaml")
        modules = [module for folder in folders if (module := self._module(folder)) is not None]
        course = Course(title, self.competencies, tuple(sorted(modules, key=lambda module: module.order)))
        self._check_links()
        self._check_bank(folders)
        for module in course.modules:
            self._check_module(course, module)
        return Loaded(course, tuple(self.bank.items.values()), tuple(sorted(set(self.report.problems))))

    def _module(self, folder: Path) -> Module | None:
        about = self._module_file(folder / "module.yaml")
        found = self._claims_file(folder / "claims.yaml")
        # With faults in one of the two the rest is read all the same; what rests on it can't be checked (None).
        claims = {claim.id: claim for claim in found.claims} if found else None
        objectives = [objective.id for objective in about.objectives] if about else None
        lessons = self._lessons(folder, objectives, claims)
        drills = [drill for path in sorted(folder.glob("drills/*.yaml")) if (drill := self._drill(path, claims))]
        self.bank.read_folder(self.report.root / "question_bank" / folder.name, objectives, claims)
        if about is None or found is None:
            return None
        return Module(
            about.slug,
            about.order,
            about.title,
            about.article,
            about.audience,
            about.summary,
            about.objectives,
            about.competencies,
            about.quiz,
            about.completion,
            found.sections,
            found.claims,
            lessons,
            tuple(sorted(drills, key=lambda drill: (drill.order, drill.id))),
        )

    def _module_file(self, path: Path) -> ModuleFile | None:
        if (source := self.report.yaml(path)) is None:
            return None
        reader = source.reader()
        about = read_module(reader, path.parent.name, self.known)
        return about if source.take(reader) else None

    def _claims_file(self, path: Path) -> ClaimsFile | None:
        if (source := self.report.yaml(path)) is None:
            return None
        reader = source.reader()
        claims = read_claims(reader)
        return claims if source.take(reader) else None

    def _lessons(self, folder: Path, objectives: list[str] | None, claims: Claims | None) -> tuple[Lesson, ...]:
        lessons: list[Lesson] = []
        for path in sorted(folder.glob("lessons/*.md")):
            lesson, links = read_lesson(self.report, path, objectives, claims)
            self.links += links
            if lesson is not None:
                lessons.append(lesson)
        return tuple(lessons)

    def _drill(self, path: Path, claims: Claims | None) -> Drill | None:
        if (source := self.report.yaml(path)) is None:
            return None
        reader = source.reader()
        drill = read_drill(reader, self.known)
        if drill is not None:
            if drill.id != path.stem:
                reader.fault(f"should be the file's name, '{path.stem}'", "id")
            for index, scene in enumerate(drill.scenes):
                for number, choice in enumerate(scene.choices):
                    for claim in sorted(set(choice.claims) - set(claims)) if claims is not None else ():
                        message = f"'{claim}' is not a claim of this module"
                        reader.fault(message, "scenes", index, "choices", number, "claims")
        return drill if source.take(reader) else None

    def _check_links(self) -> None:
        files = (self.report.root / "modules").glob("*/lessons/*.md")
        known = {f"{path.parent.parent.name}/{path.stem}" for path in files}
        for link in self.links:
            if link.target not in known:
                self.report.add(link.path, link.line, f"links to lesson '{link.target}', which is not there")

    def _check_bank(self, folders: list[Path]) -> None:
        """Nothing of the bank may be left out because its folder has another name than its module."""
        names = {folder.name for folder in folders}
        for folder in sorted((self.report.root / "question_bank").glob("*/")):
            if folder.name not in names:
                self.report.add(folder, 1, "belongs to no module; a module of this name is not in modules/")

    def _check_module(self, course: Course, module: Module) -> None:
        path = self.report.root / "modules" / module.slug / "module.yaml"
        if [each.order for each in course.modules].count(module.order) > 1:
            self.report.add(path, 1, f"order {module.order} is taken by another module too")
        if not any(path.parent.glob("lessons/*.md")):
            self.report.add(path, 1, "the module has no lesson; put one into lessons/")
        wanted, there = module.completion.drills, len(list(path.parent.glob("drills/*.yaml")))
        if wanted > there:
            self.report.add(path, 1, f"completion asks for {wanted} drills; {there} are there")
        if not any(problem.file.startswith(f"question_bank/{module.slug}/") for problem in self.report.problems):
            for cell, lacking in shortfall(module.quiz.blueprint, self._candidates(module)):
                self.report.add(path, 1, f"quiz: the bank lacks {lacking} live items for {cell}")
        for drill in module.drills:
            file = path.parent / "drills" / f"{drill.id}.yaml"
            for slug in drill.lessons:
                if not (path.parent / "lessons" / f"{slug}.md").is_file():
                    self.report.add(file, 1, f"lessons: '{slug}' is not a lesson of this module")

    def _candidates(self, module: Module) -> list[Candidate]:
        return [
            Candidate(each.item.head.id, index, each.item.head.competency, each.item.head.level, 0, 0)
            for index, each in enumerate(self.bank.items.values())
            if each.module == module.slug and each.item.head.status == "live"
        ]
