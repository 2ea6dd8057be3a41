"""What every template can use: filters for texts, marks and times, and who is looking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import format_datetime, get_locale, get_translations, gettext
from flask_login import current_user
from markupsafe import Markup

from courseware import __version__
from courseware.content.markdown import render_block, render_inline
from courseware.domain.attempts import decimal
from courseware.web.context import runtime


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """An entry of the main navigation."""

    label: str
    url: str
    current: bool


def init_templating(app: Flask) -> None:
    """Register filters and the context of every page."""
    app.jinja_env.filters.update(
        prose=lambda text: Markup(render_block(text)),  # noqa: S704 - sanitised by render_block
        inline=lambda text: Markup(render_inline(text)),  # noqa: S704 - sanitised by render_inline
        mark=mark,
        when=when,
        iso=iso,
    )
    app.jinja_env.globals["kept"] = _keeper()
    _look_up_translations_once(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_context)


def _keeper() -> Callable[..., str]:
    """``{% call kept(...) %}``: a part of a page that is the same for everybody, made once a language and process.

    What stands in it may depend on the names given and on the course, which never changes while
    the program runs; never on who is looking.
    """
    parts: dict[tuple[str, ...], str] = {}

    def kept(*names: str, caller: Callable[[], str]) -> str:
        key = (str(get_locale()), *names)
        part = parts.get(key)
        if part is None:
            part = parts[key] = caller()
        return part

    return kept


def _look_up_translations_once(app: Flask) -> None:
    """Flask-Babel finds the catalogue anew for every text; a page has a hundred of them, in one language."""

    def catalogue() -> Any:
        if "translations" not in g:
            g.translations = get_translations()
        return g.translations

    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of Jinja's i18n extension
        lambda text: catalogue().ugettext(text),
        lambda one, many, count: catalogue().ungettext(one, many, count),
        newstyle=True,
    )


def mark(value: Fraction) -> str:
    """A mark or per cent as everywhere: at most two decimals, halves rounded up, no idle zeros."""
    return f"{decimal(value):.2f}".rstrip("0").rstrip(".")


def when(value: datetime) -> str:
    """A time for people to read, in UTC."""
    return str(format_datetime(value, "d MMM y, HH:mm"))


def iso(value: datetime) -> str:
    """A time for ``<time datetime>``."""
    return value.isoformat()


def _context() -> dict[str, Any]:
    account = current_user if current_user and current_user.is_authenticated else None
    demo = gettext("Demonstration: the trainees and results shown are simulated.") if runtime().settings.demo else ""
    return {"account": account, "navigation": _navigation(account), "banner": demo, "version": __version__}


def _navigation(account: Any) -> list[NavigationLink]:
    if account is None:
        return [_link(gettext("Sign in"), "security.login")]
    links = [_link(gettext("Course"), "trainee.home"), _link(gettext("Glossary"), "trainee.glossary")]
    if account.has_role("instructor"):
        links += [
            _link(gettext("Questions"), "instructor.items"),
            _link(gettext("Trainees"), "instructor.trainees"),
            _link(gettext("Scores"), "instructor.scores"),
        ]
    if account.has_role("admin"):
        links.append(_link(gettext("Accounts"), "admin.accounts"))
    return [*links, _link(gettext("Your account"), "accounts.account")]


def _link(label: str, endpoint: str) -> NavigationLink:
    url = url_for(endpoint)
    here = request.path == url or (url != "/" and request.path.startswith(f"{url}/"))
    return NavigationLink(label, url, here)
