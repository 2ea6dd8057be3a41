"""The files a browser loads from us: names, headers, sizes, and the contrast of the colours."""

from __future__ import annotations

import gzip
import re
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from courseware.web.assets import STATIC, Assets, UnknownAsset, register_assets

TEMPLATES = STATIC.parent / "templates"
HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+\Z")


def small_site(folder: Path, colour: str = "#123456") -> Path:
    """A folder with a style sheet of two parts and a picture, and a script of two modules."""
    for name, text in {
        "css/all.css": '@import "./part.css";\n@import "./more.css";\n',
        "css/part.css": f"/* a note */\na {{ color: {colour}; background: url(../img/dot.svg) }}\n",
        "css/more.css": 'b { mask: url("data:image/svg+xml;base64,AA=="); fill: url(#here) }\n',
        "img/dot.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "js/main.js": 'import { one } from "./one.js";\none();\n',
        "js/one.js": "export const one = () => 1;\n",
        "LICENSE": "not to be served",
    }.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__, static_folder=None)
    register_assets(app)
    return app.test_client()


def text_of(assets: Assets, name: str) -> str:
    return next(each.content.decode() for each in assets if each.name == name)


def test_the_name_changes_with_the_content_and_only_then(tmp_path: Path) -> None:
    before, again = Assets(small_site(tmp_path)), Assets(small_site(tmp_path))
    after = Assets(small_site(tmp_path, colour="#654321"))
    assert before.url("css/part.css") == again.url("css/part.css")
    assert before.url("css/part.css") != after.url("css/part.css")
    assert before.url("css/all.css") != after.url("css/all.css")
    assert before.url("js/main.js") == after.url("js/main.js")
    assert HASHED.search(before.url("css/all.css"))


