r"""Forms of answers in no language: JSON, XML, ``\boxed{B}``. See `forms`."""

from __future__ import annotations

from mcqtest.answers.forms import Form, Strength

FORMS = (
    Form(
        '{"selected_option": "B"}',
        "json",
        Strength.EXPLICIT,
        "choice|option|selection|response|prediction|letter|pick",
        r"(?:choice|option|selection|response|prediction|letter|pick)(?:_[a-z]{1,10})?\"\s{0,2}:@",
        before=r"\"[a-z_ ]{0,20}",
        is_certain=True,
    ),
    Form(
        "<choice>B</choice>",
        "xml",
        Strength.EXPLICIT,
        "choice|option|selection|response|letter|pick|output",
        r"(?:choice|option|selection|response|letter|pick|output)>@\s{0,3}[)\].]{0,2}\s{0,3}</",
        "letter",
        r"<[a-z_]{0,20}",
        is_certain=True,
    ),
    Form(
        r"\boxed{B}",
        "latex",
        Strength.EXPLICIT,
        r"\box|\fbox",
        r"\\f?box(?:ed)?\s?\{@",
        is_certain=True,
    ),
)
"""They are certain: no "if" stands in front of them."""
