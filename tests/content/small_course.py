"""A sound course of two modules in a folder of the test's own, to plant faults in."""

from __future__ import annotations

from pathlib import Path

import yaml

from courseware.content.loader import load
from tests.domain.drill_files import choice, drill_data, ending, scene

COURSE = """\
title: A small course
competencies:
  - id: listening
    name: Listening
    behaviour: Hears before answering.
  - id: impartiality
    name: Impartiality
    behaviour: Applies one standard.
"""

MODULE = """\
slug: {slug}
order: {order}
title: Module {slug}
article: "001"
audience: Observers
summary: What an observer does.
objectives:
  - id: o1
    text: Log what is said
  - id: o2
    text: Tell it on
competencies: [listening]
quiz:
  title: Quiz
  pass_mark: 80
  blueprint:
    - {{level: recall, count: 2}}
    - {{competency: listening, level: judgement, count: 1}}
completion: {{lessons: all, quiz: passed, drills: {drills}}}
"""

CLAIMS = """\
article: "001"
title: An article
sections:
  - id: 001-s01
    heading: Beginning
    strand: principles
claims:
  - id: 001-s01-c01
    section: 001-s01
    kind: role
    claim: Observers log.
    verdict: sound
    confidence: high
    basis: lookup
  - id: 001-s01-c02
    section: 001-s01
    kind: case
    claim: Nobody ever did.
    verdict: wrong
    confidence: high
    basis: lookup
    note: Somebody did.
    sources: [A book]
additions:
  - id: 001-x01
    strand: legal
    kind: legal
    claim: The law says so.
    confidence: medium
    basis: knowledge
"""

LESSON = """\
---
title: Lesson one
strand: principles
minutes: 5
objectives: [Log it]
serves: [o1]
terms:
  - term: Log
    definition: A list.
---
A log keeps the words. {001-s01-c01} So does the law. {001-x01}

See [the next one](lesson:02-second) and
[another](lesson:beta/01-first).

```check
id: first-words
type: single_choice
stem: What first?
claims: [001-s01-c01]
options:
  - text: Log it
    key: true
    feedback: Yes.
  - text: Leave it
    feedback: No.
  - text: Shout
    feedback: No!
```

```figure
file: map.svg
caption: A map
text: A river and a bridge.
```

## The article and the record

The article errs. {001-s01-c02}
"""

ITEM = """\
- id: {id}
  type: single_choice
  competency: listening
  level: {level}
  claims: [001-s01-c01]
  objectives: [o1]
  stem: What first, in {id}?
  options:
    - text: Log it
      key: true
      feedback: Yes.
    - text: Leave it
      feedback: No.
    - text: Shout
      feedback: No!
  rationale: A log keeps the words.
"""

FIGURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">\n<title>A map</title>\n<g class="fig-line"/>\n</svg>\n'
)


def build(root: Path) -> Path:
    """Write the course below ``root``."""
    write(root / "modules/course.yaml", COURSE)
    for order, slug in enumerate(("alpha", "beta"), start=1):
        folder = root / "modules" / slug
        write(folder / "module.yaml", MODULE.format(slug=slug, order=order, drills=int(slug == "alpha")))
        lesson = LESSON.replace("001-", f"00{order}-")
        write(folder / "claims.yaml", CLAIMS.replace("001", f"00{order}"))
        write(folder / "lessons/01-first.md", lesson)
        write(folder / "lessons/02-second.md", lesson.replace("title: Lesson one", "title: Lesson two"))
        write(folder / "figures/map.svg", FIGURE)
        levels = {"one": "recall", "two": "recall", "three": "judgement"}
        items = "".join(ITEM.format(id=f"{slug}-{name}", level=level) for name, level in levels.items())
        write(root / "question_bank" / slug / "items.yaml", items.replace("001-", f"00{order}-"))
    write(root / "modules/alpha/drills/ridge.yaml", DRILL)
    return root


def write(path: Path, text: str) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def plant(root: Path, file: str, old: str, new: str) -> None:
    """Put ``new`` in the place of ``old``, where it first stands."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} holds no {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def told(root: Path) -> list[str]:
    """What loading the course says."""
    return [str(problem) for problem in load(root).problems]


def _drill() -> str:
    first = scene(
        "one",
        choice("listen", "resolve", effects={"consent": 20}, claims=["001-s01-c01"], shows={"listening": 3}),
        choice("shout", "resolve", effects={"consent": -20, "violence": -10}, set=["searched"]),
    )
    endings = [ending("good", "consent >= 60 and not searched", "good"), ending("poor", quality="poor")]
    data = drill_data(first, id="ridge", lessons=["01-first"], flags=["searched"], endings=endings)
    return yaml.safe_dump(data, sort_keys=False)


DRILL = _drill()
