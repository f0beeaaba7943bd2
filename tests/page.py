"""The project that docs/extending.md describes, its tables longer: a benchmark of choices, one of
numbers, one with examples and a second method, a metric, a reader and a backend, all of them a
user's own.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shlex
from pathlib import Path

import pytest
import warm
from project import USUAL_ARGS, sentences

PAGE = (Path(__file__).parent.parent / "docs" / "extending.md").read_text("utf-8")
BLOCKS = [
    match.groups()
    for match in re.finditer(r"^```(\w+) ?(\S*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
]
"""Language, name behind it, and text of every block, in order."""

BACKEND = "--backend=local.by_heart"
STANDS_FOR = {
    "--model=PATH": f"{BACKEND} --model=models/good.json",
    "--model=NEW": f"{BACKEND} --model=models/damaged.json",
    "--baseline=OLD": "--baseline=good",
}
ENDS = {
    "recorded": (0, "RECORDED: "),
    "green": (0, "NO LOSS PROVEN: "),
    "red": (1, "MAY NOT SHIP: "),
}
"""What a command's comment says -> exit status, and how the last sentence begins."""


# --- the page ---------------------------------------------------------------------------------


def files():
    """Name -> text of every file of the page: named behind the fence, or by the first line."""
    found = {}
    for _, name, text in BLOCKS:
        first = re.match(r"# (\S+\.\w+)\n", text)
        if name or first:
            found[name or first[1]] = text
    return found


FILES = files()


def commands():
    """(command, its comment, what it prints) of every command of the page, in order."""
    found = []
    for language, _, text in BLOCKS:
        if language == "console":
            lines = text.replace("\\\n", "").splitlines()
            found += [[*map(str.strip, line.split("    #")), ""] for line in lines]
        elif language == "text":
            found[-1][2] = text
    return [tuple(each) for each in found]


COMMANDS = commands()


def arguments(command):
    """A command of the page for this project."""
    for word, meant in STANDS_FOR.items():
        command = command.replace(word, meant)
    program, *words = shlex.split(command)
    assert program == "pytest"
    return words


# --- more of the same questions, so that a loss can be seen ---------------------------------------


def rows(name):
    """The rows of a table of the page."""
    return list(csv.DictReader(io.StringIO(FILES[name])))


def table(found):
    text = io.StringIO()
    writer = csv.DictWriter(text, found[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return text.getvalue()


def choices(number, right, others):
    """Columns of a question, the right one standing where the number says."""
    options = [*others]
    options.insert(number % 4, right)
    return dict(zip("ABCD", options, strict=True)) | {"answer": "ABCD"[number % 4]}


def sums(count):
    for i in range(count):
        a, b = 11 + 3 * i, 13 + 5 * i
        for key, category, sign, right in (
            ("s", "sums", "+", a + b),
            ("d", "differences", "-", b - a),
        ):
            asked = {
                "id": f"{key}{i + 10}",
                "category": category,
                "question": f"What is {b} {sign} {a}?",
            }
            yield asked | choices(i, str(right), (str(right + 1), str(right + 10), str(right + 2)))


def units(count):
    for i in range(count):
        yield {
            "id": f"m{i + 10}",
            "question": f"How many feet are {i + 2} miles?",
            "answer": str(5280 * (i + 2)),
        }


def places(task, kind, count):
    """Rows of one file of the long form's benchmark."""
    for i in range(count):
        name = f"{task} {kind} {i}"
        wrong = (f"north of {name}", f"east of {name}", f"south of {name}")
        yield {"id": f"{kind}{i}", "question": f"Where was {name}?"} | choices(
            i, f"at {name}", wrong
        )


def project_files():
    """Every file of the project: those of the page, the tables longer."""
    mine, measures = [*rows("mine.csv"), *sums(20)], [*rows("measures.csv"), *units(25)]
    found = FILES | {"mine.csv": table(mine), "measures.csv": table(measures)}
    known = {row["question"]: row[row["answer"]] for row in mine}
    for task in ("history", "geography"):
        for split, count in (("dev", 3), ("test", 20)):
            asked = [*places(task, split, count)]
            found[f"data/exam/{task}_{split}.csv"] = table(asked)
            known |= {row["question"]: row[row["answer"]] for row in asked}
    damaged = {
        asked: answer if at % 3 else "nothing" for at, (asked, answer) in enumerate(known.items())
    }
    numbers = {row["question"]: row["answer"] for row in measures}
    worse = {asked: f"{1.04 * float(number):.3f}" for asked, number in numbers.items()}
    assert json.loads(FILES["models/good.json"]).items() <= (known | numbers).items()
    found["models/good.json"] = json.dumps(known | numbers)
    found["models/damaged.json"] = json.dumps(damaged | worse)
    return found


class Page:
    """The project on disk."""

    def __init__(self, pytester):
        self.pytester, self.path = pytester, pytester.path
        for name, text in project_files().items():
            self.write(name, text)

    def write(self, name, text):
        place = self.path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")

    def read(self, name):
        return (self.path / name).read_text("utf-8")

    def edit(self, name, old, new):
        assert old in self.read(name)
        self.write(name, self.read(name).replace(old, new))
        # Python takes a module for unchanged that has its old length and was written in one second.
        path = Path(self.pytester.path / name)
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime + 2))

    def run(self, *words):
        return warm.run(self.pytester, *USUAL_ARGS, *words)

    def says(self, how, *words):
        """Run a command that ends in this way."""
        result = self.run(*words)
        status, sentence = ENDS[how]
        assert result.ret == status, sentences(result)
        assert any(line.startswith(sentence) for line in result.outlines), sentences(result)
        return result

    @property
    def summary(self):
        return json.loads((self.path / ".mcqtest/summary.json").read_text())

    @property
    def rows(self):
        lines = (self.path / ".mcqtest/results.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def stored(self):
        """How many answers are stored."""
        files = (self.path / ".mcqtest/responses").glob("*.jsonl")
        return sum(len(file.read_text().splitlines()) for file in files)

    def baselines(self):
        folder = self.path / "baselines"
        return {
            path.relative_to(folder).as_posix(): path.read_text()
            for path in sorted(folder.rglob("*.txt"))
        }


@pytest.fixture
def page(pytester, monkeypatch):
    """The project, and nothing of the outer run's environment that would change its runs."""
    for name in list(os.environ):
        if name.startswith(("PYTEST_", "MCQTEST_", "HF_")) and name != "PYTEST_DEBUG_TEMPROOT":
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "120")
    return Page(pytester)


TWO = ("-n", "2")
GOOD = (BACKEND, "--model=models/good.json")
DAMAGED = (BACKEND, "--model=models/damaged.json", "--baseline=good")
READER = ("-m", "exam", "--method=cot", "--reader=local.reading:final")