def test_a_change_in_a_picture_or_a_module_renames_what_uses_it(tmp_path: Path) -> None:
    before = Assets(small_site(tmp_path))
    (tmp_path / "img/dot.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "js/one.js").write_text("export const one = () => 2;", encoding="utf-8")
    after = Assets(tmp_path)
    for name in ("css/all.css", "js/main.js"):
        assert before.url(name) != after.url(name)


def test_references_are_put_in_place_or_hashed(tmp_path: Path) -> None:
    assets = Assets(small_site(tmp_path))
    style = text_of(assets, "css/all.css")
    assert "@import" not in style
    assert "a note" not in style
    assert f'url("{assets.url("img/dot.svg")}")' in style
    assert "url(#here)" in style
    assert 'url("data:image/svg+xml;base64,AA==")' in style
    one = assets.url("js/one.js").rpartition("/")[2]
    assert f'from "./{one}"' in text_of(assets, "js/main.js")
    assert assets.imports("js/main.js") == [assets.url("js/one.js")]


def test_an_unknown_name_raises(tmp_path: Path) -> None:
    assets = Assets(small_site(tmp_path))
    for name in ("css/none.css", "LICENSE", "../assets.py"):
        with pytest.raises(UnknownAsset, match=name.rpartition("/")[2]):
            assets.url(name)


def test_a_reference_to_nothing_or_in_a_circle_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a { background: url(none.png) }", encoding="utf-8")
    with pytest.raises(UnknownAsset, match=r"none\.png.*a\.css"):
        Assets(tmp_path)
    (tmp_path / "a.css").write_text('@import "./b.css";', encoding="utf-8")
    (tmp_path / "b.css").write_text('@import "./a.css";', encoding="utf-8")
    with pytest.raises(ValueError, match="circle"):
        Assets(tmp_path)


def test_templates_get_addresses_and_unknown_names_raise() -> None:
    app = Flask(__name__, static_folder=None)
    assets = register_assets(app)
    template = app.jinja_env.from_string("{{ asset('css/parley.css') }}")
    assert template.render() == assets.url("css/parley.css")
    with pytest.raises(UnknownAsset):
        app.jinja_env.from_string("{{ asset('css/none.css') }}").render()


def test_every_file_is_served_for_ever_with_its_type(client: FlaskClient) -> None:
    for asset in Assets():
        answer = client.get(f"/assets/{asset.path}")
        assert answer.status_code == 200
        assert answer.data == asset.content
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Type"] == asset.content_type
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in answer.headers


def test_compressed_where_the_browser_takes_it(client: FlaskClient) -> None:
    address = Assets().url("css/parley.css")
    plain, packed = client.get(address), client.get(address, headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert packed.headers["ETag"] != plain.headers["ETag"]
    refused = client.get(address, headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


def test_an_unchanged_file_is_not_sent_again(client: FlaskClient) -> None:
    address = Assets().url("js/parley.js")
    tag = client.get(address).headers["ETag"]
    answer = client.get(address, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.data) == (304, b"")


def test_unknown_addresses_are_not_found(client: FlaskClient) -> None:
    for path in ("css/parley.css", "css/parley.000000000000.css", "../assets.py", "vendor/parley-serif/LICENSE"):
        assert client.get(f"/assets/{path}").status_code == 404
    assert client.post(Assets().url("css/parley.css")).status_code == 405


def test_no_reference_is_left_unhashed() -> None:
    for asset in Assets():
        if asset.name.endswith(".css"):
            text = asset.content.decode()
            assert "@import" not in text
            for address in re.findall(r"url\(\s*[\"']?([^\"')]+)", text):
                assert HASHED.search(address), (asset.name, address)
        if asset.name.endswith(".js"):
            for address in re.findall(r"(?:from|import)\s*\(?\s*[\"']([^\"']+)", asset.content.decode()):
                assert HASHED.search(address), (asset.name, address)


@pytest.mark.parametrize(("suffix", "budget"), [(".css", 30_000), (".js", 40_000)])
def test_budgets(suffix: str, budget: int) -> None:
    """Our own sources, compressed file by file: what a page could load at the most."""
    files = [each for each in STATIC.rglob(f"*{suffix}") if "vendor" not in each.relative_to(STATIC).parts]
    assert files
    assert sum(len(gzip.compress(each.read_bytes(), 9)) for each in files) <= budget


def test_the_frame_of_a_page_is_light() -> None:
    """Style, scripts and the upright font leave two thirds of a lesson's 100 kB to the lesson and its italics."""
    assets = {asset.name: asset for asset in Assets()}
    names = ["css/parley.css", "js/early.js", "img/favicon.svg", "vendor/parley-serif/parley-serif.woff2"]
    names += [name for name in assets if name.startswith("js/") and name != "js/early.js"]
    assert sum(len(assets[name].packed or assets[name].content) for name in names) <= 66_000


def test_our_templates_hold_no_inline_style_or_script() -> None:
    for file in TEMPLATES.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text), file
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), file


Theme = dict[str, str]


def themes() -> dict[str, Theme]:
    """The colours of every theme as tokens.css gives them, by the selectors that they stand under."""
    found: dict[str, Theme] = {}
    text = re.sub(r"/\*.*?\*/", "", (STATIC / "css/tokens.css").read_text(encoding="utf-8"), flags=re.DOTALL)
    around = ""
    for line in text.splitlines():
        if line.lstrip().startswith("@media"):
            around = line.strip(" {")
        elif line.rstrip().endswith("{"):
            selector = line.strip(" {")
            where = f"{around} {selector}" if line.startswith(" ") else selector
        elif match := re.match(r"\s+--([\w-]+): (#[0-9a-f]{3,6});", line):
            found.setdefault(where, {})[match[1]] = match[2]
    return {name: colours for name, colours in found.items() if "ink" in colours}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_every_theme_has_every_colour() -> None:
    assert len(themes()) == 8
    assert len({frozenset(colours) for colours in themes().values()}) == 1


def test_a_chosen_theme_is_the_one_that_the_device_would_choose() -> None:
    """Light, dark and the two of high contrast stand in the file twice, once for each way to them."""
    by_ink: dict[str, list[Theme]] = {}
    for colours in themes().values():
        by_ink.setdefault(colours["ink"], []).append(colours)
    assert len(by_ink) == 4
    for first, second in by_ink.values():
        assert first == second


@pytest.mark.parametrize("name", themes())
def test_colours_can_be_told_from_their_ground(name: str) -> None:
    colours = themes()[name]
    least = 7 if "contrast" in name else 4.5
    grounds = ("paper", "sheet", "sunken")
    soft = ("accent", "right", "partly", "wrong", "info", "missed")
    pairs = [*product(("ink", "muted", "accent", "accent-strong", *soft, *(f"hue-{n}" for n in range(1, 6))), grounds)]
    pairs += [*product(("ink", "muted"), (f"{each}-soft" for each in soft))]
    pairs += [(each, f"{each}-soft") for each in soft]
    pairs += [("on-accent", "accent"), ("on-accent", "accent-strong")]
    for text, ground in pairs:
        assert contrast(colours[text], colours[ground]) >= least, (text, ground)
    for edge, ground in product(("edge", "focus"), grounds):
        assert contrast(colours[edge], colours[ground]) >= 3, (edge, ground)
