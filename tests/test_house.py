"""The house is built in storeys: a room imports only from rooms below its own, by their faces."""

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

import mcqtest

ROOT = Path(mcqtest.__file__).parent

STOREYS = """
    mcqtest options types
    answers data demo metrics prompts source
    backends gate
    archive mistakes
    bigbench report run
    sides
    cli plugin
    __main__
"""
"""Rooms, lower storeys first. Those of one storey do not know each other."""

FACES = """
    answers archive backends bigbench cli data gate metrics mistakes prompts report run sides types
"""
"""Rooms whose `__init__` hands on what others may use."""

TORCH = {
    f"backends.transformers.{name}"
    for name in (
        "adapting",
        "architecture",
        "attention",
        "backend",
        "files",
        "generation",
        "growing",
        "kernels",
        "loading",
        "packing",
        "passes",
        "remembered",
        "sharing",
        "text",
        "threads",
        "timing",
    )
}
PLUGIN = {
    "plugin",
    *(
        f"plugin.{name}"
        for name in ("snapshots", "cases", "controller", "screen", "spending", "start", "tally")
    ),
}
ALLOWED = {
    "peft": {"backends.transformers.adapting"},
    "torch": TORCH,
    "transformers": TORCH,
    "vllm": {"backends.vllm.backend", "backends.vllm.item", "backends.vllm.lora"},
    "openai": {"backends.openai.client"},
    "httpx2": {"backends.openai.client", "backends.openai.reach"},
    "pytest": PLUGIN,
    "syrupy": {"plugin.snapshots"},
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
STOREY = {
    room: number
    for number, line in enumerate(STOREYS.strip().splitlines())
    for room in line.split()
}


def room(name):
    """The room that a module is in."""
    return name.partition(".")[0]


def trees():
    """Every module with its parsed source."""
    return {name: ast.parse(path.read_text("utf-8")) for name, path in FILES.items()}


TREES = trees()


def imports(name):
    """(module, name taken from it) of every import anywhere in a module, in full."""
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            yield from ((each.name, "") for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            yield from ((node.module, each.name) for each in node.names)


def own(name):
    """(module of ours, name taken from it) of every import; a module of a package as itself."""
    for source, taken in imports(name):
        if source.partition(".")[0] == "mcqtest":
            inside = source.removeprefix("mcqtest").removeprefix(".")
            whole = f"{inside}.{taken}".removeprefix(".")
            yield (whole, "") if whole in FILES else (inside or "mcqtest", taken)


def test_every_room_has_a_storey():
    """Whoever adds a room decides where it stands."""
    assert STOREY.keys() == {room(name) for name in FILES}


UPWARDS = {
    ("types.benchmark", "data"): "users make a benchmark of a table by `Benchmark.csv`, in `types`",
}
"""(module, what it imports from above): why; inside a function, so that a face is made first."""


@pytest.mark.parametrize("name", FILES)
def test_rooms_import_from_below(name):
    """So there is no circle of rooms, and each storey can be read without those above."""
    for other, _ in own(name):
        below = STOREY[room(other)] < STOREY[room(name)]
        if (name, other) not in UPWARDS:
            assert below or room(other) == room(name), f"{name} imports {other}"


@pytest.mark.parametrize(("name", "other"), UPWARDS)
def test_what_is_imported_from_above(name, other):
    """Once, by whoever calls the function that needs it, and not with the module."""
    assert [each for each, _ in own(name)].count(other) == 1
    top = [node for node in TREES[name].body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert f"mcqtest.{other}" not in {getattr(node, "module", None) for node in top}
    code = f"import sys, mcqtest.{room(name)}; print('mcqtest.{room(other)}' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("name", FILES)
def test_rooms_are_entered_by_their_faces(name):
    """From another room only what its face hands on; so a room can be rebuilt inside."""
    for other, taken in own(name):
        if room(other) != room(name) and room(other) in FACES.split():
            face, _, inner = other.partition(".")
            public = importlib.import_module(f"mcqtest.{face}").__all__
            named = inner or taken
            assert not named or named in public, f"{name} imports {other} {taken}"


def test_no_circles():
    """Inside a room as well: modules can be put in an order in which each needs earlier ones."""
    needs = {}
    for name in FILES:
        inside = {other for other, _ in own(name) if room(other) == room(name)}
        needs[name] = {other for other in inside if FILES[other].name != "__init__.py"} - {name}
    needs = {name: each for name, each in needs.items() if FILES[name].name != "__init__.py"}
    done = set()
    while ready := {name for name, each in needs.items() if name not in done and each <= done}:
        done |= ready
    assert needs.keys() - done == set()


@pytest.mark.parametrize("name", FACES.split())
def test_faces(name):
    """What a face names is there, once, in order, and is all that it imports."""
    face = importlib.import_module(f"mcqtest.{name}")
    assert all(hasattr(face, each) for each in face.__all__)
    assert len(face.__all__) == len(set(face.__all__))
    taken = {each for _, each in imports(name)}
    defined = {
        target.id
        for node in TREES[name].body
        if isinstance(node, ast.Assign)
        for target in node.targets
    } - {"__all__"}
    assert set(face.__all__) == taken | defined


@pytest.mark.parametrize("name", ["types", "answers", "metrics", "prompts", "source", "plugin"])
def test_public_places(name):
    """Where users import from; what they found there before is there still."""
    public = {
        "types": "Benchmark Decoding Method Prompt Question Request Response Result Results Style "
        "Task Verdict Backend McqtestError AnswerError LETTERS",
        "answers": "read READERS FALLBACKS Reading judge majority choose",
        "metrics": "accuracy macro_accuracy unanswered unanswered_share truncated_share spread "
        "deviation mean_confidence calibration_gap ece rms_calibration_error brier "
        "rms_calibration_error_hendrycks",
        "prompts": "mmlu mmlu_pro mmlu_pro_api mmlu_pro_direct letters letter steps worked listed "
        "labels reasoning STEPS",
        "source": "Columns Layout Source",
        "plugin": "MARKERS",
    }
    found = importlib.import_module(f"mcqtest.{name}")
    assert [each for each in public[name].split() if not hasattr(found, each)] == []


@pytest.mark.parametrize("library", ALLOWED)
def test_libraries_have_their_places(library):
    """Only a backend imports what it runs on, and only the plugin knows pytest."""
    found = {
        name
        for name in FILES
        if any(source.partition(".")[0] == library for source, _ in imports(name))
    }
    assert found <= ALLOWED[library]


@pytest.mark.parametrize("name", FILES)
def test_files_fit_in_the_head(name):
    """A file that grows beyond this wants to be two."""
    lines = FILES[name].read_text("utf-8").count("\n")
    assert lines <= 310


LONG = {
    "data.own.from_table": "every column by name, and what each stands for",
    "gate.judge.judge": "one field of an outcome after the other, written down",
}


def functions(name):
    """(name, lines) of every function of a module."""
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}.{node.name}", node.end_lineno - node.lineno + 1


def test_functions_fit_in_the_head():
    """Those that are longer are listed, with the reason."""
    long = {each for name in FILES for each, lines in functions(name) if lines > 45}
    assert long == LONG.keys()


def loaded(statement):
    """Names of the modules that a fresh interpreter has loaded after a statement."""
    program = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    output = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout
    return set(json.loads(output))


HEAVY = {"torch", "transformers", "numpy", "scipy", "pyarrow", "huggingface_hub", "tokenizers"}
HEAVY |= {"openai", "httpx2", "hypothesis", "syrupy", "xdist", "safetensors"}


def test_the_plugin_costs_next_to_nothing():
    """Every pytest run on the machine imports it, most of them without a model to judge."""
    found = loaded("import mcqtest.plugin")
    ours = {name for name in found if name.partition(".")[0] == "mcqtest"}
    assert ours == {"mcqtest", "mcqtest.options", "mcqtest.plugin"}
    assert not found & HEAVY


def test_judging_stored_answers_needs_no_library_of_a_model():
    """Everything but the backend itself can be imported without torch."""
    found = loaded("import mcqtest.run, mcqtest.report, mcqtest.backends, mcqtest.gate")
    assert not found & (HEAVY - {"numpy", "scipy"})
    assert "pytest" not in found
