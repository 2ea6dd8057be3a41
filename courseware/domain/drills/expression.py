"""The conditions of a drill: a small typed language that compares gauges and asks flags.

Grammar (words and brackets as in Python, whose precedence it shares):

    truth      = both {"or" both}
    both       = negation {"and" negation}
    negation   = "not" negation | comparison
    comparison = sum [(">=" | "<=" | ">" | "<" | "==" | "!=") sum]
    sum        = term {("+" | "-") term}
    term       = "-" term | number | gauge | flag | "(" truth ")"

Numbers and gauges are numbers; flags, comparisons and what and/or/not make of them are truths.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Values = Sequence[int]
"""The gauges in the drill's order, then the flags (1 set, 0 not) in the drill's order."""

LONGEST = 500
DEEPEST = 30

KEYWORDS = ("and", "or", "not")
_TOKEN = re.compile(r"\s*(?:(?P<number>[0-9]+)|(?P<name>[A-Za-z_]\w*)|(?P<sign>>=|<=|==|!=|[-+<>()]))")
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "==": operator.eq,
    "!=": operator.ne,
}


class ExpressionError(ValueError):
    """The expression can't be read. ``column`` counts characters from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"column {column}: {message}")
        self.column = column


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition that has been read and found well typed.

    cuts: for each gauge or flag that is named, the values at which the truth of the condition can
    change: for ``consent >= 30`` the values 30 and 31. None where it stands in a sum or between gauges,
    so that any value may matter.
    """

    source: str
    order: tuple[str, ...]
    cuts: tuple[tuple[str, tuple[int, ...] | None], ...]
    test: Callable[[Values], int] = field(compare=False, repr=False)

    def holds(self, values: Values) -> bool:
        """Whether the condition is true of ``values``, given in ``order``."""
        return bool(self.test(values))

    def names(self) -> frozenset[str]:
        """The gauges and flags that are named."""
        return frozenset(name for name, _ in self.cuts)


def parse(source: str, gauges: Sequence[str], flags: Sequence[str]) -> Expression:
    """Read a condition over these gauges and flags. Raises ExpressionError with the column."""
    if len(source) > LONGEST:
        raise ExpressionError(f"a condition has at most {LONGEST} characters", LONGEST + 1)
    parser = _Parser(source, gauges, flags)
    part = parser.truth()
    token = parser.token
    if token.text in _COMPARE:
        raise ExpressionError("compare two values at a time, and join comparisons with 'and'", token.column)
    if token.text:
        raise ExpressionError(f"'{token.text}' is too much here; join conditions with 'and' or 'or'", token.column)
    parser.require(part, truth=True)
    cuts = tuple((name, None if at is None else tuple(sorted(at))) for name, at in sorted(parser.cuts.items()))
    return Expression(source, (*gauges, *flags), cuts, part.value)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of the expression: what it evaluates to, its type, and the one name or number it consists of."""

    value: Callable[[Values], int]
    truth: bool
    column: int
    names: frozenset[str] = frozenset()
    number: int | None = None
    bare: bool = False


def _tokens(source: str) -> list[_Token]:
    tokens: list[_Token] = []
    at, end = 0, len(source.rstrip())
    while at < end:
        found = _TOKEN.match(source, at)
        if found is None:
            column = at + len(source[at:]) - len(source[at:].lstrip())
            raise ExpressionError(f"'{source[column]}' is not used in conditions", column + 1)
        kind = str(found.lastgroup)
        tokens.append(_Token(kind, found.group(kind), found.start(kind) + 1))
        at = found.end()
    return [*tokens, _Token("end", "", end + 1)]


