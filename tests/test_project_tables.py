"""Tables and lines of a project's configuration: thresholds, and the other options."""

import pytest
from builders import complaint

from mcqtest.run.project import (
    defines,
    gate,
    overruled,
    required,
    table,
    tier,
    unread,
    without_margins,
)


def test_gate_from_tables_and_lines():
    """A benchmark's and a task's bounds; a line counts more than the table."""
    tree = {
        "mmlu": {"min_accuracy": 0.5, "max_ece": 1, "virology": {"max_ece": 0.1}},
        "kmmlu": {"law": {"min_accuracy": 0.3}},
    }
    lines = ["mmlu.min_accuracy = 0.6", " kmmlu . law . max_brier=1e-1 "]
    assert gate(tree, lines) == {
        "mmlu": {"min_accuracy": 0.6, "max_ece": 1},
        "mmlu/virology": {"max_ece": 0.1},
        "kmmlu/law": {"min_accuracy": 0.3, "max_brier": 0.1},
    }
    assert gate({}, []) == {}


def test_a_threshold_with_two_values():
    """Of two lines neither counts more: a mistake. Which of two places counts is told."""
    lines = ["mmlu.min_accuracy = 0.6", "mmlu.min_accuracy = 0.1"]
    assert complaint(gate, {}, lines) == "mcq_gate: mmlu.min_accuracy is 0.6 and 0.1; drop one"
    assert gate({}, lines[:1] * 2) == {"mmlu": {"min_accuracy": 0.6}}
    tree = {"mmlu": {"min_accuracy": 0.9, "max_ece": 0.1}}
    assert overruled(tree, lines[:1]) == [
        "gate.mmlu.min_accuracy = 0.6 (mcq_gate) counts, not 0.9 ([tool.mcqtest.gate])"
    ]
    assert overruled(tree, []) == overruled({}, lines[:1]) == []


def test_a_key_in_both_spellings(tmp_path):
    """Only one of them would count."""
    text = '[tool.mcqtest]\n"baselines-dir" = "a"\nbaselines_dir = "b"\n'
    (tmp_path / "pyproject.toml").write_text(text)
    assert "has baselines-dir and baselines_dir; drop one" in complaint(table, tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "mmlu",
        "min_accuracy = 0.5",
        "mmlu.min_accuracy",
        "mmlu.min_accuracy =",
        "mmlu.min_accuracy = 60 %",
        "mmlu.min_accuracy: 0.6",
        ".min_accuracy = 1",
        "a..max_ece = 1",
        "a.b.c.d = 1",
    ],
)
def test_malformed_lines(line):
    """A bound that would never be looked at is told, with an example."""
    message = complaint(gate, {}, [line])
    assert message == f"mcq_gate: {line!r}: write it as mmlu.min_accuracy = 0.6"


@pytest.mark.parametrize("tree", [5, "x", [1], {"mmlu": 0.5}, {"min_accuracy": 0.5}])
def test_malformed_tables(tree):
    """A number where a table is needed."""
    assert "[tool.mcqtest.gate." in complaint(gate, tree, [])


@pytest.mark.parametrize(
    "text",
    [None, "", "[project]\nname = 'x'\n", "[tool.mcqtest]\n", "[tool.mcqmaker]\nmcq = 1\n"],
)
def test_no_table(tmp_path, text):
    """Most projects have none; an empty one says nothing."""
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    assert table(tmp_path) == {}


def test_keys_of_the_table(tmp_path):
    """Each option by its key, with hyphens or underscores, and the thresholds."""
    (tmp_path / "pyproject.toml").write_text(
        '[tool.mcqtest]\nmodel = "m"\nrun-dir = "r"\nbaselines_dir = "b"\nshots = 3\n'
        "[tool.mcqtest.gate.mmlu]\nmin_accuracy = 0.6\n"
    )
    assert table(tmp_path) == {
        "model": "m",
        "run_dir": "r",
        "baselines_dir": "b",
        "shots": 3,
        "gate": {"mmlu": {"min_accuracy": 0.6}},
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"[tool.mcqtest]\nmodle = 'm'\n", "modle: unknown; there are "),
        (b"[tool.mcqtest\n", "not valid TOML ("),
        (b"# tool.mcqtest \xff\n", "not valid TOML ("),
        (b"tool.mcqtest = 5\n", "tool.mcqtest = 5: write a table"),
        (b"[mcqtest]\nalpha = 0.05\n", "[mcqtest] is read by nobody; write [tool.mcqtest]"),
        (b"[tool.mcq-test.gate.mmlu]\nmin_accuracy = 0.5\n", "[tool.mcq-test] is read by nobody"),
        (b"[tool.mcq]\nalpha = 0.05\n", "[tool.mcq] is read by nobody"),
        (b"tool.mcqtest = 'model'\n", "tool.mcqtest = 'model': write a table"),
    ],
)
def test_a_malformed_table(tmp_path, text, found):
    """A slip in the project's file names the file."""
    path = tmp_path / "pyproject.toml"
    path.write_bytes(text)
    message = complaint(table, tmp_path)
    assert message.startswith(f"{path}: ")
    assert found in message


