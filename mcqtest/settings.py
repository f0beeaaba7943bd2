"""What the user asked for: command line, ini keys and ``[tool.mcqtest]``, in that order.

`mcqtest.options` names them; here their values are checked.
"""

from __future__ import annotations

import os.path
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from mcqtest.licences import Deciding
from mcqtest.options import OPTIONS, Option
from mcqtest.types import McqtestError

RUN_DIR = ".mcqtest"
"""Default of ``--run-dir``, below the root of the project."""


@dataclass(frozen=True)
class Settings:
    """Checked and complete. Paths are absolute."""

    model: str
    backend: str
    backend_option: Mapping[str, str]
    data: str | None
    """A folder, or None for the hub."""
    revision: Mapping[str, str]
    """Benchmark -> commit of the hub's data set."""
    demo: bool
    """The embedded demo questions are asked."""
    method: str | None
    style: str | None
    sensitivity: str | None
    decoding: Mapping[str, str]
    reader: str | None
    fallback: str | None
    shots: int | None
    limit: int | None
    baseline: str | None
    """None: the model's own name."""
    baselines_dir: str
    model_name: str | None
    licence: Mapping[str, str]
    """Fields of `mcqtest.licences.Deciding`."""
    alpha: float
    run_dir: str
    accept_regression: str | None
    gate: Mapping[str, Mapping[str, Any]]
    update: bool

    def to_json(self) -> dict[str, Any]:
        """For a worker, which must not read the command line again."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Settings:
        return cls(**{field.name: values[field.name] for field in fields(cls)})


_CONTROL = re.compile("[\0-\x1f\x7f\x85\u2028\u2029]")

Lookup = Callable[[Option], tuple[Any, Path]]
"""The raw value of an option (None: not given) and the folder its paths are seen from."""


def read(
    lookup: Lookup,
    *,
    gate: Mapping[str, Mapping[str, Any]],
    root: Path,
    environment: Mapping[str, str],
    demo_data: Path,
    update: bool,
) -> Settings:
    """Check every value; raises `McqtestError` naming option, value and what is possible."""
    raw = {option.key: _written(option, *lookup(option)) for option in OPTIONS}

    def value(key: str) -> Any:
        return raw[key][0]

    def path(key: str, default: str) -> str:
        given, base = raw[key]
        return _path(key.replace("_", "-"), given, base) if given else str(root / default)

    method = value("method") or None
    if method not in {None, "letters", "cot"}:
        raise McqtestError(f"--method={method}: unknown; there are letters and cot")
    if value("accept_regression") is not None and not update:
        raise McqtestError(
            "--accept-regression: nothing is recorded without --snapshot-update; add that too"
        )
    if value("baseline") == "none" and not gate and not update:
        raise McqtestError(
            "--baseline=none: nothing would be checked, for no thresholds are configured; "
            "set some in [tool.mcqtest.gate.BENCHMARK], or name a baseline"
        )
    data, demo = _data(value("data"), raw["data"][1], value("model"), environment, demo_data)
    return Settings(
        model=_model(value("model"), raw["model"][1]),
        backend=value("backend") or "auto",
        backend_option=_pairs("backend-option", value("backend_option") or ()),
        data=data,
        revision=_pairs("revision", value("revision") or ()),
        demo=demo,
        method=method,
        style=value("style") or None,
        sensitivity=value("sensitivity") or None,
        decoding=_pairs("decoding", value("decoding") or ()),
        reader=value("reader") or None,
        fallback=value("fallback") or None,
        shots=_whole("shots", value("shots"), least=0),
        limit=_whole("limit", value("limit"), least=1),
        baseline=_name("baseline", value("baseline")),
        baselines_dir=path("baselines_dir", "baselines"),
        model_name=_name("model-name", value("model_name")),
        licence=_licence(_pairs("licence", value("licence") or ())),
        alpha=_probability(value("alpha")),
        run_dir=path("run_dir", RUN_DIR),
        accept_regression=_reason(value("accept_regression")),
        gate=gate,
        update=update,
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


def _path(option: str, given: str, base: Path) -> str:
    try:
        return str((base / Path(given).expanduser()).resolve())
    except (OSError, RuntimeError, ValueError) as error:  # no such user, a circle of links
        raise McqtestError(f"--{option}={given}: not a path ({error}); correct it") from None


def _model(model: str | None, base: Path) -> str:
    """Empty where none is named: the table may hold the other options only."""
    if not model or model == "demo":
        return model or ""
    folder = _path("model", model, base)
    return folder if os.path.exists(folder) else model  # noqa: PTH110  Path's raises for long ones


def _data(
    given: str | None,
    base: Path,
    model: str | None,
    environment: Mapping[str, str],
    demo_data: Path,
) -> tuple[str | None, bool]:
    if given == "demo" or (not given and model == "demo"):
        return str(demo_data), True
    if given == "hub":
        return None, False
    if given:
        return _path("data", given, base), False
    known = environment.get("MCQTEST_DATA")
    return _path("data", known, Path.cwd()) if known else None, False


def _pairs(option: str, given: Any) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for pair in [given] if isinstance(given, str) else given:
        key, _, value = (part.strip() for part in pair.partition("="))
        if not (key and value):
            raise McqtestError(f"--{option}={pair}: write it as key=value")
        if pairs.get(key, value) != value:
            raise McqtestError(f"--{option} {key}: given as {pairs[key]} and {value}; drop one")
        pairs[key] = value
    return pairs


def _licence(pairs: dict[str, str]) -> dict[str, str]:
    """Checked here, where a mistake is told before anything is asked."""
    known = [each.name for each in fields(Deciding)]
    for key in pairs:
        if key not in known:
            raise McqtestError(f"--licence {key}: unknown; there are {' and '.join(known)}")
    try:
        Deciding(**pairs)
    except ValueError as error:
        raise McqtestError(f"--licence {error}") from None
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


def _probability(given: str | None) -> float:
    try:
        number = float(given or 0.01)
    except ValueError:
        number = 0.0
    if not 1e-6 <= number < 0.5:  # below, not even the largest benchmark could turn red
        raise McqtestError(
            f"--alpha={given}: a probability between 0 and 0.5 is needed, such as 0.01"
        )
    return number


def _name(option: str, given: str | None) -> str | None:
    """A name becomes a folder: nothing that would lead out of --baselines-dir."""
    if not given:
        return None
    if any(part in given for part in "/\\") or given.startswith("."):
        raise McqtestError(
            f"--{option}={given}: a name is needed, not a path; --baselines-dir sets the folder"
        )
    return given


def _reason(given: str | None) -> str | None:
    if given is None:
        return None
    reason = " ".join(given.split())
    if not reason:
        raise McqtestError("--accept-regression: give the reason, it is written into the baseline")
    return reason


def table(root: Path) -> dict[str, Any]:
    """``[tool.mcqtest]`` of the project's pyproject.toml; empty where there is none."""
    path = root / "pyproject.toml"
    try:
        raw = path.read_bytes()
    except OSError:
        return {}
    if b"mcqtest" not in raw:
        return {}  # most projects: not worth parsing
    try:
        found = tomllib.loads(raw.decode()).get("tool", {}).get("mcqtest", {})
    except ValueError as error:
        raise McqtestError(f"{path}: not valid TOML ({error})") from None
    if not isinstance(found, Mapping):
        raise McqtestError(f"{path}: tool.mcqtest = {found!r}: write a table, [tool.mcqtest]")
    known = {option.key for option in OPTIONS} | {"gate"}
    for key in found:
        if key.replace("-", "_") not in known:
            raise McqtestError(
                f"{path}: [tool.mcqtest] {key}: unknown; there are {', '.join(sorted(known))}"
            )
    return {key.replace("-", "_"): value for key, value in found.items()}