class _Parser:
    """Recursive descent; each rule returns a part that evaluates itself."""

    def __init__(self, source: str, gauges: Sequence[str], flags: Sequence[str]) -> None:
        self.index = {name: place for place, name in enumerate((*gauges, *flags))}
        self.flags = frozenset(flags)
        self.cuts: dict[str, set[int] | None] = {}
        self.rest = _tokens(source)
        self.depth = 0

    @property
    def token(self) -> _Token:
        return self.rest[0]

    def take(self, *texts: str) -> _Token | None:
        """The next token where it is one of ``texts``, and step over it."""
        return self.rest.pop(0) if self.token.text in texts else None

    def require(self, part: _Part, *, truth: bool) -> None:
        """Refuse a part of the other type."""
        if part.truth and not truth:
            raise ExpressionError("a number or a gauge should stand here, not something true or false", part.column)
        if truth and not part.truth:
            raise ExpressionError("should be true or false; compare it, such as 'consent >= 30'", part.column)

    def truth(self) -> _Part:
        part = self.both()
        while self.take("or"):
            part = self.joined(part, self.both(), lambda left, right: lambda v: left(v) or right(v))
        return part

    def both(self) -> _Part:
        part = self.negation()
        while self.take("and"):
            part = self.joined(part, self.negation(), lambda left, right: lambda v: left(v) and right(v))
        return part

    def joined(self, left: _Part, right: _Part, join: _Join) -> _Part:
        self.require(left, truth=True)
        self.require(right, truth=True)
        return _Part(join(left.value, right.value), True, left.column)

    def negation(self) -> _Part:
        token = self.take("not")
        if token is None:
            return self.comparison()
        inner = self.nested(self.negation)
        self.require(inner, truth=True)
        return _Part(lambda v: not inner.value(v), True, token.column)

    def nested(self, rule: Callable[[], _Part]) -> _Part:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(f"is nested more than {DEEPEST} deep", self.token.column)
        part = rule()
        self.depth -= 1
        return part

    def comparison(self) -> _Part:
        left = self.sum()
        token = self.take(*_COMPARE)
        if token is None:
            return left
        right = self.sum()
        self.require(left, truth=False)
        self.require(right, truth=False)
        self.note(left, right)
        compare, first, second = _COMPARE[token.text], left.value, right.value
        return _Part(lambda v: compare(first(v), second(v)), True, left.column)

    def note(self, left: _Part, right: _Part) -> None:
        """Remember at which values of a gauge the comparison can change."""
        for part, other in ((left, right), (right, left)):
            for name in part.names:
                known = self.cuts.setdefault(name, set())
                if part.bare and other.number is not None and known is not None:
                    known |= {other.number, other.number + 1}
                else:
                    self.cuts[name] = None

    def sum(self) -> _Part:
        part = self.term()
        while token := self.take("+", "-"):
            other = self.term()
            self.require(part, truth=False)
            self.require(other, truth=False)
            part = _sum(part, other, operator.add if token.text == "+" else operator.sub)
        return part

    def term(self) -> _Part:
        token = self.rest.pop(0)
        if token.text == "-":
            inner = self.nested(self.term)
            self.require(inner, truth=False)
            return _sum(_Part(lambda _: 0, False, token.column, number=0), inner, operator.sub)
        if token.text == "(":
            part = self.nested(self.truth)
            if self.take(")") is None:
                raise ExpressionError("a bracket is missing: ')'", self.token.column)
            return part
        if token.kind == "number":
            number = int(token.text)
            return _Part(lambda _: number, False, token.column, number=number)
        return self.name(token)

    def name(self, token: _Token) -> _Part:
        if token.kind == "end":
            raise ExpressionError("ends too early; a gauge, a flag or a number should follow", token.column)
        if token.kind == "sign" or token.text in KEYWORDS:
            raise ExpressionError(f"a gauge, a flag or a number should stand here, not '{token.text}'", token.column)
        if token.text not in self.index:
            known = ", ".join(self.index)
            raise ExpressionError(f"'{token.text}' is not a gauge or flag here; known: {known}", token.column)
        value = operator.itemgetter(self.index[token.text])
        if token.text in self.flags:
            self.cuts[token.text] = {1}
            return _Part(value, True, token.column)
        return _Part(value, False, token.column, frozenset({token.text}), bare=True)


_Join = Callable[[Callable[[Values], int], Callable[[Values], int]], Callable[[Values], int]]


def _sum(left: _Part, right: _Part, combine: Callable[[int, int], int]) -> _Part:
    first, second = left.value, right.value
    number = None
    if left.number is not None and right.number is not None:
        number = combine(left.number, right.number)
    names = left.names | right.names
    return _Part(lambda v: combine(first(v), second(v)), False, left.column, names, number)
