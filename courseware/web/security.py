"""Who may see what, and the headers of every answer.

Each view declares a policy; what declares none is refused, and the program does not start
with such a view. The policies are checked before anything else looks at a request.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import Forbidden, Unauthorized

from courseware.config import Settings
from courseware.web.context import runtime

View = TypeVar("View", bound=Callable[..., Any])

LARGEST_REQUEST = 2 * 1024 * 1024
MOST_FIELDS = 1000
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "manifest-src 'self'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_DECLARED = "parley-policies"
_MARK = "parley_policy"


class Policy(Enum):
    """Who may ask for a view."""

    ANYONE = "anyone"
    SIGNED_IN = "signed in"
    TRAINEE = "trainee"
    """Any account that is signed in: instructors and administrators may learn too."""

    INSTRUCTOR = "instructor"
    ADMIN = "admin"
    DEVELOPMENT = "development"
    """Anyone, where the setting DEVELOPMENT is on; nobody elsewhere."""


class UndeclaredRoute(RuntimeError):
    """Some views declare no policy; the message names each of their endpoints."""


def policy(value: Policy) -> Callable[[View], View]:
    """Mark a view function with its policy: ``@policy(Policy.TRAINEE)``, below the route's decorator."""

    def mark(view: View) -> View:
        setattr(view, _MARK, value)
        return view

    return mark


def declare(app: Flask, endpoint: str, value: Policy) -> None:
    """Give an endpoint of a library its policy."""
    app.extensions.setdefault(_DECLARED, {})[endpoint] = value


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """The policy of an endpoint; None where none was declared."""
    declared: dict[str, Policy] = app.extensions.get(_DECLARED, {})
    if endpoint in declared:
        return declared[endpoint]
    marked = getattr(app.view_functions.get(endpoint), _MARK, None)
    return marked if isinstance(marked, Policy) else None


def check_policies(app: Flask) -> None:
    """Refuse to start with a view that has no policy. Raises UndeclaredRoute, which lists all of them."""
    endpoints = sorted({rule.endpoint for rule in app.url_map.iter_rules()})
    undeclared = [endpoint for endpoint in endpoints if policy_of(app, endpoint) is None]
    if undeclared:
        raise UndeclaredRoute(f"no policy is declared for: {', '.join(undeclared)}")


def enforce(app: Flask) -> None:
    """Check hosts and policies before each request, and put the headers on each answer.

    Call it before anything else that looks at requests (CSRF protection, Flask-Security).
    """
    settings: Settings = app.extensions["parley"].settings
    hosts = _names(settings.trusted_hosts or LOOPBACK_HOSTS)
    headers = dict(HEADERS)
    if settings.https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    _configure(app, settings)

    @app.before_request
    def refuse_foreign_host() -> Response | None:
        name = _host_name(request.host)
        if name in hosts or (name in LOOPBACK_HOSTS and request.path == "/healthz"):
            return None
        # Plain text: links can't be built for a host that is not ours.
        return Response("This server is not reached by that name.\n", 400, mimetype="text/plain")

    app.before_request(_refuse_unstorable)
    app.before_request(_check_policy)

    @app.after_request
    def add_headers(response: Response) -> Response:
        response.headers.update(headers)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response


def _configure(app: Flask, settings: Settings) -> None:
    # TRUSTED_HOSTS stays unset: Werkzeug 3.1 cuts a trusted name at its first colon, so that
    # "[::1]" never matches; refuse_foreign_host does its work.
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        MAX_FORM_PARTS=MOST_FIELDS,
        PREFERRED_URL_SCHEME="https" if settings.https else "http",
        SESSION_COOKIE_NAME="__Host-parley" if settings.https else "parley",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.session_days),
    )


def _refuse_unstorable() -> None:
    """No database keeps NUL, so nothing that holds one can be meant."""
    texts = [
        request.path,
        *(value for values in (request.args, request.form) for pair in values.items(multi=True) for value in pair),
    ]
    if any("\x00" in text for text in texts):
        abort(400)


def _check_policy() -> ResponseReturnValue | None:
    """Let the request pass, send its visitor to sign in, or refuse it."""
    if request.endpoint is None:
        return None
    needed = policy_of(current_app, request.endpoint)
    if needed is Policy.ANYONE:
        return None
    if needed is Policy.DEVELOPMENT:
        return None if runtime().settings.development else abort(404)
    if needed is None:
        raise Forbidden(gettext("This page has not been opened to anybody."))
    if not current_user.is_authenticated:
        return _ask_to_sign_in()
    if needed in (Policy.SIGNED_IN, Policy.TRAINEE) or current_user.has_role(needed.value):
        return None
    raise Forbidden(gettext("Your account does not have the role that this page needs."))


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.method not in ("GET", "HEAD"):
        raise Unauthorized(gettext("You are not signed in, or no longer. Sign in, then do it again."))
    wanted = request.full_path.rstrip("?")
    return redirect(url_for("security.login", next=wanted) if wanted != "/" else url_for("security.login"))


def _host_name(host: str) -> str:
    """The name in a Host header, without the port: ``[::1]:8000`` to ``[::1]``."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).lower()


def _names(hosts: tuple[str, ...]) -> frozenset[str]:
    """The names of the setting TRUSTED_HOSTS, where an IPv6 address may stand without its brackets."""
    bracketed = (f"[{host}]" if host.count(":") > 1 and not host.startswith("[") else host for host in hosts)
    return frozenset(_host_name(host) for host in bracketed)
