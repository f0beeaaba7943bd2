"""Which command it is, and how its answer is told."""

from __future__ import annotations

import argparse
import importlib
import io
import json
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import mcqtest
from mcqtest.cli.said import Said
from mcqtest.cli.screen import has_colours, paged, plain, shown
from mcqtest.types import McqtestError, one_line, printable

COMMANDS: dict[str, str] = {
    "baselines": "list the baselines of the project, check them, rename or remove some",
    "compare": "say what the gate says of one run, baseline or recording against another",
    "confidence": "say whether a model knows when it does not know, then and now",
    "errors": "say why answers are wrong: by rule, and from a sample that is labelled",
    "plan": "tell what a run is going to ask, see and take",
    "prompts": "write the exact prompts, for any system to answer",
    "rescore": "score stored answers again without flawed questions, or with mended keys",
    "scaling": "how scores grow with size: breakthroughs, laws, orders of models",
    "show": "show questions with what was answered then and now, those that moved by themselves",
    "trend": "tell how accuracy went over many checkpoints",
}
"""Command -> what it does, in a line. ``cli/COMMAND.py`` has ``arguments``, which adds these to a
parser, and ``run``, which gets what was parsed and returns `Said`."""

MISTAKE = 4
"""Exit code where something is to be mended, as in the gate."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``mcqtest COMMAND ...``, and return its exit code."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser(given[0] if given else "").parse_args(given)
    try:
        said: Said = importlib.import_module(f"mcqtest.cli.{options.command}").run(options)
    except McqtestError as error:
        print(f"mcqtest {options.command}: {error}", file=sys.stderr)
        return MISTAKE
    except KeyboardInterrupt:
        return 2
    return _tell(said, as_json=options.json)


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, with the gate's exit code for it."""

    def error(self, message: str) -> NoReturn:
        self.exit(MISTAKE, f"{self.prog}: {printable(message)}; see {self.prog} --help\n")


def _parser(chosen: str) -> argparse.ArgumentParser:
    """The parser; only the chosen command is imported, so that each starts at once."""
    parser = _Parser(
        prog="mcqtest",
        description="Around the gate. The gate itself is pytest: `pytest --model=PATH`.",
    )
    parser.add_argument("--version", action="version", version=f"mcqtest {mcqtest.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, line in COMMANDS.items():
        command = commands.add_parser(name, help=line, description=f"{line[0].upper()}{line[1:]}.")
        if name == chosen:
            importlib.import_module(f"mcqtest.cli.{name}").arguments(command)
        command.add_argument("--json", action="store_true", help="say it for programs")
    return parser


def _tell(said: Said, *, as_json: bool) -> int:
    """Write the answer; whoever closes the pipe (``| head``) has seen enough."""
    if as_json:
        text = plain(json.dumps(said.data, indent=1, ensure_ascii=False, allow_nan=False))
    else:
        text = shown(said.text, colours=has_colours())
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal that lacks a character
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        is_long = said.pages and not as_json and sys.stdout.isatty()
        if not (is_long and paged(text)):
            print(text, flush=True)
    except BrokenPipeError:
        _dismiss()
    except OSError as error:
        _dismiss()
        print(f"mcqtest: the answer cannot be written ({one_line(error)})", file=sys.stderr)
        return MISTAKE
    return said.code


def _dismiss() -> None:
    """Nothing more goes out, also not when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
