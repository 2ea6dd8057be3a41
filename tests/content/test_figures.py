"""Pictures are put into a page as they stand, so only a small vocabulary of SVG is taken."""

from __future__ import annotations

import pytest

from courseware.content.figures import ATTRIBUTES, ELEMENTS, MOST_BYTES, check_svg

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" role="img">'


def svg(inside: str, head: str = HEAD) -> str:
    return f"{head}<title>Three rings</title>{inside}</svg>"


def messages(text: str) -> list[str]:
    return [message for _line, message in check_svg(text)]


def test_a_plain_picture_is_taken() -> None:
    assert (
        check_svg(svg('<g class="fig-line fig-muted"><circle cx="4" cy="4" r="2"/></g><text x="1">A &amp; B</text>'))
        == []
    )


HARM = ["script", "style", "a", "image", "foreignObject", "use", "animate", "set", "iframe", "filter", "handler"]


@pytest.mark.parametrize("name", HARM)
def test_an_element_that_could_act_is_refused(name: str) -> None:
    assert messages(svg(f"<g><{name}/></g>")) == [
        f"<{name}> is not used in pictures; use: {', '.join(sorted(ELEMENTS))}"
    ]


def test_an_element_of_another_vocabulary_is_refused() -> None:
    assert messages(svg('<h:g xmlns:h="http://www.w3.org/1999/xhtml"/>'))[0].startswith(
        "<{http://www.w3.org/1999/xhtml}g> is not used"
    )


@pytest.mark.parametrize("name", ["onload", "style", "href", "id", "fill", "stroke", "font-family", "tabindex"])
def test_an_attribute_that_could_act_or_carry_a_colour_is_refused(name: str) -> None:
    assert messages(svg(f'<g {name}="x"/>')) == [f"attribute {name} on <g> is not used in pictures"]


def test_a_linked_reference_is_refused() -> None:
    linked = HEAD.replace("viewBox", 'xmlns:xlink="http://www.w3.org/1999/xlink" viewBox')
    assert messages(svg('<g xlink:href="https://example.org/x"/>', linked)) == [
        "attribute {http://www.w3.org/1999/xlink}href on <g> is not used in pictures"
    ]


def test_an_unknown_class_is_refused() -> None:
    assert messages(svg('<g class="fig-line red big"/>'))[0].startswith("class big, red is not one of: fig-accent, ")


def test_every_fault_is_named_at_once() -> None:
    assert len(messages(svg('<script onload="x"/><a href="y"/>'))) == 4


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE svg [<!ENTITY x "y">]>\n',
        '<?xml version="1.0"?>\n',
        '<?xml-stylesheet href="https://example.org/x.css"?>\n',
    ],
)
def test_what_stands_before_the_picture_is_refused(text: str) -> None:
    assert check_svg(text + svg("")) == [(1, "holds a declaration, comment or instruction (<! or <?); leave them out")]


@pytest.mark.parametrize(
    "hidden",
    [
        "<!--><script>alert(1)</script>-->",
        "<?x ><script>alert(1)</script>?>",
        "<title><![CDATA[><script>alert(1)</script>]]></title>",
    ],
)
def test_what_xml_hides_and_html_runs_is_refused(hidden: str) -> None:
    """Each is well-formed and of known elements to an XML reader, and a live script in a page."""
    assert check_svg(svg(f"\n{hidden}")) == [
        (2, "holds a declaration, comment or instruction (<! or <?); leave them out")
    ]


def test_a_picture_that_is_not_xml_has_a_line() -> None:
    ((line, message),) = check_svg(svg("\n<g>\n<rect></g>"))
    assert (line, message.startswith("is not well-formed XML: mismatched tag")) == (3, True)


def test_a_picture_needs_a_title_and_a_view_box() -> None:
    assert messages(HEAD + "</svg>") == ["has no <title>; name what the picture shows"]
    assert messages(svg("", HEAD.replace(' viewBox="0 0 9 9"', ""))) == ["should be one <svg> with a viewBox"]
    assert "should be one <svg> with a viewBox" in messages(
        svg("", HEAD).replace("svg", "g", 1).replace("/svg>", "/g>")
    )


def test_a_picture_without_its_namespace_is_refused() -> None:
    assert "should be one <svg> with a viewBox" in messages('<svg viewBox="0 0 9 9"><title>A</title></svg>')


def test_a_picture_is_bounded_in_bytes() -> None:
    size = len(svg("").encode()) + len("<desc></desc>")
    assert check_svg(svg(f"<desc>{'x' * (MOST_BYTES - size)}</desc>")) == []
    assert messages(svg(f"<desc>{'x' * (MOST_BYTES - size + 1)}</desc>")) == [
        f"has {MOST_BYTES + 1} bytes; at most {MOST_BYTES} fit a page"
    ]


def test_nothing_in_the_vocabulary_runs_or_fetches() -> None:
    assert not {name.lower() for name in HARM} & {name.lower() for name in ELEMENTS}
    assert not [name for name in ATTRIBUTES if name.startswith("on") or "href" in name or name in ("style", "src")]
