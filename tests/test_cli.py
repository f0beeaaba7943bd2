"""`mcqtest COMMAND`: its frame. Each command has a test file of its own."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from mcqtest.cli import main
from mcqtest.cli.main import COMMANDS
from mcqtest.cli.said import Said
from mcqtest.types import McqtestError


@pytest.fixture
def command(monkeypatch):
    """A command ``look``, which says what it is told to."""
    made = SimpleNamespace(
        arguments=lambda parser: parser.add_argument("--times", type=int, default=1),
        run=lambda options: Said("seen\n" * (options.times - 1) + "seen", {"n": options.times}, 6),
    )
    monkeypatch.setitem(COMMANDS, "look", "look at it")
    monkeypatch.setitem(sys.modules, "mcqtest.cli.look", made)
    return made


def test_says_it_for_people_and_for_programs(command, capsys):
    """And exits with the command's code."""
    assert main(["look", "--times=2"]) == 6
    assert capsys.readouterr().out == "seen\nseen\n"
    assert main(["look", "--json"]) == 6
    assert json.loads(capsys.readouterr().out) == {"n": 1}


def test_a_mistake_is_one_line_and_code_4(command, capsys):
    """As in the gate."""

    def run(options):
        raise McqtestError("no such run")

    command.run = run
    assert main(["look"]) == 4
    assert capsys.readouterr() == ("", "mcqtest look: no such run\n")


@pytest.mark.parametrize("given", [["lok"], ["look", "--times=x"], ["look", "--tims=1"], []])
def test_a_slip_is_one_line_and_code_4(command, given, capsys):
    """2 would be an interruption."""
    with pytest.raises(SystemExit) as caught:
        main(given)
    assert caught.value.code == 4
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.endswith("--help\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full here")
def test_an_answer_that_cannot_be_written():
    """One line, for it may have been meant for a file."""
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, "-m", "mcqtest", "baselines", "--json"]
        done = subprocess.run(words, check=False, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (4, 1)
    assert done.stderr.startswith("mcqtest: the answer cannot be written")


def test_what_could_move_the_cursor_is_written_out(command, capsys):
    """Names and texts come from models and from data."""
    command.run = lambda options: Said("a\x1b[2Jb", {})
    main(["look"])
    assert capsys.readouterr().out == "a\\x1b[2Jb\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name, capsys):
    """`mcqtest NAME --help`."""
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == 0
    assert "--json" in capsys.readouterr().out


def test_starts_without_a_model_and_without_pytest():
    """So it answers at once."""
    program = "import sys, mcqtest.cli.main; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert not set(done.stdout.split()) & {"torch", "transformers", "pytest", "numpy"}


def test_is_a_module_too():
    """`python -m mcqtest`."""
    done = subprocess.run(
        [sys.executable, "-m", "mcqtest", "--version"], check=True, capture_output=True
    )
    assert done.stdout.startswith(b"mcqtest ")
