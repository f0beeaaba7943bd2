"""Where options were given: paths that pytest takes for its own, and places that disagree."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mcqtest.options import OPTIONS, Option
from mcqtest.types import McqtestError

_PATHS = {"model", "data", "folder", "file", "written"}
"""Kinds of options whose value is a path."""

_SPELLINGS = {f"--{before}{each.name}": each for each in OPTIONS for before in ("", "mcq-")}
FLAGS = frozenset(_SPELLINGS)
"""All spellings of all options."""


class Place(NamedTuple):
    """Values by key of an option; their paths are seen from ``base``."""

    name: str
    values: Mapping[str, Any]
    base: Path


def check_alone(arguments: Sequence[str], base: Path, flags: Collection[str] = FLAGS) -> None:
    """Raise for a path behind a space. pytest chooses its root before it knows what is an option of
    ours, so it takes what exists for a place to look for tests in: another root, another table.
    """
    for option, at in _found(arguments, flags):
        value = arguments[at + 1] if "=" not in arguments[at] and at + 1 < len(arguments) else None
        if value is None:
            continue
        if option.kind in _PATHS or _exists(base / value):
            name = arguments[at]
            raise McqtestError(
                f"write {name}={value} with an equals sign: pytest takes a path that stands alone "
                "for a place to look for tests in"
            )


def given(name: str, arguments: Sequence[str], base: Path, flags: Collection[str]) -> list[Place]:
    """The options on a command line: one place for each that is given, the last one first, for that
    is what counts; those that may be repeated are one.
    """
    places: list[Place] = []
    many: dict[str, list[str]] = {}
    for option, at in _found(arguments, flags):
        _, equals, value = arguments[at].partition("=")
        value = value if equals else next(iter(arguments[at + 1 : at + 2]), "")
        if option.many:
            many.setdefault(option.key, []).append(value)
        else:
            places.append(Place(name, {option.key: value}, base))
    return [*reversed(places), Place(name, many, base)]


def differing(places: Sequence[Place]) -> list[str]:
    """Which value counts, in a sentence for each option that has another in a later place."""
    said = []
    for option in OPTIONS:
        found = [each for each in places if each.values.get(option.key) not in (None, "", [])]
        for other in found[1:]:
            one, two = found[0].values[option.key], other.values[option.key]
            if _meant(option, one, found[0].base) != _meant(option, two, other.base):
                said.append(
                    f"--{option.name}={_shown(one)} ({found[0].name}) counts, not "
                    f"{_shown(two)} ({other.name})"
                )
    return list(dict.fromkeys(said))


def _found(arguments: Sequence[str], flags: Collection[str]) -> list[tuple[Option, int]]:
    """The options that stand there, and where; behind ``--`` there are none."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    names = [argument.partition("=")[0] for argument in arguments[:end]]
    known = _SPELLINGS.keys() & flags
    return [(_SPELLINGS[name], at) for at, name in enumerate(names) if name in known]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _meant(option: Option, value: Any, base: Path) -> Any:
    """A value as it is compared with that of another place."""
    values = value if isinstance(value, list) else [value]
    texts = [str(each).strip() for each in values]
    if option.kind in _PATHS:
        return [_absolute(text, base) for text in texts]
    if option.kind in {"probability", "count", "number"}:
        return [float(text) if _is_number(text) else text for text in texts]
    return sorted(texts)


def _absolute(text: str, base: Path) -> str:
    try:
        return str((base / Path(text).expanduser()).resolve())
    except (OSError, RuntimeError, ValueError):
        return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
