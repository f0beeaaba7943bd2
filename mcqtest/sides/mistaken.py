"""The wrong answers of both sides."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mcqtest.mistakes import Wrong
from mcqtest.report import Answer, Seen
from mcqtest.sides.moved import Wanted, moved
from mcqtest.sides.side import Key, Side


def wrong(
    old: Side | None, new: Side, task: Callable[[Key], bool], *, lost: bool
) -> tuple[Mapping[str, list[Wrong]], list[str]]:
    """Those of ``now``, and of ``then`` where what the old side answered is kept; and what cannot
    be told, in sentences. With ``lost``, of the questions that were lost alone, right then.
    """
    found = moved(old, new, Wanted(("lost",) if lost else ("wrong",), task=task))
    seen = found.seen(found.rows)
    sides = {"now": [_wrong(each, each.now) for each in seen if each.now.score.value < 1]}
    then = [(each, each.then) for each in seen if each.then is not None]
    if then and not lost and all(side.told for _, side in then):
        before = [_wrong(each, side) for each, side in then if side.score.value < 1]
        sides = {"then": before, **sides}
    return sides, found.lacking(found.rows)


def _wrong(each: Seen, side: Answer) -> Wrong:
    return Wrong(each.benchmark, each.task, side.score, side.asking, each.question)
