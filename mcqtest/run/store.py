"""Responses on disk: append-only, one line each, keyed by content.

A response is written before it is judged, so a killed run loses at most what was being
computed. Every process that asks something writes a file of its own (`NAME-IDENTITY.N.jsonl`,
created exclusively), so no two ever write to the same one. Each line carries a checksum: one
that cannot be read, such as the torn last line of a killed run, or that is not as it was
written, is skipped, reported, and asked again.
"""

from __future__ import annotations

import errno
import hashlib
import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcqtest.types import McqtestError, Response

FORMAT = 1
_LONGEST = 64 * 1024 * 1024
"""Bytes of a line, beyond which it is none of ours."""
_ROUNDED = 1e-3
"""By how much a logarithm may have been rounded up, beyond 0."""
_TAIL = len(b',"sum":"0123456789abcdef"}')
_HALF = re.compile("[\ud800-\udfff]")
"""Half of a character that takes two in UTF-16: no file can hold it."""


class Store:
    """All stored responses of one model, and a place for new ones."""

    def __init__(self, folder: Path, *, name: str, identity: str) -> None:
        self._folder = folder
        self._stem = f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name)[:60]}-{identity[:16]}"
        self._descriptor: int | None = None
        self._path: Path | None = None
        self.skipped: list[str] = []
        """Where unreadable lines were found, one sentence each."""
        self._responses: dict[str, Response] = {}
        for path in sorted(folder.glob(f"*-{identity[:16]}.*.jsonl")):
            self._responses.update((response.key, response) for response in self._read(path))

    def __len__(self) -> int:
        return len(self._responses)

    def __contains__(self, key: object) -> bool:
        return key in self._responses

    def __iter__(self) -> Iterator[str]:
        """The keys."""
        return iter(self._responses)

    def get(self, key: str) -> Response | None:
        return self._responses.get(key)

    def __getitem__(self, key: str) -> Response:
        return self._responses[key]

    def _read(self, path: Path) -> Sequence[Response]:
        found = _Lines()
        try:
            for number, line in enumerate(_lines(path), start=1):
                found.sort(line, number)
        except OSError as error:
            raise McqtestError(
                f"{path}: cannot be read ({error.strerror}); mend or remove it"
            ) from None
        if bad := found.bad:
            where = (
                f"line {found.first}" if bad == 1 else f"{bad} lines, the first is {found.first}"
            )
            self.skipped.append(
                f"{path}: {where}: not a readable response, skipped and asked again"
            )
        return found.good

    def add(self, response: Response, *, name: str) -> None:
        """Write, then remember. ``name`` is for people who read the file.

        Raises `McqtestError` when it cannot be written; whole earlier lines stay good.
        """
        fields = {
            "format": FORMAT,
            "key": response.key,
            "name": name,
            "logprobs": response.logprobs,
            "shots": response.shots,
        }
        if response.text is not None:
            fields |= {"text": response.text, "truncated": response.truncated}
        if response.tokens is not None:
            fields["tokens"] = response.tokens
        if response.thought_ended is not None:
            fields["thought_ended"] = response.thought_ended
        if response.spelled:
            ends, logprobs = zip(*response.spelled, strict=True)
            fields["spelled"] = [ends, [round(each, 4) for each in logprobs]]
        if response.confidences:
            fields["confidences"] = dict(response.confidences)
        line = json.dumps(fields, allow_nan=False, separators=(",", ":")).encode()[:-1]
        self._write(b'%s,"sum":"%s"}\n' % (line, _sum(line)))
        self._responses[response.key] = response

    def _write(self, line: bytes) -> None:
        try:
            if self._descriptor is None:
                self._descriptor = self._create()
            _append(self._descriptor, line)
        except OSError as error:
            raise McqtestError(
                f"{self._path or self._folder}: a response cannot be written ({error.strerror}); "
                f"free or choose another place with --run-dir and run again: "
                f"{len(self)} responses are kept and will not be asked again"
            ) from None

    def _create(self) -> int:
        self._folder.mkdir(parents=True, exist_ok=True)
        number = 0
        while True:
            self._path = self._folder / f"{self._stem}.{number}.jsonl"
            try:
                return os.open(
                    self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o644
                )
            except FileExistsError:
                number += 1

    def close(self) -> None:
        """Give the file back and make sure that it is on the disk."""
        if self._descriptor is not None:
            with suppress(OSError):  # a disk that fails so late has lost what is asked again
                os.fsync(self._descriptor)
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None


def _append(descriptor: int, line: bytes) -> None:
    """Append a whole line, or nothing."""
    start = os.lseek(descriptor, 0, os.SEEK_END)
    if os.write(descriptor, line) < len(line):
        os.ftruncate(descriptor, start)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _sum(line: bytes) -> bytes:
    """The checksum of all that stands before it in a line."""
    return hashlib.sha256(line).hexdigest()[:16].encode()


def _lines(path: Path) -> Iterator[bytes]:
    """Lines without their ends, one after the other: a file of garbage takes no memory. One that
    is too long comes empty.
    """
    if not path.is_file():  # a pipe would never end
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR) if path.is_dir() else "not a file")
    with path.open("rb") as file:
        while line := file.readline(_LONGEST):
            is_whole = len(line) < _LONGEST or line.endswith(b"\n")
            yield line.rstrip(b"\n") if is_whole else b""
            while not is_whole:
                line = file.readline(_LONGEST)
                is_whole = len(line) < _LONGEST or line.endswith(b"\n")


