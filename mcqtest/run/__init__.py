"""One process's part of a run: what is asked, in which way, and what is stored already."""

from mcqtest.run import asked, batch, chosen, pace, places, project, settings
from mcqtest.run.checks import Collected
from mcqtest.run.engine import Progress
from mcqtest.run.occupied import OccupiedError, lock
from mcqtest.run.planned import Planned
from mcqtest.run.run import Run
from mcqtest.run.settings import Settings
from mcqtest.run.terms import policy_of

__all__ = [
    "Collected",
    "OccupiedError",
    "Planned",
    "Progress",
    "Run",
    "Settings",
    "asked",
    "batch",
    "chosen",
    "lock",
    "pace",
    "places",
    "policy_of",
    "project",
    "settings",
]
