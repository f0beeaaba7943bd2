"""What Python's search for garbage need not look through again and again."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept() -> Iterator[None]:
    """All that is made here stays until the process ends, such as questions and stored answers by
    the hundred thousand: while they are made nothing is searched, and later searches leave them out
    (`gc.freeze`). What a model or a test leaves behind comes later and is found as ever.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if before:
            gc.enable()
