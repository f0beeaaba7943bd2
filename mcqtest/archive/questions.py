"""The questions of tasks, in files that are named after what they say.

A file's name is the fingerprint that baselines and runs have of their questions, so every run that
asked the same shares one file, and a baseline finds its questions though it keeps letters alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcqtest.data import fingerprint
from mcqtest.gate import write
from mcqtest.types import McqtestError, Question

FORMAT = 1
_FIELDS = ("id", "text", "choices", "answer", "subject", "human_accuracy", "targets")


@dataclass(frozen=True, slots=True)
class _Read(Question):
    """A question from a file; kinds of questions that say more do so as they did."""

    said: tuple[Any, ...] = ()

    @property
    def more(self) -> tuple[object, ...]:
        return self.said


def keep_questions(folder: Path, known_as: str, asked: Sequence[Question]) -> list[str]:
    """Keep the questions of a task in a run ``folder``, unless they are there. ``known_as`` is
    their fingerprint (`Record.questions`, behind the number). What a person should know;
    that it cannot be done stands against nothing.
    """
    path = _path(folder, known_as)
    try:
        if not path.is_file():
            write(path, "".join(map(_line, asked)))
    except McqtestError:
        return ["the texts of questions could not be kept, so `mcqtest show` will lack them"]
    return []


def questions(folder: Path, known_as: str) -> tuple[Question, ...] | None:
    """The questions of this fingerprint, in their order; None where they are not kept. Raises
    `McqtestError` for a file that no longer says what it is named after.
    """
    path = _path(folder, known_as)
    try:
        found = tuple(_read(path))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        found = ()
    if not fingerprint(found).startswith(known_as):
        raise McqtestError(f"{path}: damaged; remove it, and a run writes it again")
    return found


def _path(folder: Path, known_as: str) -> Path:
    return folder / "questions" / f"{known_as}.jsonl"


def _line(asked: Question) -> str:
    said = {"format": FORMAT, **{name: getattr(asked, name) for name in _FIELDS}}
    if asked.more:
        said["more"] = asked.more
    told = {key: value for key, value in said.items() if value not in (None, "", ())}
    return json.dumps(told, ensure_ascii=False) + "\n"


def _read(path: Path) -> Iterator[Question]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            said = json.loads(line)
            if said["format"] != FORMAT:
                raise ValueError("another format")
            yield _Read(
                text=said.get("text", ""),
                choices=tuple(said.get("choices", ())),
                answer=said["answer"],
                id=said.get("id", ""),
                subject=said.get("subject", ""),
                human_accuracy=said.get("human_accuracy"),
                targets=tuple(said.get("targets", ())),
                said=tuple(said.get("more", ())),
            )