@dataclass
class _Lines:
    """The lines of one file, sorted as they come."""

    _summed: list[Response] = field(default_factory=list)
    _bare: list[Response] = field(default_factory=list)
    """Of lines without a checksum."""
    _bad: int = 0
    _first_bad: int = 0
    _first_bare: int = 0

    def sort(self, line: bytes, number: int) -> None:
        response, is_summed = _parse(line) if line.startswith(b"{") else (None, False)
        if response is None:
            self._bad += 1
            self._first_bad = self._first_bad or number
        elif is_summed:
            self._summed.append(response)
        else:
            self._bare.append(response)
            self._first_bare = self._first_bare or number

    @property
    def _is_old(self) -> bool:
        """Written before lines had checksums; in another file, one without has lost its own."""
        return not self._summed

    @property
    def good(self) -> list[Response]:
        return self._bare if self._is_old else self._summed

    @property
    def bad(self) -> int:
        return self._bad + (0 if self._is_old else len(self._bare))

    @property
    def first(self) -> int:
        """Number of the first bad line."""
        numbers = [self._first_bad, 0 if self._is_old else self._first_bare]
        return min(filter(None, numbers), default=0)


def _parse(line: bytes) -> tuple[Response | None, bool]:
    """The response of a line, None where it is not as it was written; whether it has a checksum."""
    try:
        text = line.decode()
        fields, end = _JSON.raw_decode(text)
        if text[end:].strip():
            return None, False
        key, logprobs, is_summed = fields["key"], fields["logprobs"], "sum" in fields
        good = fields["format"] == FORMAT and isinstance(key, str) and isinstance(logprobs, list)
        response = Response(key, tuple(logprobs), fields["shots"], *_more(fields))
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, False
    if is_summed:
        good = good and line[-_TAIL:] == b',"sum":"%b"}' % _sum(line[:-_TAIL])
    return response if good and fault(response) is None else None, is_summed


_JSON = json.JSONDecoder()
_LETTERS = {"format", "key", "name", "logprobs", "shots", "sum"}
_NOTHING: tuple[Any, ...] = (None, False, None, None, (), {})


def _more(fields: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a line says of a response besides; where letters were asked for mostly nothing."""
    if fields.keys() <= _LETTERS:
        return _NOTHING
    return (
        fields.get("text"),
        fields.get("truncated", False),
        fields.get("tokens"),
        fields.get("thought_ended"),
        tuple(zip(*fields.get("spelled", []), strict=True)),
        fields.get("confidences", {}),
    )


def _is_plain(response: Response) -> bool:
    """Whether it is letters and nothing else, and nothing is wrong with it."""
    return (
        bool(response.logprobs)
        and all(type(each) is float and -math.inf < each <= _ROUNDED for each in response.logprobs)
        and type(response.shots) is int
        and response.shots >= 0
        and response.text is None
        and response.tokens is None
        and response.thought_ended is None
        and response.truncated is False
        and response.confidences == {}
        and response.spelled == ()
    )


def fault(response: Response) -> str | None:
    """What of a response no model can have said; None where all of it can be kept."""
    return None if _is_plain(response) else _fault(response)


def _fault(response: Response) -> str | None:
    logprobs, shots, text = response.logprobs, response.shots, response.text
    found = None
    if not (logprobs or isinstance(text, str)):
        found = "neither log-probabilities nor a text"
    elif not all(isinstance(value, float) and math.isfinite(value) for value in logprobs):
        found = f"log-probabilities {_listed(logprobs)}; finite numbers are needed"
    elif any(value > _ROUNDED for value in logprobs):
        found = f"log-probabilities {_listed(logprobs)}; logarithms, at most 0, are needed"
    elif type(shots) is not int or shots < 0:
        found = f"{_listed([shots])} shots; a whole number from 0 up is needed"
    elif not isinstance(text, str | None) or not isinstance(response.truncated, bool | None):
        found = "a text that is none, or a mark of its end that is neither true nor false"
    elif not (response.tokens is None or (type(response.tokens) is int and response.tokens >= 0)):
        found = f"{_listed([response.tokens])} tokens; a whole number from 0 up is needed"
    elif not isinstance(response.thought_ended, bool | None):
        found = "a mark of an ended thought that is neither true nor false"
    elif not _numbered(response):
        found = "confidences that are no finite numbers by name, or of tokens, behind places"
    elif text is not None and not text.isascii() and _HALF.search(text):
        found = "half a character in a text"
    return found


def _numbered(response: Response) -> bool:
    """Whether all that it tells of probabilities besides are numbers."""
    told = response.confidences
    if not isinstance(told, dict) or not all(isinstance(name, str) for name in told):
        return False
    if not all(type(end) is int for end, _ in response.spelled):
        return False
    every = [*told.values(), *(each for _, each in response.spelled)]
    return all(isinstance(each, float) and math.isfinite(each) for each in every)


def _listed(values: Sequence[object]) -> str:
    """A few numbers for a message."""
    return ", ".join(f"{each:g}" if isinstance(each, float) else repr(each) for each in values)[:80]
