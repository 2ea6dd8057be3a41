"""Whether the program can do its work, for whatever watches it."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from courseware import __version__
from courseware.services import health
from courseware.web.context import db
from courseware.web.security import Policy, policy

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@policy(Policy.ANYONE)
def healthz() -> ResponseReturnValue:
    """200 where the database answers, else 503 with the reason."""
    with db().read() as session:
        reason = health.fault(session)
    if reason is not None:
        return jsonify(status="unavailable", reason=reason, version=__version__), 503
    return jsonify(status="ok", database=db().kind, version=__version__)
