"""Which questions are asked: whole subjects of MMLU that together are like all 57."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.test_mmlu import MMLU
from mcqtest.run.plan import Planned, plan
from mcqtest.run.way import Way

TASKS = {task.name: task for task in MMLU.tasks}
ALL = tuple(TASKS)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Of one subject, or summed over several."""

    questions: int
    prefix: int
    """Tokens that all its prompts begin with."""
    queries: int
    """Tokens after these, over all its questions."""

    @property
    def tokens(self) -> int:
        """Of all prompts."""
        return self.questions * self.prefix + self.queries

    @property
    def unique(self) -> int:
        """Tokens computed when each subject's prefix is computed once."""
        return self.prefix + self.queries


@cache
def planned(subject: str, data: Path, limit: int | None = None) -> Planned:
    """A subject's requests, as the plugin would send them."""
    return plan(TASKS[subject], root=data, identity="speed", way=Way(limit=limit))


def means(lengths: Iterable[Lengths]) -> tuple[float, float, float]:
    """Per question the mean length of its prefix and of itself, in tokens; and the mean number
    of questions per subject.
    """
    every = list(lengths)
    questions = sum(each.questions for each in every)
    return (
        sum(each.questions * each.prefix for each in every) / questions,
        sum(each.queries for each in every) / questions,
        questions / len(every),
    )


def choose(lengths: Mapping[str, Lengths], count: int) -> list[str]:
    """``count`` whole subjects whose `means` are nearest to those of all.

    One from each of ``count`` equal parts by length of prefix, so that the short and the long
    are among them. Deterministic: every combination is tried.
    """
    ordered = sorted(lengths, key=lambda name: (lengths[name].prefix, name))
    bounds = [round(len(ordered) * part / count) for part in range(count + 1)]
    parts = [ordered[low:high] for low, high in itertools.pairwise(bounds)]
    wanted = means(lengths.values())

    def distance(names: Iterable[str]) -> float:
        found = means(lengths[name] for name in names)
        return sum(math.log(a / b) ** 2 for a, b in zip(found, wanted, strict=True))

    return sorted(min(itertools.product(*parts), key=distance))


def write(subjects: Sequence[str], data: Path, limit: int | None, folder: Path) -> dict[str, str]:
    """The same prompts for the peer, a JSONL file per subject: subject -> its file."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for subject in subjects:
        found = planned(subject, data, limit)
        path = folder / f"{subject}.jsonl"
        lines = [
            json.dumps({"name": request.name, "prompt": request.prompt.text, "gold": asked.answer})
            for request, asked in zip(found.requests, found.questions, strict=True)
        ]
        path.write_text("\n".join(lines) + "\n", "utf-8")
        files[subject] = str(path)
    return files
