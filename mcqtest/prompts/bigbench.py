"""Prompts of BIG-bench's JSON tasks, byte for byte those of ``bigbench/api/json_task.py`` (1.0.0).

Choices are listed in an order, and shots are drawn, by the legacy generator of numpy with seed 42,
whose numbers do not change between versions (NEP 19). What hangs on it: the same question has other
shots in another set of examples, so all examples of a subtask are needed, whichever are asked.

numpy is imported inside the functions: a plain run has no use for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

from mcqtest.types import McqtestError, Prompt

SEED = 42


class Wording(Protocol):
    """What a task says of its prompts, by the names of the keys of ``task.json``."""

    @property
    def where(self) -> str:
        """The task, in messages."""
        ...

    @property
    def task_prefix(self) -> str: ...
    @property
    def example_input_prefix(self) -> str: ...
    @property
    def example_output_prefix(self) -> str: ...
    @property
    def choice_prefix(self) -> str: ...
    @property
    def append_choices_to_input(self) -> bool: ...
    @property
    def few_shot_example_separator(self) -> str: ...


class Asked(Protocol):
    """An example of such a task."""

    @property
    def text(self) -> str: ...
    @property
    def choices(self) -> tuple[str, ...]: ...
    @property
    def targets(self) -> tuple[str, ...]: ...
    @property
    def kin(self) -> int:
        """Equal for examples that say the same, which are not shown to each other."""
        ...


def query(example: Asked, wording: Wording) -> str:
    """One example up to where its answer stands: input, choices in an order of their own, and
    what calls for the answer.
    """
    listed = ""
    if example.choices and wording.append_choices_to_input:
        texts = sorted(example.choices)
        listed = "".join(
            f"{wording.choice_prefix}{texts[place]}" for place in _permutation(len(texts))
        )
    before, after = wording.example_input_prefix, wording.example_output_prefix
    return f"{before}{example.text}{listed}{after}"


@lru_cache(maxsize=256)
def _permutation(count: int) -> Sequence[int]:
    """The generator begins anew with every example, so as many choices have one order."""
    import numpy as np

    order: list[int] = np.random.RandomState(SEED).permutation(count).tolist()
    return order


def prompts(
    examples: Sequence[Asked], wording: Wording, *, shots: int, places: Sequence[int]
) -> Iterator[Prompt]:
    """The prompts of a subtask's examples in these ``places``, each with ``shots`` others that are
    drawn for it. Raises `McqtestError` where there are too few.
    """
    if len(examples) < shots + 1:
        raise McqtestError(
            f"--shots={shots}: {wording.where} has only {len(examples)} examples, the question "
            "among them; ask for fewer"
        )
    drawn = _drawn(examples, shots, {*places}) if shots else {}
    behind = wording.few_shot_example_separator
    for place in places:
        shown = (
            f"{query(examples[at], wording)}{examples[at].targets[target]}{behind}"
            for at, target in drawn.get(place, ())
        )
        yield Prompt(wording.task_prefix, tuple(shown), query(examples[place], wording))


def _drawn(
    examples: Sequence[Asked], shots: int, places: Collection[int]
) -> dict[int, list[tuple[int, int]]]:
    """For each of these places, which others are shown and with which of their targets. Examples
    of its own kin are none to be shown. One generator draws for all, in an order that it draws
    first, up to the last one that is wanted.
    """
    import numpy as np

    alike: Mapping[int, list[int]] = defaultdict(list)
    for at, each in enumerate(examples):
        alike[each.kin].append(at)
    generator = np.random.RandomState(SEED)
    found: dict[int, list[tuple[int, int]]] = {}
    for place in generator.choice(len(examples), len(examples), replace=False).tolist():
        if len(found) == len(places):
            break
        left_out = alike[examples[place].kin]
        # A choice without repetition shuffles all, however few are taken.
        chosen = generator.choice(len(examples) - len(left_out), shots, replace=False).tolist()
        shown = [_among(one, left_out) for one in chosen]
        targets = [int(generator.choice(len(examples[at].targets))) for at in shown]
        if place in places:
            found[place] = list(zip(shown, targets, strict=True))
    return found


def _among(place: int, left_out: Sequence[int]) -> int:
    """The place among all of one that was counted without those ``left_out``, which rise."""
    for each in left_out:
        place += each <= place
    return place
