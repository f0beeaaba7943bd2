"""The house is built in floors: a module imports only from those below its own."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import mcqtest

ROOT = Path(mcqtest.__file__).parent

FLOORS = """
    mcqtest licences source options stats wide
    types
    hangul
    phrases
    choices
    korean_statements
    reader published prompts metrics tables checkpoint store settings demo
    korean files answers outputs backends.arguments
    styles data
    recording
    backends backends.tokens
    backends.layout backends.kernels plan record
    backends.attention
    backends.passes
    backends.sharing
    backends.loading backends.generation
    backends.transformers backends.vllm backends.replay engine gate
    case examination identity
    judge summary
    run report board
    baseline workers terminal
    plugin plugin.cases plugin.controller plugin.start demo.__main__
"""
"""Lower ones first. `EXCEPTIONS` are told apart."""

EXCEPTIONS = {
    ("backends", "backends.transformers"),  # a backend is imported when it is chosen
    ("backends", "backends.vllm"),
    ("backends", "backends.replay"),
    ("plugin", "plugin.start"),  # a run begins
    ("plugin.start", "plugin.cases"),
    ("plugin.start", "plugin.controller"),
    ("plugin.controller", "plugin.cases"),  # names of what a report carries
    ("plugin.controller", "plugin.start"),  # what a worker is told
}
"""Imports from the same floor or above, all of them inside functions or the plugin."""

TORCH = {
    f"backends.{name}"
    for name in (
        "layout",
        "kernels",
        "attention",
        "passes",
        "sharing",
        "loading",
        "generation",
        "transformers",
    )
}

ALLOWED = {
    "torch": TORCH,
    "transformers": TORCH,
    "vllm": {"backends.vllm"},
    "pytest": {"baseline", "plugin", "plugin.cases", "plugin.controller", "plugin.start"},
    "syrupy": {"baseline", "plugin", "plugin.cases", "plugin.controller", "plugin.start"},
    "xdist": set(),
    "hypothesis": set(),
}
"""Library -> the modules that may import it."""


def module(path):
    """``plugin.cases`` for a file below the package; a package is called as its folder."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "mcqtest"


FILES = {module(path): path for path in sorted(ROOT.rglob("*.py"))}
FILES = {name: path for name, path in FILES.items() if not name.startswith("benchmarks")}
FLOOR = {
    name: number for number, line in enumerate(FLOORS.strip().splitlines()) for name in line.split()
}


def imports(path):
    """Every module that a file imports, anywhere in it, in full."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield whole if whole.removeprefix("mcqtest.") in FILES else node.module


def own(name):
    """The modules of this package that a module imports; a package's parts import it as well."""
    for found in imports(FILES[name]):
        if found.partition(".")[0] == "mcqtest":
            yield found.removeprefix("mcqtest.")


def test_every_module_has_a_floor():
    """Whoever adds a module decides where it stands."""
    assert FLOOR.keys() == FILES.keys()


@pytest.mark.parametrize("name", FILES)
def test_imports_come_from_below(name):
    """So there is no circle, and each floor can be read without those above."""
    for other in own(name):
        assert FLOOR[other] < FLOOR[name] or (name, other) in EXCEPTIONS, f"{name} imports {other}"


def test_exceptions_are_needed():
    """An import that is gone is no exception any more."""
    assert {(name, other) for name, other in EXCEPTIONS if other in own(name)} == EXCEPTIONS


@pytest.mark.parametrize("library", ALLOWED)
def test_libraries_have_their_places(library):
    """Only a backend imports what it runs on, and only the plugin knows pytest."""
    found = {
        name
        for name, path in FILES.items()
        if any(each.partition(".")[0] == library for each in imports(path))
    }
    assert found <= ALLOWED[library]


@pytest.mark.parametrize("name", FILES)
def test_files_fit_in_the_head(name):
    """A file that grows beyond this wants to be two."""
    lines = FILES[name].read_text("utf-8").count("\n")
    assert lines <= 320


def loaded(statement):
    """Names of the modules that a fresh interpreter has loaded after a statement."""
    program = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    output = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    return set(json.loads(output))


HEAVY = {"torch", "transformers", "numpy", "scipy", "pyarrow", "huggingface_hub", "tokenizers"}
HEAVY |= {"hypothesis", "syrupy", "xdist", "safetensors"}


def test_the_plugin_costs_next_to_nothing():
    """Every pytest run on the machine imports it, most of them without a model to judge."""
    found = loaded("import mcqtest.plugin")
    ours = {name for name in found if name.partition(".")[0] == "mcqtest"}
    assert ours == {"mcqtest", "mcqtest.options", "mcqtest.plugin"}
    assert not found & HEAVY


def test_judging_stored_answers_needs_no_library_of_a_model():
    """Everything but the backend itself can be imported without torch."""
    found = loaded("import mcqtest.run, mcqtest.report, mcqtest.terminal, mcqtest.workers")
    assert not found & (HEAVY - {"numpy", "scipy"})
    assert "pytest" not in found