def gate(tree: Mapping[str, Any], lines: list[str]) -> dict[str, dict[str, Any]]:
    """Thresholds by place, from the table ``[tool.mcqtest.gate]`` and from ini lines.

    ``mmlu.min_accuracy = 0.6`` bounds a benchmark, ``mmlu.anatomy.max_ece = 0.1`` a task.
    """
    bounds: dict[str, dict[str, Any]] = {}
    if not isinstance(tree, Mapping):
        raise McqtestError(
            f"[tool.mcqtest] gate = {tree!r}: write tables, [tool.mcqtest.gate.mmlu]"
        )
    for benchmark, entries in tree.items():
        if not isinstance(entries, Mapping):
            raise McqtestError(
                f"[tool.mcqtest.gate] {benchmark}: write a table, [tool.mcqtest.gate.{benchmark}]"
            )
        for key, value in entries.items():
            if isinstance(value, Mapping):
                bounds.setdefault(f"{benchmark}/{key}", {}).update(value)
            else:
                bounds.setdefault(benchmark, {})[key] = value
    for line in lines:
        place, equals, value = line.partition("=")
        *path, key = (part.strip() for part in place.split("."))
        try:
            number = float(value)
        except ValueError:
            equals = ""
        if not equals or not 1 <= len(path) <= 2 or not all(path):
            raise McqtestError(f"mcq_gate: {line!r}: write it as mmlu.min_accuracy = 0.6")
        bounds.setdefault("/".join(path), {})[key] = number
    return bounds
