"""Lesson text to safe HTML, and what is taken out on the way."""

from __future__ import annotations

import re
from collections.abc import Callable

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courseware.content.markdown import (
    Fence,
    Mark,
    Rendered,
    anchor,
    lesson_path,
    render_block,
    render_inline,
    render_lesson,
)


def html(text: str) -> str:
    """A lesson without fences."""
    (part,) = render_lesson(text, "alpha").parts
    assert isinstance(part, str)
    return part


def test_claims_are_numbered_in_order_of_first_appearance() -> None:
    rendered = render_lesson("One {001-s02-c03}, two {001-s01-c01}.\n\n## Why\n\nOne {001-s02-c03} again.\n", "alpha")
    assert rendered.marks == (
        Mark("001-s02-c03", "", 1),
        Mark("001-s01-c01", "", 1),
        Mark("001-s02-c03", "Why", 5),
    )
    numbers = re.findall(
        r'href="#note-([^"]+)"><span class="visually-hidden">note </span>(\d+)</a>', str(rendered.parts)
    )
    assert numbers == [("001-s02-c03", "1"), ("001-s01-c01", "2"), ("001-s02-c03", "1")]


def test_only_the_first_mark_of_a_claim_can_be_jumped_to() -> None:
    text = html("A {001-s01-c01} and {001-s01-c01} and {001-x04}.")
    assert re.findall(r'id="([^"]+)"', text) == ["at-001-s01-c01", "at-001-x04"]


def test_numbering_goes_on_behind_a_knowledge_check() -> None:
    rendered = render_lesson("A {001-s01-c01}.\n\n```check\nid: a\n```\n\nB {001-s01-c02}, A {001-s01-c01}.\n", "alpha")
    after = str(rendered.parts[2])
    assert re.findall(r"</span>(\d+)</a>", after) == ["2", "1"]
    assert re.findall(r'id="([^"]+)"', after) == ["at-001-s01-c02"]


def test_no_space_is_left_between_a_word_and_its_mark() -> None:
    assert html("Word {001-s01-c01}.").startswith("<p>Word<sup>")


@pytest.mark.parametrize("text", ["`{001-s01-c01}`", "{001-s1-c1}", "{ 001-s01-c01 }", "\\{001-s01-c01}"])
def test_what_only_looks_like_a_mark_is_text(text: str) -> None:
    assert render_lesson(text, "alpha").marks == ()


def test_a_mark_knows_its_section_and_line_in_lists_and_tables() -> None:
    text = "## The article and the record\n\n- a\n- b {001-s01-c01}\n\n### Deeper\n\n| a |\n| - |\n| {001-s01-c02} |\n"
    assert render_lesson(text, "alpha").marks == (
        Mark("001-s01-c01", "The article and the record", 4),
        Mark("001-s01-c02", "The article and the record", 10),
    )


def test_lessons_are_linked_by_name() -> None:
    rendered = render_lesson("See [next](lesson:02-b).\n\nAnd [that](lesson:beta/01-c 'T').\n", "alpha")
    assert rendered.links == (("alpha/02-b", 1), ("beta/01-c", 3))
    assert f'<a href="{lesson_path("alpha", "02-b")}">next</a>' in str(rendered.parts)
    assert '<a href="/modules/beta/lessons/01-c" title="T">that</a>' in str(rendered.parts)


@pytest.mark.parametrize("target", ["beta/01-c#why", "02_b", "a/b/c", "", "02-B"])
def test_a_link_that_names_no_lesson_is_still_told(target: str) -> None:
    """The loader then says that it is not there, instead of a dead link in the page."""
    assert render_lesson(f"[x](lesson:{target})", "alpha").links == ((target, 1),)


def test_raw_html_is_text() -> None:
    text = html("<script>alert(1)</script> <b onclick='x'>b</b>\n\n<div>block</div>\n\n<!-- c -->\n")
    assert re.findall(r"<(?!/?p>)", text) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "&lt;div&gt;block&lt;/div&gt;" in text


BAD_LINKS = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "&#106;avascript:alert(1)", "vbscript:x", "file:///etc/passwd",
    "data:text/html,<script>alert(1)</script>", "data:image/svg+xml;base64,AAAA", "ftp://x", "x:y",
]  # fmt: skip


@pytest.mark.parametrize("target", BAD_LINKS)
@pytest.mark.parametrize("render", [html, render_block, render_inline])
def test_a_link_that_could_run_leads_nowhere(target: str, render: Callable[[str], str]) -> None:
    for text in (f"[x]({target})", f"<{target}>", f"[x](<{target}>)"):
        assert "href" not in render(text)


