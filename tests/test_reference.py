"""A metric of a user's own is found again by the process that reports, or one line says why not."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import textwrap
from functools import partial
from operator import attrgetter

import execnet
import pytest
from builders import complaint
from cases import policy_of

from mcqtest.gate import Policy
from mcqtest.gate.reference import referred, resolved
from mcqtest.metrics import STANDARD, accuracy
from mcqtest.types import Metric


def half(scores):
    """At the top of a module, by its own name."""
    return accuracy(scores) / 2


class Place:
    """Functions that no process can be told of by a name."""

    @staticmethod
    def inside(scores):
        return 0.0

    def __call__(self, scores):
        return 0.0


def made():
    def nested(scores):
        return 0.0

    return nested


another = half
nameless = lambda scores: 0.0  # noqa: E731


HALF = Metric("half", half, better=-1, low=-2, high=5, pool="tasks", hint="; say so")


# --- here -------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", [HALF, *STANDARD], ids=attrgetter("name"))
def test_there_and_back(metric):
    """All of a metric, by xdist's own way of sending."""
    plain = execnet.loads(execnet.dumps(referred(metric)))
    assert resolved(plain) == metric


def test_another_name_of_the_same_function():
    """What counts is the name that the function has in its module."""
    assert resolved(referred(Metric("another", another))).of is half


@pytest.mark.parametrize(
    "function",
    [nameless, made(), Place.inside, Place(), partial(half), [].count],
    ids=["lambda", "nested", "in a class", "an object", "partial", "bound"],
)
def test_what_no_other_process_can_find(function):
    """Told before anything is asked, with what to do."""
    assert complaint(referred, Metric("odd", function)) == (
        "metric odd: with -n its function has to stand by a name of its own at the top of a "
        "module; write it so"
    )


def test_one_that_is_hidden_by_another(monkeypatch):
    """The other process would find the other function."""
    monkeypatch.setattr(sys.modules[__name__], "half", accuracy)
    assert "at the top of a module" in complaint(referred, HALF)


def test_a_policy_takes_its_metrics_along():
    """What the process that reports needs to pool them."""
    policy = policy_of(metrics={"toy": (HALF,)})
    arrived = Policy.from_json(execnet.loads(execnet.dumps(policy.to_json())))
    assert arrived.metrics == {"toy": (HALF,)}


# --- in another process -------------------------------------------------------------------------


def write(folder, name, text="def half(scores):\n    return 0.5\n"):
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)


def elsewhere(plain):
    """What a fresh process says of a metric: its name and its figure."""
    program = f"""
        import json
        from mcqtest.gate.reference import resolved
        metric = resolved(json.loads({json.dumps(json.dumps(plain))}))
        print(metric.name, metric.of([]))
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or done.stderr


PLACES = {
    "a test file": ("cases_a/test_half_a.py", "cases_a", "test_half_a"),
    "a package": ("half_b/figures.py", ".", "half_b.figures"),
    "a package's own file": ("half_c/__init__.py", ".", "half_c"),
    "deep": ("half_d/deep/figures.py", ".", "half_d.deep.figures"),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_process_that_never_imported_it(tmp_path, monkeypatch, place):
    """Its module is looked for where pytest found it here."""
    name, root, module = PLACES[place]
    write(tmp_path, name)
    monkeypatch.syspath_prepend(tmp_path / root)
    found = importlib.import_module(module)
    assert elsewhere(referred(Metric("half", found.half))) == "half 0.5"


def test_a_module_that_cannot_be_imported_there(tmp_path, monkeypatch):
    """As one that was moved, or that only the worker can import: one line says which."""
    write(tmp_path, "half_e.py")
    monkeypatch.syspath_prepend(tmp_path)
    plain = referred(Metric("half", importlib.import_module("half_e").half))
    # Of another length: what Python compiled is taken for fresh by second and size.
    (tmp_path / "half_e.py").write_text("raise RuntimeError('only\\nhere')  # moved\n")
    monkeypatch.delitem(sys.modules, "half_e")
    assert complaint(resolved, plain) == (
        "metric half: half_e cannot be imported by the process that reports (RuntimeError: only); "
        "write it into a module that can, and import it"
    )
    gone = {**plain, "of": [str(tmp_path), "half_f", "half"]}
    assert "No module named 'half_f'" in complaint(resolved, gone)
