"""The backend of the library `transformers`."""

from mcqtest.backends.transformers.backend import Transformers

__all__ = ["Transformers"]
