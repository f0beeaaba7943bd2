"""A project that gates toy models: benchmark, data, models, and a backend without a library.

The double is as honest as a double can be: it reads the right letter off the prompt it is
given, errs where its weights file says, and answers by content alone, whatever the order or
the process.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import re
import shutil
import signal
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import warm

from mcqtest.types import AnswerError, Request, Response

GROUPS = {"nature": "plants rivers", "space": "planets stars"}
SIZES = {"planets": 56, "plants": 40, "rivers": 48, "stars": 64}
"""Task -> its number of questions."""
TASKS = tuple(SIZES)
UNDECIDED = 6  # exit status
TOTAL = sum(SIZES.values())
EVERY = [f"toy/{task}/{number}" for task, size in SIZES.items() for number in range(size)]
"""Names of all requests."""

CASES = f"""
from operator import attrgetter

import pytest

from mcqtest import prompts
from mcqtest.source import Columns, Layout, Source
from mcqtest.types import Benchmark, Method

COLUMNS = ("question", "A", "B", "C", "D", "answer")
TOY = Benchmark(
    name="toy",
    groups={{group: tuple(tasks.split()) for group, tasks in {GROUPS!r}.items()}},
    source=Source(
        "toy",
        (
            Layout(
                "{{split}}/{{task}}_{{split}}.csv",
                Columns(choices=("A", "B", "C", "D")),
                header=COLUMNS,
                splits={{"shots": "dev"}},
            ),
        ),
    ),
    methods={{"letters": Method(prompts.mmlu)}},
    shots=2,
    margin=25,
)


@pytest.mark.parametrize("task", TOY.tasks, ids=attrgetter("name"))
def test_toy(task, results, baseline):
    assert results == baseline
"""

CONFTEST = f"""
import sys

sys.path.append({str(Path(__file__).parent)!r})
import project

project.install({{root!r}})
"""

USUAL_ARGS = (
    *("-W", "error", "-p", "no:cacheprovider"),
    *("-p", "no:hypothesispytest", "-p", "no:anyio"),  # half of a run's time, for nothing here
)

WORDS = ("north", "east", "south", "west")


# --- inside the project -----------------------------------------------------------------------


def install(root: str) -> None:
    """Put the double where the backends are. Called by the project's conftest."""
    from mcqtest import backends

    control = _control(Path(root))
    backends.checkpoint.installed = lambda package: "1.0"
    backends.load = lambda checkpoint, chosen: Double(Path(root), checkpoint.folder, control)
    if "full" in control:
        os.write = _disk(os.write, int(control["full"]))  # type: ignore[assignment]


def _control(root: Path) -> dict[str, Any]:
    path = root / "control.json"
    return json.loads(path.read_text()) if path.exists() else {}


class Double:
    """Answers as its weights file tells it to, and as badly as ``control`` tells it to."""

    def __init__(self, root: Path, folder: Path, control: dict[str, Any]) -> None:
        self._root = root
        self._control = control
        self._wrong = frozenset(json.loads((folder / "model.safetensors").read_text())["wrong"])
        self._answered = 0
        self._log("loaded", str(os.getpid()))

    def run(self, requests: Iterable[Request]) -> Iterator[Response]:
        for request in requests:
            if not request.known:
                self._log("asked", request.name)
                self._disturb(request.name)
                self._answered += 1
                yield self._answer(request)

    def _answer(self, request: Request) -> Response:
        """The right letter stands in the question, the confidence in its hash."""
        query = request.prompt.query
        right = re.search(r"go (\w+)\?", query)
        assert right is not None, query
        options = re.findall(r"^[A-D]\. (\w+)$", query, re.MULTILINE)
        answer = options.index(right[1])
        if request.name.removeprefix("toy/") in self._wrong:
            answer = (answer + 1) % len(options)
        share = hashlib.sha256(request.prompt.text.encode()).digest()[0] / 256
        sure = 0.25 if self._control.get("flat") else 0.3 + 0.6 * share
        if sharp := self._control.get("sharp"):  # logits times so much
            sure = 1 / (1 + (len(options) - 1) * ((1 - sure) / (len(options) - 1) / sure) ** sharp)
        others = math.log((1 - sure) / (len(options) - 1))
        logprobs = [math.log(sure) if i == answer else others for i in range(len(options))]
        return Response(request.key, tuple(logprobs), len(request.prompt.shots))

    def _disturb(self, name: str) -> None:
        """Do what the control file says, once a run where that is a signal."""
        if name == self._control.get("refuse"):
            raise AnswerError(f"{name}: the double has no answer to this")
        if self._answered == self._control.get("interrupt"):
            raise KeyboardInterrupt
        if self._answered == self._control.get("kill"):
            try:
                (self._root / "killed").touch(exist_ok=False)
            except FileExistsError:
                return
            os.kill(os.getpid(), signal.SIGKILL)

    def _log(self, kind: str, line: str) -> None:
        path = self._root / f"{kind}.log"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        os.write(descriptor, f"{line}\n".encode())
        os.close(descriptor)


