"""What the user asked for: command line, ini keys and ``[tool.mcqtest]``, in that order.

`mcqtest.options` names them and says what kind each is; here their values are checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from mcqtest.backends import OURS, is_url, what_instead
from mcqtest.gate import tables
from mcqtest.options import OPTIONS, Option
from mcqtest.run.values import CHECKS, path_of
from mcqtest.types import McqtestError


@dataclass(frozen=True)
class Settings:
    """Checked and complete: a field for every option of `mcqtest.options.OPTIONS`, those of
    criteria being together in ``rules``. Paths are absolute.
    """

    model: str
    """Empty where none is named: the table may hold the other options only."""
    backend: str
    backend_option: Mapping[str, str]
    data: str | None
    """A folder, or None for the hub or the demo."""
    revision: Mapping[str, str]
    """Benchmark -> commit of the hub's data set."""
    method: str | None
    style: str | None
    abstain: str | None
    """``on`` or ``off``."""
    chat: str | None
    """``on`` or ``off``; None: as the baseline, or the checkpoint, says."""
    chat_option: Mapping[str, str]
    system: str | None
    shots_as: str | None
    sensitivity: str | None
    sweep: str | None
    benchmarks: Sequence[str]
    """Names; empty: the suite."""
    tags: str | None
    """A file of labels."""
    decoding: Mapping[str, str]
    bigbench: Mapping[str, str]
    """Checked by `mcqtest.run.values`."""
    reader: str | None
    fallback: str | None
    reasoning_marks: tuple[str, str] | None
    """(opening, closing); the former may be empty."""
    shots: int | None
    limit: int | None
    sample: int | None
    """Questions of each benchmark; not together with ``limit``."""
    baseline: str | None
    """None: the model's own name."""
    baselines_dir: str
    model_name: str | None
    margin: float | str | None
    """In points, or ``none``; None: the benchmark's own."""
    tolerance: float | None
    """In points."""
    anchor: str | None
    alpha: float
    tier: str | None
    """Whose options are taken as well (`mcqtest.run.project.tier`)."""
    comment: str | None
    """A file to be written, for a pull request."""
    run_dir: str
    accept_regression: str | None
    demo: bool
    """The demo's questions are asked (`mcqtest.types.Benchmark.demo`)."""
    rules: Mapping[str, Mapping[str, str]]
    """Kind of criterion -> what was decided about it (`mcqtest.gate.Kind.check`)."""
    gate: Mapping[str, Mapping[str, Any]]
    required: Sequence[str]
    """Benchmarks without which a run is no pass."""
    update: bool

    def to_json(self) -> dict[str, Any]:
        """For a worker, which must not read the command line again."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Settings:
        return cls(**{field.name: values[field.name] for field in fields(cls)})


_FREE = ("accept_regression", "system")
"""Options that may hold line ends."""

_CONTROL = re.compile("[\0-\x1f\x7f\x85\u2028\u2029]")

Lookup = Callable[[Option], tuple[Any, Path]]
"""The raw value of an option (None: not given) and the folder its paths are seen from."""

DEFAULTS: Mapping[str, str] = {
    "backend": "auto",
    "alpha": "0.01",
    "baselines_dir": "baselines",
    "run_dir": ".mcqtest",
}
"""Where nothing is given; folders are below the root of the project."""


def read(
    lookup: Lookup,
    *,
    gate: Mapping[str, Mapping[str, Any]],
    root: Path,
    environment: Mapping[str, str],
    update: bool,
    required: Sequence[str] = (),
) -> Settings:
    """Check every value; raises `McqtestError` naming option, value and what is possible."""
    raw = {option.key: _written(option, *lookup(option)) for option in OPTIONS}
    values: dict[str, Any] = {}
    rules: dict[str, Mapping[str, str]] = {}
    for option in OPTIONS:
        place = rules if option.kind == "rules" else values
        place[option.key] = _checked(option, *raw[option.key], root)
    _agree(values, gate, update=update)
    values["data"], demo = _data(*raw["data"], raw["model"][0], environment)
    return Settings(
        **values, demo=demo, rules=rules, gate=gate, required=[*required], update=update
    )


def _checked(option: Option, given: Any, base: Path, root: Path) -> Any:
    default = DEFAULTS.get(option.key)
    if not given and default is not None:
        if option.kind == "folder":
            return str(root / default)
        given = default
    return CHECKS[option.kind](option.name, given, base)


def _agree(values: Mapping[str, Any], gate: Mapping[str, Any], *, update: bool) -> None:
    """Raise for options that make no sense together."""
    if is_url(values["model"]) and values["backend"] in (*OURS, DEFAULTS["backend"]):
        raise McqtestError(what_instead(values["model"]))
    if values["accept_regression"] is not None and not update:
        raise McqtestError(
            "--accept-regression: nothing is recorded without --snapshot-update; add that too"
        )
    if values["limit"] is not None and values["sample"] is not None:
        raise McqtestError(
            f"--sample={values['sample']}: --limit={values['limit']} is given, too, and each says "
            "which questions are left out; drop one"
        )
    if values["baseline"] == "none" and not tables(gate)[0] and not update:
        raise McqtestError(
            "--baseline=none: nothing would be checked, for no thresholds are configured; "
            "set some in [tool.mcqtest.gate.BENCHMARK], or name a baseline"
        )


def _written(option: Option, given: Any, base: Path) -> tuple[Any, Path]:
    """A value as the command line would give it; TOML has numbers, too."""
    values = given if isinstance(given, list) and option.many else [given]
    for value in values:
        if isinstance(value, bool) or not isinstance(value, str | int | float | None):
            raise McqtestError(f"--{option.name}={value}: text or a number is needed")
        if _CONTROL.search(str(value)) and option.key not in _FREE:
            raise McqtestError(f"--{option.name}={value!r}: holds a line end; one line is needed")
    texts = [None if value is None else str(value) for value in values]
    return texts if isinstance(given, list) else texts[0], base


def _data(
    given: str | None,
    base: Path,
    model: str | None,
    environment: Mapping[str, str],
) -> tuple[str | None, bool]:
    """The folder of the data, None for others; and whether the demo's questions are asked."""
    if given == "demo" or (not given and model == "demo"):
        return None, True
    if given == "hub":
        return None, False
    if given:
        return path_of("data", given, base), False
    known = environment.get("MCQTEST_DATA")
    return path_of("data", known, Path.cwd()) if known else None, False
