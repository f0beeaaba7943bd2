"""What people found wrong with published questions, as notes on the questions that were asked.

A `Note` says what a question's flaw is and which choices are right; a `Notes` finds the note of
each question of a task: `notes_of` makes one of MMLU-Redux, of MMLU-Pro's later corrections, or of
a list of one's own.
"""

from __future__ import annotations

from pathlib import Path

from mcqtest.data.clean.corrections import Corrections
from mcqtest.data.clean.note import OK, Note, Notes
from mcqtest.data.clean.own import Listed
from mcqtest.data.clean.redux import Redux, ReduxTasks
from mcqtest.types import McqtestError

__all__ = [
    "NOTED",
    "OK",
    "Corrections",
    "Listed",
    "Note",
    "Notes",
    "Redux",
    "ReduxTasks",
    "notes_of",
]

NOTED = {"mmlu_redux": "mmlu", "mmlu_pro_corrections": "mmlu_pro"}
"""Name -> the benchmark whose questions it is about."""


def notes_of(said: str, root: Path | None) -> Notes:
    """By a name, which is looked for in the folder of ``--data``, or by a path: a folder of
    MMLU-Redux, a file of MMLU-Pro's corrections (it has a column ``question_id``), or a list with
    the columns ``id`` and ``answer``. Raises `McqtestError`.
    """
    if said in NOTED and root is None:
        raise McqtestError(f"--clean={said}: add --data DIR, the folder that holds it")
    if said == "mmlu_redux":
        return Redux(root / said if root else Path(said))
    if said == "mmlu_pro_corrections":
        found = sorted((root or Path()).glob("mmlu_pro/corrections*.jsonl*"))
        if not found:
            raise McqtestError(
                f"{root}: no mmlu_pro/corrections*.jsonl there; name the file, as --clean=FILE"
            )
        return Corrections(found)
    path = Path(said).expanduser()
    if path.is_dir():
        return Redux(path)
    if not path.is_file():
        raise McqtestError(
            f"--clean={said}: no such file or folder, nor one of {', '.join(NOTED)}; name a table "
            "with the columns id and answer"
        )
    return Corrections([path]) if Corrections.is_one(path) else Listed(path)
