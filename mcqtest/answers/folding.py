r"""Texts in plain characters: full-width forms, quotes, emphasis, LaTeX and marks of a model's own
format folded away, and where each character stood before.
"""

from __future__ import annotations

import re
import unicodedata


def _styled() -> dict[str, str]:
    """Letters and digits as mathematicians write them, and people who want bold ones where there
    are none -> the plain ones.
    """
    every = {one: unicodedata.normalize("NFKC", one) for one in map(chr, range(0x1D400, 0x1D800))}
    return {one: letter for one, letter in every.items() if letter.isascii()}


CIRCLED = {
    **{chr(first + at): f"{at + 1}번" for first in (0x2460, 0x2474, 0x2776) for at in range(9)},
    **{chr(first + at): chr(ord("A") + at) for first in (0x24B6, 0x24D0) for at in range(26)},
}
"""A number or letter in a circle or brackets -> how it is read."""
_FOLDED = str.maketrans(
    {
        **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full-width forms
        **dict.fromkeys("*`\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0f", ""),
        **dict.fromkeys("\u2018\u2019", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
        **dict.fromkeys("\u3000\u00a0\u202f", " "),
        **dict.fromkeys("\u3010\u3014\u300c\u300e", "["),
        **dict.fromkeys("\u3011\u3015\u300d\u300f", "]"),
        **dict.fromkeys("\u21d2\u27f9\u27f6\u2794\u279c\u27a1\u25b6\u2234", "\u2192"),
        **_styled(),
        **dict.fromkeys("\u2066\u2067\u2068\u2069\U0001f449", ""),
        "\u0130": "I",  # the only letter that is two when small
        **CIRCLED,
    }
)
"""Other forms of a character -> the plain one; emphasis -> nothing."""
TURN = "\nUser:\n"
"""What stands for any mark of a new turn of a user, and for the end of a document."""
_MARK = (
    r"<\|(?:im_start|start_header_id|header_start|start_of_role|start|turn)\|?>\s?(?:user|human)\b"
    r"|<start_of_turn>\s?user\b|<\|(?:im_)?user\|>|<\uff5cUser\uff5c>|\[\|(?:user|Human)\|\]"
    r"|\[INST\]|<\|endoftext\|>(?=\s{0,3}\S)|<\|turn>user\b"
)
_GONE = (
    r"</s>|<s>|<\|[\w-]{1,30}\|>|</?(?:start|end)_of_turn>|<turn\|>|</?(?:b|strong|i|em|u|p|br|span)"
    r"(?: [^<>]{0,80})?/?>|~~[^~\n]{0,80}~~|\\[,;:! ]|\\quad|__"
)
_LATEX = r"\\(?:text(?:bf|it|rm|sf)?|math(?:bf|rm|sf|it)|bf|rm|boldsymbol)\s?\{"
_PARTS = re.compile(f"{_MARK}|{_LATEX}|{_GONE}")
_TOLD = re.compile(r"user|human|\[INST|endoftext", re.IGNORECASE)


def _instead(match: re.Match[str]) -> str:
    """What stands in the place of a mark."""
    if match[0].endswith("{"):
        return "{"
    return TURN if _TOLD.search(match[0]) else " "


class Plain:
    """A text in plain characters, and the way back to what was written."""

    def __init__(self, written: str) -> None:
        self._written = written
        self._folded = written.translate(_FOLDED)
        self.text = _PARTS.sub(_instead, self._folded)

    def place(self, at: int) -> int:
        """Where in the written text the character stands that is at ``at`` in the plain one."""
        shift = 0
        for match in _PARTS.finditer(self._folded):
            if match.start() - shift >= at:
                break
            shift += len(match[0]) - len(_instead(match))
            at = max(at, match.end() - shift)
        at, count = at + shift, 0
        for place, character in enumerate(self._written):
            count += len(character.translate(_FOLDED))
            if count > at:
                return place
        return len(self._written)


def plain(text: str) -> str:
    """``text`` in plain characters."""
    return Plain(text).text
