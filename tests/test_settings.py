"""Every option: its default, its values, and one line for each that is wrong."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from builders import complaint
from hypothesis import example, given
from hypothesis import strategies as st

from mcqtest.options import OPTIONS
from mcqtest.run import settings
from mcqtest.run.settings import Settings
from mcqtest.types import McqtestError

ROOT = Path("/project")


def read(base=ROOT, *, gate=None, environment=None, update=False, **given):
    """Settings from these raw values, their paths seen from ``base``."""
    assert given.keys() <= {option.key for option in OPTIONS}
    return settings.read(
        lambda option: (given.get(option.key), base),
        gate=gate or {},
        root=ROOT,
        environment=environment or {},
        update=update,
    )


def test_defaults():
    """With a model and nothing else: hub questions, all of them, its own baseline, 0.01."""
    assert read(model="org/name") == Settings(
        model="org/name",
        backend="auto",
        backend_option={},
        data=None,
        revision={},
        demo=False,
        method=None,
        style=None,
        abstain=None,
        chat=None,
        chat_option={},
        bigbench={},
        system=None,
        shots_as=None,
        sensitivity=None,
        sweep=None,
        margin=None,
        tolerance=None,
        anchor=None,
        benchmarks=[],
        tags=None,
        decoding={},
        reader=None,
        fallback=None,
        reasoning_marks=None,
        shots=None,
        limit=None,
        sample=None,
        tier=None,
        comment=None,
        baseline=None,
        baselines_dir="/project/baselines",
        model_name=None,
        rules={"licence": {}},
        alpha=0.01,
        run_dir="/project/.mcqtest",
        accept_regression=None,
        gate={},
        required=[],
        update=False,
    )


KEYED = {
    "licence": ("mean=items", "mean=subjects"),
    "decoding": ("seed=1", "seed=2"),
    "backend_option": ("dtype=float16", "dtype=float32"),
    "revision": ("mmlu=main", "mmlu=d61b3f1"),
}
"""Two values of one key, for every option that has keys."""


@pytest.mark.parametrize("key", KEYED)
def test_a_key_has_one_value(key):
    """Two that differ are told, for neither can be guessed to be meant; the same twice is one."""
    one, two = KEYED[key]
    name, first, second = one.partition("=")[0], one.partition("=")[2], two.partition("=")[2]
    assert complaint(read, model="m", **{key: [one, two]}) == (
        f"--{key.replace('_', '-')} {name}: given as {first} and {second}; drop one"
    )
    found = read(model="m", **{key: [one, one.replace("=", " = ")]})
    assert found.rules.get(key, getattr(found, key, None)) == {name: first}


@pytest.mark.parametrize("model", [None, ""])
def test_no_model(model):
    """A table with other options alone is no request for a run."""
    assert read(model=model, alpha=0.05).model == ""


@pytest.mark.parametrize("key", [option.key for option in OPTIONS if option.key != "model"])
def test_the_empty_text_is_the_default(key):
    """As from a shell variable that is not set; only a reason must say something."""
    if key == "accept_regression":
        assert "give the reason" in complaint(read, model="m", update=True, accept_regression=" ")
    else:
        assert read(model="m", **{key: ""}) == read(model="m")


@pytest.mark.parametrize(
    ("key", "given", "found"),
    [
        ("backend", "transformers", "transformers"),
        ("backend_option", ["dtype=float16", "a = b=c"], {"dtype": "float16", "a": "b=c"}),
        ("backend_option", "dtype=float16", {"dtype": "float16"}),
        ("shots", "0", 0),
        ("shots", 5, 5),
        ("limit", "1", 1),
        ("limit", 20, 20),
        ("baseline", "v1.2", "v1.2"),
        ("baseline", 7, "7"),
        ("model_name", "한국어 7B", "한국어 7B"),
        ("alpha", "0.05", 0.05),
        ("alpha", 0.001, 0.001),
        ("alpha", "1e-3", 0.001),
    ],
)
def test_values(key, given, found):
    """As text from the command line, or as TOML has them."""
    assert getattr(read(model="m", **{key: given}), key) == found


BAD = {
    "method": ["texts", "LETTERS"],
    "benchmarks": ["a b", "mmlu;kmmlu", "1", ["mmlu", "../x"]],
    "tags": ["no/such.csv", "a\0b", True],
    "backend_option": [["dtype"], ["=x"], ["dtype="], " = ", ["dtype= "]],
    "shots": ["-1", "1.5", "five", "0x5", True, [5], "9" * 5000],
    "limit": ["0", "-3", "1.5", "all", False, {"mmlu": 5}],
    "baseline": ["../x", "a/b", "a\\b", "..", ".hidden", "a\nb", "a\0b", ["v1"]],
    "model_name": ["/abs", "a/b", ".", "a\tb", " a", "a "],
    "alpha": ["0", "0.5", "1", "-0.01", "nan", "inf", "1%", "0,01", 0, 1, True],
    "data": [True, ["a"], "a\0b", "~no-such-user-anywhere/data"],
    "run_dir": [True, ["a"], "a\0b", "~no-such-user-anywhere/data"],
    "baselines_dir": [True, {"a": "b"}, "a\0b"],
    "model": [True, ["a"], {"path": "a"}, "a\0b"],
    "backend": [True, ["vllm"]],
}


MANY = {option.key for option in OPTIONS if option.many}


@pytest.mark.parametrize("key", BAD)
def test_bad_values(key):
    """One line that names the option and the value."""
    for value in BAD[key]:
        message = complaint(read, **{"model": "m", key: value})
        assert message.startswith(f"--{key.replace('_', '-')}=")
        text = value[0] if isinstance(value, list) and key in MANY else value
        assert str(text) in message or repr(text) in message


@example("shots", "1\n2")
@given(st.sampled_from([option.key for option in OPTIONS]), st.text() | st.floats() | st.integers())
def test_any_value_is_read_or_told(key, given):
    """No value of any option ends in a traceback or in several lines."""
    try:
        read(**{"model": "m", key: given})
    except McqtestError:
        assert complaint(read, **{"model": "m", key: given}).startswith("--")


def test_paths_are_seen_from_where_they_were_written(tmp_path, monkeypatch):
    """From the invocation's folder or the project's; the default ones from the project's."""
    (tmp_path / "model").mkdir()
    monkeypatch.setenv("HOME", "/home/me")
    found = read(tmp_path, model="model", data="d", run_dir="../r", baselines_dir="~/b")
    assert found.model == str(tmp_path / "model")
    assert found.data == str(tmp_path / "d")
    assert found.run_dir == str(tmp_path.parent / "r")
    assert found.baselines_dir == "/home/me/b"


