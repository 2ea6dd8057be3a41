"""Faults in what a person wrote, each tied to the field it stands in.

One reader serves every kind of file and every authoring form: it walks plain data
(mappings, lists, strings, numbers, booleans), returns typed values, and collects every
fault instead of stopping at the first. A path such as ``("options", 2, "feedback")``
lets the caller turn a fault into a line of a file or a field of a form.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

type_names = {
    str: "text",
    int: "a whole number",
    float: "a number with decimals",
    bool: "true or false",
    list: "a list",
    dict: "fields",
}

Path = tuple[str | int, ...]

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where it stands and what would be right."""

    path: Path
    message: str

    @property
    def field(self) -> str:
        """The path as a reader would write it, such as ``options 3, feedback``."""
        words: list[str] = []
        for step in self.path:
            if isinstance(step, int) and words:
                words[-1] = f"{words[-1]} {step + 1}"
            else:
                words.append(str(step))
        return ", ".join(words)

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.path else self.message


class Faulty(ValueError):
    """What was written can't be taken; ``faults`` names each reason."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(str(fault) for fault in self.faults))


class Reader:
    """Reads one mapping, collecting faults in a list that nested readers share.

    Each accessor returns a usable value even after a fault, so that reading goes on and
    all faults of a file are found in one run. Call ``done()`` to refuse unknown fields.
    """

    def __init__(self, data: object, path: Path = (), faults: list[Fault] | None = None) -> None:
        self.path = path
        self.faults: list[Fault] = [] if faults is None else faults
        self._seen: set[str] = set()
        self._data: dict[str, object] = {}
        if isinstance(data, Mapping):
            self._data = {_name(name): value for name, value in data.items()}
        else:
            self.fault(f"should be fields with names, not {_kind(data)}")

    def fault(self, message: str, *steps: str | int) -> None:
        """Record that ``message`` holds at this path followed by ``steps``."""
        self.faults.append(Fault((*self.path, *steps), message))

    def has(self, name: str) -> bool:
        """Whether the field is present and not empty."""
        return self._data.get(name) is not None

    def raw(self, name: str) -> object:
        """The field as it stands, or None."""
        self._seen.add(name)
        return self._data.get(name)

    def text(self, name: str, *, required: bool = True, most: int = 20_000) -> str:
        """Text without surrounding white space; ``""`` where it is absent."""
        value = self.raw(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = str(value)
        if value is None or (isinstance(value, str) and not value.strip()):
            if required:
                self.fault("is missing; write a text", name)
            return ""
        if not isinstance(value, str):
            self.fault(f"should be text, not {_kind(value)}", name)
            return ""
        if len(value) > most:
            self.fault(f"has {len(value)} characters; at most {most} fit", name)
        return self._storable(value, name).strip()

    def _storable(self, value: str, *steps: str | int) -> str:
        """``value`` without what no database keeps: NUL and halves of surrogate pairs. Either is a fault."""
        clean = "".join(each for each in value if each != "\x00" and not "\ud800" <= each <= "\udfff")
        if clean != value:
            self.fault("holds a character that can't be stored (NUL or half a surrogate pair)", *steps)
        return clean

    def slug(self, name: str) -> str:
        """An identifier of lower-case letters, digits and single hyphens."""
        value = self.text(name, most=80)
        if value and not SLUG.match(value):
            self.fault(f"'{value}' should be lower-case letters, digits and hyphens, such as 'first-hour'", name)
        return value

    def choice(self, name: str, allowed: Collection[str], default: str | None = None) -> str:
        """One of ``allowed``; ``default`` where absent, if a default is given."""
        if default is not None and not self.has(name):
            self.raw(name)
            return default
        value = self.text(name)
        if value and value not in allowed:
            self.fault(f"'{value}' is not known; use one of: {', '.join(allowed)}", name)
            return default if default is not None else next(iter(allowed))
        return value or (default if default is not None else next(iter(allowed)))

    def flag(self, name: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self.raw(name)
        if isinstance(value, bool):
            return value
        if value is None and default is not None:
            return default
        self.fault("should be true or false", name)
        return bool(default)

    def whole(self, name: str, least: int, most: int, default: int | None = None) -> int:
        """A whole number from ``least`` to ``most``."""
        value = self.raw(name)
        if value is None and default is not None:
            return default
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.fault(f"should be a whole number from {least} to {most}, not {_shown(value)}", name)
        return least if default is None else default

    def texts(self, name: str, allowed: Collection[str] | None = None, *, least: int = 0) -> tuple[str, ...]:
        """A list of texts without repeats; each one of ``allowed`` where that is given."""
        found: list[str] = []
        for index, value in enumerate(self.items(name, least=least)):
            if not isinstance(value, str) or not value.strip():
                self.fault(f"should be text, not {_shown(value)}", name, index)
            elif value.strip() in found:
                self.fault(f"'{value.strip()}' stands twice", name, index)
            elif allowed is not None and value.strip() not in allowed:
                self.fault(f"'{value.strip()}' is not known; use: {', '.join(sorted(allowed))}", name, index)
            else:
                found.append(self._storable(value, name, index).strip())
        return tuple(found)

    def items(self, name: str, *, least: int = 0, most: int = 10_000) -> Sequence[object]:
        """A list of ``least`` to ``most`` values of any kind."""
        value = self.raw(name)
        if value is None:
            value = []
        if not isinstance(value, list):
            self.fault(f"should be a list, not {_kind(value)}", name)
            return []
        if not least <= len(value) <= most:
            bounds = f"{least} to {most}" if most < 10_000 else f"at least {least}"
            self.fault(f"has {len(value)}; {bounds} are needed", name)
        return value

    def readers(self, name: str, *, least: int = 0, most: int = 10_000) -> tuple[Reader, ...]:
        """A list of mappings, each with a reader of its own."""
        values = self.items(name, least=least, most=most)
        return tuple(Reader(value, (*self.path, name, index), self.faults) for index, value in enumerate(values))

    def reader(self, name: str) -> Reader:
        """A nested mapping; an absent one reads as empty."""
        value = self.raw(name)
        return Reader({} if value is None else value, (*self.path, name), self.faults)

    def names(self) -> tuple[str, ...]:
        """The field names that are present."""
        return tuple(self._data)

    def done(self) -> None:
        """Refuse every field that nothing asked for."""
        for name in self._data:
            if name not in self._seen:
                known = ", ".join(sorted(self._seen))
                self.fault(f"is not a field here; known fields: {known}", name)


def _name(name: object) -> str:
    """A field's name as text: YAML reads the names ``true`` and ``false`` as truth values."""
    return str(name).lower() if isinstance(name, bool) else str(name)


def _kind(value: object) -> str:
    return type_names.get(type(value), "nothing" if value is None else type(value).__name__)


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    text = str(value)
    return f"'{text[:40]}…'" if len(text) > 40 else f"'{text}'"
