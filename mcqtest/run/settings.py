"""What the user asked for: command line, ini keys and ``[tool.mcqtest]``, in that order.

`mcqtest.options` names them and says what kind each is; here their values are checked.
"""

from __future__ import annotations

import errno
import math
import os.path
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from mcqtest.gate import KINDS, tables
from mcqtest.options import OPTIONS, Option
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
    sensitivity: str | None
    sweep: str | None
    benchmarks: Sequence[str]
    """Names; empty: the suite."""
    tags: str | None
    """A file of labels."""
    decoding: Mapping[str, str]
    reader: str | None
    fallback: str | None
    shots: int | None
    limit: int | None
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


_LONGEST = 255
"""Bytes of a folder's name."""
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
    return _CHECKS[option.kind](option.name, given, base)


def _agree(values: Mapping[str, Any], gate: Mapping[str, Any], *, update: bool) -> None:
    """Raise for options that make no sense together."""
    if values["accept_regression"] is not None and not update:
        raise McqtestError(
            "--accept-regression: nothing is recorded without --snapshot-update; add that too"
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
        if _CONTROL.search(str(value)) and option.key != "accept_regression":
            raise McqtestError(f"--{option.name}={value!r}: holds a line end; one line is needed")
    texts = [None if value is None else str(value) for value in values]
    return texts if isinstance(given, list) else texts[0], base


def _text(_option: str, given: str | None, _base: Path) -> str | None:
    return given or None


def _path(option: str, given: str, base: Path) -> str:
    try:
        path = (base / Path(given).expanduser()).resolve()
        path.lstat()
    except FileNotFoundError:
        return str(path)
    except (OSError, RuntimeError, ValueError) as error:  # no such user, a circle of links
        if getattr(error, "errno", None) == errno.ENAMETOOLONG:
            said = f"{given[:40]}...: {len(given)} characters are more than a path can have"
            raise McqtestError(f"--{option}={said}; shorten it") from None
        if isinstance(error, PermissionError | NotADirectoryError):
            return str(path)  # whoever opens it says so
        raise McqtestError(f"--{option}={given}: not a path ({error}); correct it") from None
    return str(path)


def _model(option: str, model: str | None, base: Path) -> str:
    if not model or model == "demo":
        return model or ""
    folder = _path(option, model, base)
    return folder if os.path.exists(folder) else model  # noqa: PTH110  Path's may raise


def _method(_option: str, given: str | None, _base: Path) -> str | None:
    if given and given not in {"letters", "cot", "text"}:
        raise McqtestError(f"--method={given}: unknown; there are letters, cot and text")
    return given or None


def _pairs(option: str, given: Any, _base: Path) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for pair in [given] if given and isinstance(given, str) else given or ():
        key, _, value = (part.strip() for part in pair.partition("="))
        if not (key and value):
            raise McqtestError(f"--{option}={pair}: write it as key=value")
        if pairs.get(key, value) != value:
            raise McqtestError(f"--{option} {key}: given as {pairs[key]} and {value}; drop one")
        pairs[key] = value
    return pairs


def _rules(option: str, given: Any, base: Path) -> dict[str, str]:
    """Checked here, where a mistake is told before anything is asked."""
    pairs = _pairs(option, given, base)
    try:
        KINDS[option].check(pairs)
    except ValueError as error:
        raise McqtestError(f"--{option} {error}") from None
    return pairs


def _whole(name: str, given: str | None, *, least: int) -> int | None:
    if not given:
        return None
    try:
        number = int(given)
    except ValueError:
        number = least - 1
    if number < least:
        raise McqtestError(f"--{name}={given}: a whole number from {least} up is needed")
    return number


def _probability(option: str, given: str, _base: Path) -> float:
    try:
        number = float(given)
    except ValueError:
        number = 0.0
    if not 1e-6 <= number < 0.5:  # below, not even the largest benchmark could turn red
        raise McqtestError(
            f"--{option}={given}: a probability between 0 and 0.5 is needed, such as 0.01"
        )
    return number


def _points(option: str, given: str | None, _base: Path) -> float | None:
    if not given:
        return None
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    if not 0 <= number < 100:
        raise McqtestError(f"--{option}={given}: points of accuracy are needed, such as 1.5")
    return number


def _margin(option: str, given: str | None, base: Path) -> float | str | None:
    if given == "none":
        return given
    number = _points(option, given, base)
    if number == 0:
        raise McqtestError(
            f"--{option}={given}: no result excludes every drop; give points, such as 1.5, or none"
        )
    return number


def _name(option: str, given: str | None, _base: Path) -> str | None:
    """A name becomes a folder: nothing that would lead out of --baselines-dir."""
    if not given:
        return None
    if any(part in given for part in "/\\") or given.startswith("."):
        raise McqtestError(
            f"--{option}={given}: a name is needed, not a path; --baselines-dir sets the folder"
        )
    if given != given.strip():
        raise McqtestError(f"--{option}={given!r}: begins or ends with a blank; drop it")
    if len(given.encode("utf-8", "replace")) > _LONGEST:
        said = f"{given[:40]}...: {len(given)} characters are more than a folder's name can have"
        raise McqtestError(f"--{option}={said}; shorten it")
    return given


def _reason(option: str, given: str | None, _base: Path) -> str | None:
    if given is None:
        return None
    reason = " ".join(given.split())
    if not reason:
        raise McqtestError(f"--{option}: give the reason, it is written into the baseline")
    return reason


def _names(option: str, given: Any, _base: Path) -> list[str]:
    """Of benchmarks, with commas between."""
    texts = [given] if isinstance(given, str) else given or ()
    names = [name.strip() for text in texts for name in text.split(",")]
    if not all(name.isidentifier() for name in names if name):
        raise McqtestError(f"--{option}={','.join(names)}: names of benchmarks are needed")
    return [name for name in names if name]


def _file(option: str, given: str | None, base: Path) -> str | None:
    if not given:
        return None
    path = _path(option, given, base)
    if not Path(path).is_file():
        raise McqtestError(f"--{option}={given}: no such file ({path}); correct it")
    return path


_CHECKS: Mapping[str, Callable[[str, Any, Path], Any]] = {
    "text": _text,
    "model": _model,
    "data": _text,
    "folder": _path,
    "method": _method,
    "pairs": _pairs,
    "rules": _rules,
    "count": lambda option, given, _: _whole(option, given, least=0),
    "number": lambda option, given, _: _whole(option, given, least=1),
    "probability": _probability,
    "points": _points,
    "margin": _margin,
    "name": _name,
    "names": _names,
    "file": _file,
    "reason": _reason,
}
"""Kind of an option (`mcqtest.options.Option.kind`) -> what checks its name, value and base."""


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
        return _path("data", given, base), False
    known = environment.get("MCQTEST_DATA")
    return _path("data", known, Path.cwd()) if known else None, False
