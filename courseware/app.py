"""The factory: puts settings, database, course and pages together."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix

from courseware.config import Settings, from_environment, secret_key
from courseware.content.loader import Loaded, course_folder, load_sound
from courseware.storage.database import Database
from courseware.web import admin, health, instructor, trainee
from courseware.web.accounts import init_accounts
from courseware.web.assets import register_assets, serve_asset
from courseware.web.compression import compress_pages
from courseware.web.context import EXTENSION, Runtime
from courseware.web.errors import init_errors
from courseware.web.security import Policy, check_policies, enforce, policy
from courseware.web.styleguide import styleguide
from courseware.web.templating import init_templating


def utc_now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


def folder_of(settings: Settings) -> Path:
    """Where the course's files stand."""
    return Path(settings.course_dir).resolve() if settings.course_dir else course_folder()


def create_app(
    settings: Settings | None = None,
    *,
    db: Database | None = None,
    loaded: Loaded | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Flask:
    """The application. Without arguments it reads the environment, as the server does.

    Raises BadSetting, BrokenCourse or UndeclaredRoute rather than start half-right.
    """
    settings = settings or from_environment(os.environ)
    loaded = loaded or load_sound(folder_of(settings))
    app = Flask(__name__, static_folder=None, template_folder="web/templates")
    app.config.update(SECRET_KEY=secret_key(settings), BABEL_DEFAULT_LOCALE="en", BABEL_DEFAULT_TIMEZONE="UTC")
    if settings.proxies:
        hops = settings.proxies
        # Flask documents this attribute as the place for middleware; its type says method.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.extensions[EXTENSION] = Runtime(settings, db or Database(settings.database_url), loaded.course, clock)
    Babel(app)
    enforce(app)
    compress_pages(app)
    register_assets(app, view=policy(Policy.ANYONE)(serve_asset))
    init_accounts(app, app.extensions[EXTENSION])
    init_templating(app)
    init_errors(app)
    for blueprint in (health.blueprint, trainee.blueprint, instructor.blueprint, admin.blueprint):
        app.register_blueprint(blueprint)
    if settings.development:
        app.add_url_rule("/styleguide", "styleguide", policy(Policy.DEVELOPMENT)(styleguide))
    check_policies(app)
    return app
