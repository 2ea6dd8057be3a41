"""Every component in every state on one page, with stand-in data. For development only.

``styleguide`` is a plain view; the application decides where it stands and who may see it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import render_template
from werkzeug.datastructures import MultiDict
from wtforms import (  # type: ignore[attr-defined]  # SelectChoice is newer than the published types
    BooleanField,
    DateField,
    EmailField,
    FileField,
    Form,
    IntegerField,
    PasswordField,
    RadioField,
    SearchField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional


@dataclass(frozen=True, slots=True)
class Link:
    """A label that leads somewhere."""

    label: str
    url: str = "#main"
    current: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a task: done, current or still to come."""

    label: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an ordering or a matching question."""

    name: str
    text: str
    place: int | None = None
    chosen: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a review."""

    text: str
    chosen: str = ""
    expected: str = ""
    verdict: str = ""
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """A question in the list of questions."""

    number: int
    url: str = "#quiz"
    current: bool = False
    answered: bool = False
    flagged: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page before or after this one."""

    title: str
    url: str = "#reading"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong, with the place to mend it where there is one."""

    message: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Module:
    """A module on the map."""

    number: int
    title: str
    aim: str
    read: int
    lessons: int = 8


@dataclass(frozen=True, slots=True)
class Specimens:
    """The stand-in data of the page."""

    sections: tuple[Link, ...] = (
        Link("Identity", "#identity"),
        Link("Colour", "#colour"),
        Link("Type", "#type"),
        Link("Buttons and links", "#actions"),
        Link("Fields", "#fields"),
        Link("Messages", "#messages"),
        Link("Structure", "#structure"),
        Link("Tables and charts", "#data"),
        Link("Reading", "#reading"),
        Link("Questions", "#questions"),
        Link("Quiz", "#quiz"),
        Link("Drill", "#drill"),
        Link("Course", "#course"),
        Link("Desk", "#desk"),
    )
    colours: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("Ground and ink", ("paper", "sheet", "sunken", "rule", "edge", "muted", "ink")),
        ("Accent", ("accent-soft", "accent", "accent-strong", "focus")),
        ("Meaning", ("right", "partly", "wrong", "missed", "info")),
        ("Modules", ("hue-1", "hue-2", "hue-3", "hue-4", "hue-5")),
    )
    tabs: tuple[Link, ...] = (Link("Questions", "#structure", current=True), Link("Trainees"), Link("Scores"))
    crumbs: tuple[Link, ...] = (Link("Course"), Link("Military Support to Peace Negotiations"))
    steps: tuple[Step, ...] = (Step("Choose", "done"), Step("Check", "current"), Step("Submit"))
    faults: tuple[Fault, ...] = (
        Fault("Line 12: the option 'Log it' stands twice.", "#messages"),
        Fault("The file holds no question."),
    )
    modules: tuple[Module, ...] = (
        Module(1, "Military Support to Peace Negotiations", "Tell monitoring from enforcement; guard a venue.", 5),
        Module(2, "Military Diplomacy", "Serve two loyalties without betraying either.", 8),
        Module(3, "Diplomatic Engagement", "Keep consent apart from inclusion; map the tracks.", 2),
        Module(4, "Peacekeeping as a Political Instrument", "Defend a mandate and know its limits.", 0),
        Module(5, "Negotiation in UN Peacekeeping", "Sequence steps; read spoilers; trade issues.", 0),
    )
    order: tuple[Row, ...] = (
        Row("place-a", "Tell both sides that you have the report"),
        Row("place-b", "Send a mixed team to the crater"),
        Row("place-c", "Give the finding to the commission"),
    )
    order_given: tuple[Row, ...] = (
        Row("set-a", "Observe", 1),
        Row("set-b", "Verify", 2),
        Row("set-c", "Attribute", 3),
    )
    pairs: tuple[Row, ...] = (
        Row("pair-a", "Measure a crater with the consent of both", chosen="agreement"),
        Row("pair-b", "Compel a battery to leave"),
    )
    partners: tuple[tuple[str, str], ...] = (
        ("agreement", "The ceasefire agreement"),
        ("council", "A decision under Chapter VII"),
    )
    lines: tuple[Line, ...] = (
        Line("Report it at ten, as a report", "chosen", "the answer", "right", "Nobody is accused or surprised."),
        Line("Raise it as a violation", "chosen", "", "wrong", "A good source is not a verification."),
        Line("Say that checking is under way", "", "the answer", "missed", "It tells both sides what comes next."),
        Line("Ask the colonel in private", "", "", "", "Useful later; alone, it hears one side first."),
    )
    positions: tuple[Position, ...] = field(
        default_factory=lambda: tuple(
            Position(number, current=number == 3, answered=number < 4, flagged=number == 2) for number in range(1, 13)
        )
    )
    previous: Page = Page("The incident reporting chain")
    following: Page = Page("What a mandate lets you do")


class ExampleForm(Form):
    """One field of each sort."""

    name = StringField("Name", [DataRequired("Enter your name.")])
    email = EmailField("E-mail address", [DataRequired("Enter an e-mail address.")], description="You sign in with it.")
    password = PasswordField("Password", [Length(min=10, message="Choose a password of 10 characters or more.")])
    marks = IntegerField(
        "Marks", [InputRequired("Enter the marks as a number."), NumberRange(0, 20, "Enter a number from 0 to 20.")]
    )
    due = DateField("Last day", [Optional()])
    interaction = SelectField(
        "Interaction",
        [DataRequired("Choose how the question is answered.")],
        choices=[SelectChoice("", "Choose"), SelectChoice("one", "Single choice"), SelectChoice("order", "Ordering")],
    )
    state = RadioField(
        "State",
        [InputRequired("Choose a state.")],
        choices=[SelectChoice("draft", "Draft"), SelectChoice("live", "Live"), SelectChoice("retired", "Retired")],
    )
    strands = SelectMultipleField(
        "Strands",
        [DataRequired("Choose at least one strand.")],
        choices=[SelectChoice("skill", "Techniques"), SelectChoice("legal", "Law"), SelectChoice("cases", "Cases")],
        description="Where the question may be drawn.",
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    stem = TextAreaField("Question", [DataRequired("Write the question.")], description="Markdown may be used.")
    file = FileField("Questions from a file", [Optional()])
    agreed = BooleanField("I have read the rules of this exam", [InputRequired("Tick the box to go on.")])


class SearchForm(Form):
    """A row of filters."""

    words = SearchField("Words in the question")
    module = SelectField("Module", choices=[SelectChoice("", "All"), SelectChoice("1", "1"), SelectChoice("2", "2")])
    state = SelectField("State", choices=[SelectChoice("", "All"), SelectChoice("live", "Live")])


def styleguide() -> str:
    """The page with every component."""
    calm = ExampleForm(prefix="calm-", data={"name": "Amina Diallo", "state": "draft", "strands": ["legal"]})
    faulty = ExampleForm(MultiDict({"faulty-marks": "25", "faulty-email": ""}), prefix="faulty-")
    faulty.validate()
    return render_template(
        "styleguide.html", show=Specimens(), calm=calm, faulty=faulty, search_form=SearchForm(prefix="find-")
    )
