"""Which requests a run makes: the selected tasks' questions, written out as prompts.

Everything that can be wrong with the data is found here, before a model is loaded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from mcqtest import data, prompts, styles
from mcqtest.answers import Reading
from mcqtest.types import (
    Benchmark,
    Decoding,
    McqtestError,
    Method,
    Place,
    Prompt,
    Question,
    Request,
    Style,
    Task,
)

READING = Reading()


@dataclass(frozen=True, slots=True, eq=False)
class Planned:
    """One task, ready to be asked."""

    task: Task
    questions: tuple[Question, ...]
    requests: tuple[Request, ...]
    """In the order of ``questions``, each question's samples together."""
    fingerprint: str
    """Of the question set."""
    asking: str
    """How they are asked and read, in words, and a hash of the prompts."""
    reading: Reading = READING
    left_out: int = 0
    """Questions of the task that are not asked."""
    variant: str = ""
    """Told from the task's other ways of being asked; empty for the one that is compared."""

    def asked(self) -> Iterator[tuple[Question, Sequence[Request]]]:
        """Every question with its requests, one for each sample."""
        each = len(self.requests) // len(self.questions)
        for index, question in enumerate(self.questions):
            yield question, self.requests[index * each : (index + 1) * each]


@dataclass(frozen=True)
class Asking:
    """What a run changes in the way that benchmarks ask by themselves; None and empty: nothing."""

    method: str | None = None
    style: str | None = None
    shots: int | None = None
    limit: int | None = None
    decoding: Mapping[str, str] = field(default_factory=dict)
    """Fields of `Decoding`, and ``samples``, as text."""
    reading: Reading = READING
    recorded: str = ""
    """Nothing is asked: these were recorded, "texts" or "log-probabilities"."""

    def way(self, benchmark: Benchmark) -> tuple[str, Method]:
        """The method of a benchmark, by name, with the style and decoding of this run."""
        if self.recorded:
            return "recorded", self._recorded()
        name = self.method or next(iter(benchmark.methods))
        if name not in benchmark.methods:
            known = " and ".join(benchmark.methods)
            raise McqtestError(
                f"--method={name}: {benchmark.name} has {known} only; choose benchmarks with -m"
            )
        method = benchmark.methods[name]
        style = styles.named(name, self.style) if self.style else method.style
        decoding = method.decoding and self._decoding(method.decoding)
        return name, Method(style, decoding, method.worked)

    def _recorded(self) -> Method:
        for key in self.decoding.keys() - {"samples"}:
            raise McqtestError(f"--decoding {key}: outputs are recorded; only samples can be said")
        # A temperature, so that one question's samples are told apart; no style is ever used.
        return Method(prompts.mmlu, Decoding(max_tokens=1, temperature=1))

    def samples(self, method: Method) -> int:
        """How often each question is asked."""
        if method.decoding is None:
            return 1
        wanted = _number("samples", self.decoding.get("samples", "1"), int)
        if wanted < 1:
            raise McqtestError(f"--decoding samples={wanted}: 1 or more is needed")
        if wanted > 1 and method.decoding.temperature == 0:
            raise McqtestError(
                f"--decoding samples={wanted}: at temperature 0 all would be the same text; add "
                "--decoding temperature=0.7"
            )
        return int(wanted)

    def _decoding(self, own: Decoding) -> Decoding:
        kinds = {"max_tokens": int, "temperature": float, "top_p": float, "seed": int}
        changes: dict[str, object] = {}
        for key, text in self.decoding.items():
            if key == "stop":
                changes[key] = _stops(text)
            elif key in kinds:
                changes[key] = _number(key, text, kinds[key])
            elif key != "samples":
                known = ", ".join([each.name for each in fields(Decoding)] + ["samples"])
                raise McqtestError(f"--decoding {key}: unknown; there are {known}")
        try:
            return replace(own, **changes)  # type: ignore[arg-type]
        except ValueError as error:
            raise McqtestError(f"--decoding {error}") from None


def _stops(text: str) -> tuple[str, ...]:
    """One stop string as it is, or several as a JSON list, which can also hold line ends."""
    if not text.startswith("["):
        return (text,)
    try:
        stops = json.loads(text)
    except ValueError:
        stops = None
    if not isinstance(stops, list) or not all(isinstance(stop, str) for stop in stops):
        raise McqtestError(f'--decoding stop={text}: write a text, or a list ["one", "two"]')
    return tuple(stops)


def _number(key: str, text: str, kind: type) -> float:
    try:
        number: float = kind(text)
    except ValueError:
        word = "whole number" if kind is int else "number"
        raise McqtestError(f"--decoding {key}={text}: a {word} is needed") from None
    return number