def _disk(write: Any, room: int) -> Any:
    """A disk with room for so many responses: the next is cut off in the middle, as a full
    disk does it, and nothing more is taken.
    """
    taken = 0

    def limited(descriptor: int, line: bytes) -> int:
        nonlocal taken
        if b'"logprobs"' not in line:
            return write(descriptor, line)
        taken += 1
        if taken > room + 1:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, line if taken <= room else line[: len(line) // 2])

    return limited


# --- outside of it ----------------------------------------------------------------------------


class Project:
    """The project on disk, and what its runs leave there."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester
        self.path = pytester.path
        self.write("pytest.ini", "[pytest]\nstrict = true\n")
        self.write("conftest.py", CONFTEST.format(root=str(self.path)))
        self.write("cases/test_toy.py", CASES)
        for task, size in SIZES.items():
            self.write(f"data/toy/dev/{task}_dev.csv", _csv(task, "example", 3))
            self.write(f"data/toy/test/{task}_test.csv", _csv(task, "question", size))

    def write(self, path: str, text: str | bytes) -> Path:
        place = self.path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
        return place

    def model(self, name: str, *, wrong: Sequence[str] = (), folder: str = "models") -> str:
        """Write a checkpoint that errs in ``wrong`` (``task/number``); its path."""
        self.write(f"{folder}/{name}/config.json", '{"model_type": "double"}')
        self.write(f"{folder}/{name}/model.safetensors", json.dumps({"wrong": list(wrong)}))
        return f"{folder}/{name}"

    def control(self, **what: int | str) -> None:
        """Tell the double what goes wrong from now on; nothing, without arguments."""
        (self.path / "killed").unlink(missing_ok=True)
        self.write("control.json", json.dumps(what))

    def run(
        self, *args: str, model: str | None = "a", data: str | None = "data", cases: str = "cases"
    ) -> pytest.RunResult:
        """Run pytest in the project on ``models/MODEL``; warnings are errors."""
        given = [f"--model=models/{model}"] * bool(model) + [f"--data={data}"] * bool(data)
        return warm.run(self.pytester, *USUAL_ARGS, cases, *given, *args)

    def log(self, kind: str = "asked") -> list[str]:
        """What was logged since the last call: requests asked, or processes that loaded."""
        path = self.path / f"{kind}.log"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.path / ".mcqtest/summary.json").read_text())
        return found

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The lines of results.jsonl."""
        lines = (self.path / ".mcqtest/results.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def outputs(self, folder: str = ".mcqtest") -> list[bytes]:
        """Summary and results, byte by byte."""
        names = ("summary.json", "results.jsonl")
        return [(self.path / folder / name).read_bytes() for name in names]

    def responses(self) -> list[Path]:
        return sorted((self.path / ".mcqtest/responses").glob("*.jsonl"))

    def baselines(self) -> dict[str, bytes]:
        """``model/benchmark/task`` -> the bytes of its letters, and of the file beside them."""
        folder = self.path / "baselines"
        found: dict[str, bytes] = {}
        for suffix in (".txt", ".json"):
            for path in sorted(folder.rglob(f"*{suffix}")):
                name = path.relative_to(folder).as_posix().removesuffix(suffix)
                found[name] = found.get(name, b"") + path.read_bytes()
        return found


def _csv(task: str, kind: str, rows: int) -> str:
    """Questions that say their answer; all differ, and so do the letters."""
    lines = []
    for number in range(rows):
        turn = hashlib.sha256(f"{task} {number}".encode()).digest()
        first, right = turn[0] % 4, turn[1] % 4
        choices = [WORDS[(first + i) % 4] for i in range(4)]
        text = f"On {kind} {number} of {task} which way to go {choices[right]}?"
        lines.append(",".join([text, *choices, "ABCD"[right]]))
    return "\n".join(lines) + "\n"


def wrong(task: str, numbers: Iterable[int]) -> list[str]:
    return [f"{task}/{number}" for number in numbers]


USUAL = [name for task in TASKS for name in wrong(task, range(0, 40, 4))]
"""Where the usual model errs: a quarter of the questions."""


def sentences(result: pytest.RunResult) -> str:
    """All that a run said."""
    return result.stdout.str() + result.stderr.str()


def mistake(result: pytest.RunResult) -> str:
    """The one line of a user's mistake. Checks that it is one, and that pytest calls it so."""
    assert result.ret == pytest.ExitCode.USAGE_ERROR, sentences(result)
    assert "Traceback" not in sentences(result)
    assert "INTERNALERROR" not in sentences(result)
    errors = [line for line in result.stderr.lines if line.startswith("ERROR: ")]
    if not errors:  # found when cases ran already: the verdict says it
        errors = [line for line in result.stdout.lines if line.startswith("MAY NOT SHIP: ")]
    assert len(errors) == 1, sentences(result)
    return errors[0]


@pytest.fixture(params=[(), ("-n", "0"), ("-n", "2")], ids=["plain", "n0", "n2"])
def plugin_args(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """How many processes a run has: one without asking xdist, one by asking it, two workers."""
    return request.param


both_ways = pytest.mark.parametrize("args", [(), ("-n", "2")], ids=["plain", "n2"])
"""The same without ``-n 0``, where that would cost a run and say nothing new."""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project, and nothing of the outer run's environment that would change its runs."""
    for name in list(os.environ):
        if name.startswith(("PYTEST_", "MCQTEST_", "HF_")) and name != "PYTEST_DEBUG_TEMPROOT":
            monkeypatch.delenv(name)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    monkeypatch.setenv("COLUMNS", "120")
    return Project(pytester)


@pytest.fixture
def recorded(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project with model ``a`` recorded: once, and copied ever after."""
    project.model("a", wrong=USUAL)
    kept = tmp_path_factory.getbasetemp() / "recorded"
    if kept.exists():
        shutil.copytree(kept, project.path, dirs_exist_ok=True)
    else:
        assert project.run("--snapshot-update").ret == 0
        project.log()
        project.log("loaded")
        for folder in ("baselines", ".mcqtest/responses"):
            shutil.copytree(project.path / folder, kept / folder)
    return project
