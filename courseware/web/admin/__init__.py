"""The administrator's pages."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

from courseware.web.admin import account_pages  # noqa: E402,F401 - the views join the blueprint above