def test_benchmarks_that_are_required():
    """A list or one name of the table, and lines of the ini file; each once."""
    assert required([], []) == []
    assert required("mmlu", ["kmmlu, mmlu"]) == ["mmlu", "kmmlu"]
    assert required(["mmlu", "kmmlu"], []) == ["mmlu", "kmmlu"]
    for named in (5, [5], {"mmlu": True}):
        assert "required = " in complaint(required, named, [])


def test_a_table_that_is_not_read(tmp_path):
    """That of the current folder where the root is another, even if it is malformed."""
    here = tmp_path / "here"
    here.mkdir()
    place = here / "pyproject.toml"
    assert unread(here, tmp_path) == []
    for text in ("", "[project]\nname = 'mcqtest'\n"):
        place.write_text(text, "utf-8")
        assert unread(here, tmp_path) == []
    for text in ("[tool.mcqtest]\nalpha = 0.05\n", "[tool.mcqtest\n"):
        place.write_text(text, "utf-8")
        (said,) = unread(here, tmp_path)
        assert said.startswith(
            f"{place}: its [tool.mcqtest] is not read, for the root of these tests"
        )
        assert unread(here, here) == []


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ('BENCHMARK = Benchmark(\n    name="our_exam",\n)', True),
        ("Benchmark('our_exam', {})", True),
        ('Benchmark.csv("data/our-exam.csv", choices="ABCD")', True),
        ('Benchmark.csv("our_exam.jsonl")', True),
        ("# our_exam is to come", False),
        ('name="your_exam"', False),
        ('name="our_exams"', False),
    ],
)
def test_a_benchmark_that_is_defined_somewhere(tmp_path, text, there):
    """In any Python file of the project, but for those of hidden folders and environments."""
    file = tmp_path / "deep/er/test_it.py"
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
    assert defines(tmp_path, "our_exam") == there
    (tmp_path / "deep/pyvenv.cfg").touch()
    assert not defines(tmp_path, "our_exam")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[tool.mcqtest.tier.smoke]\nsamples = 3\n", "[tool.mcqtest.tier.smoke] samples: unknown"),
        ("[tool.mcqtest.tier.smoke.gate]\n", "[tool.mcqtest.tier.smoke] gate: unknown"),
        ('[tool.mcqtest]\ntier = "smoke"\n', "write tables, [tool.mcqtest.tier.NAME], and choose"),
        ("[tool.mcqtest.tier]\nsmoke = 3\n", "write a table, [tool.mcqtest.tier.smoke]"),
        ("[tool.mcqtest.tier.smoke]\nrun-dir = 'a'\nrun_dir = 'b'\n", "has run-dir and run_dir"),
    ],
)
def test_malformed_tiers(tmp_path, text, told):
    """Chosen or not: one line, which names the keys that there are."""
    (tmp_path / "pyproject.toml").write_text(text)
    said = complaint(table, tmp_path)
    assert told in said
    assert ("sample, " in said) == ("unknown" in told)


def test_tiers(tmp_path):
    """By name; of those that a table does not have, these are named that it has."""
    text = "[tool.mcqtest.tier.smoke]\nrun-dir = 'r'\n[tool.mcqtest.tier.night]\n"
    (tmp_path / "pyproject.toml").write_text(text)
    found = table(tmp_path)
    assert tier(found, "smoke") == {"run_dir": "r"}
    assert tier(found, "night") == tier(found, None) == tier({}, "") == {}
    assert complaint(tier, found, "day").endswith("; there is night, smoke")
    assert complaint(tier, {}, "day").endswith("; there is none")


def test_a_tier_replaces_margins():
    """Of gate tables, those that it states itself; thresholds stay."""
    gates = {"mmlu": {"margin": 1, "tolerance": 2, "min_accuracy": 0.5}}
    assert without_margins(gates, {"margin": "none"}) == {
        "mmlu": {"tolerance": 2, "min_accuracy": 0.5}
    }
    assert without_margins(gates, {"sample": 3}) == gates
