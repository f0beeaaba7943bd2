"""Recorded outputs: what a model said elsewhere, in files, identified by content.

JSONL, also gzipped, one object a line. Which question: ``id`` (or ``question_id``), or ``task``
(``subject``, ``category``) and a 0-based ``index``; also ``task`` and ``id``, and ``benchmark``
where a file answers several. What was said: ``output``, a text (null where nothing came; a list
where there are several samples), or ``logprobs``, a number for each choice, or both;
``truncated`` where the text met a limit.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from mcqtest.tables import Row, names, read, shown
from mcqtest.types import McqtestError, Place

_NAMED = re.compile(r"[^.].*\.jsonl(?:\.gz)?")


class Output(NamedTuple):
    """What was said to one question."""

    texts: tuple[str, ...]
    logprobs: tuple[float, ...]
    truncated: bool
    where: str


class _Key(NamedTuple):
    """Empty strings stand for what a row does not say."""

    benchmark: str
    task: str
    id: str
    row: int


@dataclass(frozen=True)
class Recording:
    """A file of outputs, or a folder of such files."""

    folder: Path
    name: str
    """What its baseline is called unless told otherwise."""

    @property
    def files(self) -> list[Path]:
        if self.folder.is_file():
            return [self.folder]
        inside = sorted(self.folder.iterdir())
        return [path for path in inside if path.is_file() and _NAMED.fullmatch(path.name)]

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the contents of all files; names count for nothing."""
        digests = [hashlib.sha256(_bytes(path)).hexdigest() for path in self.files]
        return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()

    @property
    def stamp(self) -> str:
        """Sizes and times of the files: whether they were written to meanwhile."""
        stats = [(path.name, path.stat()) for path in self.files]
        found = [(name, stat.st_size, stat.st_mtime_ns, stat.st_ino) for name, stat in stats]
        return hashlib.sha256(repr(found).encode()).hexdigest()

    def outputs(self) -> Outputs:
        """All that was recorded. Raises `McqtestError` for what cannot be an answer."""
        found: dict[_Key, Output] = {}
        for path in self.files:
            for row in read(path, path.name, None):
                key, output = _key(row), _output(row)
                if key in found:
                    raise McqtestError(
                        f"{row.where}: {_said(key)} is answered here and at {found[key].where}; "
                        "delete one of the rows"
                    )
                found[key] = output
        return Outputs(found)


class Outputs:
    """Recorded outputs by the question that they answer."""

    def __init__(self, found: dict[_Key, Output]) -> None:
        self._found = found
        self._forms = {(bool(key.benchmark), bool(key.task), bool(key.id)): None for key in found}

    def __len__(self) -> int:
        return len(self._found)

    def get(self, place: Place) -> Output | None:
        """The output for one question, however its row names it."""
        return next((self._found[key] for key in self._keys(place) if key in self._found), None)

    def _keys(self, place: Place) -> Iterator[_Key]:
        task = place.task
        for has_benchmark, has_task, has_id in self._forms:
            benchmark = task.benchmark.name if has_benchmark else ""
            identity = (place.id, -1) if has_id else ("", place.row)
            for name in dict.fromkeys((task.name, task.title)) if has_task else [""]:
                yield _Key(benchmark, _plain(name), *identity)


def _key(row: Row) -> _Key:
    cells = row.cells
    id_ = next((cells[name] for name in ("id", "question_id") if name in cells), None)
    task = next((cells[name] for name in ("task", "subject", "category") if name in cells), "")
    index = cells.get("index")
    benchmark = cells.get("benchmark", "")
    if isinstance(id_, int | str) and not isinstance(id_, bool) and id_ != "":
        identity = (str(id_), -1)
    elif type(index) is int and index >= 0 and task:
        identity = ("", index)
    else:
        raise McqtestError(
            f"{row.where}: names no question ({names(cells)}); write its id, or its task and "
            "0-based index"
        )
    if not isinstance(task, str) or not isinstance(benchmark, str):
        raise McqtestError(f"{row.where}: task is {shown(task)}, expected text; correct it")
    return _Key(benchmark, _plain(task), *identity)


def _plain(task: str) -> str:
    """A task's name, whether it was written with spaces or underscores, in whatever case."""
    return re.sub(r"[\s_-]+", "_", task.strip().casefold())


def _output(row: Row) -> Output:
    if not {"output", "logprobs"} & row.cells.keys():
        raise McqtestError(
            f"{row.where}: neither output nor logprobs, only {names(row.cells)}; name what the "
            "model said output"
        )
    cells = row.cells
    return Output(
        texts=_texts(row, cells["output"]) if "output" in cells else (),
        logprobs=_logprobs(row, cells.get("logprobs")),
        truncated=cells.get("truncated") is True or cells.get("finish_reason") == "length",
        where=row.where,
    )


def _texts(row: Row, said: object) -> tuple[str, ...]:
    texts = said if isinstance(said, list) else [said]
    found = tuple("" if text is None else text for text in texts if isinstance(text, str | None))
    if not texts or len(found) < len(texts):
        raise McqtestError(f"{row.where}: output is {shown(said)}, expected text; correct it")
    return found


def _logprobs(row: Row, value: object) -> tuple[float, ...]:
    numbers: list[Any] = value if isinstance(value, list) else [] if value is None else [None]
    found = tuple(float(each) for each in numbers if type(each) in {int, float})
    # Python reads NaN and Infinity where JSON has none.
    if len(found) < len(numbers) or not all(map(math.isfinite, found)):
        raise McqtestError(
            f"{row.where}: logprobs is {shown(value)}, expected a list of finite numbers, one "
            "for each choice; correct it"
        )
    return found


def _said(key: _Key) -> str:
    """A question for a message."""
    name = f"id {key.id}" if key.id else f"index {key.row}"
    return " ".join(part for part in (key.benchmark, key.task, name) if part)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise McqtestError(f"{path}: cannot be read ({error.strerror})") from None


def find(model: str, *, base: Path) -> Recording:
    """The recording that ``--model`` names, seen from ``base``."""
    place = (base / Path(model).expanduser()).resolve()
    if not place.exists():
        raise McqtestError(
            f"--model={model}: no such file or folder ({place}); give recorded outputs, "
            "FILE.jsonl or FILE.jsonl.gz, or a folder of such files"
        )
    name = place.name.removesuffix(".gz").removesuffix(".jsonl")
    recording = Recording(place, name)
    if not recording.files:
        raise McqtestError(f"--model={model}: no *.jsonl or *.jsonl.gz in this folder; add some")
    return recording
