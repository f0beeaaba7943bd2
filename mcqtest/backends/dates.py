"""The day that chat templates write, so that a prompt does not change overnight.

A template asks for it with ``strftime_now``, which `transformers` answers with today's date. It
lets no function of ours into a template (from 5.22 on), so ours stands in the template, as a macro.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

TODAY = datetime(2024, 7, 26)  # noqa: DTZ001 - a day, wherever one is
"""That which Llama 3's own templates say where they cannot know better."""

_DIRECTIVE = re.compile(r"%[-_0^#]?[A-Za-z]")


@cache
def dated(template: str) -> str:
    """The same template with a ``strftime_now`` of its own, where it asks for one.

    The line end behind the macro is none of the text, as `transformers` has templates read
    (``trim_blocks``); it lets the template begin at the beginning of a line, as it did.
    """
    if "strftime_now" not in template:
        return template
    found = sorted({*_DIRECTIVE.findall(template)})
    told = "".join(f"|replace({each!r}, {TODAY.strftime(each)!r})" for each in found)
    return f"{{% macro strftime_now(format) %}}{{{{ format{told} }}}}{{% endmacro %}}\n{template}"
