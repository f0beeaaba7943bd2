"""From a pytest configuration to the plugins of a run: what is asked for, and where it is told."""

import errno
import json
import os
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from cases import MODEL, settings_of

from mcqtest import options
from mcqtest.plugin import start, wire
from mcqtest.plugin.snapshots import BaselineExtension
from mcqtest.types import McqtestError


class Run:
    """Notes what it was made of, and reads no model."""

    made = None

    def __init__(self, settings, identity=None, *, session="fresh"):
        self.settings, self.session = settings, session
        self.identity = identity or MODEL
        self.folder = None
        Run.made = self, identity


class Config:
    """A pytest configuration with these options, ini keys and arguments."""

    def __init__(self, root, *, ini=None, args=(), workerinput=None, option=None, **given):
        self.rootpath = root
        self.invocation_params = SimpleNamespace(dir=root / "here", args=args)
        self.option = SimpleNamespace(**{"collectonly": False} | (option or {}))
        self.ini = {"mcq_gate": [], "mcq_required": []} | (ini or {})
        self.given = {f"mcq_{key}": value for key, value in given.items()}
        self.registered = {}
        self.pluginmanager = SimpleNamespace(
            register=self.register, hasplugin={"syrupy"}.__contains__
        )
        self.stash = pytest.Stash()
        self.cleanups = []
        self.add_cleanup = self.cleanups.append
        if workerinput is not None:
            self.workerinput = workerinput

    def register(self, plugin, name):
        self.registered[name] = plugin

    def getoption(self, name, default=None):
        return self.given.get(name, default)

    def getini(self, name):
        return self.ini.get(name)


@pytest.fixture(autouse=True)
def _nothing_is_read(monkeypatch):
    """Models are not looked for, and this process's own run stays what it is."""
    monkeypatch.setattr(start, "Run", Run)
    monkeypatch.setattr(wire, "Run", Run)
    monkeypatch.setattr(start, "Controller", lambda config, run, **given: Told(run, **given))
    monkeypatch.setattr(BaselineExtension, "run", None, raising=False)
    monkeypatch.delenv("MCQTEST_DATA", raising=False)
    Run.made = None


class Told:
    """A controller that does nothing."""

    def __init__(self, run, *, workers, notices):
        self.run, self.workers, self.notices = run, workers, notices


def table(root, text):
    """``[tool.mcqtest]`` of the project."""
    (root / "pyproject.toml").write_text(f"[tool.mcqtest]\n{text}\n", "utf-8")


def mistake(config):
    """The one line that a start ends with; nothing is registered then."""
    with pytest.raises(pytest.UsageError) as caught:
        start.start(config)
    assert config.registered == {}
    (line,) = str(caught.value).splitlines()
    return line


# --- what is registered -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "workers"),
    [
        ({}, 0),
        ({"dist": "no", "tx": ["popen"] * 2}, 0),
        ({"dist": "load", "tx": ["popen"] * 2}, 2),
        ({"dist": "load", "tx": None}, 0),
    ],
)
def test_who_runs_cases(tmp_path, option, workers):
    """The one process, unless there are workers: then it only reports."""
    config = Config(tmp_path, model="m", option=option)
    start.start(config)
    names = {"mcqtest-controller", "mcqtest-spending"} | (
        {"mcqtest-cases"} if not workers else set()
    )
    assert config.registered.keys() == names
    assert config.registered["mcqtest-controller"].workers == workers
    assert all(each.run is Run.made[0] for each in config.registered.values())


def test_a_worker_is_told_everything(tmp_path, monkeypatch):
    """By plain values, as they travel: it reads no command line and hashes no weights."""
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    settings = settings_of(gate={"toy": {"min_accuracy": 0.5}}, limit=3, decoding={"seed": "1"})
    given = wire.worker_input(Run(settings, session="one"), {"OMP_NUM_THREADS": "2"})
    config = Config(tmp_path, workerinput={"mcqtest": json.loads(json.dumps(given))})
    start.start(config)
    assert config.registered.keys() == {"mcqtest-cases", "mcqtest-spending"}
    run, identity = Run.made
    assert (run.settings, identity, run.session) == (settings, MODEL, "one")
    assert os.environ["OMP_NUM_THREADS"] == "2"


def test_no_model_no_run(tmp_path):
    """A table with other options alone asks for nothing, and leaves an earlier summary."""
    table(tmp_path, "shots = 3")
    earlier = tmp_path / ".mcqtest/summary.json"
    earlier.parent.mkdir()
    earlier.write_text("earlier", "utf-8")
    config = Config(tmp_path)
    start.start(config)
    assert config.registered == {}
    assert Run.made is None
    assert earlier.read_text("utf-8") == "earlier"


# --- which value counts -----------------------------------------------------------------------


def test_the_command_line_comes_first(tmp_path):
    """Then the ini file, then the table; an empty ini key is none."""
    table(tmp_path, 'model = "from-table"\nshots = 1\nlimit = 1\nbackend-option = ["dtype=a"]')
    ini = {"mcq_model": "from-ini", "mcq_shots": "2", "mcq_limit": "", "mcq_backend_option": []}
    start.start(Config(tmp_path, ini=ini, model="given"))
    settings = Run.made[0].settings
    assert (settings.model, settings.shots, settings.limit) == ("given", 2, 1)
    assert settings.backend_option == {"dtype": "a"}
    start.start(Config(tmp_path, ini=ini))
    assert Run.made[0].settings.model == "from-ini"
    start.start(Config(tmp_path, shots="3"))
    assert (Run.made[0].settings.model, Run.made[0].settings.shots) == ("from-table", 3)


