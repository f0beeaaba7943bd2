"""A candidate's record against the baseline's, question by question.

Nothing here knows how answers were made; two records and a level are enough.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mcqtest.answers import reader_of
from mcqtest.gate import drops, stats
from mcqtest.gate.outcome import change
from mcqtest.gate.record import Record
from mcqtest.types import LETTERS, Comparison, Question, printable

Change = str
"""``lost``, ``won`` or ``same``."""

_SHOWN = 20
"""Questions named in a sentence."""

_READER = re.compile(r"(?<=reader )(.+?)(?=, fallback )")
"""What read texts, in the words of `mcqtest.answers.Reading`."""
_TEMPLATE = re.compile(", chat template ([0-9a-f]+)")
"""What a setup says of a model that chats (`set_up`)."""


def mismatch(old: Record, new: Record, *, baseline: str, every: int = 0) -> str | None:
    """Why the two cannot be compared, in one line that says what to do; None if they can. The task
    has ``every`` so many questions, asked or not.
    """
    where = f"{new.benchmark}/{new.task}"
    again = "record the baseline anew with --snapshot-update if the change is meant"
    if old.questions != new.questions:
        then, now = old.questions.partition(",")[0], new.questions.partition(",")[0]
        counts = (
            f"{then} questions, this run has {now}"
            if then != now
            else (f"{then} questions as this run has, but with other texts or answers")
        )
        hint = "run without --limit, or " if int(now) < int(then) == every else ""
        if int(then) < int(now):  # one that was recorded in part does not say so
            hint = f"run with --limit={then} if it was recorded with that, or "
        return f"{where}: another question set: baseline {baseline!r} has {counts}; {hint}{again}"
    if old.asking != new.asking:
        before, after = (_READER.sub("", each.asking) for each in (old, new))
        reader = _READER.search(old.asking)
        if reader and before == after and (name := reader_of(reader[1])):
            again = f"read texts as then with --reader={name}, or {again}"
        return (
            f"{where}: asked in another way: baseline {baseline!r} was recorded with "
            f"({old.asking}), this run asks with ({new.asking}); {again}"
        )
    return None


def set_up(setup: str, template: str) -> str:
    """Backend, versions and so on, and the fingerprint of the chat template where there is one."""
    return f"{setup}, chat template {template}" if template else setup


def set_up_otherwise(old: Record, new: Record, *, baseline: str) -> list[str]:
    """What was used otherwise and moves answers as new weights do, in sentences: another chat
    template; another backend, device, type of numbers or option, and not just another version.
    """
    found = []
    then, now = (_TEMPLATE.search(each.setup) for each in (old, new))
    if then and now and then[1] != now[1]:
        found.append(
            f"{new.benchmark}: the chat template is not that of baseline {baseline!r} ({then[1]} "
            f"then, {now[1]} now); it is part of what is judged"
        )
    before, after = (
        re.sub(r" \d[^ ,]*(?=,|$)", "", _TEMPLATE.sub("", each.setup)) for each in (old, new)
    )
    if before != after:
        found.append(
            f"{new.benchmark}: baseline {baseline!r} was recorded with ({old.setup}), this run is "
            f"on ({new.setup}); what differs may come from that"
        )
    return found


def impossible(old: Record, questions: Sequence[Question], *, valued: bool = False) -> int | None:
    """The first answer that cannot be: a choice that the question does not have, a letter whose
    case does not agree with the right answer, or no letter where the question has choices and no
    text is ``valued`` instead. Somebody edited the file by hand.
    """
    for number, (mark, question) in enumerate(zip(old.marks, questions, strict=False)):
        if not question.choices:
            continue
        index = LETTERS.find(mark.upper())
        right = mark.isupper() or mark == "+"
        if index >= len(question.choices) or (index >= 0 and right != (index == question.answer)):
            return number
        if mark in "+*" and not valued and len(question.choices) <= len(LETTERS):
            return number
    return None


def compare(
    old: Record, new: Record, level: float, *, tolerance: float = 0.0, alpha: float | None = None
) -> Comparison:
    """The paired comparison of one task; the records must match (`mismatch`)."""
    return compared(
        len(new.values),
        differences(old, new),
        level,
        real=bool(old.scores or new.scores),
        tolerance=tolerance,
        alpha=alpha,
    )


def differences(old: Record, new: Record) -> list[float]:
    """By how much each question's score changed, in order; where 0 and 1 are all there is, -1 is
    lost and 1 is won.
    """
    return [after - before for before, after in zip(old.values, new.values, strict=True)]


def changed(old: Record, new: Record) -> list[Change]:
    """What became of each question, in order."""
    return list(map(change, differences(old, new)))


def compared(
    n: int,
    differences: Sequence[float],
    level: float,
    *,
    real: bool = False,
    tolerance: float = 0.0,
    alpha: float | None = None,
) -> Comparison:
    """The comparison of ``n`` questions whose scores changed by so much; questions that did not
    change may be left out. Those of a benchmark are its tasks' together. With ``alpha``, also which
    drops it leaves possible.

    Where questions are right or wrong it is McNemar's test; where scores are ``real`` numbers,
    signs are flipped.
    """
    lost, won = sum(each < 0 for each in differences), sum(each > 0 for each in differences)
    if real or any(each not in {-1.0, 0.0, 1.0} for each in differences):
        return _real(n, differences, level, tolerance=tolerance, alpha=alpha)
    found = counted(n, lost, won, level)
    if tolerance:
        p_beyond = max(found.p_value, drops.p_at_most(n, lost, won, tolerance))
        found = replace(found, tolerance=tolerance, p_beyond=p_beyond)
    return found if alpha is None else replace(found, drop=drops.limits(n, lost, won, alpha))


def _real(
    n: int, differences: Sequence[float], level: float, *, tolerance: float, alpha: float | None
) -> Comparison:
    from mcqtest.gate.signflip import sign_flips

    p_value = p_beyond = sign_flips(differences)
    if tolerance:
        p_beyond = max(p_value, drops.mean_at_most(differences, n, tolerance))
    return Comparison(
        n=n,
        lost=sum(each < 0 for each in differences),
        won=sum(each > 0 for each in differences),
        p_value=p_value,
        level=level,
        tolerance=tolerance,
        p_beyond=p_beyond,
        drop=None if alpha is None else drops.mean_limits(differences, n, alpha),
        real=True,
    )


def counted(n: int, lost: int, won: int, level: float) -> Comparison:
    """The comparison that these counts make."""
    p_value = stats.mcnemar(lost, won)
    return Comparison(n, lost, won, p_value, level, p_beyond=p_value)


def beyond(found: Comparison) -> str:
    """Behind "worse": by more than what is tolerated, where something is."""
    return f" by more than the tolerance of {100 * found.tolerance:g} points" * bool(
        found.tolerance
    )


def chance(found: Comparison, alpha: float) -> str:
    """Its p-value, and that after correction, which is held against the run's alpha."""
    return (
        f"p = {found.p_beyond:.2g}, adjusted {found.adjusted(alpha):.2g} (red from {alpha:g} down)"
    )


def moves(
    old: Record, new: Record, ids: Sequence[str], wanted: Change, *, among: Sequence[bool] = ()
) -> list[str]:
    """The questions that were ``lost`` or ``won``, as ``id right>wrong`` letters, or scores where
    there are no letters; only those that are true in ``among``, where that is given.
    """
    rows = zip(ids, changed(old, new), _shown(old), _shown(new), strict=True)
    return [
        f"{printable(id_)} {before}>{after}"
        for at, (id_, kind, before, after) in enumerate(rows)
        if kind == wanted and (not among or among[at])
    ]


def _shown(record: Record) -> Sequence[str]:
    return record.marks.upper() or [f"{value:.3g}" for value in record.scores]


def listed(moved: Sequence[str], verb: Change) -> str:
    """These `moves` in words, the first of them by name; all are in results.jsonl."""
    more = f", and {len(moved) - _SHOWN} more" if len(moved) > _SHOWN else ""
    return f"{verb} (question baseline>now): {', '.join(moved[:_SHOWN])}{more}"
