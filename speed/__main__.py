"""The command line of ``python -m speed``."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from speed import process
from speed.model import SHAPES
from speed.table import Table, write


def main(arguments: list[str]) -> None:
    options = _parse(arguments)
    if not (options.data / "mmlu").is_dir():
        raise SystemExit(f"--data {options.data}: holds no folder mmlu")
    process.folder(options.cache)
    tables = _measure(options)
    for table in tables:
        print(f"\n{table}", flush=True)
    if options.write:
        where = f"{process.processor()}, {process.threads()} threads"
        about = f"mcqtest {version('mcqtest')} on {where}; `{told(arguments)}`"
        write(options.write, options.section or options.what, tables, about)


_KNOWN = ("letters", "texts", "shared", "profile", "growth", "rows", "rejudge", "imports")
_PATHS = ("--data", "--cache", "--write", "--peer-python", "--python", "--picture", "--before")


def told(arguments: list[str]) -> str:
    """The command, without the paths of one machine."""
    kept, rest = [], iter(arguments)
    for argument in rest:
        if argument in _PATHS:
            next(rest, None)
        elif not argument.startswith(tuple(f"{path}=" for path in _PATHS)):
            kept.append(argument)
    return " ".join(["python -m speed", *kept])


def _measure(options: argparse.Namespace) -> list[Table]:
    if options.what == "letters":
        from speed.letters import Letters
        from speed.summary import tables

        return tables(Letters(options).run())
    name = "profiled" if options.what == "profile" else options.what
    found: list[Table] = importlib.import_module(f"speed.{name}").tables(options)
    return found


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m speed", description=__doc__)
    parser.set_defaults(what="letters")
    shared = argparse.ArgumentParser(add_help=False)
    data = os.environ.get("MCQTEST_DATA")
    shared.add_argument(
        "--data", type=_path, default=data and _path(data), required=not data, metavar="DIR",
        help="folder that holds mmlu/ (default: $MCQTEST_DATA)",
    )  # fmt: skip
    shared.add_argument(
        "--cache", type=_path, default=process.ROOT / ".tox" / "speed-cache", metavar="DIR",
        help="where checkpoints and the peer's environment are kept",
    )  # fmt: skip
    shared.add_argument("--write", type=Path, metavar="FILE", help="put the tables into this page")
    shared.add_argument("--section", help="their name there (default: what is measured)")
    shared.add_argument("--rounds", type=int, default=3)
    shared.add_argument("--shape", choices=sorted(SHAPES))
    shared.add_argument(
        "--peer-python", type=_path, metavar="PATH", help="Python of an environment with the peer"
    )
    commands = parser.add_subparsers(metavar="|".join(_KNOWN))
    letters = commands.add_parser("letters", parents=[shared], help="against the peer (default)")
    letters.set_defaults(what="letters")
    _add_backend(letters)
    letters.add_argument("--backend-option", action="append", default=[], metavar="KEY=VALUE")
    letters.add_argument("--device", choices=["cpu", "cuda", "mps"], default="cpu")
    letters.add_argument("--dtype", choices=["float32", "bfloat16", "float16"])
    letters.add_argument("--subjects", type=_list, help="default: whole subjects like all 57")
    letters.add_argument("--count", type=int, default=4, help="how many of them")
    letters.add_argument("--limit", type=int, help="only the first questions of each subject")
    letters.add_argument("--batch-sizes", type=_list, help="of the peer, the fastest is taken")
    texts = commands.add_parser("texts", parents=[shared], help="generated, behind a prefix")
    texts.set_defaults(what="texts")
    _add_backend(texts)
    texts.add_argument(
        "--kind", choices=["shots", "cot", "chat", "thinking"], default="shots",
        help="MMLU's prompts against `generate`, or MMLU-Pro's against the peer",
    )  # fmt: skip
    texts.add_argument("--prompts", type=int, default=64)
    texts.add_argument("--tokens", type=int, default=64, help="of each text")
    texts.add_argument("--batch-sizes", type=_list, default=["8", "32"], help="of the other")
    _add_profile(commands, shared)
    growth = commands.add_parser("growth", parents=[shared], help="how cost grows")
    growth.set_defaults(what="growth")
    growth.add_argument("--questions", type=_list, default=["1000", "5000", "14042"])
    growth.add_argument("--tokens", type=_list, default=["200", "400", "800", "1600", "3000"])
    growth.add_argument("--prompts", type=int, default=32, help="of each length")
    growth.add_argument("--picture", type=Path, metavar="FILE", help="SVG or PNG, log-log")
    rejudge = commands.add_parser("rejudge", parents=[shared], help="stored answers, judged again")
    rejudge.set_defaults(what="rejudge")
    rejudge.add_argument("--peer", action="store_true", help="the peer's cached run beside it")
    rejudge.add_argument("--limit", type=int, help="only the first questions of each subject")
    rejudge.add_argument("--all", action="store_true", help="all benchmarks, 66,513 questions")
    _add_others(commands, shared)
    if not {*_KNOWN} & set(arguments[:1]) and not {"-h", "--help"} & set(arguments):
        arguments = ["letters", *arguments]
    options = parser.parse_args(arguments)
    if options.what == "letters" and not options.batch_sizes:
        options.batch_sizes = ["auto"] if options.backend == "vllm" else ["1", "8"]
    if options.shape is None:
        big = "8b" if getattr(options, "device", "cpu") == "cuda" else "135m"
        options.shape = big if options.what in {"letters", "texts", "profile"} else "tiny"
    return options


def _add_backend(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--backend", choices=["transformers", "vllm"], default="transformers")
    parser.add_argument(
        "--python", type=_path, metavar="PATH",
        help="Python of an environment with mcqtest and its backend (default: this one)",
    )  # fmt: skip


def _add_profile(commands: Any, shared: argparse.ArgumentParser) -> None:
    profile = commands.add_parser("profile", parents=[shared], help="where the seconds go")
    profile.set_defaults(what="profile")
    profile.add_argument(  # the profiler holds every operation: 487 questions take 10 GiB
        "--limit", type=int, default=20, help="only the first questions of each subject"
    )
    profile.add_argument("--before", type=_path, metavar="DIR", help="another checkout, beside it")
    profile.add_argument("--picture", type=Path, metavar="FILE", help="SVG or PNG")


def _add_others(commands: Any, shared: argparse.ArgumentParser) -> None:
    prompts = commands.add_parser("shared", parents=[shared], help="tokens that prompts share")
    prompts.set_defaults(what="shared")
    prompts.add_argument("--limit", type=int, default=100, help="questions of each task, at most")
    rows = commands.add_parser("rows", parents=[shared], help="how all else grows with questions")
    rows.set_defaults(what="rows")
    rows.add_argument("--rows", type=_list, default=["1000", "10000", "100000", "1000000"])
    imports = commands.add_parser("imports", parents=[shared], help="what the plugin costs others")
    imports.set_defaults(what="imports")


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


if __name__ == "__main__":
    main(sys.argv[1:])
