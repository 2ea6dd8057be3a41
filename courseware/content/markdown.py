"""Lesson Markdown to safe HTML, with claim marks, knowledge checks and figures taken out on the way.

Raw HTML is off in the parser and the result is sanitised once more, so that neither a file
nor a question written in a form can put a script into a page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

RECORD_SECTION = "The article and the record"
MARK = re.compile(r"\{(\d{3}-(?:s\d{2}-c\d{2}|x\d{2}))\}")
LESSON_LINK = re.compile(r"lesson:(?:(?P<module>[a-z0-9-]+)/)?(?P<lesson>[a-z0-9-]+)\Z")
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

_ATTRIBUTES = {
    "*": {"class", "id"},
    "a": {"href", "title", "aria-describedby"},
    "th": {"scope"},
    "td": {"headers"},
    "ol": {"start"},
    "div": {"role", "tabindex", "aria-label"},
}
_TAGS = {"a", "p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "sup", "span", "div"}
_TAGS |= {"h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A claim mark: the claim, the h2 section it stands in, and its line in the text."""

    claim: str
    section: str
    line: int


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced block whose first word is one of ours. ``line`` is that of the first line inside."""

    kind: str
    body: str
    line: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document in order: HTML strings and fences; what it marks and links; how many words."""

    parts: tuple[str | Fence, ...]
    marks: tuple[Mark, ...]
    links: tuple[tuple[str, int], ...]
    words: int


def lesson_path(module: str, lesson: str) -> str:
    """Where a lesson is read; links between lessons are written before there is a request."""
    return f"/modules/{module}/lessons/{lesson}"


def render_lesson(text: str, module: str) -> Rendered:
    """Render a lesson's Markdown. Lines count from 1 at the first line of ``text``."""
    parser = _parser(marks=True)
    env: dict[str, object] = {"numbers": {}, "module": module, "anchors": set()}
    tokens = parser.parse(text, env)
    parts: list[str | Fence] = []
    run: list[Token] = []
    for token in tokens:
        kind = token.info.split()[0] if token.type == "fence" and token.info.split() else ""
        if kind in ("check", "figure"):
            _close(parser, run, parts, env)
            parts.append(Fence(kind, token.content, (token.map or [0])[0] + 2))
        else:
            run.append(token)
    _close(parser, run, parts, env)
    return Rendered(tuple(parts), _marks(tokens), _links(tokens), _words(tokens))


@lru_cache(maxsize=20_000)
def render_block(text: str) -> str:
    """A text of one or more paragraphs, such as a stem or a scene, as safe HTML."""
    return _clean(str(_parser(marks=False).render(text)))


@lru_cache(maxsize=20_000)
def render_inline(text: str) -> str:
    """A text of one line, such as an option: emphasis only, no paragraphs."""
    return _clean(str(_parser(marks=False).renderInline(" ".join(text.split()))))


def _close(parser: MarkdownIt, run: list[Token], parts: list[str | Fence], env: dict[str, object]) -> None:
    if run:
        parts.append(_clean(str(parser.renderer.render(run, parser.options, env))))
        run.clear()


def _clean(html: str) -> str:
    return nh3.clean(html, tags=_TAGS, attributes=_ATTRIBUTES, link_rel=None, url_schemes={"https", "http"})


@lru_cache(maxsize=2)
def _parser(*, marks: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": True})
    parser.enable(["table", "replacements", "smartquotes"])
    parser.disable(["image"])
    parser.add_render_rule("heading_open", _heading_open)
    parser.add_render_rule("table_open", _table_open)
    parser.add_render_rule("table_close", _table_close)
    parser.add_render_rule("th_open", _th)
    parser.add_render_rule("th_close", _th)
    parser.add_render_rule("claim_mark", _claim_mark)
    if marks:
        parser.inline.ruler.before("link", "claim_mark", _read_mark)
        parser.core.ruler.push("lesson_links", _resolve_links)
    return parser


def _read_mark(state: StateInline, silent: bool) -> bool:
    found = MARK.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.pending = state.pending.rstrip(" ")
        numbers: dict[str, int] = state.env["numbers"]
        claim = found.group(1)
        first = claim not in numbers
        token = state.push("claim_mark", "", 0)
        token.content = claim
        token.meta = {"number": numbers.setdefault(claim, len(numbers) + 1), "first": first}
    state.pos = found.end()
    return True


def _claim_mark(_self: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    token = tokens[index]
    place = f' id="at-{token.content}"' if token.meta["first"] else ""
    number = token.meta["number"]
    return (
        f'<sup><a class="claim-mark"{place} href="#note-{token.content}">'
        f'<span class="visually-hidden">note </span>{number}</a></sup>'
    )


def _resolve_links(state: object) -> None:
    module = state.env["module"]  # type: ignore[attr-defined]  # StateCore; the library's alias hides its fields
    for token in state.tokens:  # type: ignore[attr-defined]  # as above
        for child in token.children or ():
            href = str(child.attrGet("href") or "") if child.type == "link_open" else ""
            if found := LESSON_LINK.match(href):
                child.meta = {"target": f"{found['module'] or module}/{found['lesson']}"}
                child.attrSet("href", lesson_path(found["module"] or module, found["lesson"]))
            elif href.startswith("lesson:"):
                child.meta = {"target": href.removeprefix("lesson:")}


def _heading_open(
    _self: object, tokens: Sequence[Token], index: int, _options: object, env: MutableMapping[str, Any]
) -> str:
    level = max(int(tokens[index].tag[1]), 2)
    taken: set[str] = env.setdefault("anchors", set())
    name = candidate = anchor(tokens[index + 1].content)
    number = 2
    while candidate in taken:
        candidate, number = f"{name}-{number}", number + 1
    taken.add(candidate)
    return f'<h{level} id="{candidate}">'


def _table_open(_self: object, _tokens: Sequence[Token], _index: int, _options: object, _env: object) -> str:
    return '<div class="table-scroll" role="group" tabindex="0" aria-label="Table"><table>'


def _table_close(_self: object, _tokens: Sequence[Token], _index: int, _options: object, _env: object) -> str:
    return "</table></div>"


def _th(_self: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    """A header cell; the empty corner of a table heads nothing, so it is a plain cell."""
    opening = tokens[index].nesting == 1
    text = tokens[index + (1 if opening else -1)].content
    name = "th" if text.strip() else "td"
    return f"<{name}>" if opening else f"</{name}>\n"


def anchor(heading: str) -> str:
    """A heading as a fragment: ``Why presence helps`` becomes ``h-why-presence-helps``."""
    plain = unicodedata.normalize("NFKD", MARK.sub("", heading)).encode("ascii", "ignore").decode().lower()
    return "h-" + escape("-".join(re.findall(r"[a-z0-9]+", plain)))


def _marks(tokens: Sequence[Token]) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    section = ""
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            section = tokens[index + 1].content.strip()
        line = (token.map or [0])[0] + 1
        marks.extend(Mark(child.content, section, line) for child in token.children or () if child.type == "claim_mark")
    return tuple(marks)


def _links(tokens: Sequence[Token]) -> tuple[tuple[str, int], ...]:
    return tuple(
        (str(child.meta["target"]), (token.map or [0])[0] + 1)
        for token in tokens
        for child in token.children or ()
        if "target" in child.meta
    )


def _words(tokens: Sequence[Token]) -> int:
    texts = (child.content for token in tokens for child in token.children or () if child.type == "text")
    return sum(len(WORD.findall(text)) for text in texts)
