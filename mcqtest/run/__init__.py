"""One process's part of a run: what is asked, in which way, and what is stored already."""

from mcqtest.run import places, project, settings
from mcqtest.run.checks import Collected
from mcqtest.run.engine import Progress
from mcqtest.run.occupied import OccupiedError, lock
from mcqtest.run.run import Run
from mcqtest.run.settings import Settings
from mcqtest.run.terms import policy_of

__all__ = [
    "Collected",
    "OccupiedError",
    "Progress",
    "Run",
    "Settings",
    "lock",
    "places",
    "policy_of",
    "project",
    "settings",
]
