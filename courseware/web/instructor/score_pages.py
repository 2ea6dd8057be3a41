"""Scores: on the screen, and as files that open right in a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from flask import Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from courseware.formats import csv
from courseware.services import exports
from courseware.web.context import course, db, now
from courseware.web.instructor import blueprint
from courseware.web.security import Policy, policy

PAGE = 100


@blueprint.get("/scores")
@policy(Policy.INSTRUCTOR)
def scores() -> ResponseReturnValue:
    """The rows of the file as a table."""
    best = _best_only()
    with db().read() as session:
        total = exports.count_scores(session, best_only=best)
        pages = max(1, -(-total // PAGE))
        page = min(max(request.args.get("page", 1, type=int), 1), pages)
        columns, rows = exports.scores(session, course(), best_only=best)
        shown = [dict(zip(columns, row, strict=True)) for row in islice(rows, (page - 1) * PAGE, page * PAGE)]
        rows.close()

    def page_url(number: int) -> str:
        return url_for("instructor.scores", best="1" if best else None, page=number)

    return render_template(
        "instructor/scores.html", rows=shown, total=total, best=best, page=page, pages=pages, page_url=page_url
    )


@blueprint.get("/scores.csv")
@policy(Policy.INSTRUCTOR)
def scores_file() -> ResponseReturnValue:
    """One row a trainee and attempt, or the best attempt."""
    best, parts = _best_only(), course()
    name = "parley-best-scores" if best else "parley-scores"
    return _file(name, lambda session: exports.scores(session, parts, best_only=best))


@blueprint.get("/responses.csv")
@policy(Policy.INSTRUCTOR)
def responses_file() -> ResponseReturnValue:
    """Every answer of every submitted attempt."""
    return _file("parley-responses", exports.responses)


def _best_only() -> bool:
    return request.args.get("best") == "1"


def _file(name: str, table: Callable[[Session], exports.Table]) -> Response:
    """A table as a CSV file, row by row: the session stays open until the last one is sent."""

    def pieces() -> Iterator[str]:
        with db().read() as session:
            columns, rows = table(session)
            yield from csv.write(columns, rows)

    response = Response(stream_with_context(pieces()), content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}-{now():%Y-%m-%d}.csv")
    return response
