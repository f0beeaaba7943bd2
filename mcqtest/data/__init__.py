"""Questions, from local files or from the hub, exactly as published; and rows of any table."""

from mcqtest.data.questions import fingerprint, load
from mcqtest.data.tables import Row, comparable, names, read, shown

__all__ = ["Row", "comparable", "fingerprint", "load", "names", "read", "shown"]