def test_paths_are_seen_from_where_they_stand(tmp_path):
    """On the command line from the working directory, in a file from the project's root."""
    table(tmp_path, 'model = "m"\ndata = "data"\nrun-dir = "runs"')
    start.start(Config(tmp_path, baselines_dir="mine"))
    settings = Run.made[0].settings
    assert (settings.data, settings.run_dir) == (str(tmp_path / "data"), str(tmp_path / "runs"))
    assert settings.baselines_dir == str(tmp_path / "here/mine")


def test_thresholds_and_updates(tmp_path):
    """From the table and from ini lines; --snapshot-update is syrupy's own option."""
    table(tmp_path, 'model = "m"\n[tool.mcqtest.gate.toy]\nmin_accuracy = 0.5')
    config = Config(tmp_path, ini={"mcq_gate": ["toy.tides.max_ece = 0.1"]})
    config.given["update_snapshots"] = True
    start.start(config)
    settings = Run.made[0].settings
    assert settings.gate == {"toy": {"min_accuracy": 0.5}, "toy/tides": {"max_ece": 0.1}}
    assert settings.update


# --- mistakes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("option", options.OPTIONS, ids=lambda option: option.name)
def test_an_empty_option(tmp_path, option):
    """A script's variable may be empty: then neither the default is meant nor no run at all."""
    said = mistake(Config(tmp_path, **{option.key: ""}))
    assert said == f"--{option.name}= is empty: give a value, or leave the option out"


@pytest.mark.parametrize(
    ("name", "value"),
    [("data", "demo"), ("run-dir", "runs"), ("limit", "3"), ("decoding", ["seed=1"])],
)
def test_an_option_without_a_model(tmp_path, name, value):
    """Whoever gives one wants a run, and would take silence for a pass."""
    said = mistake(Config(tmp_path, **{name.replace("-", "_"): value}))
    assert said == f"--{name}: no model is named; give --model=PATH as well"


@pytest.mark.parametrize(
    "flag", ["--model", "--data", "--mcq-data", "--run-dir", "--baselines-dir", "--tags"]
)
def test_a_path_that_stands_alone(tmp_path, flag):
    """For pytest it is a place to look for tests in, which moves the root of the project."""
    said = mistake(Config(tmp_path, args=(flag, "m"), model="m"))
    assert said.startswith(f"write {flag}=m with an equals sign: ")
    start.start(Config(tmp_path, args=(f"{flag}=m",), model="m"))


@pytest.mark.parametrize("collectonly", [False, True])
@pytest.mark.parametrize("where", ["default", "given", "table"])
def test_an_earlier_summary_is_spoiled(tmp_path, monkeypatch, where, collectonly):
    """Before hours go into reading weights, and by every mistake, wherever the summary lies;
    a look at the cases leaves it.
    """
    given = {"given": {"run_dir": "runs"}}.get(where, {})
    if where == "table":
        table(tmp_path, 'run-dir = "runs"')
    folder = {"given": "here/runs", "table": "runs", "default": ".mcqtest"}[where]
    path = tmp_path / folder / "summary.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"verdict": "pass"}', "utf-8")
    option = {"collectonly": collectonly}
    start.start(Config(tmp_path, model="m", option=option, **given))
    left = json.loads(path.read_text("utf-8"))
    assert left["verdict"] == ("pass" if collectonly else "fail")

    def broken(settings):
        raise McqtestError("no such model")

    monkeypatch.setattr(start, "Run", broken)
    assert mistake(Config(tmp_path, model="m", option=option, **given)) == "no such model"
    left = json.loads(path.read_text("utf-8"))
    assert (left["verdict"], left["reasons"]) == ("fail", ["no such model"])


def test_a_mistake_leaves_no_files(tmp_path):
    """Where there was no summary none is made, and a table that cannot be read is told itself."""
    mistake(Config(tmp_path, model=""))
    assert list(tmp_path.iterdir()) == []
    table(tmp_path, "shots = ")
    assert "not valid TOML" in mistake(Config(tmp_path, model="m"))
    assert [path.name for path in tmp_path.iterdir()] == ["pyproject.toml"]


def test_no_stale_pass_on_a_full_disk(tmp_path, monkeypatch):
    """Where it cannot be replaced it goes, whichever mistake ends the run."""
    path = tmp_path / ".mcqtest/summary.json"
    path.parent.mkdir()
    whole = Path.open
    for given in ({"model": "m"}, {"model": "m", "limit": "0"}):
        path.write_text('{"verdict": "pass"}', "utf-8")
        with monkeypatch.context() as patch:
            patch.setattr(
                Path,
                "open",
                lambda path, mode="r", *rest, **more: (
                    full() if mode == "w" else whole(path, mode, *rest, **more)
                ),
            )
            with suppress(pytest.UsageError):
                start.start(Config(tmp_path, **given))
        assert not path.exists()


def full(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch):
    """Not even a lock: one line, and no pass that stays."""
    path = tmp_path / ".mcqtest/summary.json"
    path.parent.mkdir()
    path.write_text('{"verdict": "pass"}', "utf-8")
    monkeypatch.setattr(os, "open", full)
    said = mistake(Config(tmp_path, model="m"))
    assert said.startswith(f"{path.parent}: cannot be written (No space left on device)")
    monkeypatch.undo()
    assert not path.exists() or json.loads(path.read_text("utf-8"))["reasons"] == [said]


def test_a_name_that_no_file_can_have(tmp_path):
    """Is the mistake that is told."""
    said = mistake(Config(tmp_path, model="m", run_dir="x" * 300))
    assert "cannot be written (File name too long)" in said
