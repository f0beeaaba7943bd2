"""The seam to backends: which module a name means, and what it may leave out."""

from __future__ import annotations

import sys
from types import ModuleType

import numpy as np
import pytest
from builders import FOUR, complaint, engine, opened, planned
from cases import settings_of

from mcqtest import backends
from mcqtest.backends import Setup, choice
from mcqtest.run import Run
from mcqtest.run.engine import Engine
from mcqtest.types import Response

NEEDED = ("find", "setup", "load")


class Model:
    """What a third party's models are here."""

    name, fingerprint, stamp = "small", "f" * 64, "1"

    def __init__(self, folder):
        self.folder = folder


@pytest.fixture
def kind(monkeypatch):
    """Make a module of a backend; ``more`` are further functions of it."""

    def made(name="party.third", without=(), **more):
        module = ModuleType(name)
        functions = {
            "find": lambda model, *, base: Model(base / model),
            "setup": lambda model, options: Setup(name, "", "", "third 1", options),
            "load": lambda model, chosen: ("loaded", model, chosen),
        }
        for key, function in (functions | more).items():
            if key not in without:
                setattr(module, key, function)
        monkeypatch.setitem(sys.modules, name.partition(".")[0], ModuleType("party"))
        monkeypatch.setitem(sys.modules, name, module)
        choice._kind.cache_clear()
        return name

    yield made
    choice._kind.cache_clear()


# --- which module ---------------------------------------------------------------------------------


def test_a_third_party_is_asked(kind, tmp_path):
    """It finds, sets up and loads; its name comes with the setup."""
    name = kind()
    model = backends.find(name, "m", base=tmp_path)
    assert model.folder == tmp_path / "m"
    chosen = backends.setup(name, model, {"speed": "2"})
    assert str(chosen) == "third 1"
    assert backends.load(model, chosen) == ("loaded", model, chosen)


def test_what_may_be_left_out(kind, tmp_path):
    """Then nothing is said."""
    name = kind()
    model = backends.find(name, "m", base=tmp_path)
    chosen = backends.setup(name, model, {})
    assert backends.about(model, chosen) == ""
    assert backends.recorded(model, chosen) == ""
    assert backends.check(model, [], chosen) == []
    assert backends.size(model, chosen) == {}


def test_what_may_be_said(kind, tmp_path):
    """It is handed on."""
    name = kind(
        about=lambda model: f"{model.name} is fast",
        recorded=lambda model: "texts",
        check=lambda model, requests, chosen: [f"{len(requests)} requests"],
        size=lambda model: {"parameters": 7},
    )
    model = backends.find(name, "m", base=tmp_path)
    chosen = backends.setup(name, model, {})
    assert backends.about(model, chosen) == "small is fast"
    assert backends.recorded(model, chosen) == "texts"
    assert backends.check(model, [1, 2], chosen) == ["2 requests"]
    assert backends.size(model, chosen) == {"parameters": 7}


def test_its_size_goes_with_its_name(kind, tmp_path):
    """Into the summary of every run."""
    name = kind(size=lambda model: {"parameters": 7})
    run = Run(settings_of(backend=name, model=str(tmp_path)))
    assert run.identity.size == {"parameters": 7}


def test_options_and_versions_are_part_of_the_identity():
    """So that their answers are never taken for each other's."""
    setups = [
        Setup("party.third", "", "", "third 1", {}),
        Setup("party.third", "", "", "third 2", {}),
        Setup("party.third", "", "", "third 1", {"speed": "2"}),
        Setup("party.fourth", "", "", "third 1", {}),
    ]
    assert len({setup.identity(weights) for setup in setups for weights in "ab"}) == 8


@pytest.mark.parametrize("name", ["nonsense", "Transformers", ""])
def test_an_unknown_name(name, tmp_path):
    """One line says what there is, and how one's own is written."""
    choice._kind.cache_clear()
    assert complaint(backends.find, name, "m", base=tmp_path) == (
        f"--backend={name}: unknown; choose auto, transformers, vllm, openai or replay, or a "
        "module of your own as package.module"
    )


@pytest.mark.parametrize(
    ("without", "said"),
    [
        (("find",), "has no function find; see docs/extending.md"),
        (("load", "find"), "has no function find and no load; see docs/extending.md"),
        (NEEDED, "has no function find and no setup and no load; see docs/extending.md"),
    ],
)
def test_a_module_without_functions(kind, tmp_path, without, said):
    """Which of them is missing."""
    name = kind(without=without)
    assert complaint(backends.find, name, "m", base=tmp_path) == f"--backend={name}: {said}"


