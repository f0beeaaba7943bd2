"""One process's part of a run: what is asked, in which way, and what is stored already."""

from mcqtest.run import project, settings
from mcqtest.run.engine import Progress
from mcqtest.run.occupied import OccupiedError, lock
from mcqtest.run.run import Run
from mcqtest.run.settings import Settings

__all__ = ["OccupiedError", "Progress", "Run", "Settings", "lock", "project", "settings"]
