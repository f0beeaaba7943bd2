"""The old name of what `mcqtest.types` holds of a benchmark's files."""

from mcqtest.types import Columns, Layout, Source

__all__ = ["Columns", "Layout", "Source"]
