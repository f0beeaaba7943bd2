"""``mcqtest prompts FILE``: the exact prompts, so that any system can answer them."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from mcqtest.cli import project
from mcqtest.cli.said import Said
from mcqtest.report import plural
from mcqtest.run import asked, batch
from mcqtest.types import McqtestError, one_line


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="JSONL that is written, a line per question")
    parser.add_argument(
        "--form",
        choices=("rows", "openai-batch"),
        default="rows",
        help="rows (default), or requests of OpenAI's batches, whose results are rows again",
    )
    parser.add_argument("--served", metavar="NAME", help="the model that a batch is for")
    project.add_asking(parser)


def run(options: argparse.Namespace) -> Said:
    is_batch = options.form == "openai-batch"
    if is_batch and not options.served:
        raise McqtestError("--form=openai-batch: for which model? Add --served=NAME")
    settings, _, tasks = project.asking(options)
    path = Path(options.file).expanduser()
    counts: Counter[str] = Counter()
    planned = asked.planned(tasks, settings)
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for each in planned:
                for line in batch.lines(each, options.served) if is_batch else asked.lines(each):
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
                    counts[each.task.benchmark.name] += 1
    except (OSError, UnicodeEncodeError) as error:
        raise McqtestError(f"{path}: cannot be written ({one_line(error)})") from None
    asking = {each.task.path: each.asking for each in planned}
    benchmarks = ", ".join(f"{name} {count:,}" for name, count in counts.items())
    then = (
        "Answer each as it is asked, copy id, task, benchmark and asked_hash into the answer's row"
    )
    if is_batch:
        then = "Send it as a batch, fetch the results"
    text = (
        f"{plural(counts.total(), 'question')} of {plural(len(planned), 'task')} in {path} "
        f"({benchmarks}). {then}, and judge with --backend=replay"
    )
    return Said(text, {"file": str(path), "questions": dict(counts), "asking": asking})
