"""Domain and service errors to pages: the right status, a plain sentence, a way on."""

from __future__ import annotations

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from courseware.domain.attempts import AttemptClosed
from courseware.domain.blueprint import BlueprintUnfilled
from courseware.services.errors import Conflict, NotFound, Refused


def init_errors(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(NotFound, lambda error: page(404, gettext("Not found"), str(error)))
    app.register_error_handler(Conflict, lambda error: page(409, gettext("Changed meanwhile"), str(error)))
    app.register_error_handler(AttemptClosed, lambda error: page(409, gettext("Already handed in"), str(error)))
    app.register_error_handler(Refused, lambda error: page(400, gettext("That can’t be done"), str(error)))
    app.register_error_handler(BlueprintUnfilled, _unfilled)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _fault)


def page(status: int, title: str, text: str) -> ResponseReturnValue:
    """An error as a page, or as JSON where a script of ours asked."""
    if wants_json():
        return jsonify(error=text), status
    return render_template("error.html", title=title, text=text, status=status), status


def wants_json() -> bool:
    """Whether the request came from one of our scripts."""
    return request.headers.get("X-Requested-With") == "fetch"


def _unfilled(_error: BlueprintUnfilled) -> ResponseReturnValue:
    text = gettext("The question bank has too few questions for this quiz. Please tell your instructor.")
    return page(409, gettext("This quiz can’t start yet"), text)


def _stale_form(_error: CSRFError) -> ResponseReturnValue:
    text = gettext(
        "The form was too old or came from elsewhere, so nothing was changed. Go back, reload, send it again."
    )
    return page(400, gettext("The form could not be checked"), text)


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    texts = {
        400: (gettext("That request can’t be read"), gettext("Go back, reload the page and try again.")),
        401: (gettext("Please sign in"), str(error.description)),
        403: (gettext("Not yours to open"), str(error.description)),
        404: (gettext("Not found"), gettext("There is nothing at this address. It may have been moved or mistyped.")),
        405: (gettext("Not that way"), gettext("This address does not take that kind of request.")),
        413: (gettext("Too large"), gettext("What was sent is larger than 2 MB, so it was not taken.")),
    }
    title, text = texts.get(error.code, (gettext("That did not work"), str(error.description)))
    return page(error.code, title, text)


def _fault(_error: Exception) -> ResponseReturnValue:
    text = gettext(
        "Something went wrong on our side and was logged. What you had saved is safe. Try again in a moment."
    )
    return page(500, gettext("A fault on our side"), text)
