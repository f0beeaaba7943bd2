"""``mcqtest COMMAND``: what there is to do around the gate, without a model."""

from mcqtest.cli.main import main

__all__ = ["main"]
