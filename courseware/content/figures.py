"""Pictures of a lesson: SVG of a small, safe vocabulary, put into the page as it stands."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Tree

MOST_BYTES = 60_000
CLASSES = {"fig-line", "fig-fill", "fig-accent", "fig-accent-line", "fig-warn", "fig-text", "fig-muted"}
ELEMENTS = {
    "svg", "title", "desc", "g", "rect", "circle", "ellipse", "line", "polyline", "polygon", "path", "text", "tspan",
}  # fmt: skip
ATTRIBUTES = {
    "viewBox", "role", "class", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "width", "height", "d",
    "points", "transform", "dx", "dy", "text-anchor", "font-size", "font-weight", "stroke-width", "stroke-dasharray",
    "stroke-linecap", "stroke-linejoin", "dominant-baseline", "opacity", "fill-opacity",
}  # fmt: skip
NAMESPACE = "{http://www.w3.org/2000/svg}"


def check_svg(text: str) -> list[tuple[int, str]]:
    """What keeps a picture from being put into a page: (line, message) for each fault."""
    if len(text.encode()) > MOST_BYTES:
        return [(1, f"has {len(text.encode())} bytes; at most {MOST_BYTES} fit a page")]
    if found := re.search(r"<[!?]", text):
        # HTML ends a comment or an instruction elsewhere than XML does: what follows would be live in the page.
        line = text.count("\n", 0, found.start()) + 1
        return [(line, "holds a declaration, comment or instruction (<! or <?); leave them out")]
    try:
        root = Tree.fromstring(text)  # noqa: S314 - entities were refused above, and the size is bounded
    except Tree.ParseError as error:
        return [(error.position[0], f"is not well-formed XML: {error}")]
    faults = [(1, message) for element in root.iter() for message in _faults_of(element)]
    if root.tag != f"{NAMESPACE}svg" or "viewBox" not in root.attrib:
        faults.append((1, "should be one <svg> with a viewBox"))
    if root.find(f"{NAMESPACE}title") is None:
        faults.append((1, "has no <title>; name what the picture shows"))
    return faults


def _faults_of(element: Tree.Element) -> list[str]:
    name = element.tag.removeprefix(NAMESPACE)
    faults = [] if name in ELEMENTS else [f"<{name}> is not used in pictures; use: {', '.join(sorted(ELEMENTS))}"]
    for attribute, value in element.attrib.items():
        if attribute not in ATTRIBUTES:
            faults.append(f"attribute {attribute} on <{name}> is not used in pictures")
        elif attribute == "class" and (unknown := set(value.split()) - CLASSES):
            faults.append(f"class {', '.join(sorted(unknown))} is not one of: {', '.join(sorted(CLASSES))}")
    return faults
