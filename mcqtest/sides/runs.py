"""A kept run as a side."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property

from mcqtest.archive import Kept
from mcqtest.gate import Policy
from mcqtest.sides.side import Key, Side, Stored
from mcqtest.types import Identity, Score


class RunSide(Side):
    """See the module."""

    kind = "run"

    def __init__(self, kept: Kept) -> None:
        super().__init__(kept.name, kept.folder)
        self.kept = kept

    @property
    def identity(self) -> Identity:
        return self.kept.identity

    @property
    def policy(self) -> Policy | None:
        return self.kept.policy

    @property
    def remembered(self) -> Kept | None:
        return self.kept

    @property
    def problems(self) -> Sequence[str]:
        return self.kept.problems

    @cached_property
    def tasks(self) -> Mapping[Key, Sequence[Stored]]:
        return {
            key: [Stored(each.record, each.companion, str(self.kept.path), each.about)]
            for key, each in self.kept.tasks.items()
        }

    def scores(
        self, wanted: Mapping[Key, Collection[int] | None], *, texts: bool
    ) -> dict[Key, list[Score]]:
        found: dict[Key, list[Score]] = {key: [] for key in wanted}
        for key, score in self.kept.answers(wanted, texts=texts):
            found[key].append(score)
        return found
