"""All that a confidence tells about answers: what there is of it, its figures, their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mcqtest.metrics.binned import ece_of, smooth_ece
from mcqtest.metrics.discrimination import auroc, brier_of, brier_parts
from mcqtest.metrics.resampled import interval, resampled, weights
from mcqtest.metrics.selective import accuracy_at_coverage, aurc, excess_aurc, is_ranking

COVERAGES = (0.8, 0.9)
_RESAMPLES = 200


@dataclass(frozen=True)
class Told:
    """One kind of confidence of some answers. Figures are of those alone that have one from 0 to 1;
    how many do not is told, and what is outside is not bent.
    """

    confidences: Sequence[float]
    right: Sequence[bool]
    missing: int
    outside: int

    @classmethod
    def of(cls, confidences: Sequence[float | None], right: Sequence[bool]) -> Told:
        """One confidence for each answer; None where there is none."""
        pairs = [
            (each, hit)
            for each, hit in zip(confidences, right, strict=True)
            if each is not None and 0 <= each <= 1
        ]
        missing = sum(each is None for each in confidences)
        return cls(
            [each for each, _ in pairs],
            [hit for _, hit in pairs],
            missing,
            len(confidences) - missing - len(pairs),
        )

    @cached_property
    def figures(self) -> Mapping[str, float]:
        """By name; empty where there are no confidences, without ``auroc`` where all are right or
        all wrong, and without any that ranks where all are equally sure.
        """
        if not self.right:
            return {}
        c, right = self.confidences, self.right
        return {
            "accuracy": sum(right) / len(right),
            "ece": ece_of(c, right),
            "smooth_ece": smooth_ece(c, right),
            "brier": brier_of(c, right),
            **brier_parts(c, right)._asdict(),
            **(self._ranked() if is_ranking(c) else {}),
        }

    def _ranked(self) -> dict[str, float]:
        c, right = self.confidences, self.right
        ranked = auroc(c, right)
        return {
            **({} if ranked is None else {"auroc": ranked}),
            "aurc": aurc(c, right),
            "excess_aurc": excess_aurc(c, right),
            **{
                f"accuracy_at_{100 * share:.0f}": accuracy_at_coverage(c, right, share)
                for share in COVERAGES
            },
        }

    @cached_property
    def intervals(self) -> Mapping[str, tuple[float, float]]:
        """Of the figures that are resampled, and that there are, at 95 %."""
        if not self.right:
            return {}
        found = resampled(self.confidences, self.right, weights(len(self.right), _RESAMPLES))
        told = {name: interval(values) for name, values in found.items()}
        known = self.figures
        return {name: each for name, each in told.items() if each is not None and name in known}
