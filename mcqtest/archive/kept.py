"""One kept run, read again."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mcqtest.gate import Policy, Record, parse
from mcqtest.types import Identity, McqtestError, Score, one_line

FORMAT = 1
_MALFORMED = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading raises where a file is not what a run writes."""
TURN = "turn"
"""File of a run that was run again: its place among the others."""
Key = tuple[str, str]
"""Benchmark and task."""


@dataclass(frozen=True)
class KeptTask:
    """What a run kept of a task beside its answers."""

    record: Record
    """As its baseline would be."""
    companion: str
    """The text of the file beside that."""
    about: Mapping[str, Any]
    """Of its outcome: ``group``, ``siblings``, ``title``, ``expert``, ``fewer_shots``, ``in_part``,
    ``methods``, ``compared``; ``criterion``, whether it is held to one; ``whole``, where its
    baseline had more questions; and ``variants``, how many points each question had in other ways
    of asking, by name, where it was asked in such."""

    @property
    def known_as(self) -> str:
        """The fingerprint of its questions."""
        return self.record.questions.partition(", ")[2]


@dataclass(frozen=True)
class Kept:
    """A run that was kept. Files are read when they are asked for; `McqtestError` is raised for
    those that cannot be.
    """

    path: Path
    """Its folder, in ``runs`` of the run folder."""

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def number(self) -> int:
        """That of its name: it was kept for the first time after those with smaller ones."""
        return int(self.path.name.rpartition("-")[2])

    @property
    def turn(self) -> int:
        """Later runs of a run folder have larger ones, whatever the clock said; one that was run
        again took its turn anew (`TURN`).
        """
        try:
            return int((self.path / TURN).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return self.number

    @property
    def folder(self) -> Path:
        """The run folder."""
        return self.path.parent.parent

    @cached_property
    def summary(self) -> dict[str, Any]:
        """What ``summary.json`` says (docs/formats.md)."""
        found = self._json((self.path / "summary.json").read_text, "summary.json")
        if not isinstance(found, dict) or "benchmarks" not in found:
            raise self._damaged("summary.json")
        return found

    @property
    def identity(self) -> Identity:
        """The model, as far as it is told."""

        def identity() -> Identity:
            return Identity(folder="", key="", device="", stamp="", **self._head["model"])

        found: Identity = self._read(identity, "tasks.jsonl")
        return found

    @cached_property
    def policy(self) -> Policy:
        """What the run was held to."""
        found: Policy = self._read(lambda: Policy.from_json(self._head["policy"]), "tasks.jsonl")
        return found

    @property
    def problems(self) -> list[str]:
        """What stood against a pass apart from verdicts: an interruption, a lost result."""
        found: list[str] = self._read(lambda: [*self._head["problems"]], "tasks.jsonl")
        return found

    @cached_property
    def tasks(self) -> Mapping[Key, KeptTask]:
        """All that were judged, in the order of their names."""

        def tasks() -> dict[Key, KeptTask]:
            found = {}
            for said in self._lines[1:]:
                key = said["benchmark"], said["task"]
                record = parse(
                    said["record"], where=f"{self.path / 'tasks.jsonl'}, {'/'.join(key)}"
                )
                found[key] = KeptTask(record, said["companion"], said["about"])
            return found

        found: dict[Key, KeptTask] = self._read(tasks, "tasks.jsonl")
        return found

    def scores(
        self, task: Key, rows: Collection[int] | None = None, *, texts: bool = True
    ) -> list[Score]:
        """The answers to a task's questions in their order, or to those in these 0-based ``rows``;
        without ``texts``, empty ones stand in their place.
        """
        return [score for _, score in self.answers({task: rows}, texts=texts)]

    def answers(
        self, wanted: Mapping[Key, Collection[int] | None], *, texts: bool = True
    ) -> Iterator[tuple[Key, Score]]:
        """The same of several tasks, in the order of the file."""
        try:
            starts = self._starts
            with (self.path / "results.jsonl").open("rb") as lines:
                for key in sorted(wanted.keys() & starts.keys(), key=starts.__getitem__):
                    lines.seek(starts[key])
                    own, rows = _is_of(key), wanted[key]
                    for row, line in enumerate(itertools.takewhile(own, lines)):
                        if rows is None or row in rows:
                            yield key, _score(json.loads(line), texts=texts)
        except (OSError, *_MALFORMED):
            raise self._damaged("results.jsonl") from None

    @cached_property
    def _starts(self) -> Mapping[Key, int]:
        """Where the lines of each task begin in ``results.jsonl``, in bytes; they lie together."""
        found: dict[Key, int] = {}
        at, own = 0, _is_of(("", ""))
        with (self.path / "results.jsonl").open("rb") as lines:
            for line in lines:
                if not own(line):
                    said = json.loads(line)
                    key = said["benchmark"], said["task"]
                    found.setdefault(key, at)
                    own = _is_of(key)
                at += len(line)
        return found

    @property
    def _head(self) -> dict[str, Any]:
        return self._lines[0]

    @cached_property
    def _lines(self) -> list[dict[str, Any]]:
        """Of ``tasks.jsonl``."""

        def lines() -> list[dict[str, Any]]:
            text = (self.path / "tasks.jsonl").read_text(encoding="utf-8")
            found = [json.loads(line) for line in text.split("\n") if line]
            if not found or found[0]["format"] != FORMAT:
                raise ValueError("another format")
            return found

        found: list[dict[str, Any]] = self._read(lines, "tasks.jsonl")
        return found

    def _json(self, read: Any, name: str) -> Any:
        return self._read(lambda: json.loads(read(encoding="utf-8")), name)

    def _read(self, read: Any, name: str) -> Any:
        try:
            return read()
        except FileNotFoundError:
            raise McqtestError(f"{self.path}: no run is kept there, for it has no {name}") from None
        except (OSError, *_MALFORMED) as error:
            raise self._damaged(name, one_line(error, named=True)) from None

    def _damaged(self, name: str, why: str = "it is not what a run writes") -> McqtestError:
        return McqtestError(f"{self.path / name}: cannot be read ({why}); remove this run")


def _is_of(key: Key) -> Callable[[bytes], bool]:
    """Whether a line of ``results.jsonl`` is of this task (`Outcome.rows`)."""
    about = json.dumps({"format": 1, "benchmark": key[0], "task": key[1]}, ensure_ascii=False)
    start = (about[:-1] + ",").encode("utf-8", "surrogatepass")
    return lambda line: line.startswith(start)


def _score(line: dict[str, Any], *, texts: bool) -> Score:
    if not texts and line["text"] is not None:
        line |= {"text": "", "texts": [""] * len(line["texts"])}
    return Score.from_json(line)
