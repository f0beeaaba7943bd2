"""Responses on disk: append-only, one line each, keyed by content.

A response is written before it is judged, so a killed run loses at most what was being
computed. Every process that asks something writes a file of its own (`NAME-IDENTITY.N.jsonl`,
created exclusively), so no two ever write to the same one. A line that cannot be read, such
as the torn last line of a killed run, is skipped, reported, and asked again.
"""

from __future__ import annotations

import errno
import json
import math
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mcqtest.types import McqtestError, Response

FORMAT = 1


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
            for response in self._read(path):
                self._responses[response.key] = response

    def __len__(self) -> int:
        return len(self._responses)

    def __contains__(self, key: object) -> bool:
        return key in self._responses

    def get(self, key: str) -> Response | None:
        return self._responses.get(key)

    def __getitem__(self, key: str) -> Response:
        return self._responses[key]

    def _read(self, path: Path) -> Iterator[Response]:
        try:
            lines = path.read_bytes().split(b"\n")
        except OSError as error:
            raise McqtestError(
                f"{path}: cannot be read ({error.strerror}); mend or remove it"
            ) from None
        if not lines[-1]:
            lines.pop()
        bad = []
        for number, line in enumerate(lines, start=1):
            response = _parse(line)
            if response is None:
                bad.append(number)
            else:
                yield response
        if bad:
            where = (
                f"line {bad[0]}" if len(bad) == 1 else f"{len(bad)} lines, the first is {bad[0]}"
            )
            self.skipped.append(
                f"{path}: {where}: not a readable response, skipped and asked again"
            )

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
        line = json.dumps(fields, allow_nan=False, separators=(",", ":"))
        self._write(line.encode() + b"\n")
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
            os.fsync(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = None


def _append(descriptor: int, line: bytes) -> None:
    """Append a whole line, or nothing."""
    start = os.lseek(descriptor, 0, os.SEEK_END)
    if os.write(descriptor, line) < len(line):
        os.ftruncate(descriptor, start)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _parse(line: bytes) -> Response | None:
    try:
        fields: Any = json.loads(line)
        key, logprobs, shots = fields["key"], fields["logprobs"], fields["shots"]
        text, truncated = fields.get("text"), fields.get("truncated", False)
        whole = (
            fields["format"] == FORMAT
            and isinstance(key, str)
            and isinstance(shots, int)
            and isinstance(text, str | None)
            and isinstance(truncated, bool | None)
            and (text is not None or len(logprobs) > 0)
            and all(isinstance(value, float) and math.isfinite(value) for value in logprobs)
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return Response(key, tuple(logprobs), shots, text, truncated) if whole else None
