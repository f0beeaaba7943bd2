"""A benchmark of a table of one's own: a CSV, or JSONL or Parquet, beside the test that asks it."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mcqtest.data.tables import AGAIN, Row, names, read, shown
from mcqtest.types import (
    Benchmark,
    Columns,
    Decoding,
    Layout,
    McqtestError,
    Method,
    Metric,
    Question,
    Source,
    Style,
    TextReader,
    Value,
)


def from_table(
    path: Path,
    *,
    question: str = "question",
    choices: Sequence[str] = (),
    answer: str = "answer",
    first: int = 0,
    task: str | None = None,
    name: str = "",
    style: Style | None = None,
    value: Value | None = None,
    answers: TextReader | None = None,
    scores: tuple[float, float] | None = None,
    max_tokens: int = 64,
    metrics: Sequence[Metric] = (),
    margin: float | None = None,
) -> Benchmark:
    """The benchmark of the questions in one file.

    ``choices`` names the columns of the choices (``"ABCD"``: four of a letter each), or one column
    that holds a list of them. Without any, a text is asked for, of ``max_tokens`` at most, which is
    worth what ``value`` says, from and to what ``scores`` says (None: any number), or right where
    ``answers``, a reader such as `mcqtest.answers.number`, finds the ``answer`` in it; by default
    where it is the ``answer`` but for case and spaces.
    ``answer`` names the column of the right one: a letter, a number from ``first`` up, or a text.
    ``task`` names the column that divides the questions into pytest cases. ``name`` is that of the
    benchmark and of its marker, by default the file's. A column ``id`` is used where there is one.
    ``margin`` is the drop, in points, that a pass has to exclude.
    The questions are asked without examples. Raises `McqtestError` for what is no such table.
    """
    rows = read(path, path.name, None)
    if not rows:
        raise McqtestError(f"{path}: no rows, expected questions; fill it")
    cells = rows[0].cells
    listed = isinstance(choices, str) and choices in cells
    _check(path, cells, (question, answer, *([task] if task else [])))
    if not listed:
        _check(path, cells, choices, said=choices)
    if (choices and (value or answers)) or (value and answers):
        raise McqtestError(
            f"{path}: choices are asked for a letter, and a text is worth what a value says, or "
            "read by answers; give one of choices, value and answers"
        )
    columns = Columns(
        question=question,
        choices=str(choices) if listed else tuple(choices),
        answer=answer,
        first=first,
        id="id" if "id" in cells else None,
        task=task,
    )
    layout = Layout(re.sub("[{}]", r"\g<0>\g<0>", path.name), columns)
    name = name or re.sub(r"\W", "_", path.name.partition(".")[0])
    if not name.isidentifier() or name.startswith("_") or name in _TAKEN:
        raise McqtestError(
            f'{path}: {name!r} cannot be a marker of pytest; name the benchmark with name="..."'
        )
    titles = _titles(rows, task) if task else {name: name}
    decoding = Decoding(max_tokens=max_tokens, stop=("\n\n",))
    text = Method(style, decoding, value=None if answers else value or same)
    return Benchmark(
        name=name,
        groups={"all": tuple(titles)},
        source=Source("", (layout,), place=path.parent),
        methods={"letters": Method(style)} if choices else {"text": text},
        shots=0,
        answers=dict.fromkeys(titles, answers) if answers else {},
        titles={key: title for key, title in titles.items() if key != title},
        metrics=tuple(metrics),
        margin=margin,
        scores=scores or (None if value else (0.0, 1.0)),
    )


_TAKEN = {
    *keyword.kwlist,
    *("filterwarnings", "parametrize", "skip", "skipif", "usefixtures", "xfail"),
}
"""What means something else behind -m."""


def _check(
    path: Path, cells: Mapping[str, object], columns: Iterable[str], *, said: object = None
) -> None:
    """Raise for a column that is not there; ``said``: how choices were named."""
    for column in columns:
        if column not in cells:
            named = f" (choices={said!r})" if said else ""
            raise McqtestError(f"{path}: no column {column}{named}, only {names(cells)}; name it")


def same(question: Question, text: str) -> float:
    """1 where a text is one of the question's targets, but for case and space around it."""
    return float(text.strip().casefold() in {each.strip().casefold() for each in question.targets})


def _titles(rows: Sequence[Row], column: str) -> dict[str, str]:
    """Names for command lines -> what stands in the column, in the order of appearance."""
    titles: dict[str, str] = {}
    for row in rows:
        title = row.cells.get(column)
        if not isinstance(title, str) or not title.strip():
            found = f"{column} is {shown(title)}, expected the name of a task"
            raise McqtestError(f"{row.where}: {found}; correct it {AGAIN}")
        if title not in titles.values():
            plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
            name = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_") or f"task_{len(titles) + 1}"
            while name.casefold() in map(str.casefold, titles):  # names are those of files
                name += "_"
            titles[name] = title
    return titles
