"""Recorded outputs: what a model said elsewhere, in files, identified by content.

The rows of these files are described in `mcqtest.backends.outputs`, and those of a batch's results
in `mcqtest.backends.batch`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mcqtest.backends.batch import HASHED, short, unwrapped
from mcqtest.backends.checkpoint import digest, stamp
from mcqtest.backends.outputs import Key, Output, described, read_key, read_output
from mcqtest.data import comparable, read
from mcqtest.types import McqtestError, Origin, Request, Source, Task

_NAMED = re.compile(r"[^.].*\.jsonl(?:\.gz)?")


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
        digests = sorted(digest(path) for path in self.files)
        return hashlib.sha256("\n".join(digests).encode()).hexdigest()

    @property
    def stamp(self) -> str:
        """Whether the files were written to meanwhile."""
        return stamp(self.files)

    def outputs(self) -> Outputs:
        """All that was recorded. Raises `McqtestError` for what cannot be an answer."""
        return self._outputs

    @cached_property
    def _outputs(self) -> Outputs:
        found: dict[Key, Output] = {}
        for path in self.files:
            for told in read(path, path.name, None):
                if (row := unwrapped(told)) is None:
                    continue
                key, output = read_key(row), read_output(row)
                if key in found:
                    raise _twice(described(key), found[key], output)
                found[key] = output
        return Outputs(found)

    @cached_property
    def vouched(self) -> bool:
        """Whether all rows say what was asked. Raises `McqtestError` where some alone do."""
        every = [output for _, output in self.outputs().items()]
        without = next((output for output in every if not output.hash), None)
        if without is not None and any(output.hash for output in every):
            raise McqtestError(
                f"{without.where}: has no asked_hash, and other rows have one; copy it from the "
                "prompts, or leave it out everywhere, and nobody knows how they were asked"
            )
        return bool(every) and without is None

    def told(self, origin: Origin) -> tuple[str, str]:
        """The hash of what a question was asked by, and where that stands; empty where it was not
        asked.
        """
        output = self.outputs().get(origin)
        return ("", "") if output is None else (output.hash, output.where)

    @property
    def kind(self) -> str:
        """What was recorded, in words; empty where the rows say what was asked, so that it counts
        as asked in that way.
        """
        if self.vouched:
            return ""
        scored = [bool(output.logprobs) for _, output in self.outputs().items()]
        if not any(scored):
            return "texts"
        return "log-probabilities" if all(scored) else "texts and log-probabilities"

    def check(self, requests: Iterable[Request], *, strict: bool) -> list[str]:
        """Raise unless every question has one output of its own; with ``strict``, unless it has
        one at all. What a person should know of the rest, in sentences.
        """
        outputs = self.outputs()
        samples: dict[Origin, int] = {}
        choices: dict[Origin, int] = {}
        for request in requests:
            if request.origin is not None:
                self._check_kind(request, request.origin)
                origin = request.origin._replace(sample=0)
                samples[origin] = max(samples.get(origin, 0), 1 + request.origin.sample)
                choices[origin] = max(choices.get(origin, 0), len(request.choices))
        missing: list[str] = []
        used: dict[Key, Origin] = {}
        for origin, wanted in samples.items():
            key = outputs.key(origin)
            if key is None:
                missing.append(str(origin))
                continue
            output = outputs[key]
            if key in used or (not key.task and _numbered(origin.task)):
                also = f"{used[key]} and {origin}" if key in used else f"{origin} and others"
                raise McqtestError(
                    f"{output.where}: {described(key)} can be {also}; write the task, too, or "
                    "choose one benchmark with -m"
                )
            used[key] = origin
            _fits(output, origin, wanted, choices[origin])
        if not missing:
            return []
        more = f", and {len(missing) - 5} more" if len(missing) > 5 else ""
        found = (
            f"{self.folder.name}: no output for {len(missing)} of {len(samples)} questions: "
            f"{', '.join(missing[:5])}{more}"
        )
        spare = next((output for key, output in outputs.items() if key not in used), None)
        if spare is not None:
            found += f"; some rows answer none of those that were asked, such as {spare.where}"
        if strict:
            raise McqtestError(
                f"{found}; add them, or count them as unanswered with "
                "--backend-option missing=unanswered"
            )
        return [f"{found}; they count as unanswered"]

    def _check_kind(self, request: Request, origin: Origin) -> None:
        """Raise where it is known what was asked for, and something else was recorded."""
        output = self.outputs().get(origin) if self.vouched else None
        if output is None:
            return
        wanted, found = ("output", "logprobs") if request.decoding else ("logprobs", "output")
        if not (output.texts if request.decoding else output.logprobs):
            raise McqtestError(
                f"{output.where}: {origin} has {found} alone, and {wanted} was asked for; record "
                "that, or write prompts of another --method"
            )


def _numbered(task: Task) -> bool:
    """Whether ids are row numbers there, which are the same in every task."""
    benchmark, source = task.benchmark, task.benchmark.source
    named = isinstance(source, Source) and source.layouts[-1].columns.id is not None
    return len(benchmark.tasks) > 1 and not named


def _fits(output: Output, origin: Origin, samples: int, choices: int) -> None:
    """Raise unless there are as many texts as samples, and numbers as choices."""
    if output.texts not in {(), ("",)} and len(output.texts) != samples:
        raise McqtestError(
            f"{output.where}: {len(output.texts)} texts for {origin}, expected {samples}; say with "
            "--decoding samples=N how many there are"
        )
    if output.logprobs and len(output.logprobs) != choices:
        raise McqtestError(
            f"{output.where}: {len(output.logprobs)} logprobs for {origin}, which has {choices} "
            "choices; write one for each"
        )


class Outputs:
    """Recorded outputs by the question that they answer."""

    def __init__(self, found: dict[Key, Output]) -> None:
        self._found = found
        self._forms = {(bool(key.benchmark), bool(key.task), bool(key.id)): None for key in found}

    def __len__(self) -> int:
        return len(self._found)

    def items(self) -> Iterable[tuple[Key, Output]]:
        return self._found.items()

    def __getitem__(self, key: Key) -> Output:
        return self._found[key]

    def get(self, origin: Origin) -> Output | None:
        """The output for one question, however its row names it."""
        key = self.key(origin)
        return None if key is None else self._found[key]

    def key(self, origin: Origin) -> Key | None:
        """The row that names this question; raises `McqtestError` for two."""
        keys = [key for key in dict.fromkeys(self._possible(origin)) if key in self._found]
        if len(keys) > 1:
            raise _twice(str(origin), self._found[keys[0]], self._found[keys[1]])
        return keys[0] if keys else None

    def _possible(self, origin: Origin) -> Iterator[Key]:
        task = origin.task
        for has_benchmark, has_task, has_id in self._forms:
            benchmark = comparable(task.benchmark.name) if has_benchmark else ""
            identity = (origin.id, -1) if has_id else ("", origin.row)
            for name in (task.name, task.title) if has_task else ("",):
                yield Key(benchmark, comparable(name), *identity)
        if (False, True, True) in self._forms:
            yield Key("", HASHED, short(str(origin)), -1)


def _twice(what: str, first: Output, second: Output) -> McqtestError:
    return McqtestError(
        f"{second.where}: {what} is answered here and at {first.where}; delete one of the rows"
    )


def find(model: str, *, base: Path) -> Recording:
    """The recording that ``--model`` names, seen from ``base``."""
    place = (base / Path(model).expanduser()).resolve()
    if not place.exists():
        raise McqtestError(
            f"--model={model}: no such file or folder ({place}); give recorded outputs, "
            "FILE.jsonl or FILE.jsonl.gz, or a folder of such files"
        )
    if not place.is_dir() and not (place.is_file() and _NAMED.fullmatch(place.name)):
        raise McqtestError(f"--model={model}: not NAME.jsonl or NAME.jsonl.gz; name it so")
    recording = Recording(place, place.name.removesuffix(".gz").removesuffix(".jsonl"))
    if not recording.files:
        raise McqtestError(f"--model={model}: no *.jsonl or *.jsonl.gz in this folder; add some")
    return recording
