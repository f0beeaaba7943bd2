"""What can be wrong with an answer, and what of it a rule can tell."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from mcqtest import answers
from mcqtest.types import Question, Score

KINDS: Mapping[str, str] = {
    "reasoning": "it knows what it takes and concludes wrongly",
    "knowledge": "it lacks a fact of the field",
    "calculation": "the way is right and a number is not",
    "no_choice": "it argues and chooses none of the choices",
    "understanding": "it answers another question than was asked",
    "abstention": "it says that it does not know, and gives no answer",
    "generation": "the text is empty, cut off, or repeats itself",
    "annotation": "the answer that counts as right is not",
    "extraction": "it gives the right answer, which was not read",
}
"""The kinds of MMLU-Pro's analysis of errors (arXiv 2406.01574), and what is meant here;
``abstention`` is ours."""

_OURS = "reader mcqtest "
_LONGEST, _SHORTEST = 400, 60
"""Characters: of what is repeated at most, and of all repetitions together at least."""


@dataclass(frozen=True)
class Wrong:
    """A question that was answered wrong."""

    benchmark: str
    task: str
    score: Score
    asking: str
    question: Question | None = None
    """None where its text is not kept."""

    @property
    def key(self) -> str:
        """Names this very answer to this very question, so that a label stays with it."""
        score = self.score
        said = [self.benchmark, self.task, score.id, score.gold, score.answer, list(score.texts)]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def by_rule(wrong: Wrong) -> str | None:
    """Which of `KINDS` it is; None where a person has to say. Letters have no texts to look at."""
    score, question = wrong.score, wrong.question
    if not score.texts:
        return None
    choices = question.choices if question else ("",) * score.choices
    read_now = not score.unanswered
    if any(_gives(text, choices, score, wrong.asking, was_read=read_now) for text in score.texts):
        return "extraction"
    if read_now:
        return None
    if score.declined:
        return "abstention"
    broken = score.truncated or score.cut_thoughts
    if broken or not any(map(str.strip, score.texts)) or any(map(repeats, score.texts)):
        return "generation"
    return "no_choice"


def _gives(
    text: str, choices: tuple[str, ...], score: Score, asking: str, *, was_read: bool
) -> bool:
    """Whether another reader than the run's reads the right choice in a text; where something was
    read, ours alone is asked.
    """
    if not choices or not isinstance(score.gold, int):
        return False
    readers = [] if _OURS in asking else ["mcqtest"]
    readers += [] if was_read else ["mmlu_pro", "lm_eval"]
    return any(
        answers.read(text, reader=reader, options=choices) == score.gold for reader in readers
    )


def repeats(text: str) -> bool:
    """Whether a text ends in the same words over and over: three times or more."""
    end = text.rstrip()
    for length in range(1, min(_LONGEST, len(end) // 3) + 1):
        times = max(3, -(-_SHORTEST // length))
        if length * times <= len(end) and end.endswith(end[-length:] * times):
            return True
    return False
