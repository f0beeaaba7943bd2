"""Runs that are kept side by side in a run folder, and the questions that they asked.

``.mcqtest/runs/NAME-0007/`` holds a run's ``summary.json``, ``results.jsonl`` and ``tasks.jsonl``;
``.mcqtest/questions/FINGERPRINT.jsonl`` the questions of a task, once for all runs that asked them.
Nothing here decides anything, and a run whose files cannot be kept is judged all the same.

Reading: `every` run of a folder, oldest first; the `newest`; the one that is `named`. Each is a
`Kept`, which reads its files when they are asked for::

    for kept in archive.every(Path(".mcqtest")):
        print(kept.name, kept.summary["verdict"], len(kept.tasks))

`holding` finds the run that a baseline was recorded from, by the answers themselves; `questions`
those of a task, by the fingerprint that a baseline has. Keeping: `keep`, `keep_questions`, and
`prune`, which removes the oldest runs.
"""

from mcqtest.archive.folder import every, holding, is_newest, named, newest, prune, remove, surplus
from mcqtest.archive.keeping import MOST, keep
from mcqtest.archive.kept import Kept, KeptTask
from mcqtest.archive.questions import keep_questions, questions

__all__ = [
    "MOST",
    "Kept",
    "KeptTask",
    "every",
    "holding",
    "is_newest",
    "keep",
    "keep_questions",
    "named",
    "newest",
    "prune",
    "questions",
    "remove",
    "surplus",
]