def test_a_model_that_is_no_folder_stays_as_it_is(tmp_path):
    """A hub's id, or a mistake that is told later."""
    assert read(tmp_path, model="org/name").model == "org/name"
    assert "5000 characters are more than a path" in complaint(read, tmp_path, model="x" * 5000)


@pytest.mark.parametrize(
    "key", ["model", "data", "baseline", "model_name", "baselines_dir", "run_dir", "tags"]
)
def test_names_that_no_disk_takes(tmp_path, key):
    """One line, where a disk would say so in the middle of a run; what it takes is taken."""
    for name, length in (("a" * 300, 300), ("가" * 90, 90)):
        said = complaint(read, tmp_path, **{"model": "m", key: name})
        assert said.startswith(
            f"--{key.replace('_', '-')}={name[:40]}...: {length} characters are "
        )
        assert said.endswith("; shorten it")
    if key != "tags":
        read(tmp_path, **{"model": "m", key: "a" * 255})


def test_the_demo(tmp_path):
    """The demo model asks demo questions, unless other data is named; any model may ask them."""
    (tmp_path / "demo").mkdir()
    demo = read(tmp_path, model="demo")
    assert (demo.model, demo.data, demo.demo) == ("demo", None, True)
    other = read(tmp_path, model="demo", data="d")
    assert (other.data, other.demo) == (str(tmp_path / "d"), False)
    mine = read(tmp_path, model="m", data="demo", environment={"MCQTEST_DATA": "/x"})
    assert (mine.data, mine.demo) == (None, True)


def test_where_data_is(tmp_path, monkeypatch):
    """The option, then the environment, then the hub; `hub` asks the hub in any case."""
    known = {"MCQTEST_DATA": "/data"}
    assert read(model="m", environment=known, data="d").data == "/project/d"
    assert read(model="m", environment=known).data == "/data"
    assert read(model="m", environment=known, data="hub").data is None
    assert read(model="m", environment={"MCQTEST_DATA": ""}).data is None
    monkeypatch.chdir(tmp_path)
    assert read(model="m", environment={"MCQTEST_DATA": "d"}).data == str(tmp_path / "d")


def test_a_reason_is_one_line():
    """It becomes a line of the baseline file."""
    found = read(model="m", update=True, accept_regression=" fixed\n a\u2028label ")
    assert found.accept_regression == "fixed a label"


def test_accepting_without_recording_is_a_mistake():
    """Nothing would be accepted, and the run would be red all the same."""
    assert "--snapshot-update" in complaint(read, model="m", accept_regression="why")


def test_nothing_to_check_is_a_mistake():
    """No baseline and no thresholds: such a run would always be green."""
    assert "nothing would be checked" in complaint(read, model="m", baseline="none")
    assert read(model="m", baseline="none", gate={"mmlu": {"min_accuracy": 0.5}}).baseline == "none"


def test_settings_cross_processes():
    """A worker gets the same settings as plain JSON."""
    full = read(
        model="m",
        backend_option=["dtype=float16"],
        shots=3,
        limit=7,
        update=True,
        accept_regression="why",
        gate={"mmlu": {"min_accuracy": 0.5}, "mmlu/virology": {"max_ece": 0.1}},
    )
    for each in (full, read(model="m"), replace(full, alpha=1e-300)):
        assert Settings.from_json(json.loads(json.dumps(each.to_json()))) == each
