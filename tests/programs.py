"""A stand-in for the official package: its interface in a few lines, and tasks that behave, or not.

And a model that says what a prompt tells it to say, and keeps a list of what it was asked.
"""

from __future__ import annotations

from told import KIND

PACKAGE = {
    "__init__": "",
    "api/__init__": "",
    "api/model": """
import abc
from typing import Any, NamedTuple


class Model(abc.ABC):
    @abc.abstractmethod
    def generate_text(self, inputs, max_length, stop_string, output_regex): ...


class ModelData(NamedTuple):
    model_family: str
    model_name: str
    total_params: int
    non_embedding_params: int
    flop_matched_non_embedding_params: int
    training_batch_size: int
    training_steps: int
    description: str
    decoding_params: dict[str, Any]
""",
    "api/task": """
import abc
from dataclasses import dataclass


@dataclass
class ScoreData:
    score_dict: dict
    preferred_score: str
    number_of_shots: int
    low_score: float
    high_score: float
    subtask_description: str = ""


class Task(abc.ABC):
    @abc.abstractmethod
    def evaluate_model(self, model, max_examples=None, random_seed=0): ...
""",
    "models/__init__": "",
    "models/model_utils": """
import re


def postprocess_output(text, max_length, stop_string, output_regex):
    if isinstance(text, list):
        return [postprocess_output(t, max_length, stop_string, output_regex) for t in text]
    text = text[: max_length or None]
    if stop_string and text.find(stop_string) > 0:
        text = text[: text.find(stop_string) + len(stop_string)]
    return next(iter(re.findall(output_regex, text)), "") if output_regex else text
""",
    "benchmark_tasks/__init__": "",
}

_HEAD = """
import os
import random
import sys
import time

import bigbench.api.task as task
from bigbench.api.task import ScoreData


def score(share, name="", shots=0, **more):
    return ScoreData({"exact_str_match": share, **more}, "exact_str_match", shots, 0.5, 1.0, name)


class ThisTask(task.Task):
    def evaluate_model(self, model, max_examples=None, random_seed=0):
"""

TASKS = {
    "echo": """
words = [f"w{at}" for at in range(max_examples or 20)]
half = len(words) // 2
said = model.generate_text([f"say {each}" for each in words], output_regex=r"\\w+")
hits = [float(a == b) for a, b in zip(said, words)]
return [
    score(sum(hits[:half]) / half, "first", other=3),
    score(sum(hits[half:]) / half, "second", text="none"),
    score(0.0, "echo"),
]
""",
    "game": """
say, right = "start", 0
for round in range(20):
    said = model.generate_text(f"round {round} say {say}", max_length=5, stop_string="!")
    right += said == f" {say}"[:5]
    say = f"go{round}{said.strip()}"[:6]
return score(right / 20, "game")
""",
    "pick": """
lines = [f"take {at} say b" for at in range(10)]
rows = model.cond_log_prob(lines, [["a", "b", ""]] * 10, absolute_normalization=True)
one = model.cond_log_prob("alone say b", ("a", "b"))
assert abs(sum(2.718281828459045 ** each for each in one) - 1) < 1e-6
assert all(row[2] == 0 for row in rows)
return score(sum(row[1] > row[0] for row in rows) / 10)
""",
    "chance": """
order = {"a", "b", "c", "d", "e"}
say = ["".join(order), str(random.random())]
model.generate_text([f"say {each}" for each in say])
return score(1.0)
""",
    "noisy": """
print("MAY SHIP" * 100000, file=sys.stderr)
print("MAY SHIP" * 100000)
open("litter", "w").close()
if not os.fork():
    open(os.environ["MCQTEST_SEEN"], "w").write(f"{os.getpid()} {os.getcwd()}")
    while True:
        time.sleep(1)
while not os.path.exists(os.environ["MCQTEST_SEEN"]):
    time.sleep(0.01)
return score(1.0)
""",
    "raises": 'return {}["sense"]',
    "endless": """
while True:
    pass
""",
    "eager": """
while True:
    model.generate_text([f"{random.random()}"] * 7)
""",
    "needy": "import nowhere.inside",
    "quitter": "os._exit(3)",
    "forker": """
if os.fork():
    os.wait()
    return score(1.0)
try:
    model.generate_text("say no")
finally:
    os._exit(0)
""",
    "nan": 'return score(float("nan"))',
    "flat": 'return ScoreData({"m": 1.0}, "m", 0, 1.0, 1.0, "")',
    "other": "model.generate_text([1])",
}
"""Name -> what it does to evaluate a model."""

MODEL = (
    KIND
    + """
class Model:
    def __init__(self, told):
        self.told = told
        self.count = 0

    def run(self, requests):
        for request in (each for each in requests if not each.known):
            if self.count == self.told.get("killed") and not Path("again").exists():
                Path("again").touch()
                os.kill(os.getpid(), signal.SIGKILL)
            self.count += 1
            with open("asked", "a") as file:
                print(request.prompt.query, *request.choices, sep="|", file=file)
            yield self.answer(request)

    def answer(self, request):
        right = request.prompt.query.partition("say ")[2]
        if any(word in request.prompt.query for word in self.told.get("wrong", ())):
            right = "no"
        if request.decoding:
            return Response(request.key, (), 0, f" {right}! And so on", True)
        likely = tuple(-0.5 if each == right else -3.0 for each in request.choices)
        return Response(request.key, likely, 0)
"""
)


def install(root, *names):
    """Write the package, with the tasks of these names, into a folder."""
    for path, code in PACKAGE.items():
        place = root / "bigbench" / f"{path}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(code, "utf-8")
    for name in names:
        place = root / "bigbench" / "benchmark_tasks" / name / "task.py"
        place.parent.mkdir(exist_ok=True)
        (place.parent / "__init__.py").touch()
        body = "".join(f"        {line}\n" for line in TASKS[name].strip().splitlines())
        place.write_text(_HEAD + body, "utf-8")
