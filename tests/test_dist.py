"""What is uploaded: metadata that are true, a wheel and an sdist that are whole."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile

import pytest
from realdata import CHECKOUT

import mcqtest

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]
PAGE = (CHECKOUT / "docs" / "versions.md").read_text("utf-8")
CLASSIFIER = "Programming Language :: Python :: "


def test_pythons_are_those_that_were_run():
    """The classifiers, the matrix of docs/versions.md, and `requires-python` with the first."""
    said = [each.removeprefix(CLASSIFIER) for each in PROJECT["classifiers"] if CLASSIFIER in each]
    said = [each for each in said if "Only" not in each]
    run = re.search(r"^\| Python +\|(.*)\|$", PAGE, re.MULTILINE)[1]
    assert {*said} == {*re.findall(r"3\.\d+", run)}
    assert PROJECT["requires-python"] == f">={said[0]}"


def test_extras_are_documented():
    """Each has a row that says what it is for."""
    rows = set(re.findall(r"^\| `(\w+)` +\|", PAGE, re.MULTILINE))
    assert rows == PROJECT["optional-dependencies"].keys()


def test_bounds_from_above_have_reasons():
    """So that somebody can tell whether one may go: a comment on its line."""
    text = (CHECKOUT / "pyproject.toml").read_text("utf-8")
    tables = text[text.index("\ndependencies") : text.index("[project.scripts]")]
    bounded = [line for line in tables.splitlines() if "<" in line]
    assert len(bounded) > 3
    assert [line for line in bounded if "#" not in line] == []


def test_types_are_ours_to_tell():
    """A user's type checker reads our annotations where this file is beside them."""
    assert "Typing :: Typed" in PROJECT["classifiers"]
    assert (CHECKOUT / "mcqtest" / "py.typed").read_bytes() == b""


# --- what is built (tox -e dist) ------------------------------------------------------------------


def _built(checkout, out, *kinds):
    """The files that `python -m build` makes of a checkout, by their suffix."""
    command = [sys.executable, "-m", "build", "-q", "--no-isolation", *kinds, "--outdir", out]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    done = subprocess.run(
        command, cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {path.suffix: path for path in sorted(out.iterdir())}


def _hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _tracked():
    """The files of the checkout as git knows them."""
    command = ["git", "ls-files", "-z"]
    if not (CHECKOUT / ".git").exists():
        pytest.skip("no git checkout: what is tracked is not known")
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and (CHECKOUT / name).is_file()]


def _copy(to):
    """A clone of the checkout as it is, in another place and with times of its own."""
    for name in _tracked():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(CHECKOUT / name, to / name)
    return to


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Of a copy of the checkout; the wheel is built from the sdist."""
    missing = [each for each in ("build", "hatchling") if importlib.util.find_spec(each) is None]
    if missing:
        pytest.skip(f"{' and '.join(missing)} not installed; tox -e dist has it")
    copy = _copy(tmp_path_factory.mktemp("one"))
    return _built(copy, tmp_path_factory.mktemp("first"))


def test_the_same_bytes_again(built, tmp_path_factory):
    """From another folder, by another way: the wheel straight from the checkout."""
    again = _copy(tmp_path_factory.mktemp("two"))
    os.utime(again / "README.md", (1, 1))
    second = _built(again, tmp_path_factory.mktemp("second"), "--wheel", "--sdist")
    assert {kind: _hash(path) for kind, path in second.items()} == {
        kind: _hash(path) for kind, path in built.items()
    }


def test_the_wheel_is_whole(built):
    """The library, its types, benchmarks, demo and licences, and nothing besides; it is small."""
    with zipfile.ZipFile(built[".whl"]) as wheel:
        names = {*wheel.namelist()}
        metadata = f"mcqtest-{mcqtest.__version__}.dist-info"
        entries = wheel.read(f"{metadata}/entry_points.txt").decode()
    expected = {name for name in _tracked() if name.startswith("mcqtest/")}
    expected |= {f"mcqtest/{name}" for name in _tracked() if name.startswith("benchmarks/")}
    expected |= {f"mcqtest/{name}" for name in _tracked() if name.startswith("baselines/demo/")}
    expected |= {f"{metadata}/licenses/{name}" for name in ("LICENSE", "NOTICE")}
    expected |= {f"{metadata}/{each}" for each in ("METADATA", "WHEEL", "RECORD")}
    assert names == expected | {f"{metadata}/entry_points.txt"}
    assert "mcqtest/py.typed" in names
    assert "mcqtest = mcqtest.plugin" in entries
    assert built[".whl"].stat().st_size < 4 << 20  # the demo's weights are 3 MB of it


def test_the_sdist_is_the_checkout(built):
    """All that is tracked, so that whoever packs it for a distribution can run the tests."""
    with tarfile.open(built[".gz"]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names == {*_tracked(), "PKG-INFO"}
