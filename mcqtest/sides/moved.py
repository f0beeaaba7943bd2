"""The questions of two sides that somebody wants to see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mcqtest import archive
from mcqtest.gate import Record, change, differences
from mcqtest.report import Answer, Seen
from mcqtest.sides.runs import RunSide
from mcqtest.sides.side import Key, Side, Stored
from mcqtest.sides.verdict import paired
from mcqtest.types import McqtestError, Question, Score


@dataclass(frozen=True)
class Wanted:
    """Which questions. Each of those that are asked for must be so, of ``kinds`` one."""

    kinds: Sequence[str] = ("lost", "won")
    """``lost``, ``won``, ``same``; ``unread``, where nothing could be read now; ``wrong``, where it
    is so then or now."""
    ids: Sequence[str] = ()
    """``ID``, ``TASK/ID`` or ``BENCHMARK/TASK/ID``; where some are named, of any kind."""
    task: Callable[[Key], bool] = lambda _: True
    """Of a benchmark's task."""


Pair = tuple[Stored | None, Stored]


class Found:
    """What there is to see: ``rows`` are the 0-based places of the questions that are wanted, by
    task.
    """

    def __init__(
        self,
        rows: Mapping[Key, Sequence[int]],
        pairs: Mapping[Key, Pair],
        sides: tuple[Side | None, Side],
    ) -> None:
        self.rows = rows
        self._pairs = pairs
        self.old, self.new = sides
        self._questions: dict[Key, Sequence[Question] | None] = {}
        self._runs: dict[Key, RunSide | None] = {}
        """Task -> the run that the baseline of the old side was recorded from."""

    @property
    def n(self) -> int:
        return sum(map(len, self.rows.values()))

    @cached_property
    def letters(self) -> tuple[Counter[str], Counter[str]]:
        """How often each letter was answered in all of ``rows``, then and now; ``-`` where nothing
        could be read. Empty where answers are no letters.
        """
        then: Counter[str] = Counter()
        now: Counter[str] = Counter()
        for key, rows in self.rows.items():
            before, after = self._pairs[key]
            for stored, counted in ((before, then), (after, now)):
                marks = stored.record.marks.upper() if stored else ""
                counted.update(marks[row] for row in rows if marks and marks[row] not in "+*")
        return then, now

    def first(self, most: int) -> Mapping[Key, Sequence[int]]:
        """So many of them at most, spread evenly over the tasks; 0: all."""
        if not most or self.n <= most:
            return self.rows
        taken = dict.fromkeys(self.rows, 0)
        while sum(taken.values()) < most:
            for key, rows in self.rows.items():
                if taken[key] < len(rows) and sum(taken.values()) < most:
                    taken[key] += 1
        return {key: rows[: taken[key]] for key, rows in self.rows.items() if taken[key]}

    def seen(self, rows: Mapping[Key, Sequence[int]]) -> list[Seen]:
        """These questions, with all that is kept of them."""
        now = self.new.scores({key: set(each) for key, each in rows.items()}, texts=True)
        then = self._then(rows)
        found = []
        for key, places in rows.items():
            before, after = self._pairs[key]
            asked = self._asked(key)
            moves = _moves(before, after)
            old = then.get(key)
            for at, row in enumerate(places):
                earlier = None
                if old is not None and before is not None:
                    told = old[1] or not _has_texts(before)
                    earlier = Answer(old[0][at], before.record.asking, told=told)
                found.append(
                    Seen(
                        benchmark=key[0],
                        task=key[1],
                        row=row,
                        now=Answer(now[key][at], after.record.asking, told=self._is_told(self.new)),
                        then=earlier,
                        question=asked[row] if asked else None,
                        change=moves[row] if moves else None,
                    )
                )
        return found

    def lacking(self, rows: Mapping[Key, Sequence[int]]) -> list[str]:
        """What cannot be shown since it is not kept, in sentences."""
        said = []
        lost = [key for key in rows if self._asked(key) is None]
        if lost:
            said.append(
                f"the texts of the questions of {len(lost)} of {len(rows)} tasks are not kept; the "
                "same command of pytest again keeps them (answers are stored)"
            )
        if self.old is not None and self.old.kind == "baseline":
            texts = [key for key in rows if (then := self._pairs[key][0]) and _has_texts(then)]
            gone = [key for key in texts if not self._run(key)]
            if gone:
                said.append(
                    f"baseline {self.old.name!r} keeps letters, and no run in "
                    f"{self.old.folder / 'runs'} has its answers any more ({len(gone)} of "
                    f"{len(rows)} tasks), so what it wrote then is not shown"
                )
        return said

    def _then(
        self, rows: Mapping[Key, Sequence[int]]
    ) -> Mapping[Key, tuple[Sequence[Score], bool]]:
        """The answers of the old side, and whether they are all that was answered: those of a
        baseline are read in the run that it was recorded from, where that is still there.
        """
        if self.old is None:
            return {}
        sides: dict[str, tuple[Side, dict[Key, set[int]]]] = {}
        for key, places in rows.items():
            if (stored := self._pairs[key][0]) is None:
                continue
            side = self._run(key) or self.old
            side.choose(stored.whole or stored)
            sides.setdefault(side.name, (side, {}))[1][key] = set(_among(stored, places))
        return {
            key: (scores, self._is_told(side))
            for side, wanted in sides.values()
            for key, scores in side.scores(wanted, texts=True).items()
        }

    def _run(self, key: Key) -> RunSide | None:
        """The run that a baseline of the old side was recorded from, where it is still there."""
        stored = self._pairs[key][0]
        if self.old is None or self.old.kind != "baseline" or stored is None:
            return None
        if key not in self._runs:
            known = next((run for run in self._runs.values() if run and _holds(run, stored)), None)
            every = (stored.whole or stored).record
            if known is None and (kept := archive.holding(every, self.old.folder)):
                known = RunSide(kept)
            self._runs[key] = known
        return self._runs[key]

    def _is_told(self, side: Side) -> bool:
        return side.kind != "baseline"

    def _asked(self, key: Key) -> Sequence[Question] | None:
        """The questions of a task, by whichever side keeps them."""
        if key not in self._questions:
            before, after = self._pairs[key]
            found: Sequence[Question] | None = self.new.questions(after)
            if found is None and self.old is not None and before is not None:
                every = self.old.questions(before.whole or before)
                rows = _among(before, range(after.record.count))
                found = every and [every[row] for row in rows]
            self._questions[key] = found
        return self._questions[key]


