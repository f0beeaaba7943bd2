"""What several figures need of the same scores, found once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

from mcqtest.metrics.paired import Blocks, Ranking, check
from mcqtest.types import CONFIDENCE, Scored

S = TypeVar("S", bound=Scored)


class Columns(list[S]):
    """Scores, with what figures look at. Each column is made when it is first asked for, so the
    scores must stay what they were.
    """

    @classmethod
    def of(cls, scores: Sequence[S]) -> Columns[S]:
        """These scores, that may have their columns already."""
        return scores if isinstance(scores, cls) else cls(scores)

    @cached_property
    def values(self) -> list[float]:
        return [score.value for score in self]

    @cached_property
    def confidences(self) -> list[float] | None:
        """The highest probability of each; None where one has no probabilities."""
        found = []
        for score in self:
            if (confidence := score.confidence) is None:
                return None
            found.append(confidence)
        return found

    @cached_property
    def excess(self) -> list[float]:
        """Confidence less the score; empty where there are no `confidences`. Its sum over a bin, by
        n, is the bin's error.
        """
        pairs = zip(self.confidences or (), self.values, strict=False)
        return [confidence - value for confidence, value in pairs]

    @cached_property
    def ranking(self) -> Ranking:
        """By `confidences`; empty where there are none."""
        return Ranking(self.confidences or ())

    @cached_property
    def sure(self) -> list[float] | None:
        """How sure each answer is; None where less than half of them tell it: a number that a few
        texts happen to state says nothing of the others. Of several kinds that which most answers
        have, of equals the first by name.
        """
        if self.confidences is not None:
            return self.confidences
        kinds = Counter(
            name for score in self for name in score.details if name.startswith(CONFIDENCE)
        )
        if not kinds:
            return None
        kind = min(kinds, key=lambda name: (-kinds[name], name))
        if 2 * kinds[kind] < len(self):
            return None
        return [share(each.details.get(kind), read=each.answer is not None) for each in self]

    @cached_property
    def blocks(self) -> Blocks | None:
        """Right and wrong answers by how `sure` they are; None where nothing ranks them, or an
        answer is neither right nor wrong.
        """
        sure = self.sure
        if not sure or not {*self.values} <= {0.0, 1.0}:
            return None
        check(sure, self.values)
        ranking = self.ranking if sure is self.confidences else Ranking(sure)
        found = ranking.blocks(self.values)
        return found if len(found.counts) > 1 else None


def share(value: float | None, *, read: bool) -> float:
    """A confidence as it counts: 0 where none is told from 0 to 1, or no answer was ``read``."""
    return value if read and value is not None and 0 <= value <= 1 else 0.0
