"""A backend that makes answers up, so that all that is not a model can be timed:
``--backend=speed.made_up --model=FILE``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mcqtest.backends import Setup
from mcqtest.types import Request, Response


class Model:
    """Any file: its content is the model's."""

    stamp = ""

    def __init__(self, path: Path) -> None:
        self.name, self.folder = path.stem, path

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.folder.read_bytes()).hexdigest()


def find(model: str, *, base: Path) -> Model:
    return Model(base / model)


def setup(_model: Model, options: Mapping[str, str]) -> Setup:
    return Setup(__name__, dtype="", device="", versions="1", options=options)


def load(_model: Model, _setup: Setup) -> MadeUp:
    return MadeUp()


class MadeUp:
    """A `mcqtest.types.Backend` whose answers hang on a request's key alone."""

    def run(self, requests: Iterable[Request]) -> Iterator[Response]:
        for request in requests:
            if request.known:
                continue
            lots = hashlib.shake_256(request.key.encode()).digest(len(request.choices) or 1)
            shots = len(request.prompt.shots)
            if request.decoding is not None:
                yield Response(request.key, (), shots, f" {lots.hex()} and more", truncated=True)
            else:
                yield Response(request.key, tuple(-each / 16 for each in lots), shots)
