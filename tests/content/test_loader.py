"""A whole course is read; each kind of fault is told with its file, its line and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from courseware.content.checking import check
from courseware.content.loader import BrokenCourse, Loaded, load, load_sound
from courseware.domain.lessons import Check, Figure, Prose
from tests.content.small_course import build, plant, told, write

MODULE = "modules/alpha/module.yaml"
CLAIMS = "modules/alpha/claims.yaml"
LESSON = "modules/alpha/lessons/01-first.md"
DRILL = "modules/alpha/drills/ridge.yaml"
FIGURE = "modules/alpha/figures/map.svg"
BANK = "question_bank/alpha/items.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return build(tmp_path)


def test_a_sound_course_is_read_whole(root: Path) -> None:
    loaded = load_sound(root)
    alpha, beta = loaded.course.modules
    assert (loaded.course.title, alpha.slug, beta.slug) == ("A small course", "alpha", "beta")
    assert [lesson.slug for lesson in alpha.lessons] == ["01-first", "02-second"]
    assert [claim.id for claim in alpha.claims] == ["001-s01-c01", "001-s01-c02", "001-x01"]
    assert alpha.claims[2].addition
    assert [drill.id for drill in alpha.drills] == ["ridge"]
    assert (alpha.quiz.pass_mark, alpha.quiz.blueprint.total, alpha.completion.drills) == (80, 3, 1)
    assert [(each.module, each.item.head.id, each.line) for each in loaded.bank[:2]] == [
        ("alpha", "alpha-one", 1),
        ("alpha", "alpha-two", 17),
    ]


def test_a_lesson_is_read_block_by_block(root: Path) -> None:
    lesson = load_sound(root).course.modules[0].lessons[0]
    assert [type(block) for block in lesson.blocks] == [Prose, Check, Figure, Prose]
    assert lesson.marks == ("001-s01-c01", "001-x01", "001-s01-c02")
    assert [check.id for check in lesson.checks] == ["first-words"]
    assert (lesson.strand, lesson.minutes, lesson.serves, lesson.terms[0].term) == ("principles", 5, ("o1",), "Log")
    figure = lesson.blocks[2]
    assert isinstance(figure, Figure)
    assert (figure.caption, figure.svg.splitlines()[1]) == ("A map", "<title>A map</title>")


def test_modules_stand_in_their_order(root: Path) -> None:
    plant(root, MODULE, "order: 1", "order: 3")
    assert [module.slug for module in load_sound(root).course.modules] == ["beta", "alpha"]


def test_the_content_hash_names_the_lessons_text(root: Path) -> None:
    before = load_sound(root).course.modules[0].lessons
    plant(root, LESSON, "A log keeps", "A log holds")
    after = load_sound(root).course.modules[0].lessons
    assert before[0].content_hash != after[0].content_hash
    assert before[1] == after[1]


FAULTS = [
    # missing, unknown and bad fields of each kind of file
    ("modules/course.yaml", "title: A small course\n", "", 1, "title: is missing; write a text"),
    ("modules/course.yaml", "id: impartiality", "id: listening", 6, "competencies 2, id: 'listening' stands twice"),
    (MODULE, "title: Module alpha\n", "", 1, "title: is missing; write a text"),
    (MODULE, "audience: Observers\n", "", 1, "audience: is missing; write a text"),
    (
        MODULE, "audience: Observers", "audience: Observers\nlevel: hard", 6,
        "level: is not a field here; known fields: article, audience, competencies, completion, objectives, order, "
        "quiz, slug, summary, title",
    ),
    (MODULE, "slug: alpha", "slug: alfa", 1, "slug: should be the folder's name, 'alpha'"),
    (MODULE, "order: 1", "order: first", 2, "order: should be a whole number from 1 to 99, not 'first'"),
    (MODULE, "pass_mark: 80", "pass_mark: 101", 15,
     "quiz, pass_mark: should be a whole number from 1 to 100, not '101'"),
    (MODULE, "[listening]", "[listning]", 12, "competencies 1: 'listning' is not known; use: impartiality, listening"),
    (
        MODULE, "competency: listening", "competency: hearing", 18,
        "quiz, blueprint 2, competency: 'hearing' is not known; use one of: listening, impartiality",
    ),
    (
        MODULE, "lessons: all", "lessons: some", 19,
        "completion, lessons: 'some' is not known; use one of: all, none",
    ),
    (CLAIMS, "    verdict: sound", "    verdict: good", 12,
     "claims 1, verdict: 'good' is not known; use one of: sound, imprecise, wrong, unsupported"),
    (CLAIMS, "    note: Somebody did.\n", "", 15,
     "claims 2, note: is missing; a claim that is wrong says what the record shows"),
    (CLAIMS, "id: 001-s01-c02", "id: 001-s01-c01", 15, "claims 2, id: '001-s01-c01' stands twice"),
    (CLAIMS, "id: 001-x01", "id: 001-s01-c01", 25, "additions 1, id: '001-s01-c01' stands twice"),
    (CLAIMS, "kind: legal", "kind: law", 27,
     "additions 1, kind: 'law' is not known; use one of: principle, role, technique, legal, case, history, challenge, "
     "trend"),
    (LESSON, "minutes: 5\n", "", 2, "minutes: should be a whole number from 1 to 120, not nothing"),
    (LESSON, "minutes: 5", "minutes: 5\nauthor: me", 5,
     "author: is not a field here; known fields: minutes, objectives, serves, strand, terms, title"),
    (LESSON, "strand: principles", "strand: theory", 3,
     "strand: 'theory' is not known; use one of: principles, techniques, legal, cases"),
    (LESSON, "serves: [o1]", "serves: [o1, o7]", 6, "serves 2: 'o7' is not known; use: o1, o2"),
    (LESSON, "---\ntitle", "title", 1, "should begin with front matter between two lines of ---"),
    # claims, links, checks and figures of a lesson
    (LESSON, "words. {001-s01-c01}", "words. {001-s09-c01}", 11, "'001-s09-c01' is not a claim of this module"),
    (LESSON, "words. {001-s01-c01}", "words. {001-s01-c02}", 11,
     "claim 001-s01-c02 is wrong: it may only be named under '## The article and the record'"),
    (LESSON, "## The article and the record", "## Afterwards", 39,
     "claim 001-s01-c02 is wrong: it may only be named under '## The article and the record'"),
    (LESSON, "lesson:02-second", "lesson:02-secnd", 13, "links to lesson 'alpha/02-secnd', which is not there"),
    (LESSON, "lesson:beta/01-first", "lesson:gamma/01-first", 13,
     "links to lesson 'gamma/01-first', which is not there"),
    (LESSON, "lesson:02-second", "lesson:02-second#top", 13, "links to lesson '02-second#top', which is not there"),
    (LESSON, "```check", "```yaml", 1, "has no knowledge check; at least one belongs in the text"),
    (LESSON, "    key: true", "    key: false", 21, "options: 0 options are marked as the key; exactly one must be"),
    (LESSON, "claims: [001-s01-c01]", "claims: [001-s09-c01]", 20,
     "claims 1: '001-s09-c01' is not a claim of this module"),
    (LESSON, "stem: What first?", "stem: 'What", 29, "is not valid YAML: found unexpected end of stream"),
    (LESSON, "file: map.svg", "file: ../map.svg", 32,
     "file: '../map.svg' should be the name of a file in figures/ that ends in .svg"),
    (LESSON, "caption: A map\n", "", 32, "caption: is missing; write a text"),
    (FIGURE, "<title>A map</title>", "", 1, "has no <title>; name what the picture shows"),
    # drills
    (DRILL, "title: Sample\n", "", 1, "title: is missing; write a text"),
    (DRILL, "id: ridge", "id: rigde", 1, "id: should be the file's name, 'ridge'"),
    (DRILL, "- 001-s01-c01", "- 001-s09-c01", 46,
     "scenes 1, choices 1, claims: '001-s09-c01' is not a claim of this module"),
    (DRILL, "- 01-first", "- 09-ninth", 1, "lessons: '09-ninth' is not a lesson of this module"),
    (DRILL, "listening: 3", "hearing: 3", 49,
     "scenes 1, choices 1, shows, hearing: 'hearing' is not a competency here; known: listening, impartiality"),
    # items
    (BANK, "  stem: What first, in alpha-one?\n", "", 1, "alpha-one: stem: is missing; write a text"),
    (BANK, "  level: recall", "  level: easy", 4,
     "alpha-one: level: 'easy' is not known; use one of: recall, application, judgement"),
    (BANK, "type: single_choice", "type: essay", 2,
     "item: type: 'essay' is not known; use one of: single_choice, multiple_response, true_false_reason, ordering, "
     "matching"),
    (BANK, "competency: listening", "competency: hearing", 3,
     "alpha-one: competency: 'hearing' is not known; use one of: listening, impartiality"),
    (BANK, "claims: [001-s01-c01]", "claims: [001-s09-c01]", 5,
     "alpha-one: claims 1: '001-s09-c01' is not a claim of this module"),
    (BANK, "objectives: [o1]", "objectives: [o9]", 6,
     "alpha-one: objectives 1: 'o9' is not an objective of this module"),
    (BANK, "    - text: Leave it", "    - text: Leave it\n      key: true", 8,
     "alpha-one: options: 2 options are marked as the key; exactly one must be"),
    (BANK, "    - text: Leave it", "    - text: log  IT", 12,
     "alpha-one: options 2, text: the same text stands twice (capitals and spaces aside); options must differ"),
    (BANK, "      feedback: No.\n", "", 12, "alpha-one: options 2, feedback: is missing; write a text"),
    (BANK, "  rationale: A log keeps the words.\n", "", 1, "alpha-one: rationale: is missing; write a text"),
    (BANK, "  rationale: A log", "  weight: 2\n  rationale: A log", 16,
     "alpha-one: weight: is not a field here; known fields: claims, competency, id, level, objectives, options, "
     "rationale, shuffle, status, stem, tags, type"),
    (BANK, "id: alpha-two", "id: alpha-one", 17,
     "the id 'alpha-one' is already taken in question_bank/alpha/items.yaml:1"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "line", "message"), FAULTS)
def test_a_planted_fault_is_told(root: Path, file: str, old: str, new: str, line: int, message: str) -> None:
    plant(root, file, old, new)
    assert told(root) == [f"{file}:{line}: {message}"]


def test_an_id_taken_in_another_module_names_the_place(root: Path) -> None:
    plant(root, "question_bank/beta/items.yaml", "id: beta-one", "id: alpha-two")
    assert (
        "question_bank/beta/items.yaml:1: the id 'alpha-two' is already taken in question_bank/alpha/items.yaml:17"
        in told(root)
    )


def test_a_quiz_that_the_bank_can_not_fill_is_told(root: Path) -> None:
    plant(root, BANK, "id: alpha-three", "status: draft\n  id: alpha-three")
    assert told(root) == [f"{MODULE}:1: quiz: the bank lacks 1 live items for the cell of 1 (judgement, listening)"]


def test_a_completion_that_asks_for_more_drills_than_there_are_is_told(root: Path) -> None:
    plant(root, MODULE, "drills: 1", "drills: 2")
    assert told(root) == [f"{MODULE}:1: completion asks for 2 drills; 1 are there"]


def test_two_modules_of_one_order_are_told(root: Path) -> None:
    plant(root, MODULE, "order: 1", "order: 2")
    assert told(root) == [
        f"{MODULE}:1: order 2 is taken by another module too",
        "modules/beta/module.yaml:1: order 2 is taken by another module too",
    ]


def test_two_checks_of_one_name_are_told(root: Path) -> None:
    path = root / LESSON
    text = path.read_text(encoding="utf-8")
    check_block = text[text.index("```check") : text.index("```figure")]
    path.write_text(text + "\n" + check_block, encoding="utf-8")
    assert told(root) == [f"{LESSON}:1: has two knowledge checks named 'first-words'"]


@pytest.mark.parametrize("file", [MODULE, CLAIMS, "modules/course.yaml"])
def test_a_missing_file_is_told(root: Path, file: str) -> None:
    (root / file).unlink()
    assert f"{file}:1: is missing" in told(root)


def test_a_module_without_lessons_is_told(root: Path) -> None:
    for path in (root / "modules/beta/lessons").iterdir():
        path.unlink()
    assert "modules/beta/module.yaml:1: the module has no lesson; put one into lessons/" in told(root)


def test_a_bank_of_no_module_is_told(root: Path) -> None:
    (root / "question_bank/alpha").rename(root / "question_bank/alfa")
    assert "question_bank/alfa:1: belongs to no module; a module of this name is not in modules/" in told(root)


def test_an_empty_course_is_told(tmp_path: Path) -> None:
    assert told(tmp_path) == [
        "modules:1: holds no module; a module is a folder with a module.yaml",
        "modules/course.yaml:1: is missing",
    ]


@pytest.mark.parametrize("file", [MODULE, CLAIMS, LESSON, DRILL, FIGURE, BANK])
def test_a_file_that_is_not_utf8_is_told(root: Path, file: str) -> None:
    (root / file).write_bytes("title: Fuß\n".encode("latin-1"))
    assert f"{file}:1: is not UTF-8 (byte 10)" in told(root)


@pytest.mark.parametrize("file", [MODULE, CLAIMS, DRILL, BANK])
def test_invalid_yaml_is_told(root: Path, file: str) -> None:
    write(root / file, "title: A\nsummary: [1, 2\n")
    assert f"{file}:3: is not valid YAML: expected ',' or ']', but got '<stream end>'" in told(root)


def test_a_file_of_items_is_a_list(root: Path) -> None:
    write(root / BANK, "id: one\n")
    assert f"{BANK}:1: should be a list of items, each beginning with '- id:'" in told(root)


def test_a_lesson_is_named_with_two_digits(root: Path) -> None:
    (root / LESSON).rename(root / "modules/alpha/lessons/first.md")
    assert (
        "modules/alpha/lessons/first.md:1: should be named with two digits and words, such as 03-three-rings.md"
        in told(root)
    )


def test_a_huge_file_is_not_read(root: Path) -> None:
    write(root / BANK, "# " + "x" * 2_000_000)
    assert f"{BANK}:1: is larger than 2000000 bytes" in told(root)


SEVERAL = [
    (MODULE, "summary: What an observer does.\n", ""),
    (LESSON, "words. {001-s01-c01}", "words. {001-s09-c01}"),
    (LESSON, "minutes: 5", "minutes: 500"),
    (LESSON, "lesson:02-second", "lesson:02-secnd"),
    ("modules/beta/lessons/02-second.md", "file: map.svg", "file: mop.svg"),
    (BANK, "  level: recall", "  level: easy"),
    (BANK, "id: alpha-three", "id: ALPHA"),
    ("question_bank/beta/items.yaml", "      feedback: No.\n", ""),
]


@pytest.fixture
def broken(root: Path) -> Path:
    for file, old, new in SEVERAL:
        plant(root, file, old, new)
    return root


def test_all_faults_are_told_in_one_run(broken: Path) -> None:
    lines = told(broken)
    assert len(lines) == len(SEVERAL)
    assert {line.partition(":")[0] for line in lines} == {file for file, _old, _new in SEVERAL}


def test_a_course_with_faults_does_not_start_and_names_them_all(broken: Path) -> None:
    with pytest.raises(BrokenCourse) as raised:
        load_sound(broken)
    assert str(raised.value).splitlines() == told(broken)
    assert len(raised.value.problems) == len(SEVERAL)


def test_problems_stand_in_order_without_repeats(broken: Path) -> None:
    problems = load(broken).problems
    assert list(problems) == sorted(set(problems))


def test_check_proves_the_drills(root: Path) -> None:
    assert check(root).problems == ()
    plant(root, DRILL, "consent >= 60", "consent >= 101")
    ((problem,),) = [check(root).problems]
    assert (problem.file, problem.line, problem.message.partition(":")[0]) == (DRILL, 1, "good")


def test_check_counts(root: Path) -> None:
    counts = check(root).counts
    assert counts["items"] == {
        "single_choice": 6, "multiple_response": 0, "true_false_reason": 0, "ordering": 0, "matching": 0,
    }  # fmt: skip
    assert {name: value for name, value in counts.items() if name not in ("items", "words")} == {
        "modules": 2, "lessons": 4, "claims": 4, "claims_taught": 2, "claims_assessed": 2, "items_total": 6,
        "drills": 1, "tables": 0,
    }  # fmt: skip
    lesson = load(root).course.modules[0].lessons[0]
    assert counts["words"] == 4 * lesson.words > 0


def test_the_shipped_course_is_sound_and_has_what_was_promised(loaded: Loaded) -> None:
    modules = loaded.course.modules
    assert loaded.problems == ()
    assert [module.slug for module in modules] == [
        "military-support-to-talks", "military-diplomacy", "diplomatic-engagement", "peacekeeping-and-diplomacy",
        "negotiation-in-un-peacekeeping",
    ]  # fmt: skip
    items = {module.slug: sum(each.module == module.slug for each in loaded.bank) for module in modules}
    lessons = {module.slug: len(module.lessons) for module in modules}
    first = modules[0]
    assert (lessons.pop(first.slug) >= 8, min(lessons.values()) >= 2) == (True, True)
    assert (items.pop(first.slug) >= 40, min(items.values()) >= 10) == (True, True)
    assert {lesson.strand for lesson in first.lessons} == {"principles", "techniques", "legal", "cases"}
    assert sum(not claim.addition for claim in first.claims) == 65
    assert len(first.drills) >= 2
    assert len(loaded.bank) >= 80
