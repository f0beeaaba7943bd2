"""What one option may be: each value by its kind, in one line where it is not."""

from __future__ import annotations

import errno
import math
import os.path
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mcqtest.gate import KINDS
from mcqtest.prompts import SHOTS_AS
from mcqtest.types import Limits, McqtestError

_LONGEST = 255
"""Bytes of a folder's name."""


def _text(_option: str, given: str | None, _base: Path) -> str | None:
    return given or None


def path_of(option: str, given: str, base: Path) -> str:
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
    folder = path_of(option, model, base)
    return folder if os.path.exists(folder) else model  # noqa: PTH110  Path's may raise


def _method(_option: str, given: str | None, _base: Path) -> str | None:
    if given and given not in {"letters", "cot", "text"}:
        raise McqtestError(f"--method={given}: unknown; there are letters, cot and text")
    return given or None


def _one_of(*known: str) -> Callable[[str, str | None, Path], str | None]:
    """What checks that a value is one of these."""

    def check(option: str, given: str | None, _base: Path) -> str | None:
        if given and given not in known:
            raise McqtestError(f"--{option}={given}: unknown; there are {' and '.join(known)}")
        return given or None

    return check


def _marks(option: str, given: str | None, _base: Path) -> tuple[str, str] | None:
    if not given:
        return None
    opens, comma, closes = given.partition(",")
    if not comma or not closes.strip():
        raise McqtestError(
            f"--{option}={given}: write both marks with a comma between, such as <think>,</think>; "
            "nothing before the comma where texts begin inside a thought"
        )
    return opens.strip(), closes.strip()


_SECRET = re.compile("(key|token|password|secret)$", re.IGNORECASE)
"""Names of what nobody may see."""

_WORD = re.compile("[a-z_ =]*")
"""What is no such thing by itself."""


def _pairs(option: str, given: Any, _base: Path) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for pair in [given] if given and isinstance(given, str) else given or ():
        key, _, value = (part.strip() for part in pair.partition("="))
        if not (key and value):
            is_shown = option != "backend-option" or _WORD.fullmatch(pair)  # it may be a key
            told = f"={pair}" if is_shown else ""
            raise McqtestError(f"--{option}{told}: write it as key=value")
        if pairs.get(key, value) != value:
            how = "with two values" if _SECRET.search(key) else f"as {pairs[key]} and {value}"
            raise McqtestError(f"--{option} {key}: given {how}; drop one")
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


def _bigbench(option: str, given: Any, base: Path) -> dict[str, str]:
    pairs = _pairs(option, given, base)
    for key, value in pairs.items():
        if key not in {"queries", "seconds", "likelihood"}:
            known = "queries, seconds and likelihood"
            raise McqtestError(f"--{option} {key}: unknown; there are {known}")
        if key == "likelihood" and value not in {"on", "off"}:
            raise McqtestError(f"--{option} {key}={value}: write on or off")
    try:
        Limits.of(pairs)
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
    path = path_of(option, given, base)
    if not Path(path).is_file():
        raise McqtestError(f"--{option}={given}: no such file ({path}); correct it")
    return path


def _written(option: str, given: str | None, base: Path) -> str | None:
    """A file that is going to be written, in a folder that is there."""
    if not given:
        return None
    path = Path(path_of(option, given, base))
    if path.is_dir() or not path.parent.is_dir():
        raise McqtestError(
            f"--{option}={given}: "
            + (
                "a folder; name a file in it"
                if path.is_dir()
                else f"no folder {path.parent}; make it"
            )
        )
    return str(path)


CHECKS: Mapping[str, Callable[[str, Any, Path], Any]] = {
    "text": _text,
    "model": _model,
    "data": _text,
    "folder": path_of,
    "method": _method,
    "switch": _one_of("on", "off"),
    "shots_as": _one_of(*SHOTS_AS),
    "marks": _marks,
    "pairs": _pairs,
    "rules": _rules,
    "bigbench": _bigbench,
    "count": lambda option, given, _: _whole(option, given, least=0),
    "number": lambda option, given, _: _whole(option, given, least=1),
    "probability": _probability,
    "points": _points,
    "margin": _margin,
    "name": _name,
    "names": _names,
    "file": _file,
    "written": _written,
    "reason": _reason,
}
"""Kind of an option (`mcqtest.options.Option.kind`) -> what checks its name, value and base."""
