"""English forms that say that there is no answer, or take one back. See `forms`."""

from __future__ import annotations

from mcqtest.answers.forms import Form, Strength

_EXPLICIT = Strength.EXPLICIT

FORMS = (
    Form(
        "There is no correct answer",
        "en",
        _EXPLICIT,
        "no ",
        r"no\s{1,2}(?:single\s{1,2})?(?:correct|right|valid)\s{1,2}(?:answer|option|choice)",
        "none",
    ),
    Form(
        "The answer cannot be determined",
        "en",
        _EXPLICIT,
        "answer",
        r"answer\s{1,2}(?:cannot|can't)\s{1,2}be",
        "none",
    ),
    Form(
        "Wait, no.",
        "en",
        _EXPLICIT,
        "wait|no, wait|scratch that|i made a|i made an|that's wrong|that is wrong|that's not right",
        r"(?:wait,?\s{1,2}no(?=\s{0,2}[.,!:;\n\u2013\u2014-])|no, wait\b|scratch\sthat\b"
        r"|i\smade\san?\s(?:mistake|error)\b|that(?:'s|\sis)\s(?:wrong|not\sright)(?=\s{0,2}[.!\n]))",
        "none",
        r"(?:\A|[.!?\n,;:\u2013\u2014]\s{0,3}|\b(?:hmm|oh|actually|sorry),?\s{1,2})",
    ),
)
"""That there is no answer, or that the one before is none; then a weaker statement counts again."""
