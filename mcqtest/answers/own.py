"""A reader of one's own: ``--reader=package.module:function``."""

from __future__ import annotations

import hashlib
import importlib
import inspect
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from mcqtest.types import McqtestError, one_line

Function = Callable[[str, Sequence[str]], Any]
"""What it gives is checked: the index of a choice, or a text where there are no choices."""


@cache
def reader(name: str) -> tuple[Function, str]:
    """The function of this name, and the hash of the file that it is written in: an edited reader
    is another one. Raises `McqtestError` for what is no such function.
    """
    place, _, called = name.partition(":")
    try:
        module = importlib.import_module(place)
    except Exception as error:
        said = one_line(error, named=True)
        raise McqtestError(f"--reader={name}: {place} cannot be imported ({said})") from error
    function = getattr(module, called, None)
    if not callable(function):
        raise McqtestError(f"--reader={name}: {place} has no function {called!r}")
    try:
        inspect.signature(function).bind("", ())
    except ValueError:  # one that is not written in Python says nothing of what it takes
        pass
    except TypeError as error:
        raise McqtestError(
            f"--reader={name}: is called with a text and the choices, and cannot be "
            f"({one_line(error)})"
        ) from None
    return _checked(name, function), hashlib.sha256(_file(module, function)).hexdigest()[:12]


def _file(module: object, function: object) -> bytes:
    """What the function is written in, else the module that hands it on."""
    try:
        own = inspect.getsourcefile(inspect.unwrap(function))  # type: ignore[arg-type]
    except TypeError:
        own = None
    paths = [Path(path) for path in (own, getattr(module, "__file__", None)) if path]
    return next((path.read_bytes() for path in paths if path.is_file()), b"")


def _checked(name: str, function: Function) -> Function:
    def read(text: str, choices: Sequence[str]) -> int | str | None:
        found: object = function(text, choices)
        fits = type(found) is int and found >= 0 if choices else isinstance(found, str)
        if found is not None and not fits:
            wanted = "the index of a choice, counted from 0" if choices else "the answer as a text"
            raise McqtestError(
                f"--reader={name}: gave {repr(found)[:60]} for a text; give {wanted}, or None"
            )
        return found  # type: ignore[return-value]  # as was just checked

    return read
