"""Small values that several test files build: questions, records, responses, a toy benchmark."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from mcqtest.gate.record import Record
from mcqtest.prompts import letters
from mcqtest.run.engine import Engine
from mcqtest.run.plan import Planned
from mcqtest.run.store import Store
from mcqtest.types import (
    LETTERS,
    AnswerError,
    Benchmark,
    Columns,
    Layout,
    McqtestError,
    Method,
    Prompt,
    Question,
    Request,
    Response,
    Source,
    Style,
)

IDENTITY = "0123456789abcdef" * 4
CSV = Layout(
    "{split}/{task}_{split}.csv",
    Columns(choices=("A", "B", "C", "D"), answer="answer"),
    header=("question", "A", "B", "C", "D", "answer"),
    splits={"shots": "dev"},
)


def complaint(call, *args, **kwargs):
    """The one line that a call fails with."""
    with pytest.raises(McqtestError) as caught:
        call(*args, **kwargs)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    return message


def toy_style(task, shots, question):
    """The simplest prompt there is."""
    asked = [f"{each.text} {'/'.join(each.choices)} =" for each in (*shots, question)]
    answers = [f"{text} {LETTERS[shot.answer]}\n" for text, shot in zip(asked, shots, strict=False)]
    return Prompt(f"{task.name}\n", tuple(answers), asked[-1])


def toy(*names, shots=2, style=toy_style):
    """A benchmark ``toy`` with these tasks, in the Hendrycks archive's layout."""
    methods = {"letters": Method(Style("toy_style", style))}
    return Benchmark("toy", {"all": names}, Source("toy", (CSV,)), methods, shots)


def write_csv(root, task, split, rows):
    """Rows of six cells as ``toy/SPLIT/TASK_SPLIT.csv`` below ``root``."""
    path = root / "toy" / split / f"{task}_{split}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(",".join(row) + "\n" for row in rows), "utf-8")


def planned(task, keys, *, header=None):
    """A task whose questions have these keys; equal keys are questions that are repeated."""
    questions = tuple(
        Question(f"question {key}", ("no", "yes"), 0, str(index)) for index, key in enumerate(keys)
    )
    requests = tuple(
        Request(
            key=key,
            prompt=Prompt(task.name if header is None else header, (), question.text),
            choices=letters(question),
            name=f"{task.path}/{question.id}",
        )
        for key, question in zip(keys, questions, strict=True)
    )
    return Planned(task, questions, requests, "questions", "asking")


def response(key, *logprobs, shots=5):
    """A response; even without numbers it has two choices, the first one chosen."""
    return Response(key, logprobs or (-0.25, -1.5), shots)


def opened(folder, *, name="small", identity=IDENTITY):
    """The store of a model."""
    return Store(Path(folder), name=name, identity=identity)


def filled(folder, *keys, **place):
    """A closed store's only file, with one response for each key."""
    store = opened(folder, **place)
    for number, key in enumerate(keys):
        store.add(response(key, -0.5, -float(number)), name=f"toy/tides/{key}")
    store.close()
    return store._path


def keys_of(store, candidates):
    """Which of these are stored."""
    return [key for key in candidates if key in store]


FOUR = toy("a", "b", "c", "d")


class Fake:
    """A backend that answers each task's requests in a shuffled order, and notes them.

    A key in ``broken`` raises; after ``most`` answers it ends.
    """

    def __init__(self, *, seed=0, broken=(), most=10**9):
        self.random = random.Random(seed)
        self.broken = set(broken)
        self.most = most
        self.seen, self.asked = [], []

    def run(self, requests):
        waiting, header = [], None
        for request in requests:
            self.seen.append((request.key, request.known))
            if header not in (None, request.prompt.header):
                yield from self._answer(waiting)
            header = request.prompt.header
            waiting.append(request)
        yield from self._answer(waiting)

    def _answer(self, waiting):
        wanted = [request for request in waiting if not request.known]
        waiting.clear()
        self.random.shuffle(wanted)
        for request in wanted:
            if request.key in self.broken:
                raise AnswerError(f"{request.name}: too long")
            if self.most <= len(self.asked):
                return
            self.asked.append(request.key)
            yield response(request.key, *(-float(len(choice)) for choice in request.choices))


def engine(store, tasks, backend=None, **options):
    """An engine for these tasks: name -> keys of the questions."""
    plans = [planned(task, tasks[task.name]) for task in FOUR.tasks if task.name in tasks]
    return Engine(plans, store, lambda: backend, **options)


def task(name):
    """A task of the toy benchmark."""
    return FOUR.tasks["abcd".index(name)]


def unique(name, count):
    """Keys that no other task has."""
    return [f"{name}{number}" for number in range(count)]


def record_of(marks, **changes):
    """A record with these marks."""
    values = {
        "benchmark": "toy",
        "task": "tides",
        "questions": f"{len(marks)}, 0123456789abcdef",
        "asking": "toy_style, 2 shots, letters, prompts 0123",
        "model": "small",
        "weights": "abcdef",
        "setup": "transformers 5, float32 on cpu",
        "figures": {"accuracy": 0.5, "ece": 0.1234},
        "marks": marks,
    }
    return Record(**(values | changes))
