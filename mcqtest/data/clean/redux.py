"""MMLU-Redux: 100 questions of each MMLU subject, looked at by people (arXiv 2406.04127).

Read as its authors publish it: one CSV for each subject, some with ``;`` for the comma, one in Mac
Roman, columns in any order, labels in many spellings, right answers as indices, letters, several
of either, or in words.
"""

from __future__ import annotations

import ast
import csv
import io
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mcqtest.data.clean.note import OK, Note, known_by
from mcqtest.data.tables import AGAIN, names, shown
from mcqtest.types import McqtestError, Question, Task, one_line

LABELS = (
    OK,
    "bad_question_clarity",
    "bad_options_clarity",
    "no_correct_answer",
    "multiple_correct_answers",
    "wrong_groundtruth",
    "expert",
)
"""Its taxonomy; ``expert``: it takes an expert, and nobody judged it."""

_COLUMNS = ("question", "choices", "answer", "error_type", "correct_answer")


@dataclass(frozen=True)
class Annotated:
    """One row."""

    where: str
    text: str
    choices: tuple[str, ...]
    answer: int
    note: Note


class Redux:
    """The folder with ``mmlu_SUBJECT.csv``. Which choices are right:

    * ``ok`` and ``expert``: the published one, which nobody found wrong;
    * ``wrong_groundtruth``: the one that is stated, if one is;
    * ``multiple_correct_answers``: the published one and those that are stated, if some are;
    * else none: the question is not clear, or has no right choice.
    """

    name = "mmlu_redux"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._strays: dict[str, None] = {}
        if not any(folder.glob("mmlu_*.csv")):
            raise McqtestError(
                f"{folder}: no mmlu_SUBJECT.csv there; download MMLU-Redux "
                "(github.com/aryopg/mmlu-redux), or name its folder"
            )

    @property
    def strays(self) -> Collection[str]:
        return self._strays.keys()

    def of(self, task: Task, asked: Sequence[Question]) -> Sequence[Note | None]:
        """By text and choices; by choices alone where the text is none of the task's, as where an
        address stands in its place, and only one question has them. Repeated questions take notes
        in their order.
        """
        path = self._folder / f"mmlu_{task.name}.csv"
        if not path.is_file():
            return [None] * len(asked)
        places: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for at, question in enumerate(asked):
            whole = known_by(question.text, question.choices)
            places[whole].append(at)
            places[whole[1:]].append(at)
        found: list[Note | None] = [None] * len(asked)
        for row in annotated(path):
            whole = known_by(row.text, row.choices)
            fit = places[whole] or (places[whole[1:]] if len(places[whole[1:]]) == 1 else [])
            free = [at for at in fit if found[at] is None and asked[at].answer == row.answer]
            if free:  # signs are no letters, so two questions may look alike
                found[min(free, key=lambda at: asked[at].text != row.text)] = row.note
            else:
                self._strays[row.where] = None
        return found


def annotated(path: Path) -> list[Annotated]:
    """The rows of one file. Raises `McqtestError`."""
    return [_annotated(where, cells) for where, cells in _rows(path)]


def _rows(path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Every row, as a message names it, with its cells by column."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise McqtestError(f"{path}: cannot be read ({one_line(error)}); mend it {AGAIN}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("mac_roman")
    head = text.partition("\n")[0]
    mark = ";" if head.count(";") > head.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        if missing := [column for column in _COLUMNS if column not in header]:
            raise McqtestError(
                f"{path.name}: no column {missing[0]}, only {names(header)}; download it again"
            )
        for number, cells in enumerate(reader, 1):
            where = f"{path.name}, row {number}"
            if len(cells) != len(header):
                raise McqtestError(
                    f"{where}: {len(cells)} cells, expected {len(header)}; mend it {AGAIN}"
                )
            yield where, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise McqtestError(f"{path.name}: not CSV ({one_line(error)}); mend it {AGAIN}") from None


def _annotated(where: str, cells: dict[str, str]) -> Annotated:
    try:
        choices = ast.literal_eval(cells["choices"])
        answer = int(cells["answer"])
        valid = isinstance(choices, list) and choices[answer] and answer >= 0
    except (ValueError, SyntaxError, LookupError, RecursionError, MemoryError):
        valid = False
    if not valid:
        raise McqtestError(
            f"{where}: choices are {shown(cells['choices'])} and answer {shown(cells['answer'])}, "
            f"expected a list and an index of it; mend it {AGAIN}"
        )
    label = label_of(cells["error_type"])
    if label is None:
        found = f"error_type is {shown(cells['error_type'])}, expected one of {', '.join(LABELS)}"
        raise McqtestError(f"{where}: {found}; mend it {AGAIN}")
    right = _right(label, answer, stated(cells["correct_answer"], len(choices)))
    texts = tuple(map(str, choices))
    return Annotated(where, cells["question"], texts, answer, Note(label, right))


def label_of(said: str) -> str | None:
    """A label in whatever spelling; None for what is none."""
    plain = "_".join(said.lower().split())
    return plain if plain in LABELS else None


def stated(said: str, count: int) -> tuple[int, ...]:
    """The choices that a text names, by index or letter: ``1``, ``B, C``, ``2 and 3``, ``(0, 1)``.
    Nothing where it says more than that.
    """
    words = [word for word in re.split(r"[\s,;()&/]+|\band\b|\bor\b", said) if word]
    if not all(re.fullmatch("[0-9]|[A-Z]", word) for word in words):
        return ()
    found = [int(word) if word.isdigit() else ord(word) - ord("A") for word in words]
    return tuple(dict.fromkeys(found)) if all(each < count for each in found) else ()


def _right(label: str, answer: int, said: tuple[int, ...]) -> tuple[int, ...]:
    others = tuple(each for each in said if each != answer)
    if label in {OK, "expert"}:
        return (answer,)
    if label == "wrong_groundtruth":
        return others if len(others) == 1 and answer not in said else ()
    return (answer, *others) if label == "multiple_correct_answers" and others else ()


@dataclass(frozen=True)
class ReduxTasks:
    """The questions without a flaw, as a source (`mcqtest.types.Finder`): ``folder`` is below
    ``--data``. Ids are 0-based rows of the published files, flawed ones counted.
    """

    folder: str
    place: Path | None = None

    def names(self, root: Path | None) -> Sequence[str]:
        found = sorted(self._there(root).glob("mmlu_*.csv"))
        return [path.stem.removeprefix("mmlu_") for path in found]

    def load(self, name: str, root: Path | None) -> tuple[Question, ...]:
        rows = annotated(self._there(root) / f"mmlu_{name}.csv")
        return tuple(
            Question(row.text, row.choices, row.answer, str(at))
            for at, row in enumerate(rows)
            if row.note.label == OK
        )

    def _there(self, root: Path | None) -> Path:
        if root is None:
            raise McqtestError(
                f"{self.folder}: its authors' CSV files are needed (github.com/aryopg/mmlu-redux); "
                f"pass a folder that holds them in {self.folder} with --data DIR"
            )
        folder = root / self.folder
        return folder if folder.is_dir() else root
