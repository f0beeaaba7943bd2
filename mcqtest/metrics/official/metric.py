"""What an official metric is: numbers of every example, and the figure that they make together.

All that a metric needs of an example are a few numbers, its *parts*, so they can be stored and
compared without the texts. Most figures are means over examples (`Mean`, `Ratio`, `Single`), and
models are compared by signs of differences; others are made by all examples together (`Corpus`),
and whole examples are swapped (`mcqtest.gate.swap_sums`).
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from mcqtest.metrics.official.examples import Chosen, Weighed, Written
from mcqtest.types import McqtestError, Scored

Parts = tuple[float, ...]
"""Of one example, in the order of the metric's `Official.fields`."""
Example = type[Written] | type[Chosen] | type[Weighed]


@dataclass(frozen=True)
class Official:
    """What all kinds have in common; its kinds say how a figure is made."""

    name: str
    needs: Example
    """What its parts are made of: `Written`, `Chosen` or `Weighed`."""
    found: Callable[[Any], Any]
    """The parts of one example, a number where there is one alone; ValueError where it has none."""
    low: float = 0.0
    high: float = 1.0
    """Anchors: poor or chance performance, and very good. A figure may lie beyond them."""
    better: int = 1
    """-1 where less is better; the anchors do not know that."""
    range: tuple[float, float] | None = None
    """The smallest and the largest figure that can be, where these are not the anchors."""
    fields: tuple[str, ...] = ("",)
    library: str = ""
    """What it needs of the extra ``bigbench``."""

    @property
    def keys(self) -> tuple[str, ...]:
        """What its parts are called in a score's details."""
        return tuple(f"{self.name}_{field}" if field else self.name for field in self.fields)

    def parts(self, example: Any) -> Parts:
        """Of one example. McqtestError where a library is missing; ValueError for an example that
        the metric is not made for.
        """
        self.check()
        made = self.found(example)
        return made if isinstance(made, tuple) else (float(made),)

    def details(self, example: Any) -> dict[str, float]:
        """The same by name, as `figure_of` finds them."""
        return dict(zip(self.keys, self.parts(example), strict=True))

    def check(self) -> None:
        """Raise `McqtestError` where a library is missing."""
        if self.library and not _is_there(self.library):
            raise McqtestError(
                f"{self.name} needs {self.library}, which is missing; "
                'pip install "mcqtest[bigbench]"'
            )

    def figure(self, parts: Sequence[Parts]) -> float | None:
        """Of one example or more; None where they have none."""
        raise NotImplementedError

    def figure_of(self, scores: Sequence[Scored]) -> float | None:
        """The same of scores with these `details`; None where one has none."""
        if any(key not in score.details for score in scores for key in self.keys):
            return None
        return self.figure([tuple(score.details[key] for key in self.keys) for score in scores])

    def worths(self, parts: Sequence[Parts]) -> list[float] | None:
        """A number for each example, more being better, whose mean is the figure (or minus the
        figure, where less is better); None where the figure is no mean.
        """
        raise NotImplementedError


@cache  # asked again for every example
def _is_there(library: str) -> bool:
    return importlib.util.find_spec(library) is not None


class Mean(Official):
    """The plain mean of the only part."""

    def figure(self, parts: Sequence[Parts]) -> float | None:
        return _mean([part for (part,) in parts])

    def worths(self, parts: Sequence[Parts]) -> list[float] | None:
        return [self.better * part for (part,) in parts]


class Ratio(Official):
    """The sum of the first part by that of the second, which is no model's doing."""

    def figure(self, parts: Sequence[Parts]) -> float | None:
        return _mean([part for part, _ in parts]) / _mean([by for _, by in parts])

    def worths(self, parts: Sequence[Parts]) -> list[float] | None:
        by = self.better / _mean([by for _, by in parts])
        return [by * part for part, _ in parts]


class Single(Official):
    """The mean of the first part, if the second is 0 everywhere: of single targets."""

    def figure(self, parts: Sequence[Parts]) -> float | None:
        mean = _mean([part for part, _ in parts])
        return None if any(several for _, several in parts) else mean

    def worths(self, parts: Sequence[Parts]) -> list[float] | None:
        return None if self.figure(parts) is None else [self.better * part for part, _ in parts]


Sums = Mapping[tuple[Hashable, ...], float]


@dataclass(frozen=True, kw_only=True)
class Corpus(Official):
    """What sums over all examples make."""

    adds: Callable[[Parts], Sums]
    """What the parts of one example add to which sums."""
    total: Callable[[Sums, int], float]
    """The figure of these sums of so many examples."""

    def figure(self, parts: Sequence[Parts]) -> float | None:
        if not parts:
            raise ValueError(_NONE)
        return self.total(summed(map(self.adds, parts)), len(parts))

    def worths(self, parts: Sequence[Parts]) -> list[float] | None:  # noqa: ARG002
        return None


def summed(addends: Iterable[Sums]) -> Sums:
    """The sum of each."""
    found: dict[tuple[Hashable, ...], list[float]] = {}
    for each in addends:
        for key, value in each.items():
            found.setdefault(key, []).append(value)
    return {key: math.fsum(values) for key, values in found.items()}


_NONE = "no examples: a figure of none is undefined, expected one or more"


def _mean(values: Sequence[float]) -> float:
    if not values:
        raise ValueError(_NONE)
    return math.fsum(values) / len(values)
