"""The embedded demo: its data, its model's folder, and `mcqtest.demo.damage`."""

from __future__ import annotations

import csv
import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from safetensors.numpy import load_file

from mcqtest.demo import DATA, MODEL, damage
from mcqtest.demo.__main__ import main
from mcqtest.types import McqtestError

SCRIPT = Path(__file__).parents[1] / "scripts" / "demo_questions.py"
TEST = sorted((DATA / "demo" / "test").iterdir())
DEV = sorted((DATA / "demo" / "dev").iterdir())
MEGABYTE = 2**20


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def key(row: list[str] | tuple[str, ...]) -> tuple[str, frozenset[str]]:
    return row[0], frozenset(row[1:5])


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo_questions", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # dataclasses look their module up by name.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_subjects() -> None:
    """Every subject has a dev and a test file, with a name that any file system can hold."""
    names = [path.name.removesuffix("_test.csv") for path in TEST]
    assert [path.name for path in DEV] == [f"{name}_dev.csv" for name in names]
    assert len(names) >= 6
    assert all(name.isascii() and name.islower() for name in names)
    assert all(name.replace("_", "").isalpha() for name in names)


@pytest.mark.parametrize(("paths", "count"), [(TEST, 100), (DEV, 5)], ids=["test", "dev"])
def test_rows(paths: list[Path], count: int) -> None:
    """Rows have a question, four different choices and a letter, and lines end in LF."""
    for path in paths:
        assert b"\r" not in path.read_bytes()
        table = rows(path)
        assert len(table) == count
        for row in table:
            assert len(row) == 6
            assert all(row)
            assert len(set(row[1:5])) == 4
            assert row[5] in set("ABCD")


@pytest.mark.parametrize("path", TEST, ids=lambda path: path.stem)
def test_letters_are_balanced(path: Path) -> None:
    """Always answering the same letter scores chance."""
    assert Counter(row[5] for row in rows(path)) == dict.fromkeys("ABCD", 25)


def test_no_question_repeats() -> None:
    """A test question is asked once, and is never one of the shots."""
    test = [key(row) for path in TEST for row in rows(path)]
    dev = {key(row) for path in DEV for row in rows(path)}
    assert len(set(test)) == len(test)
    assert dev.isdisjoint(test)


def test_generator_gives_the_same_files(generator: ModuleType, tmp_path: Path) -> None:
    """The shipped CSV files are what the script writes from its seed, byte by byte."""
    generator.write(generator.generate(), tmp_path)
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.csv")}
    demo = DATA / "demo"
    assert made == {path.relative_to(demo): path.read_bytes() for path in demo.rglob("*.csv")}


def test_model_has_not_seen_the_test(generator: ModuleType) -> None:
    """No test or dev question is among the questions that the model was trained on."""
    trained = {key(row) for table in generator.generate().train.values() for row in table}
    assert trained.isdisjoint(key(row) for path in (*TEST, *DEV) for row in rows(path))


def test_model_is_small() -> None:
    """The model's folder holds what transformers needs, in at most 8 MB."""
    sizes = {path.name: path.stat().st_size for path in MODEL.iterdir()}
    assert set(sizes) == {
        "README.md",
        "config.json",
        "generation_config.json",
        "model.safetensors",
        "tokenizer.json",
        "tokenizer_config.json",
    }
    assert sum(sizes.values()) <= 8 * MEGABYTE


def test_damage_changes_matrices_only(tmp_path: Path) -> None:
    """A damaged model has the same tensors in the same shapes, and other weight matrices."""
    where = damage(tmp_path / "new" / "model")
    assert where == tmp_path / "new" / "model"
    before = load_file(MODEL / "model.safetensors")
    after = load_file(where / "model.safetensors")
    assert {name: (t.shape, t.dtype) for name, t in after.items()} == {
        name: (t.shape, t.dtype) for name, t in before.items()
    }
    for name, weights in before.items():
        assert np.array_equal(after[name], weights) == (weights.ndim == 1), name
    assert (where / "config.json").read_bytes() == (MODEL / "config.json").read_bytes()


def test_damage_is_reproducible(tmp_path: Path) -> None:
    """The same seed gives the same bytes, another seed others, no strength no change."""
    first, same, other = (
        damage(tmp_path / str(i), seed=seed) / "model.safetensors"
        for i, seed in enumerate([3, 3, 4])
    )
    assert first.read_bytes() == same.read_bytes() != other.read_bytes()
    none = load_file(damage(tmp_path / "none", strength=0.0) / "model.safetensors")
    for name, weights in load_file(MODEL / "model.safetensors").items():
        assert np.array_equal(none[name], weights)


def test_damage_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder with something in it is refused in one line, and left as it was."""
    (tmp_path / "mine").write_text("kept")
    with pytest.raises(McqtestError, match="not empty"):
        damage(tmp_path)
    assert main([str(tmp_path)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_destination_below_a_file(tmp_path: Path) -> None:
    """A destination that cannot be a folder is refused like one that is taken."""
    (tmp_path / "file").write_text("")
    with pytest.raises(McqtestError, match="cannot write"):
        damage(tmp_path / "file" / "below")


def test_command_names_the_next_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command prints one line: where the model is and how to gate it."""
    where = tmp_path / "worse"
    assert main([str(where), "--strength", "0.3", "--seed", "1"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"wrote {where}; ")
    assert line.endswith(f"pytest --model={where} --data=demo --baseline=demo")
