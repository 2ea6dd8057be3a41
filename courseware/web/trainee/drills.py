"""A drill: the briefing, a run scene by scene, the debrief."""

from __future__ import annotations

import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from courseware.services import drills as practice
from courseware.services.drills import ChoiceMoved, RunState
from courseware.services.errors import NotFound, Refused
from courseware.web.context import course, db, now
from courseware.web.security import Policy, policy
from courseware.web.trainee import blueprint
from courseware.web.trainee.gauge_lines import gauge_lines
from courseware.web.trainee.lookups import me, the_drill, the_module

RUN = "/runs/<int(max=2147483647):run_id>"
STEP = re.compile(r"[0-9]{1,6}\Z")


@blueprint.get("/modules/<slug>/drills/<drill_id>")
@policy(Policy.TRAINEE)
def drill(slug: str, drill_id: str) -> ResponseReturnValue:
    """The briefing: role, parties, gauges, what to read first, earlier runs."""
    module, found = the_drill(slug, drill_id)
    with db().read() as session:
        runs = practice.list_runs(session, me(), slug, drill_id)
    lessons = [lesson for name in found.lessons if (lesson := module.lesson(name)) is not None]
    running = next((run for run in runs if run.ended_at is None), None)
    return render_template(
        "trainee/drill.html", module=module, drill=found, runs=runs, running=running, lessons=lessons
    )


@blueprint.post("/modules/<slug>/drills/<drill_id>/runs")
@policy(Policy.TRAINEE)
def begin_run(slug: str, drill_id: str) -> ResponseReturnValue:
    """Begin a run, or go on with the open one."""
    _module, found = the_drill(slug, drill_id)
    with db().write() as session:
        run_id = practice.begin(session, me(), slug, found, now=now())
    return redirect(url_for("trainee.run", run_id=run_id), 303)


@blueprint.get(RUN)
@policy(Policy.TRAINEE)
def run(run_id: int) -> ResponseReturnValue:
    """The scene where a run stands, or its ending."""
    with db().read() as session:
        state = practice.run_state(session, run_id, me())
    return _scene(state)


@blueprint.post(RUN)
@policy(Policy.TRAINEE)
def choose(run_id: int) -> ResponseReturnValue:
    """Keep a choice and show what follows from it."""
    choice, step = request.form.get("choice", ""), _step()
    try:
        with db().write() as session:
            practice.choose(session, run_id, me(), choice, step=step, now=now())
    except ChoiceMoved:
        flash(gettext("This run has gone on in another window. Here is where it stands now."), "warning")
        with db().read() as session:
            state = practice.run_state(session, run_id, me())
        return _scene(state), 409
    return redirect(url_for("trainee.run", run_id=run_id, _anchor="followed"), 303)


@blueprint.get(f"{RUN}/debrief")
@policy(Policy.TRAINEE)
def debrief(run_id: int) -> ResponseReturnValue:
    """An ended run, choice by choice."""
    with db().read() as session:
        try:
            looked_back = practice.run_debrief(session, run_id, me())
        except NotFound:
            return _not_yet(practice.run_state(session, run_id, me()))
        runs = practice.list_runs(session, me(), looked_back.module, looked_back.drill.id)
    module, played = the_module(looked_back.module), looked_back.drill
    return render_template(
        "trainee/debrief.html",
        module=module,
        run=looked_back,
        drill=played,
        better={gauge.id: gauge.better for gauge in played.gauges},
        lines=gauge_lines(played, looked_back.debrief),
        competencies=[(course().competency(each.id), each) for each in looked_back.debrief.competencies],
        lessons=[lesson for name in played.lessons if (lesson := module.lesson(name)) is not None],
        runs=runs,
        offered=module.drill(played.id) is not None,
    )


def _scene(state: RunState) -> str:
    return render_template("trainee/run.html", module=the_module(state.module), run=state, drill=state.drill)


def _not_yet(state: RunState) -> ResponseReturnValue:
    text = gettext("The debrief opens when the run has come to its end.")
    links = [(gettext("Go on with the run"), url_for("trainee.run", run_id=state.id))]
    return render_template("error.html", title=gettext("Not yet"), text=text, status=404, links=links), 404


def _step() -> int:
    text = request.form.get("step", "")
    if not STEP.match(text):
        raise Refused(gettext("The form came without the number of its choice. Reload the page and choose again."))
    return int(text)
