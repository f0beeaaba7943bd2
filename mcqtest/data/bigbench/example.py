"""A question of a JSON task, and what its task says of all of them."""

from __future__ import annotations

from dataclasses import dataclass

from mcqtest.types import Question


@dataclass(frozen=True, slots=True)
class Spec:
    """What one ``task.json`` says beside its examples, by the names of its keys.

    Defaults are those of ``bigbench/api/json_task.py`` (1.0.0).
    """

    where: str
    """The file, in messages."""
    subtask: str
    """Folders below the task's own; empty where it has no subtasks."""
    metrics: tuple[str, ...]
    preferred_score: str
    chance: float | None
    """The mean, over all examples, of what a choice drawn by lot is worth; None where some have no
    choices."""
    task_prefix: str = ""
    example_input_prefix: str = "\nQ: "
    example_output_prefix: str = "\nA: "
    choice_prefix: str = "\n  choice: "
    append_choices_to_input: bool = True
    few_shot_example_separator: str = "\n"
    output_regex: str | None = None
    stop_string: str | None = None
    absolute_normalization: bool = False
    repeated: int = 0
    """Examples that stood there twice and are left out."""
    people: tuple[float, float] | None = None
    """What people reach on average, and the best of them, normalised; None where not known."""


@dataclass(frozen=True, slots=True)
class Example(Question):
    """``text`` is its input, ``choices`` those of ``target_scores`` in their order, ``answer`` the
    first of the best, ``targets`` what is shown as its answer and may be said, ``subject`` its
    subtask.
    """

    scores: tuple[float, ...] = ()
    """What each choice is worth."""
    kin: int = 0
    """Place of the first example that says the same, in other numbers or forms: 1 and 1.0."""
    spec: Spec = Spec("", "", (), "", None)

    def is_right(self, index: int) -> bool:
        return self.scores[index] >= 1

    @property
    def more(self) -> tuple[object, ...]:
        spec = self.spec
        cut = spec.output_regex, spec.stop_string, spec.absolute_normalization
        return self.scores, spec.metrics, spec.preferred_score, spec.chance, *cut
