"""Questions, from local files or from the hub, exactly as published; and rows of any table."""

from mcqtest.data.bigbench.example import Example, Spec
from mcqtest.data.bigbench.programs import Program, Programs
from mcqtest.data.bigbench.source import JsonTasks
from mcqtest.data.clean import NOTED, OK, Note, Notes, ReduxTasks, notes_of
from mcqtest.data.files import twins
from mcqtest.data.own import from_table
from mcqtest.data.questions import fingerprint, forget, load
from mcqtest.data.tables import Row, comparable, names, read, shown
from mcqtest.data.tags import Tags, labels_of, read_tags

__all__ = [
    "NOTED",
    "OK",
    "Example",
    "JsonTasks",
    "Note",
    "Notes",
    "Program",
    "Programs",
    "ReduxTasks",
    "Row",
    "Spec",
    "Tags",
    "comparable",
    "fingerprint",
    "forget",
    "from_table",
    "labels_of",
    "load",
    "names",
    "notes_of",
    "read",
    "read_tags",
    "shown",
    "twins",
]
