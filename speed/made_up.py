"""A backend that makes answers up, so that all that is not a model can be timed:
``--backend=speed.made_up --model=FILE``.

Any file is a model. One that holds JSON, as `speed.suite` writes it, says which texts it writes in
each benchmark, and which share of its answers is ``moved``: other ones than those of a model of
which none is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
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


def load(model: Model, _setup: Setup) -> MadeUp:
    try:
        told = json.loads(model.folder.read_bytes())
    except ValueError:
        return MadeUp({}, 1.0)
    return MadeUp(told["texts"], told["moved"])


class MadeUp:
    """A `mcqtest.types.Backend` whose answers hang on a request's name, or where they are moved on
    its key, which no other model has.
    """

    def __init__(self, texts: Mapping[str, Sequence[str]], moved: float) -> None:
        self._texts = texts
        self._moved = moved

    def run(self, requests: Iterable[Request]) -> Iterator[Response]:
        for request in requests:
            if request.known:
                continue
            lots = _lots(request.key, 4)
            if int.from_bytes(lots) >= self._moved * 2**32:
                lots = _lots(request.name, 4)
            shots = len(request.prompt.shots)
            if request.decoding is not None:
                text = self._text(request, int.from_bytes(lots))
                yield Response(request.key, (), shots, text, truncated=True)
            else:
                lots = _lots(lots.hex(), len(request.choices))
                yield Response(request.key, tuple(-each / 16 for each in lots), shots)

    def _text(self, request: Request, lot: int) -> str:
        known = self._texts.get(request.name.partition("/")[0])
        return known[lot % len(known)] if known else f" {lot:x} and more"


def _lots(text: str, count: int) -> bytes:
    return hashlib.shake_256(text.encode()).digest(count)
