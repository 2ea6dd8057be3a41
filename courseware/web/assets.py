"""The files a browser loads from us: hashed names, compressed once, cached for ever.

Everything under ``static/`` is read when the program starts. A file's public name carries
the first 12 hex digits of the SHA-256 of what is served, so a changed file has another
address and an unchanged one never needs asking for again. Style sheets may ``@import`` their
parts, which are put in place; ``url(...)`` and JavaScript imports are rewritten to the hashed
names, so a change in a part changes the name of the whole.
"""

from __future__ import annotations

import gzip
import hashlib
import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import Flask, Response, abort, current_app, request

STATIC = Path(__file__).parent / "static"

FOR_EVER = "public, max-age=31536000, immutable"

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
PACKED = frozenset({".css", ".js", ".json", ".svg", ".txt"})

_COMMENT = re.compile(r"/\*.*?\*/\s*", re.DOTALL)
_CSS_IMPORT = re.compile(r"""@import\s+(?:url\()?["']([^"']+)["']\)?\s*;\n?""")
_CSS_URL = re.compile(r"""url\(\s*(["']?)([^"')]+)\1\s*\)""")
_JS_IMPORT = re.compile(r"""(\b(?:from|import)\s*\(?\s*)(["'])(\.{1,2}/[^"']+)\2""")
_ELSEWHERE = re.compile(r"(?:[a-z][a-z0-9+.-]*:|//|#)", re.IGNORECASE)


class UnknownAsset(LookupError):
    """No file of this name stands under ``static/``."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    name: str
    path: str
    content: bytes
    packed: bytes | None
    content_type: str
    digest: str
    imports: tuple[str, ...]


class Assets:
    """Every servable file under a folder, by its own name and by its public path."""

    def __init__(self, folder: Path = STATIC, prefix: str = "/assets/") -> None:
        self._folder = folder
        self._prefix = prefix
        self._by_name: dict[str, Asset] = {}
        self._open: list[str] = []
        for file in sorted(folder.rglob("*")):
            if file.is_file() and file.suffix in TYPES:
                self._load(file.relative_to(folder).as_posix())
        self._by_path = {asset.path: asset for asset in self._by_name.values()}

    def __iter__(self) -> Iterator[Asset]:
        return iter(self._by_name.values())

    def url(self, name: str) -> str:
        """The public address of a file such as ``css/parley.css``; UnknownAsset where there is none."""
        return self._prefix + self._named(name).path

    def imports(self, name: str) -> list[str]:
        """The addresses of every script that ``name`` imports, directly or not, for preloading."""
        found: dict[str, None] = {}
        waiting = list(self._named(name).imports)
        while waiting:
            each = waiting.pop(0)
            if each not in found:
                found[each] = None
                waiting.extend(self._by_name[each].imports)
        return [self.url(each) for each in found]

    def at(self, path: str) -> Asset | None:
        """The file whose public path this is, or None."""
        return self._by_path.get(path)

    def _named(self, name: str) -> Asset:
        try:
            return self._by_name[name]
        except KeyError:
            raise UnknownAsset(f"no file '{name}' under {self._folder.name}/") from None

    def _load(self, name: str) -> Asset:
        if name in self._by_name:
            return self._by_name[name]
        file = self._folder / name
        if file.suffix not in TYPES or not file.is_file():
            wanted_by = f", wanted by {self._open[-1]}" if self._open else ""
            raise UnknownAsset(f"no file '{name}' under {self._folder.name}/{wanted_by}")
        if name in self._open:
            raise ValueError("files refer to each other in a circle: " + " > ".join([*self._open, name]))
        self._open.append(name)
        imports: list[str] = []
        content = file.read_bytes()
        if file.suffix == ".css":
            content = self._style(name, content.decode()).encode()
        elif file.suffix == ".js":
            content = self._script(name, content.decode(), imports).encode()
        self._open.pop()
        digest = hashlib.sha256(content).hexdigest()
        self._by_name[name] = Asset(
            name=name,
            path=f"{name.removesuffix(file.suffix)}.{digest[:12]}{file.suffix}",
            content=content,
            packed=gzip.compress(content, 9, mtime=0) if file.suffix in PACKED else None,
            content_type=TYPES[file.suffix],
            digest=digest[:12],
            imports=tuple(imports),
        )
        return self._by_name[name]

    def _style(self, name: str, text: str) -> str:
        """A style sheet without comments, its imports put in place and its references hashed."""

        def part(found: re.Match[str]) -> str:
            return self._load(_beside(name, found[1])).content.decode()

        def reference(found: re.Match[str]) -> str:
            target = found[2]
            if _ELSEWHERE.match(target):
                return found[0]
            return f'url("{self.url(self._load(_beside(name, target)).name)}")'

        text = _COMMENT.sub("", text)
        imported = {found[0]: part(found) for found in _CSS_IMPORT.finditer(text)}
        text = _CSS_URL.sub(reference, _CSS_IMPORT.sub("\0", text))
        for content in imported.values():
            text = text.replace("\0", content, 1)
        return text

    def _script(self, name: str, text: str, imports: list[str]) -> str:
        """A script whose imports name hashed files beside it."""

        def reference(found: re.Match[str]) -> str:
            target = self._load(_beside(name, found[3]))
            imports.append(target.name)
            path = posixpath.relpath(target.path, posixpath.dirname(name) or ".")
            return f"{found[1]}{found[2]}{path if path.startswith('.') else './' + path}{found[2]}"

        return _JS_IMPORT.sub(reference, text)


def _beside(name: str, reference: str) -> str:
    """The file that ``reference`` means where it stands in the file ``name``."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), reference))


def serve_asset(name: str) -> Response:
    """Answer with the file of this hashed name, compressed where the browser takes it."""
    asset = cast("Assets", current_app.extensions["assets"]).at(name)
    if asset is None:
        abort(404)
    packed = asset.packed if request.accept_encodings.quality("gzip") > 0 else None
    response = Response(asset.content if packed is None else packed, content_type=asset.content_type)
    if packed is not None:
        response.content_encoding = "gzip"
    if asset.packed is not None:
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = FOR_EVER
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.set_etag(asset.digest if packed is None else f"{asset.digest}-gz")
    response.make_conditional(request.environ)
    return response


def register_assets(
    app: Flask,
    assets: Assets | None = None,
    view: Callable[[str], Response] = serve_asset,
) -> Assets:
    """Read the files, serve them under ``/assets/`` and give templates ``asset(name)``.

    ``asset_imports(name)`` gives the addresses of the scripts that a script imports. Pass
    ``view`` where ``serve_asset`` has to be wrapped, in a policy for instance.
    """
    assets = assets or Assets()
    app.extensions["assets"] = assets
    app.add_url_rule("/assets/<path:name>", "assets", view, methods=["GET"])
    app.jinja_env.globals["asset"] = assets.url
    app.jinja_env.globals["asset_imports"] = assets.imports
    return assets
