"""Recorded outputs: what a model said elsewhere, in files, identified by content.

JSONL, also gzipped, one object a line. Which question: ``id`` (or ``question_id``), or ``task``
(``subject``, ``category``) and a 0-based ``index``; also ``task`` and ``id``, and ``benchmark``
where a file answers several. What was said: ``output``, a text (null where nothing came; a list
where there are several samples), or ``logprobs``, a number for each choice, or both;
``truncated`` where the text met a limit.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from mcqtest.tables import Row, names, read, shown
from mcqtest.types import McqtestError, Place, Request

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
        return self._outputs

    @cached_property
    def _outputs(self) -> Outputs:
        found: dict[_Key, Output] = {}
        for path in self.files:
            for row in read(path, path.name, None):
                key, output = _key(row), _output(row)
                if key in found:
                    raise _twice(_said(key), found[key], output)
                found[key] = output
        return Outputs(found)

    def check(self, requests: Iterable[Request], *, strict: bool) -> None:
        """Raise unless every question has one output of its own; with ``strict``, unless it has
        one at all.
        """
        outputs = self.outputs()
        samples = {
            each.place._replace(sample=0): each.place.sample + 1 for each in requests if each.place
        }
        missing = []
        used: dict[_Key, Place] = {}
        for place, wanted in samples.items():
            keys = outputs.keys(place)
            if len(keys) > 1:
                first, second, *_ = (outputs[key] for key in keys)
                raise _twice(str(place), first, second)
            for key in keys:
                if key in used:
                    raise McqtestError(
                        f"{outputs[key].where}: {_said(key)} is both {used[key]} and {place}; "
                        "write the task, too, or choose one benchmark with -m"
                    )
                used[key] = place
                if 0 < (there := len(outputs[key].texts)) < wanted:
                    raise McqtestError(
                        f"{outputs[key].where}: {there} texts for {place}, expected {wanted}; ask "
                        "for fewer with --decoding samples=N"
                    )
            if not keys:
                missing.append(str(place))
        if missing and strict:
            more = f", and {len(missing) - 5} more" if len(missing) > 5 else ""
            raise McqtestError(
                f"{self.folder.name}: no output for {len(missing)} of {len(samples)} questions: "
                f"{', '.join(missing[:5])}{more}; add them, or count them as unanswered with "
                "--backend-option missing=unanswered"
            )


class Outputs:
    """Recorded outputs by the question that they answer."""

    def __init__(self, found: dict[_Key, Output]) -> None:
        self._found = found
        self._forms = {(bool(key.benchmark), bool(key.task), bool(key.id)): None for key in found}

    def __len__(self) -> int:
        return len(self._found)

    def __getitem__(self, key: _Key) -> Output:
        return self._found[key]

    def get(self, place: Place) -> Output | None:
        """The output for one question, however its row names it."""
        return next((self._found[key] for key in self.keys(place)), None)

    def keys(self, place: Place) -> list[_Key]:
        """The rows that name this question; one, unless something is wrong."""
        return [key for key in dict.fromkeys(self._possible(place)) if key in self._found]

    def _possible(self, place: Place) -> Iterator[_Key]:
        task = place.task
        for has_benchmark, has_task, has_id in self._forms:
            benchmark = _plain(task.benchmark.name) if has_benchmark else ""
            identity = (place.id, -1) if has_id else ("", place.row)
            for name in (task.name, task.title) if has_task else ("",):
                yield _Key(benchmark, _plain(name), *identity)


def _twice(what: str, first: Output, second: Output) -> McqtestError:
    return McqtestError(
        f"{second.where}: {what} is answered here and at {first.where}; delete one of the rows"
    )


def _key(row: Row) -> _Key:
    cells = row.cells
    id_ = next((cells[name] for name in ("id", "question_id") if name in cells), None)
    task = _name(row, "task", "subject", "category")
    benchmark = _name(row, "benchmark")
    index = cells.get("index")
    if isinstance(id_, int | str) and not isinstance(id_, bool) and id_ != "":
        return _Key(benchmark, task, str(id_), -1)
    if type(index) is int and index >= 0 and task:
        return _Key(benchmark, task, "", index)
    raise McqtestError(
        f"{row.where}: names no question ({names(cells)}); write its id, or its task and "
        "0-based index"
    )


def _name(row: Row, *columns: str) -> str:
    """What the first of these columns says; empty where there is none of them."""
    column = next((column for column in columns if column in row.cells), None)
    if column is None:
        return ""
    value = row.cells[column]
    if not isinstance(value, str) or not value.strip():
        raise McqtestError(f"{row.where}: {column} is {shown(value)}, expected text; correct it")
    return _plain(value)


def _plain(name: str) -> str:
    """A name, whether it was written with spaces or underscores, in whatever case."""
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())


def _output(row: Row) -> Output:
    cells = row.cells
    texts = _texts(row, cells["output"]) if "output" in cells else ()
    logprobs = _logprobs(row, cells.get("logprobs"))
    if not texts and not logprobs:
        raise McqtestError(
            f"{row.where}: neither output nor logprobs, only {names(cells)}; name what the "
            "model said output"
        )
    return Output(
        texts=texts,
        logprobs=logprobs,
        truncated=cells.get("truncated") is True or cells.get("finish_reason") == "length",
        where=row.where,
    )


def _texts(row: Row, said: object) -> tuple[str, ...]:
    texts = said if isinstance(said, list) else [said]
    found = tuple(_whole(text or "") for text in texts if isinstance(text, str | None))
    if not texts or len(found) < len(texts):
        raise McqtestError(f"{row.where}: output is {shown(said)}, expected text; correct it")
    return found


def _whole(text: str) -> str:
    """A text that was cut inside a character, which JSON can write, with a mark in its place."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _logprobs(row: Row, value: object) -> tuple[float, ...]:
    numbers: list[Any] = value if isinstance(value, list) else [] if value is None else [None]
    found = tuple(
        each for each in numbers if type(each) in {int, float} and abs(each) <= sys.float_info.max
    )
    if len(found) < len(numbers):  # Python reads NaN and Infinity, too, where JSON has none
        raise McqtestError(
            f"{row.where}: logprobs is {shown(value)}, expected a list of finite numbers, one "
            "for each choice; correct it"
        )
    return tuple(map(float, found))


def _said(key: _Key) -> str:
    """A question for a message."""
    name = f"id {shown(key.id)}" if key.id else f"index {key.row}"
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
    if place.is_file() and not _NAMED.fullmatch(place.name):
        raise McqtestError(f"--model={model}: not NAME.jsonl or NAME.jsonl.gz; name it so")
    recording = Recording(place, place.name.removesuffix(".gz").removesuffix(".jsonl"))
    if not recording.files:
        raise McqtestError(f"--model={model}: no *.jsonl or *.jsonl.gz in this folder; add some")
    return recording
