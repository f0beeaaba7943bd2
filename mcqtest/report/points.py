"""Figures of models of several sizes, out of stored runs and out of tables from elsewhere."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from mcqtest.data import Row, read, shown
from mcqtest.metrics import STANDARD
from mcqtest.metrics.official import METRICS, Official
from mcqtest.metrics.scaling import Columns, Figure
from mcqtest.report.stored import stored
from mcqtest.types import McqtestError, Metric

AXES = ("parameters", "active", "compute", "tokens")
OWN = "score"
"""What a task is judged by: between its anchors where it has these, else accuracy above chance."""

_FLOPS = 6.0
"""Of training, for each parameter and token (Kaplan et al. 2020, arXiv 2001.08361)."""
_UNITS = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "G": 1e9, "T": 1e12}
_SIZE = re.compile(r"(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*([KMBGT]?)", re.IGNORECASE)
_KNOWN: Mapping[str, Metric | Official] = {**METRICS, **{each.name: each for each in STANDARD}}


def size_of(text: str) -> float | None:
    """``125M``, ``1.3B``, ``2e9``; None for what is no number above 0."""
    found = _SIZE.fullmatch(text.strip())
    value = float(found[1]) * _UNITS[found[2].upper()] if found else 0.0
    return value if 0 < value < math.inf else None


def told(size: float) -> str:
    """The same the other way round, three digits."""
    for unit in "TBMK":
        if size >= _UNITS[unit] and size < 1e15:
            return f"{size / _UNITS[unit]:.3g}{unit}"
    return f"{size:.3g}"


def figures(named: Sequence[str], axis: str, metrics: Sequence[str]) -> list[Figure]:
    """Of everything that a command names: run folders, ``RUN=SIZE`` or ``RUN=SIZE,TOKENS``, and
    tables. Raises `McqtestError`.
    """
    found = [each for name in named for each in _named(name, axis, metrics)]
    if metrics[0] not in {each.metric for each in found}:
        raise McqtestError(
            f"nothing has {metrics[0]!r} in {', '.join(named)[:200]}; name another --metric"
        )
    return found


def labels(named: Sequence[str]) -> dict[str, dict[str, float]]:
    """``benchmark[label]`` -> model -> accuracy, of runs with --tags."""
    found: dict[str, dict[str, float]] = {}
    for name in named:
        path, *_ = _parts(name)
        summary = {} if _is_table(path) else stored(path)
        for benchmark, entry in summary.get("benchmarks", {}).items():
            for label, each in entry.get("labels", {}).items():
                found.setdefault(f"{benchmark}[{label}]", {})[summary["model"]] = each["accuracy"]
    return found


def column(path: Path) -> Columns:
    """A table of models and their scores elsewhere (an arena's), by the name of its file."""
    found: dict[str, float] = {}
    for row in read(path, path.name, None):
        model, score = row.cells.get("model"), _number(row, "score")
        if not isinstance(model, str) or not model or score is None:
            raise McqtestError(f"{row.where}: a column model and a column score are needed")
        found[model] = score
    return {path.name.partition(".")[0]: found}


def _named(name: str, axis: str, metrics: Sequence[str]) -> list[Figure]:
    path, size, tokens = _parts(name)
    if _is_table(path):
        if size is not None:
            raise McqtestError(f"{name}: a table has sizes of its own; leave out what follows =")
        rows = read(path, path.name, None, key=_key(path))
        made = (_of_row(row, axis, _stem(path)) for row in rows)
        return [each for each in made if each.metric in metrics]
    summary = stored(path)
    return list(_of_run(summary, _place(summary, axis, size, tokens, path), tokens, metrics))


def _parts(name: str) -> tuple[Path, float | None, float | None]:
    """Path, size and tokens; an equals sign may also be part of a path."""
    before, equals, after = name.rpartition("=")
    sizes = [size_of(each) for each in after.split(",")]
    if not equals or None in sizes or len(sizes) > 2:
        if equals and not Path(name).exists():
            raise McqtestError(
                f"{name}: {after!r} is no size; write RUN=125M, or RUN=125M,300B with the tokens "
                "that it was trained on"
            )
        return Path(name), None, None
    return Path(before), sizes[0], sizes[1] if len(sizes) == 2 else None


def _is_table(path: Path) -> bool:
    return path.name != "summary.json" and not path.is_dir()


def _key(path: Path) -> str | None:
    """A JSON file is one object, with its rows in this list."""
    return "scores" if path.name.removesuffix(".gz").endswith(".json") else None


def _stem(path: Path) -> str:
    return path.name.partition(".")[0]


def _place(
    summary: Mapping[str, Any], axis: str, size: float | None, tokens: float | None, path: Path
) -> float:
    """On the axis: what was given, or what the summary tells. A size that is given alone is one on
    any axis.
    """
    if size is not None and tokens is None:
        return size
    parameters = size or summary.get("parameters")
    active = size or summary.get("active_parameters") or parameters
    compute = _FLOPS * active * tokens if active and tokens else None
    found = dict(zip(AXES, (parameters, active, compute, tokens), strict=True))[axis]
    if not found:
        raise McqtestError(f"{path}: its summary does not tell its {axis}; write {path}=125M")
    return float(found)


def _of_run(
    summary: Mapping[str, Any], size: float, tokens: float | None, metrics: Sequence[str]
) -> Iterator[Figure]:
    """Every task in every one of these metrics that it has."""
    for benchmark, entry in summary["benchmarks"].items():
        for (task, held), metric in product(entry["tasks"].items(), metrics):
            score, low, high = _score(held, metric)
            if isinstance(score, int | float):
                yield Figure(
                    task=task,
                    size=size,
                    score=score,
                    low=low,
                    high=high,
                    n=held["n"] if high == 1 else None,
                    tokens=tokens,
                    model=summary["model"],
                    benchmark=benchmark,
                    metric=metric,
                )


def _score(held: Mapping[str, Any], metric: str) -> tuple[Any, float | None, float | None]:
    """One metric of a task with its anchors, as far as mcqtest knows them; where less is better,
    these are the other way round.
    """
    if metric == OWN and (between := held.get("anchored")):
        return between["normalized"], 0.0, 100.0
    if metric in {OWN, "accuracy"}:
        return held.get("accuracy"), held.get("chance") or 0.0, 1.0
    known = _KNOWN.get(metric)
    if known is None:
        return held.get(metric), None, None
    low, high = (known.high, known.low) if known.better < 0 else (known.low, known.high)
    return held.get(metric), low, high


def _of_row(row: Row, axis: str, name: str) -> Figure:
    """One row of a table from elsewhere."""
    cells = row.cells
    task, score, size = cells.get("task"), _number(row, "score"), _axis(row, axis)
    if not isinstance(task, str) or not task or score is None:
        raise McqtestError(f"{row.where}: a column task and a column score are needed")
    if size is None:
        wanted = "size" if axis == "parameters" else axis
        raise McqtestError(f"{row.where}: no {wanted}; a number above 0 is needed, such as 125M")
    n = _number(row, "n")
    family = _text(row, "family")
    return Figure(
        task=task,
        size=size,
        score=score,
        low=_number(row, "low"),
        high=_number(row, "high"),
        n=None if n is None else int(n),
        tokens=_size(row, "tokens"),
        model=_text(row, "model") or f"{family} {told(size)}".strip(),
        benchmark=_text(row, "benchmark") or name,
        family=family,
        metric=_text(row, "metric") or OWN,
    )


def _axis(row: Row, axis: str) -> float | None:
    own = _size(row, "size" if axis == "parameters" else axis)
    if own is None and axis == "compute":
        active, tokens = _size(row, "active") or _size(row, "size"), _size(row, "tokens")
        return _FLOPS * active * tokens if active and tokens else None
    return own


def _text(row: Row, key: str) -> str:
    found = row.cells.get(key)
    return "" if found is None else str(found)


def _size(row: Row, key: str) -> float | None:
    text = _text(row, key)
    if not text:
        return None
    if (found := size_of(text)) is None:
        raise McqtestError(f"{row.where}: {key} is {shown(text)}; write a number such as 125M")
    return found


def _number(row: Row, key: str) -> float | None:
    text = _text(row, key).strip()
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise McqtestError(f"{row.where}: {key} is {shown(text)}; write a number, or nothing")
    return found
