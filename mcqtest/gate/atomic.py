"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from mcqtest.types import McqtestError


def write(path: Path, text: str | Iterable[str]) -> None:
    """Write a whole file or leave the old one; never half of one. A text may come in parts."""
    write_all({path: text})


def write_all(texts: Mapping[Path, str | Iterable[str]]) -> None:
    """Write all files or leave all old ones: everything that needs room is done before the
    first old file is replaced.
    """
    temporaries = {path: path.with_name(f".{path.name}.{os.getpid()}.tmp") for path in texts}
    path = None
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Half a character, as in a path that is not UTF-8, becomes what JSON writes for it.
            with temporaries[path].open(
                "w", encoding="utf-8", errors="backslashreplace", newline="\n"
            ) as file:
                file.writelines([text] if isinstance(text, str) else text)
        for path, temporary in temporaries.items():
            temporary.replace(path)
    except OSError as error:
        raise McqtestError(
            f"{path}: cannot be written ({error.strerror}); free space or rights there, then run "
            "the same command again: stored responses are kept"
        ) from None
    finally:
        for temporary in temporaries.values():
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def write_or_remove(path: Path, text: str) -> None:
    """Write a file whose old text must not stay, whatever happens: where there is no room for the
    new one the old one goes, and where it cannot go it is emptied.
    """
    try:
        write(path, text)
    except McqtestError:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # also where a folder may not be changed
            if path.exists():
                path.write_bytes(b"")