BROKEN = {
    "nowhere": (None, "ModuleNotFoundError: No module named 'party_a.nowhere'"),
    "broken": ("def find(:\n", "SyntaxError: invalid syntax"),
    "needs": ("import a_library_nobody_has\n", "No module named 'a_library_nobody_has'"),
    "fails": ("raise RuntimeError('no\\nGPU')\n", "RuntimeError: no"),
    "exits": ("1 / 0\n", "ZeroDivisionError: division by zero"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_module_that_cannot_be_imported(tmp_path, monkeypatch, name):
    """What Python said of it, in the same line."""
    text, said = BROKEN[name]
    (tmp_path / "party_a").mkdir()
    if text is not None:
        (tmp_path / "party_a" / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "party_a", raising=False)
    found = complaint(backends.find, f"party_a.{name}", "m", base=tmp_path)
    assert found.startswith(f"--backend=party_a.{name}: cannot be imported (")
    assert said in found


# --- what a backend says ------------------------------------------------------------------------


class Says:
    """Gives one response to everything."""

    def __init__(self, **response):
        self.response = {"logprobs": (-1.0, -2.0), "shots": 0, **response}

    def run(self, requests):
        for request in requests:
            yield Response(**{"key": request.key, **self.response})


def asked(tmp_path, backend):
    plan = planned(FOUR.tasks[0], ["k1", "k2"])
    return Engine([plan], opened(tmp_path), lambda: backend).results(FOUR.tasks[0])


@pytest.mark.parametrize(
    ("response", "said"),
    [
        ({"key": "other"}, "the backend gave an answer that was not asked for (key 'other')"),
        ({"logprobs": ()}, "toy/a/0: the backend gave neither log-probabilities nor a text"),
        (
            {"logprobs": (-1.0, float("nan"))},
            "toy/a/0: the backend gave log-probabilities -1, nan; finite numbers are needed",
        ),
        (
            {"logprobs": (-1.0, float("-inf"))},
            "toy/a/0: the backend gave log-probabilities -1, -inf; finite numbers are needed",
        ),
        (
            {"logprobs": (0.7, 1.0)},
            "toy/a/0: the backend gave log-probabilities 0.7, 1; logarithms, at most 0, are needed",
        ),
        (
            {"logprobs": (-1.0, "x")},
            "toy/a/0: the backend gave log-probabilities -1, 'x'; finite numbers are needed",
        ),
        (
            {"logprobs": (-1.0, -2.0, -3.0)},
            "toy/a/0: the backend gave 3 log-probabilities for 2 choices",
        ),
        ({"shots": -1}, "toy/a/0: the backend gave -1 shots; a whole number from 0 up is needed"),
        (
            {"logprobs": (), "text": b"A"},
            "toy/a/0: the backend gave neither log-probabilities nor a text",
        ),
    ],
)
def test_what_no_backend_may_say(tmp_path, response, said):
    """Refused before it is stored, since it would be asked again for ever."""
    assert complaint(asked, tmp_path, Says(**response)) == said
    assert len(opened(tmp_path)) == 0


@pytest.mark.parametrize("logprobs", [(-1, -2), [np.float32(-1), np.float64(-2)]])
def test_numbers_of_any_library(tmp_path, logprobs):
    """Are stored as Python's, and are there again."""
    asked(tmp_path, Says(logprobs=logprobs))
    assert opened(tmp_path)["k1"].logprobs == (-1.0, -2.0)


def test_half_a_character_is_marked(tmp_path):
    """A text that an API cut in the middle of one can be stored, sent and written."""
    found = asked(tmp_path, Says(logprobs=(), text="so: \ud83d"))
    assert found[0].texts == ("so: \ufffd",)
    assert opened(tmp_path)["k1"].text == "so: \ufffd"
    whole = asked(tmp_path / "other", Says(logprobs=(), text="\ud83d\ude00 약"))
    assert whole[0].texts == ("\U0001f600 약",)


def test_answers_that_are_there_are_not_asked(tmp_path):
    """A stored answer needs no backend at all."""
    asked(tmp_path, Says())
    found = engine(opened(tmp_path), {"a": ["k1", "k2"]}, None)
    assert [result.answer for result in found.results(FOUR.tasks[0])] == [0, 0]
