"""YAML as plain data, with the line on which each field stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import cast

import yaml

from courseware.domain.faults import Fault, Path

DEEPEST = 40
"""Nesting that no file of ours reaches; deeper is refused before it is parsed."""


@dataclass(frozen=True, slots=True)
class Located:
    """A document's data, the line of each path, and faults of the YAML itself."""

    data: object
    lines: dict[Path, int]
    faults: tuple[tuple[int, str], ...]

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load(text: str, first_line: int = 1) -> Located:
    """Parse one YAML document. ``first_line`` is the line of the file on which ``text`` begins.

    Aliases are refused, so that a small file can't unfold into a huge one. Keys are texts as
    written; a key that stands twice is a fault.
    """
    offset = first_line - 1
    try:
        _refuse_tricks(text)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            walk = _Walk(loader, offset)
            data = walk.value(node, ()) if node is not None else None
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 + offset if mark else first_line
        return Located(None, {(): line}, ((line, f"is not valid YAML: {error.problem or error.context}"),))
    except yaml.YAMLError as error:
        return Located(None, {(): first_line}, ((first_line, f"is not valid YAML: {str(error).splitlines()[0]}"),))
    except ValueError as error:
        return Located(None, {(): first_line}, ((first_line, f"holds a value that can't be read: {error}"),))
    return Located(data, walk.lines, tuple(walk.faults))


def dump(data: object) -> str:
    """Data as YAML that reads back equal: field order kept, long texts as blocks."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Loader(yaml.SafeLoader):
    """Only true and false are truth values, only plain decimals numbers: no, 0600, 14:30 and 2026-11-21 are texts."""


_TAG = "tag:yaml.org,2002:"
_LOOSE = tuple(_TAG + kind for kind in ("bool", "int", "float", "timestamp"))
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag not in _LOOSE]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(f"{_TAG}bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), list("tTfF"))
_Loader.add_implicit_resolver(f"{_TAG}int", re.compile(r"[-+]?(?:0|[1-9][0-9]*)\Z"), list("-+0123456789"))
_Loader.add_implicit_resolver(f"{_TAG}float", re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+\Z"), list("-+0123456789"))


def _refuse_tricks(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _refused("aliases (*name) are not used here", event)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise _refused("is nested too deeply", event)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _refused(problem: str, event: yaml.Event) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=cast(yaml.error.Mark, event.start_mark))


class _Walk:
    def __init__(self, loader: yaml.SafeLoader, offset: int) -> None:
        self.loader = loader
        self.offset = offset
        self.lines: dict[Path, int] = {}
        self.faults: list[tuple[int, str]] = []

    def value(self, node: yaml.Node, path: Path) -> object:
        line = node.start_mark.line + 1 + self.offset
        self.lines.setdefault(path, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
        return self.loader.construct_object(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        data: dict[str, object] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1 + self.offset
            if key in data:
                self.faults.append((line, f"{Fault((*path, key), 'stands twice')}"))
            self.lines[(*path, key)] = line
            data[key] = self.value(value_node, (*path, key))
        return data


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    if re.search("[\x85\u2028\u2029]", value):
        style = '"'  # Line breaks to YAML, folded away unless they are written as escapes.
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
