"""Questions that somebody looks at, in a terminal and in Markdown. Texts are those of a benchmark
and of a model: whatever they hold is shown and does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from mcqtest.report.cells import OFF, ON, beside, clipped, highlighted, inert, wrapped
from mcqtest.report.columns import width as columns
from mcqtest.report.inline import plain
from mcqtest.report.seen import Answer, Seen, lettered

_SIDE = 100
"""Columns from which on then and now stand beside each other."""
_MOST = 700
"""Characters of a text that is not shown whole."""


def looks(
    seen: Sequence[Seen], width: int, *, whole: bool = False, colours: bool = False
) -> list[str]:
    """Lines for a terminal of this width, by task; ``whole``: texts are not cut; ``colours``: what
    was read stands between `ON` and `OFF`, which take no room, and not between marks.
    """
    lines: list[str] = []
    for (benchmark, task), group in groupby(seen, lambda each: (each.benchmark, each.task)):
        head = inert(f"{benchmark}, {task} ")
        lines += ["", head + "=" * (width - columns(head))]
        for each in group:
            lines += ["", *_question(each, width, whole=whole, colours=colours)]
    return lines


def _question(each: Seen, width: int, *, whole: bool, colours: bool) -> list[str]:
    lines = wrapped(inert(_title(each)), width)
    if each.question is None:
        lines.append("  (the text of this question is not kept)")
    else:
        lines += _indented(inert(_cut(each.question.text, whole=whole)), width, 2)
        if each.question.targets:
            lines += _indented(inert(f"right: {'; '.join(each.question.targets)}"), width, 2)
    lines += _choices(each, width)
    sides = [(name, side) for name, side in (("then", each.then), ("now", each.now)) if side]
    told = [_texts(name, side, each, whole=whole) for name, side in sides]
    if not colours:
        told = [list(map(marked, said)) for said in told]
    if not any(said for said in told):
        return lines
    if width >= _SIDE and len(told) == 2:
        half = (width - 2 - 3) // 2
        left, right = ([line for text in said for line in wrapped(text, half)] for said in told)
        return [*lines, *(f"  {line}" for line in beside(left, right, half))]
    return [*lines, *(line for said in told for text in said for line in _indented(text, width, 2))]


def _title(each: Seen) -> str:
    """``law 1234: lost, B > F, right is B``."""
    moved = "" if each.change is None else f"{each.change}, "
    then = "" if each.then is None else f"{each.then.letter} > "
    right = "" if each.gold is None else f", right is {lettered(each.gold)}"
    return f"{each.task} {each.id}: {moved}{then}{each.now.letter}{right}"


def _cut(text: str, *, whole: bool) -> str:
    return text if whole else clipped(text, None, 3 * _MOST)[0]


def _indented(text: str, width: int, by: int) -> list[str]:
    return [f"{' ' * by}{line}".rstrip() for line in wrapped(text, width - by)]


def _choices(each: Seen, width: int) -> list[str]:
    """A line or more for each choice: who takes it, how probable it is, its letter and text."""
    rows = []
    likely = [side.score.probabilities for side in (each.then, each.now) if side]
    for at, choice in enumerate(each.choices):
        names = ["right"] * (at == each.gold)
        names += ["then"] * (each.then is not None and each.then.score.answer == at)
        names += ["now"] * (each.now.score.answer == at)
        numbers = "".join(f" {known[at]:.3f}" if known else "" for known in likely)
        if choice or names or numbers:
            rows.append((", ".join(names), f"{numbers}  {lettered(at)}  ", choice))
    lines = []
    indent = 2 + max((len(names) for names, _, _ in rows), default=0)
    for who, said, choice in rows:
        head = f"{who:>{indent}}{said}"
        text = wrapped(inert(choice), max(10, width - len(head)))
        lines += [f"{head}{text[0]}".rstrip(), *(" " * len(head) + more for more in text[1:])]
    return lines


def _texts(name: str, side: Answer, each: Seen, *, whole: bool) -> list[str]:
    """What a side wrote, with what was read in it highlighted."""
    if not side.told:
        return [f"{name}: {side.letter} (only this is kept of it)"] if side.score.texts else []
    said = []
    for number, text in enumerate(side.score.texts):
        of = f", text {number + 1} of {len(side.score.texts)}" * (len(side.score.texts) > 1)
        vote = side.score.votes[number] if number < len(side.score.votes) else side.score.answer
        read = f"read {lettered(vote)}" if vote is not None else "nothing could be read"
        cut = ", met a limit" * bool(side.score.truncated)
        span = side.spans(text, each.choices)
        shown, place = (text, span) if whole else clipped(text, span, _MOST)
        said.append(f"{name}{inert(of)}, {inert(read)}{cut}:")
        said.append(highlighted(shown.strip() or "(nothing)", _moved(shown, place)))
    return said


def _moved(text: str, span: tuple[int, int] | None) -> tuple[int, int] | None:
    """Where a place is once what is blank before the text is left out."""
    gone = len(text) - len(text.lstrip())
    return span and (span[0] - gone, span[1] - gone)


# --- Markdown ---------------------------------------------------------------------------------


def markdown(seen: Sequence[Seen], said: Sequence[str], *, whole: bool = False) -> list[str]:
    """Lines of Markdown, below what is ``said`` of all of them, a paragraph each. All that others
    wrote stands in fences of code, longer than any in it, or is written out.
    """
    lines = [line for each in said for line in (_plain(each), "")][:-1]
    for (benchmark, task), group in groupby(seen, lambda each: (each.benchmark, each.task)):
        lines += ["", f"## {_plain(benchmark)}, {_plain(task)}"]
        for each in group:
            lines += ["", f"### {_plain(_title(each))}", "", *_fenced(_asked(each, whole=whole))]
            for name, side in (("then", each.then), ("now", each.now)):
                texts = _texts(name, side, each, whole=whole) if side else []
                for head, text in _pairs(texts):
                    lines += ["", _plain(head)]
                    lines += ["", *_fenced(text.split("\n"))] if text is not None else []
    return lines


def _asked(each: Seen, *, whole: bool) -> list[str]:
    text = ["(the text of this question is not kept)"]
    if each.question is not None:
        text = inert(_cut(each.question.text, whole=whole)).split("\n")
        text += [f"right: {inert(target)}" for target in each.question.targets]
    return [*text, *_choices(each, 10_000)]


def _pairs(texts: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Heads and texts in turn; a head alone where the text is not kept."""
    for at in range(0, len(texts), 2):
        yield texts[at], texts[at + 1] if at + 1 < len(texts) else None


def _fenced(lines: Sequence[str]) -> list[str]:
    """In a block of code: nothing in it is Markdown or HTML."""
    text = marked("\n".join(lines))
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *text.split("\n"), fence]


def _plain(text: str) -> str:
    """Outside of blocks."""
    return plain(inert(text).replace("\n", " "))


def marked(text: str) -> str:
    """With marks in place of colours."""
    return text.replace(ON, ">>").replace(OFF, "<<")
