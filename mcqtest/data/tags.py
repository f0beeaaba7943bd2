"""Labels of questions, by which a user slices figures: procedural, Korean-specific, ..."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mcqtest.data.tables import read, shown
from mcqtest.types import McqtestError

Tags = Mapping[str, tuple[str, ...]]
"""Id of a question, with its task or benchmark before it or alone -> its labels."""


def read_tags(path: str | None) -> Tags:
    """Of a CSV or JSONL with the columns ``id`` and ``labels`` (a list, or text with ; between).

    An id is ``benchmark/task/id``, ``task/id`` or ``id``. Raises `McqtestError` naming the row.
    """
    found: dict[str, tuple[str, ...]] = {}
    for row in read(Path(path), Path(path).name, None) if path else ():
        id_, said = row.cells.get("id"), row.cells.get("labels")
        if isinstance(said, str):
            said = [label.strip() for label in said.split(";") if label.strip()]
        if (
            type(id_) not in {int, str}
            or not isinstance(said, list)
            or not all(isinstance(each, str) for each in said)
        ):
            raise McqtestError(
                f"{row.where}: id is {shown(id_)} and labels {shown(row.cells.get('labels'))}; "
                "write an id, and labels as a list or with ; between"
            )
        found[str(id_)] = (*found.get(str(id_), ()), *said)
    return found


def labels_of(tags: Tags, benchmark: str, task: str, id_: str) -> tuple[str, ...]:
    """The labels of one question, each once."""
    keys = (f"{benchmark}/{task}/{id_}", f"{task}/{id_}", id_)
    return tuple(dict.fromkeys(label for key in keys for label in tags.get(key, ())))
