"""The collected interface texts are those of the pages."""

from __future__ import annotations

from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

import courseware.web

WEB = Path(courseware.web.__file__).parent
CATALOGUE = WEB / "translations" / "messages.pot"


def test_every_text_is_collected() -> None:
    """`make texts` brings the file up to date."""
    with (WEB / "translations" / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
    found = {message for _file, _line, message, *_ in extract_from_dir(WEB, methods, options, keywords)}
    with CATALOGUE.open(encoding="utf-8") as file:
        kept = {message.id for message in read_po(file) if message.id}
    assert kept == found