def _among(stored: Stored, rows: Sequence[int]) -> Sequence[int]:
    """These rows of a part, as rows of the whole."""
    return rows if stored.whole is None else [stored.places[row] for row in rows]


def _has_texts(stored: Stored) -> bool:
    """Whether answers were read in texts, which a baseline does not keep."""
    return "reader " in stored.record.asking


def _holds(run: RunSide, stored: Stored) -> bool:
    """Whether a run has these very answers."""

    def told(record: Record) -> tuple[object, ...]:
        return record.questions, record.asking, record.weights, record.marks, record.scores

    every = (stored.whole or stored).record
    return any(told(each.record) == told(every) for each in run.tasks.get(stored.key, ()))


def moved(old: Side | None, new: Side, wanted: Wanted) -> Found:
    """Find them; ``old`` is None where there is nothing to compare with. Raises `McqtestError`
    where a question is named that is not there.
    """
    pairs: dict[Key, Pair] = (
        {key: (None, ways[0]) for key, ways in new.tasks.items()}
        if old is None
        else paired(old, new)
    )
    pairs = {key: pair for key, pair in pairs.items() if wanted.task(key)}
    if not pairs:
        known = sorted({benchmark for benchmark, _ in new.tasks})
        raise McqtestError(f"no task is called so; {new.name} has answers of {', '.join(known)}")
    if wanted.ids:
        rows = _named(new, pairs, wanted.ids)
    else:
        rows = {key: _rows(*pair, wanted.kinds) for key, pair in pairs.items()}
    return Found({key: each for key, each in rows.items() if each}, pairs, (old, new))


def _named(new: Side, pairs: Mapping[Key, Pair], ids: Sequence[str]) -> dict[Key, list[int]]:
    """Places of the questions with these names."""
    every = new.scores(dict.fromkeys(pairs), texts=False)
    found: dict[Key, list[int]] = {}
    missing = dict.fromkeys(ids)
    for (benchmark, task), scores in every.items():
        for row, score in enumerate(scores):
            names = {score.id, f"{task}/{score.id}", f"{benchmark}/{task}/{score.id}"}
            if named := names & {*ids}:
                found.setdefault((benchmark, task), []).append(row)
                for each in named:
                    missing.pop(each, None)
    if missing:
        raise McqtestError(
            f"--id={next(iter(missing))}: {new.name} has no such question; ids are those of "
            "results.jsonl, and TASK/ID names one that several tasks have"
        )
    return found


def _rows(before: Stored | None, after: Stored, kinds: Sequence[str]) -> list[int]:
    moves = _moves(before, after)
    unread = after.record.marks if "unread" in kinds else ""
    sides = [each.record.correct for each in (before, after) if each and "wrong" in kinds]
    return [
        row
        for row in range(after.record.count)
        if (moves and moves[row] in kinds)
        or unread[row : row + 1] == "-"
        or any(not right[row] for right in sides)
    ]


def _moves(before: Stored | None, after: Stored) -> list[str] | None:
    """What became of each question; None where that cannot be told."""
    if before is None or before.record.questions != after.record.questions:
        return None
    return list(map(change, differences(before.record, after.record)))
