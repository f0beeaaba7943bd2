"""Which requests a run makes: the selected tasks' questions, written out as prompts.

Everything that can be wrong with the data is found here, before a model is loaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from mcqtest import data, prompts
from mcqtest.answers import Reading
from mcqtest.run import splits
from mcqtest.run.formed import formed
from mcqtest.run.keys import prompts_hash, unasked
from mcqtest.run.planned import Planned
from mcqtest.run.sample import Rows, chosen, excerpt
from mcqtest.run.talked import talked
from mcqtest.run.way import OWN, Way, decoded, style_of
from mcqtest.run.written import Write, Written
from mcqtest.types import (
    Back,
    Chat,
    McqtestError,
    Method,
    Prompt,
    Question,
    Style,
    Task,
    TextReader,
    Variant,
)


def plan(
    task: Task,
    *,
    root: Path | None,
    identity: str,
    way: Way = OWN,
    variant: Variant | None = None,
    name: str = "",
    revision: str | None = None,
    count: int | None = None,
) -> Planned:
    """Write the requests of one task for the model with this ``identity``, in the way of a
    ``variant``; ``name`` tells them from the task's others, ``revision`` is that of the hub's data,
    and ``count`` is how many questions are drawn. Raises `McqtestError` for bad data.
    """
    by, method = way.method_of(task.benchmark)
    every = data.load(task, "test", root, revision=revision)
    if method.is_fixed:
        fixed = talked if method.form is None else partial(formed, count=count)
        return fixed(task, method, way, every, identity=identity, name=name, variant=variant)
    method = way.styled(method, variant.style if variant else None)
    examples, hidden = _shown(task, method, way, every, root=root, revision=revision)
    places = chosen(every, way.limit, count)
    questions = tuple(every[place] for place in places)
    put, rows = _put(places, questions, variant)
    read = _reader(task, [each for _, each in rows], method, way.reading)
    write = partial(_written, task, style=style_of(method), examples=examples, way=way)
    asking = partial(_described, by, method, shots=len(examples), way=way, texts=read)
    return Planned(
        task=task,
        questions=questions,
        asking=asking(written := write(rows)),
        requests=_requests(task, rows, written, write, way=way, identity=identity, method=method),
        fingerprint=data.fingerprint(questions)[:32],
        reading=replace(way.reading, chat=way.talk is not None),
        left_out=len(every) - len(questions),
        excerpt=excerpt(every, places, lambda rows: asking(write(rows))),
        hidden=hidden,
        variant=name or (variant.name if variant else ""),
        put=put,
        read=read,
        value=method.value,
        vote=way.vote,
        template=way.talk.template if way.talk else "",
    )


def _put(
    places: Sequence[int], questions: Sequence[Question], variant: Variant | None
) -> tuple[Sequence[tuple[Question, Back]] | None, Rows]:
    """How the questions in these places are put, with the way back where that is another one."""
    if variant is None:
        return None, tuple(zip(places, questions, strict=True))
    put = tuple(map(variant.of, questions))
    return put, tuple(zip(places, (question for question, _ in put), strict=True))


def _written(
    task: Task, rows: Rows, style: Style, examples: Sequence[Question], way: Way
) -> Sequence[Prompt | Chat]:
    """What is said to the model, question by question."""
    if way.recorded:
        return unasked(task, rows)
    written = [style.write(task, examples, question) for _, question in rows]
    return prompts.converse(task, style, examples, written, way.talk) if way.talk else written


def _check(task: Task, questions: Sequence[Question], method: Method) -> None:
    """Raise for questions without choices that no answer could ever be right to."""
    without = next((each for each in questions if not each.choices), None)
    if without is None or (
        method.decoding and (method.value or task.name in task.benchmark.answers)
    ):
        return
    lacks = "value" if method.decoding else "decoding"
    raise McqtestError(
        f"{task.path}/{without.id}: has no choices, so a text is asked, and is worth what a value "
        f"says; give its Method a {lacks}"
    )


def _reader(
    task: Task, questions: Sequence[Question], method: Method, reading: Reading
) -> TextReader | None:
    """What reads answers that are no choices. Raises for a reader of other answers than these."""
    _check(task, questions, method)
    if method.decoding is None or method.value is not None:
        return None
    kinds = {bool(each.choices) for each in questions}
    if True in kinds:
        reading.of_choices()
    return reading.of_texts(task) if False in kinds else None


def _examples(
    task: Task, method: Method, way: Way, root: Path | None, revision: str | None
) -> Sequence[Question]:
    """The split that the shots are taken from; empty where none are shown."""
    wanted = _wanted(task, way)
    if way.recorded or not wanted:
        return ()
    if not task.benchmark.shots:
        raise McqtestError(f"--shots={wanted}: {task.path} has no examples; ask with --shots=0")
    examples = data.load(task, _split(method), root, revision=revision)
    if len(examples) < wanted:
        raise McqtestError(
            f"--shots={wanted}: {task.path} has only {len(examples)} examples; ask for fewer"
        )
    return examples


def _shown(
    task: Task,
    method: Method,
    way: Way,
    every: Sequence[Question],
    *,
    root: Path | None,
    revision: str | None,
) -> tuple[Sequence[Question], bool]:
    """The shots; without any, whether they would be questions of the test.
    Raises `McqtestError` where they are.
    """
    examples = _examples(task, method, way, root, revision)
    splits.check(task, examples, every)
    hidden = not examples and not way.recorded and splits.hidden(task, _split(method), root, every)
    return examples[: _wanted(task, way)], hidden


def _wanted(task: Task, way: Way) -> int:
    return task.benchmark.shots if way.shots is None else way.shots


def _split(method: Method) -> str:
    return "worked" if method.worked else "shots"


def _requests(
    task: Task,
    rows: Rows,
    written: Sequence[Prompt | Chat],
    write: Write,
    *,
    way: Way,
    identity: str,
    method: Method,
) -> Written:
    return Written(
        task,
        rows,
        write,
        written=written,
        identity=way.identity(identity),
        decoding=method.decoding,
        samples=way.samples(method),
    )


def _described(
    name: str,
    method: Method,
    written: Sequence[Prompt | Chat],
    shots: int,
    way: Way,
    *,
    texts: TextReader | None,
) -> str:
    """In words, as a baseline has it; ``texts``: what reads answers that are no choices."""
    samples = way.samples(method)
    reading = way.reading.described(texts)
    if way.recorded:
        several = f", {way.vote} of {samples}" * (samples > 1)
        read = "" if way.recorded == "log-probabilities" else f", {reading}"
        return f"recorded {way.recorded}{several}{read}"
    words = [style_of(method).name, f"{shots} shots", name, *([str(way.talk)] if way.talk else ())]
    if (decoding := method.decoding) is not None:
        words += [*decoded(decoding, way, samples), reading]
    return ", ".join([*words, f"prompts {prompts_hash(written)[:16]}"])
