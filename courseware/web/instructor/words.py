"""The words that instructors read for what files and tables name."""

from __future__ import annotations

from flask_babel import lazy_gettext

_ = lazy_gettext

INTERACTIONS = {
    "single_choice": _("Single choice"),
    "multiple_response": _("Multiple response"),
    "true_false_reason": _("True or false, with a reason"),
    "ordering": _("Ordering"),
    "matching": _("Matching"),
}

INTERACTION_HINTS = {
    "single_choice": _("One of three to six options is right."),
    "multiple_response": _("Of four to eight options, each is ticked or left."),
    "true_false_reason": _("A statement is judged, and the reason chosen from three to five."),
    "ordering": _("Three to eight entries are put in order."),
    "matching": _("Three to eight texts each get a partner."),
}

LEVELS = {"recall": _("Recall"), "application": _("Application"), "judgement": _("Judgement")}

LEVEL_HINTS = {
    "recall": _("Knowing what is so."),
    "application": _("Using it in a case that is clear."),
    "judgement": _("Weighing a case where more than one answer has something for it."),
}

STATUSES = {"draft": _("Draft"), "review": _("In review"), "live": _("Live"), "retired": _("Retired")}

STATUS_HINTS = {
    "draft": _("Being written. Not drawn."),
    "review": _("Waits for a second pair of eyes. Not drawn."),
    "live": _("Drawn in every quiz that starts from now on."),
    "retired": _("No longer drawn. Attempts that showed it keep it."),
}

STATUS_TONES = {"draft": "plain", "review": "info", "live": "right", "retired": "plain"}
STATUS_ICONS = {"draft": "dot", "review": "eye", "live": "done", "retired": "lock"}

MULTIPLE_RULES = {
    "per_option": _("Every option counts, less what guessing would earn"),
    "all_or_nothing": _("All or nothing"),
    "right_minus_wrong": _("Right ticks less wrong ticks"),
}

ORDERING_RULES = {
    "adjacent_pairs": _("Each pair of neighbours in the right order counts"),
    "longest_run": _("The longest run in the right order counts"),
}

FIELD_WORDS = {
    "id": _("Id"),
    "competency": _("Competency"),
    "level": _("Level"),
    "claims": _("Claims"),
    "objectives": _("Objectives"),
    "tags": _("Tags"),
    "status": _("Status"),
    "stem": _("Stem"),
    "rationale": _("Rationale"),
    "options": _("Option"),
    "entries": _("Entry"),
    "pairs": _("Pair"),
    "reasons": _("Reason"),
    "extra": _("Extra text"),
    "text": _("text"),
    "feedback": _("feedback"),
    "key": _("is the answer"),
    "left": _("left-hand text"),
    "right": _("partner"),
    "answer": _("Verdict"),
    "true": _("if true is chosen"),
    "false": _("if false is chosen"),
    "scoring": _("Marking"),
    "shuffle": _("Shuffled"),
    "first": _("Label of the first place"),
    "last": _("Label of the last place"),
}
