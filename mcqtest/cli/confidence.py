"""``mcqtest confidence [RUN]``: does a model know when it does not know, then and now?"""

from __future__ import annotations

import argparse
from pathlib import Path

from mcqtest.cli import project, show
from mcqtest.cli.said import Said
from mcqtest.metrics import Told
from mcqtest.report import sureness
from mcqtest.sides import Answers, Side, at_risk, combined, scaled
from mcqtest.types import McqtestError, one_line


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", nargs="?", help="a run or a recording (default: the last run)")
    parser.add_argument("--baseline", metavar="NAME", help="compare with this run or recording")
    parser.add_argument("-k", metavar="WORD", help="of tasks whose name or benchmark has this word")
    parser.add_argument(
        "--risk",
        type=float,
        metavar="R",
        help="find the threshold that keeps this share of errors, on half of the questions, and "
        "check it on the others",
    )
    parser.add_argument("--source", metavar="NAME", help="confidence of --svg (default: the first)")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="write a picture")
    project.add(parser, "run-dir", "baselines-dir", "data", "benchmarks", "backend-option")
    project.add(parser, "reader")


def run(options: argparse.Namespace) -> Said:
    if options.risk is not None and not 0 < options.risk < 1:
        raise McqtestError(f"--risk={options.risk:g}: a share of errors is needed, such as 0.1")
    sides = [Answers.of(each, show.word(options.k)) for each in _sides(options)]
    told = [_told(each) for each in sides]
    lines: list[str] = []
    for each, found in zip(sides, told, strict=True):
        lines += [f"{each.name}: {len(each.scores):,} answers, {_share(each):.4f} right"]
        lines += [*sureness.table(found), *_more(each, options.risk)]
    if options.svg is not None:
        _draw(sides, options)
    data = {
        each.name: {
            "n": len(each.scores),
            "confidences": {name: sureness.data(one) for name, one in found.items()},
            **_data(each, options.risk),
        }
        for each, found in zip(sides, told, strict=True)
    }
    return Said("\n".join(lines), data)


def _sides(options: argparse.Namespace) -> list[Side]:
    """What is compared with, if anything, and what is looked at."""
    settings = project.read(options)
    finder, _, names = project.finder(options, settings)
    said = options.run
    new = show.run_of(None, settings) if said is None else finder.one(said, names)
    return [*([finder.one(options.baseline, names)] if options.baseline else []), new]


def _share(answers: Answers) -> float:
    return sum(answers.right) / len(answers.scores)


def _told(answers: Answers) -> dict[str, Told]:
    found = {name: answers.told(name) for name in answers.sources}
    made = combined(answers)
    return {**found, **({"combined (other half)": made} if made else {})}


def _more(answers: Answers, risk: float | None) -> list[str]:
    lines = []
    if (found := scaled(answers)) is not None:
        factor, before, after = found
        lines.append(
            f"temperature {factor:.3f} by half of the questions: ECE of the others {before:.4f}, "
            f"then {after:.4f}"
        )
    for name in answers.sources if risk is not None else ():
        if (kept := at_risk(answers, name, risk or 0.0)) is None:
            lines.append(f"{name}: no threshold keeps a risk of {risk:g}")
            continue
        point, checked = kept
        shown = "none" if checked.risk is None else f"{checked.risk:.4f}"
        lines.append(
            f"{name} from {point.threshold:.4g} up: {point.coverage:.1%} kept, risk "
            f"{point.risk:.4f} on half; on the others {checked.coverage:.1%} kept, risk {shown} "
            f"({checked.interval[0]:.4f} to {checked.interval[1]:.4f})"
        )
    return lines


def _data(answers: Answers, risk: float | None) -> dict[str, object]:
    found = scaled(answers)
    data: dict[str, object] = {}
    if found is not None:
        data["temperature"] = dict(zip(("value", "ece_before", "ece_after"), found, strict=True))
    if risk is not None:
        kept = {name: at_risk(answers, name, risk) for name in answers.sources}
        data["thresholds"] = {
            name: each and {"found": each[0]._asdict(), "checked": each[1]._asdict()}
            for name, each in kept.items()
        }
    return data


def _draw(sides: list[Answers], options: argparse.Namespace) -> None:
    name = options.source or next(iter(sides[-1].sources))
    for each in sides:
        if name not in each.sources:
            raise McqtestError(
                f"--source={name}: {each.name} has {', '.join(each.sources)}; name one of them"
            )
    picture = sureness.picture(
        f"{name}: calibration, and risk where the least sure answers are left out",
        [(each.name, each.told(name)) for each in sides],
    )
    try:
        options.svg.write_text(picture, encoding="utf-8")
    except OSError as error:
        raise McqtestError(f"--svg={options.svg}: {one_line(error)}") from None
