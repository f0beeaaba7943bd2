"""From a model's responses to an answer: readers of texts, and the choice by probability."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import SupportsFloat

from mcqtest.answers import own
from mcqtest.answers import reader as ours
from mcqtest.answers import texts as _texts
from mcqtest.answers.abstained import abstains
from mcqtest.answers.confidence import brought
from mcqtest.answers.reader import Found
from mcqtest.answers.readers import EDITIONS, TEXT_READERS, Reader, named
from mcqtest.answers.thinking import KNOWN, Thoughts
from mcqtest.answers.votes import lot, majority
from mcqtest.types import (
    McqtestError,
    Question,
    Response,
    Result,
    Task,
    TextReader,
    Value,
)

FALLBACKS = {
    "wrong": "a question without an answer is wrong",
    "random": "a choice is drawn by lot, always the same for the same question",
}
"""What to do where nothing can be read."""


def read(text: str, *, reader: str = "mcqtest", options: int | Sequence[str] = 10) -> int | None:
    """The 0-based answer that ``text`` gives, None where it gives none.

    ``options`` are the texts of the question's choices, or their number; with their texts,
    ``mcqtest`` also reads an answer that is given without its letter. A letter beyond the options
    is no answer. Raises `McqtestError` for a reader that does not exist.
    """
    choices = ("",) * options if isinstance(options, int) else options
    answer = named(reader)(text, choices)
    return answer if answer is not None and answer < len(choices) else None


def find(text: str, *, options: int | Sequence[str] = 10) -> Found | None:
    """What our reader reads in ``text``, and where: ``text[start:end]``; None where it is silent.

    ``options`` as in `read`. ``form`` names the row of the reader's tables by its example.
    """
    return ours.find(text, ("",) * options if isinstance(options, int) else options)


@dataclass(frozen=True, slots=True)
class Reading:
    """How texts become answers. Raises `McqtestError` for names that do not exist."""

    reader: str = "mcqtest"
    fallback: str = "wrong"
    thoughts: Thoughts = KNOWN
    chat: bool = False
    """Texts are answers in a chat: no reader sees the thoughts in them. Ours never does."""

    def __post_init__(self) -> None:
        if self.reader not in TEXT_READERS:
            named(self.reader)
        if self.fallback not in FALLBACKS:
            known = ", ".join(FALLBACKS)
            raise McqtestError(f"--fallback={self.fallback}: unknown; there are {known}")

    def of_choices(self) -> Reader:
        """What reads choices. Raises `McqtestError` for the name of what gives texts."""
        return named(self.reader)

    def of_texts(self, task: Task) -> TextReader:
        """What reads the answers of a task that are no choices. Raises `McqtestError` for what
        needs choices.
        """
        if self.fallback == "random":
            raise McqtestError(
                f"--fallback=random: {task.path} has no choices to draw from; leave the "
                "option out, or choose other benchmarks with -m"
            )
        if self.reader == "mcqtest":
            return task.benchmark.answers[task.name]
        if ":" in self.reader:
            function = own.reader(self.reader)[0]
            return lambda _, text: function(text, ())
        if self.reader not in TEXT_READERS:
            raise McqtestError(
                f"--reader={self.reader}: reads choices, and {task.path} has none; texts are read "
                f"by mcqtest, {', '.join(TEXT_READERS)}, or a function of your own"
            )
        return TEXT_READERS[self.reader]

    def described(self, texts: TextReader | None = None) -> str:
        """In words; ``texts``: what reads answers that are no choices."""
        words = EDITIONS.get(self.reader, self.reader)
        if self.reader == "mcqtest":
            words += f" {ours.REVISION}" + (f".{_texts.REVISION}" if texts else "")
            words += f" ({texts})" if isinstance(texts, _texts.Near) else ""
        if ":" in self.reader:
            words += f" {own.reader(self.reader)[1]}"
        told = f", {self.thoughts}" if self.thoughts.pair else ""
        return f"reader {words}, fallback {self.fallback}{told}"

    def heard(self, text: str) -> str:
        """What of a text is read."""
        if not self.chat and self.thoughts.pair is None:
            return text
        found = self.thoughts.said(text)
        return text[found.start : found.end]

    def __str__(self) -> str:
        return self.described()


READING = Reading()
"""How texts are read unless told otherwise."""


def judge(
    question: Question,
    responses: Sequence[Response],
    reading: Reading,
    name: str,
    *,
    read: TextReader | None = None,
    value: Value | None = None,
    vote: str = "majority",
) -> Result:
    """The result of one question: by its probabilities, else by what its texts say: a choice, or
    without choices what ``read`` finds. Lots are drawn by its ``name``.

    Of several texts the majority counts, unreadable ones having no vote; among answers with
    equally many votes, the one that was given first (self-consistency, arXiv 2203.11171). With
    ``vote="mean"`` the score is the mean over the texts instead (avg@k), whatever the majority
    says. ``value`` says what a text is worth where that is not whether a choice is right.
    """
    first = responses[0]
    is_bare = first.text is None and first.truncated is False and not first.confidences
    if is_bare and first.logprobs and len(responses) == 1:
        return choose(question, first)
    texts = tuple(each.text for each in responses if each.text is not None)
    details = brought(question, responses)
    if first.logprobs:
        chosen, truncated = choose(question, first), _truncated(responses)
        return replace(chosen, texts=texts, truncated=truncated, details=details)
    heard = [reading.heard(text) for text in texts]
    found = _judged(question, responses, heard, reading, name, read=read, value=value, vote=vote)
    tokens = [each.tokens for each in responses if each.tokens is not None]
    silent = [text for text, vote in zip(texts, found.votes, strict=False) if vote is None]
    return replace(
        found,
        texts=texts,
        ended_thoughts=sum(bool(each.thought_ended) for each in responses),
        cut_thoughts=sum(reading.thoughts.said(text).is_cut for text in texts),
        tokens=sum(tokens) if len(tokens) == len(responses) else None,
        details={**found.details, **details},
        abstained=sum(map(abstains, silent)),
    )


def _judged(
    question: Question,
    responses: Sequence[Response],
    texts: Sequence[str],
    reading: Reading,
    name: str,
    *,
    read: TextReader | None,
    value: Value | None,
    vote: str,
) -> Result:
    """The same by what is heard of the texts."""
    shots, truncated = min(each.shots for each in responses), _truncated(responses)
    if value is not None:
        worth = math.fsum(_worth(value, question, text, name) for text in texts) / len(texts)
        said = next((text.strip() for text in texts if text.strip()), None)
        answer = None if said is None else said.splitlines()[-1].strip()[:_SHOWN]
        return Result(question, answer, None, shots, (), (), truncated, value=worth)
    if read is not None and not question.choices:
        return _said(question, texts, read, shots=shots, truncated=truncated, vote=vote)
    reader = reading.of_choices()
    count = len(question.choices)
    found = [reader(text, question.choices) for text in texts]
    votes = tuple(each if each is not None and each < count else None for each in found)
    index = majority(votes)
    # As published, a letter that the question does not have is wrong, and no lot is drawn.
    guessed = reading.fallback == "random" and all(each is None for each in found)
    if guessed:
        index = lot(name, count)
    right = float(index == question.answer)
    if vote == "mean" and not guessed:
        right = sum(each == question.answer for each in votes) / len(votes)
    return Result(question, index, None, shots, (), votes, truncated, guessed, right)


def _said(
    question: Question,
    texts: Sequence[str],
    read: TextReader,
    *,
    shots: int,
    truncated: int | None,
    vote: str,
) -> Result:
    """The result of a question without choices: right is an answer that is one of its targets."""
    found = [read(question, text) for text in texts]
    answer = majority(found)
    right = float(answer in question.targets)
    if vote == "mean":
        right = sum(each in question.targets for each in found) / len(found)
    votes = tuple(each and each[:_LONGEST] for each in found)
    answer = answer and answer[:_LONGEST]
    return Result(question, answer, None, shots, (), votes, truncated, value=right)


def _worth(value: Value, question: Question, text: str, name: str) -> float:
    """What a text is worth; raises `McqtestError` where that is no number to count with."""
    found = value(question, text)
    if not isinstance(found, SupportsFloat) or not math.isfinite(found):
        by = getattr(value, "__name__", "value")
        raise McqtestError(
            f"{name}: its text is worth {repr(found)[:60]} by {by}; a finite number is needed"
        )
    return float(found)


_SHOWN, _LONGEST = 100, 1000
"""Characters in results.jsonl of an answer that is no choice: of one with a value, and of one that
was read. All of it counts."""


def _truncated(responses: Sequence[Response]) -> int | None:
    known = [each.truncated for each in responses if each.truncated is not None]
    return sum(known) if len(known) == len(responses) else None


def choose(question: Question, response: Response) -> Result:
    """The most probable choice, the first one of equals; probabilities over the choices only.

    As MMLU's evaluate.py does (repository hendrycks/test): the log-probabilities of the
    letters are put through a softmax among themselves, so they always sum to 1.
    """
    logprobs = response.logprobs
    if len(logprobs) != len(question.choices):
        raise ValueError(f"{len(logprobs)} log-probabilities for {len(question.choices)} choices")
    highest = max(logprobs)
    weights = [math.exp(value - highest) for value in logprobs]
    total = math.fsum(weights)
    probabilities = tuple([weight / total for weight in weights])
    return Result(question, logprobs.index(highest), probabilities, response.shots)