def plan(
    task: Task,
    *,
    root: Path | None,
    identity: str,
    asking: Asking = Asking(),
    variant: Style | None = None,
    revision: str | None = None,
) -> Planned:
    """Write the requests of one task for the model with this ``identity``.

    With ``variant`` they are asked in that style; ``revision`` is that of the hub's data. Raises
    `McqtestError` for bad data.
    """
    name, method = asking.way(task.benchmark)
    style = variant or method.style
    wanted = 0 if asking.recorded else _shots(task, asking)
    if wanted and not task.benchmark.shots:
        raise McqtestError(f"--shots={wanted}: {task.path} has no examples; ask with --shots=0")
    split = "worked" if method.worked else "shots"
    examples = data.load(task, split, root, revision=revision)[:wanted] if wanted else ()
    if len(examples) < wanted:
        raise McqtestError(
            f"--shots={wanted}: {task.path} has only {len(examples)} examples; ask for fewer"
        )
    every = data.load(task, "test", root, revision=revision)
    questions = every[: asking.limit]
    written = (
        _unasked(task, questions)
        if asking.recorded
        else [style.write(task, examples, question) for question in questions]
    )
    samples = asking.samples(method)
    places = [
        Place(task, question.id, row, sample)
        for row, question in enumerate(questions)
        for sample in range(samples)
    ]
    decodings = [_seeded(method.decoding, place) for place in places]
    keys = request_keys(
        identity,
        [written[place.row] for place in places],
        [questions[place.row] for place in places],
        decodings,
    )
    return Planned(
        task=task,
        questions=questions,
        requests=tuple(
            Request(
                key=key,
                prompt=written[place.row],
                choices=prompts.letters(questions[place.row]),
                name=str(place),
                decoding=decoding,
                place=place,
            )
            for place, decoding, key in zip(places, decodings, keys, strict=True)
        ),
        fingerprint=data.fingerprint(questions)[:32],
        asking=_described(name, Method(style, method.decoding), wanted, samples, asking)
        + ("" if asking.recorded else f", prompts {_hash(written)[:16]}"),
        reading=asking.reading,
        left_out=len(every) - len(questions),
        variant=variant.name if variant else "",
    )


def _unasked(task: Task, questions: Sequence[Question]) -> list[Prompt]:
    """Stand for prompts that somebody else wrote: all by which an output is looked up, and what
    was asked, so that other questions are not given the stored answers of these.
    """
    return [
        Prompt("", (), json.dumps([task.path, each.id, row, each.text, each.choices]))
        for row, each in enumerate(questions)
    ]


def _shots(task: Task, asking: Asking) -> int:
    return task.benchmark.shots if asking.shots is None else asking.shots


def _described(name: str, method: Method, shots: int, samples: int, asking: Asking) -> str:
    """In words, as a baseline has it."""
    if asking.recorded:
        several = f", majority of {samples}" * (samples > 1)
        read = "" if asking.recorded == "log-probabilities" else f", {asking.reading}"
        return f"recorded {asking.recorded}{several}{read}"
    words = [method.style.name, f"{shots} shots", name]
    if (decoding := method.decoding) is not None:
        words.append(f"{decoding.max_tokens} tokens")
        words += [f"stop {stop!r}" for stop in decoding.stop]
        if decoding.temperature:
            words.append(
                f"temperature {decoding.temperature:g}, top_p {decoding.top_p:g}, "
                f"seed {decoding.seed}, majority of {samples}"
            )
        words.append(str(asking.reading))
    return ", ".join(words)


def _seeded(decoding: Decoding | None, place: Place) -> Decoding | None:
    """The decoding of one request: a seed of its own where tokens are drawn."""
    if decoding is None or not decoding.temperature:
        return decoding
    digest = hashlib.sha256(f"{decoding.seed}/{place}/{place.sample}".encode()).digest()
    return replace(decoding, seed=int.from_bytes(digest[:4]) >> 1)  # any library takes 31 bits


def request_keys(
    identity: str,
    written: Sequence[Prompt],
    questions: Sequence[Question],
    decodings: Sequence[Decoding | None] = (),
) -> list[str]:
    """Keys of all that can change an answer: model and settings, prompt, continuations or the
    way of decoding.

    Fields are preceded by their lengths, so that no two different requests hash alike.
    """
    keys = []
    start, started = None, hashlib.sha256()
    pairs = zip(written, questions, decodings or [None] * len(written), strict=True)
    for prompt, question, decoding in pairs:
        if start != (prompt.header, prompt.shots):
            start = (prompt.header, prompt.shots)
            started = hashlib.sha256(_field(identity) + _field(prompt.header))
            for shot in prompt.shots:
                started.update(_field(shot))
        whole = started.copy()
        whole.update(b"?" + _field(prompt.query))
        if decoding is None:
            for choice in prompts.letters(question):
                whole.update(_field(choice))
        else:
            whole.update(b">" + _field(_decoded(decoding)))
        keys.append(whole.hexdigest()[:40])
    return keys


def _decoded(decoding: Decoding) -> str:
    """All of a decoding that has an effect: without temperature nothing is drawn."""
    heat, top_p = float(decoding.temperature), float(decoding.top_p)
    drawn = (heat, top_p, decoding.seed) if heat else ()
    return repr((decoding.max_tokens, decoding.stop, drawn))


def _hash(written: Sequence[Prompt]) -> str:
    whole = hashlib.sha256()
    last = None
    for prompt in written:
        if (prompt.header, prompt.shots) != last:
            last = (prompt.header, prompt.shots)
            whole.update(b"".join(map(_field, (prompt.header, *prompt.shots))))
        whole.update(b"?" + _field(prompt.query))
    return whole.hexdigest()


def _field(text: str) -> bytes:
    encoded = text.encode("utf-8", "surrogatepass")
    return f"{len(encoded)}:".encode() + encoded
