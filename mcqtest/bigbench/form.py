"""How a JSON task asks, and what its responses come to, as the official package has it.

A task whose metrics look at texts asks for one; one whose metrics look at choices asks for their
log-probabilities, and one with log_likelihood for those of the targets. Many ask for two of these.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from mcqtest.data import Example, Spec
from mcqtest.metrics import official
from mcqtest.metrics.official import Chosen, Official, Weighed, Written
from mcqtest.prompts import bigbench as prompts
from mcqtest.types import Ask, Decoding, McqtestError, Prompt, Question, Response, Result

_SHOWN = 100
"""Characters of an answer that is no choice, in results.jsonl."""


class Task(NamedTuple):
    """What a ``task.json`` asks for, looked up once."""

    preferred: Official
    metrics: tuple[Official, ...]
    """All that can be had, the preferred one among them."""
    refused: Sequence[str]
    """Why others cannot be had."""

    @property
    def kinds(self) -> set[object]:
        """What its metrics look at: `Written`, `Chosen`, `Weighed`."""
        return {metric.needs for metric in self.metrics}


@lru_cache(maxsize=2048)
def task_of(spec: Spec) -> Task:
    """Raises `McqtestError` for metrics that do not exist or cannot be had."""
    try:
        preferred = official.preferred(spec.preferred_score)
        wanted = official.named(spec.metrics)
        refused = official.refused(spec.metrics)
    except ValueError as error:
        raise McqtestError(f"{spec.where}: {error}; correct it, or leave the task out") from None
    if preferred not in wanted:
        told = ", ".join(spec.metrics)
        raise McqtestError(
            f"{spec.where}: preferred_score is {spec.preferred_score}, which its metrics ({told}) "
            "do not give; correct it, or leave the task out"
        )
    preferred.check()
    there = tuple(metric for metric in wanted if _is_there(metric))
    low, high = anchors(spec, preferred)
    if not low < high:
        raise McqtestError(
            f"{spec.where}: a choice drawn by lot is worth {low:g}, as much as the best can be; "
            "correct target_scores, or leave the task out"
        )
    return Task(preferred, there, refused)


def _is_there(metric: Official) -> bool:
    try:
        metric.check()
    except McqtestError:
        return False
    return True


def anchors(spec: Spec, preferred: Official) -> tuple[float, float]:
    """The low and the high score of a subtask."""
    if preferred.name == "multiple_choice_grade":
        return (math.nan if spec.chance is None else spec.chance), preferred.high
    return preferred.low, preferred.high


def cut(text: str, spec: Spec) -> str:
    """What of a text is its answer, as ``bigbench/models/model_utils.py`` cuts it: up to the stop
    string, that included, unless it stands at the very beginning; of this, the first match.
    """
    if spec.stop_string and (at := text.find(spec.stop_string)) > 0:
        text = text[: at + len(spec.stop_string)]
    if spec.output_regex:
        text = next(iter(re.findall(spec.output_regex, text)), "")
    return text


class JsonForm:
    """The form of all JSON tasks; see `mcqtest.types.Form`. Its questions are `Example`s."""

    name = "bigbench"

    def __init__(self, *, likelihood: bool = False) -> None:
        self._likelihood = likelihood
        """That of the targets is asked for where texts are, whatever a task lists."""

    def with_likelihood(self) -> JsonForm:
        return JsonForm(likelihood=True)

    def first(self, questions: Sequence[Question], limit: int | None) -> Sequence[int]:
        """The first of every subtask, as many of each as can be, and in their order."""
        every = range(len(questions))
        if limit is None or limit >= len(questions):
            return every
        rank: list[tuple[int, int]] = []
        counts: dict[str, int] = {}
        for at, each in enumerate(questions):
            counts[each.subject] = counts.get(each.subject, -1) + 1
            rank.append((counts[each.subject], at))
        return sorted(at for _, at in sorted(rank)[:limit])

    def asks(
        self,
        questions: Sequence[Question],
        places: Sequence[int],
        *,
        shots: int,
        decoding: Decoding,
    ) -> Iterator[Sequence[Ask]]:
        wanted = {*places}
        start = 0
        for _, group in groupby(_examples(questions), lambda each: each.subject):
            members = list(group)
            here = [at for at in range(len(members)) if start + at in wanted]
            start += len(members)
            for at, asked in zip(here, _asks(members, here, shots, decoding), strict=True):
                yield [*asked, *self._beside(members[at], asked[0])]

    def _beside(self, example: Example, first: Ask) -> list[Ask]:
        """How likely the targets of a text are: a smooth figure beside one that jumps (arXiv
        2206.04615, section 3.4).
        """
        is_text = task_of(example.spec).kinds >= {Written} and any(example.targets)
        if not (self._likelihood and is_text) or Weighed in task_of(example.spec).kinds:
            return []
        return [Ask(first.prompt, _scored(example, example.targets), beside=True)]

    def judge(self, question: Question, responses: Sequence[Response]) -> Result:
        (example,) = _examples([question])
        task = task_of(example.spec)
        given = _Given.of(example, task, responses)
        details = dict[str, float]()
        if self._beside(example, Ask(Prompt("", (), ""))):
            likely = _likely(example, example.targets, responses[-1])
            for metric in official.named(["log_likelihood"]):
                details |= metric.details(Weighed(example.targets, likely))
        for metric in task.metrics:
            try:
                details |= metric.details(given.seen[metric.needs])
            except ValueError as error:
                where = f"{example.spec.where}, example {example.id}"
                raise McqtestError(f"{where}: {metric.name}: {error}; correct it") from None
        return Result(
            question=question,
            answer=_answer(given, task.preferred),
            probabilities=given.probabilities,
            shots=min(each.shots for each in responses),
            texts=() if given.text is None else (given.text,),
            truncated=given.truncated,
            value=worth(task.preferred, details),
            details=details,
        )

    def notices(self, questions: Sequence[Question]) -> Sequence[str]:
        specs = dict.fromkeys(each.spec for each in _examples(questions))
        found = [
            f"{spec.where}: {said}; the metric is left out"
            for spec in specs
            for said in task_of(spec).refused
        ]
        return found + [
            f"{spec.where}: examples that repeat earlier ones are left out: {spec.repeated}"
            for spec in specs
            if spec.repeated
        ]


FORM = JsonForm()


def _examples(questions: Sequence[Question]) -> Iterator[Example]:
    for each in questions:
        if not isinstance(each, Example):
            raise TypeError(f"{each.id}: is no example of a JSON task")
        yield each


def _asks(
    examples: Sequence[Example], places: Sequence[int], shots: int, decoding: Decoding
) -> Iterator[Sequence[Ask]]:
    """Of one subtask."""
    spec = examples[0].spec
    kinds = task_of(spec).kinds
    written = prompts.prompts(examples, spec, shots=shots, places=places)
    for place, prompt in zip(places, written, strict=True):
        example = examples[place]
        if Chosen in kinds and not example.choices:
            raise McqtestError(_lacks(example, "target_scores"))
        found = [Ask(prompt, decoding=decoding)] if Written in kinds else []
        if Chosen in kinds:
            found.append(Ask(prompt, _scored(example, example.choices)))
        if Weighed in kinds:
            found.append(Ask(prompt, _scored(example, example.targets)))
        yield found


def _scored(example: Example, texts: Sequence[str]) -> tuple[str, ...]:
    """What is asked of these: each text once, and none that is empty, for that is certain."""
    found = tuple(dict.fromkeys(filter(None, texts)))
    if not found:
        raise McqtestError(
            f"{example.spec.where}, example {example.id}: no choice with any text; add one"
        )
    return found


def _likely(example: Example, texts: Sequence[str], response: Response) -> tuple[float, ...]:
    """The log-probability of each text, by what was said of those that were asked."""
    known = dict(zip(_scored(example, texts), response.logprobs, strict=True)) | {"": 0.0}
    return tuple(known[text] for text in texts)


def _lacks(example: Example, key: str) -> str:
    return f"{example.spec.where}, example {example.id}: no {key}, which its metrics need; add it"


class _Given(NamedTuple):
    """What the responses of an example are."""

    seen: Mapping[object, object]
    """`Written`, `Chosen` and `Weighed` -> the example as a metric sees it."""
    probabilities: tuple[float, ...] | None = None
    text: str | None = None
    truncated: int | None = 0

    @classmethod
    def of(cls, example: Example, task: Task, responses: Sequence[Response]) -> _Given:
        rest, found = iter(responses), cls({})
        seen: dict[object, object] = {}
        spec = example.spec
        if Written in task.kinds:
            response = next(rest)
            text = response.text or ""
            answer = cut(text, spec)
            seen[Written] = Written(answer, example.targets)
            # An answer that ends before the text does is whole, whatever became of the text.
            ended = not text.endswith(answer) or not answer
            cut_off = response.truncated and not ended
            known = response.truncated is not None
            found = found._replace(text=text, truncated=int(cut_off or 0) if known else None)
        if Chosen in task.kinds:
            logprobs = _likely(example, example.choices, next(rest))
            absolute = spec.absolute_normalization
            seen[Chosen] = Chosen(example.choices, example.scores, logprobs, absolute)
            found = found._replace(probabilities=_softmax(logprobs))
        if Weighed in task.kinds:
            likely = _likely(example, example.targets, next(rest))
            seen[Weighed] = Weighed(example.targets, likely)
        return found._replace(seen=seen)


def _answer(given: _Given, preferred: Official) -> int | str | None:
    """What counts as the answer: the chosen choice, or what was cut out of the text, be it nothing;
    None where nothing was written.
    """
    if preferred.needs is Written:
        written = given.seen[Written]
        assert isinstance(written, Written)
        return written.response.strip()[:_SHOWN] if (given.text or "").strip() else None
    if isinstance(chosen := given.seen.get(Chosen), Chosen):
        return official.most_probable(chosen)
    return ""


def _softmax(logprobs: Sequence[float]) -> tuple[float, ...]:
    highest = max(logprobs)
    powers = [math.exp(value - highest) for value in logprobs]
    total = math.fsum(powers)
    return tuple(power / total for power in powers)


def worth(preferred: Official, details: Mapping[str, float]) -> float:
    """What an example is worth by the preferred metric: 0 at the metric's own low anchor and 1 at
    the high one, or the other way round where less is better. Of a metric that is no mean over
    examples, what it gives for this one alone.
    """
    parts = tuple(details[key] for key in preferred.keys)
    figure = preferred.figure([parts])
    share = ((figure or 0.0) - preferred.low) / (preferred.high - preferred.low)
    return share if preferred.better > 0 else 1 - share