def test_safe_links_are_kept() -> None:
    assert html("[x](https://example.org/a?b=c&d=e)") == '<p><a href="https://example.org/a?b=c&amp;d=e">x</a></p>\n'
    assert html("<http://example.org>") == '<p><a href="http://example.org">http://example.org</a></p>\n'


def test_pictures_come_only_as_figures() -> None:
    assert "<img" not in html("![alt](https://example.org/x.png)")


def test_a_table_scrolls_in_a_region_that_takes_the_focus() -> None:
    text = html("| a | b |\n| - | -: |\n| 1 | 2 |\n")
    assert text.startswith('<div class="table-scroll" role="group" tabindex="0" aria-label="Table"><table>')
    assert text.rstrip().endswith("</table></div>")
    assert text.count("<th>") == 2


def test_a_lessons_own_headings_stand_below_the_pages() -> None:
    text = html("# One\n\n## Two\n\n### Three *and* four\n")
    assert re.findall(r"<(h\d) id=\"([^\"]+)\">", text) == [
        ("h2", "h-one"),
        ("h2", "h-two"),
        ("h3", "h-three-and-four"),
    ]
    assert "<h1" not in text


def test_headings_of_the_same_words_have_ids_of_their_own() -> None:
    rendered = render_lesson("## Why\n\n```check\nid: a\n```\n\n## Why\n\n### Why?\n\n## Why 2\n", "alpha")
    assert re.findall(r'id="([^"]+)"', str(rendered.parts)) == ["h-why", "h-why-2", "h-why-3", "h-why-2-2"]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("Why presence helps", "h-why-presence-helps"),
        ('Déjà vu: "quoted" <b>', "h-deja-vu-quoted-b"),
        ("A claim {001-s01-c01}", "h-a-claim"),
        ("和平", "h-"),
    ],
)
def test_a_heading_becomes_a_fragment(heading: str, name: str) -> None:
    assert anchor(heading) == name


def test_checks_and_figures_are_taken_out_with_their_lines() -> None:
    text = "Before.\n\n```check\nid: a\nb: c\n```\n~~~figure\nfile: x\n~~~\n\n```python\ncode\n```\n"
    parts = render_lesson(text, "alpha").parts
    assert parts == (
        "<p>Before.</p>\n",
        Fence("check", "id: a\nb: c\n", 4),
        Fence("figure", "file: x\n", 8),
        '<pre><code class="language-python">code\n</code></pre>\n',
    )


def test_words_are_those_a_reader_reads() -> None:
    text = "# Five words\n\nIt's *well-made* {001-s01-c01}, no?\n\n```check\nid: not these words\n```\n"
    assert render_lesson(text, "alpha").words == 5


def test_typography() -> None:
    assert html('"It\'s" -- so...') == "<p>“It’s” – so…</p>\n"


def test_a_text_of_one_line_has_emphasis_only() -> None:
    assert render_inline("*Stop*\n\n# and `log`") == "<em>Stop</em> # and <code>log</code>"


def test_a_block_has_no_marks() -> None:
    assert render_block("See {001-s01-c01}.") == "<p>See {001-s01-c01}.</p>\n"


TAGS = {
    "html", "head", "body", "a", "p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "sup",
    "span", "div", "h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
pieces = st.sampled_from(
    ["<", ">", '"', "'", "[", "](", ")", "javascript:", "script", "<script>", "<img src=x onerror=y>", "`", "```", "\n",
     "\n\n", "# ", "|", " ", "x", "&lt;", "&#60;", "{001-s01-c01}", "*", "~~~check", "<!--", "-->", "- ", "> ", "\\"]
)  # fmt: skip


@given(st.lists(pieces, max_size=25).map("".join))
def test_no_text_puts_an_unknown_element_or_an_action_into_a_page(text: str) -> None:
    rendered: Rendered = render_lesson(text, "alpha")
    for part in (*rendered.parts, render_block(text), render_inline(text)):
        if isinstance(part, Fence):
            continue
        for element in html5lib.parse(part, namespaceHTMLElements=False).iter():
            assert element.tag in TAGS
            assert not [name for name in element.attrib if name.startswith("on") or name in ("style", "src")]
            assert re.match(r"(https?:|/|#|(?![\w+.-]*:))", element.get("href", ""))
