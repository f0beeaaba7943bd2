"""The process that a programmatic task runs in: started by its path, with nothing of mcqtest.

It is told over a connection which task it is, gives it an official ``Model`` that asks over the
same connection, and tells what the task returned or how it failed. What the task prints, changes
or never ends stays in here (`mcqtest.bigbench.play`).
"""

from __future__ import annotations

import abc
import ctypes
import importlib
import json
import os
import random
import signal
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

_KILLED_WITH_PARENT = 1
"""PR_SET_PDEATHSIG, of Linux."""


class Line:
    """To the process that answers."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._owner = os.getpid()

    def ask(self, asks: Sequence[dict[str, Any]]) -> list[Any]:
        """Texts, or lists of log-probabilities, in order."""
        if os.getpid() != self._owner:
            raise RuntimeError("the model was asked by a process that the task had forked")
        if not asks:
            return []
        self.tell({"asks": list(asks)})
        return list(self.hear())

    def tell(self, what: dict[str, Any]) -> None:
        self._connection.send_bytes(json.dumps(what).encode())

    def hear(self) -> Any:
        try:
            return json.loads(self._connection.recv_bytes())
        except EOFError:  # nobody waits for an end any more
            os._exit(1)


def model_of(line: Line) -> Any:
    """An official model; how outputs are cut and scores are normalised is the package's own way."""
    import numpy as np
    from bigbench.api.model import Model, ModelData
    from bigbench.models.model_utils import postprocess_output

    class Asked(Model):  # type: ignore[misc]
        def generate_text(
            self,
            inputs: Any,
            max_length: int | None = None,
            stop_string: str | None = None,
            output_regex: str | None = None,
        ) -> Any:
            one = isinstance(inputs, str)
            prompts = [inputs] if one else list(inputs)
            texts = line.ask([{"prompt": _text(each)} for each in prompts])
            texts = postprocess_output(texts, max_length, stop_string, output_regex)
            return texts[0] if one else texts

        def cond_log_prob(
            self, inputs: Any, targets: Any, absolute_normalization: bool | None = False
        ) -> Any:
            from scipy.special import logsumexp

            one = isinstance(inputs, str)
            pairs = [(inputs, targets)] if one else list(zip(inputs, targets, strict=True))
            said = line.ask(
                [
                    {"prompt": _text(prompt), "targets": [_text(each) for each in several]}
                    for prompt, several in pairs
                ]
            )
            scores = [np.asarray(each, dtype=np.float64) for each in said]
            if not absolute_normalization:
                scores = [each - logsumexp(each) for each in scores]
            rows = [list(each) for each in scores]
            return rows[0] if one else rows

        def model_data(self) -> Any:
            """Nothing here knows how large the model is; no official task asks."""
            return ModelData("mcqtest", "mcqtest", 0, 0, 0, 0, 0, "the model of this run", {})

    return Asked()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} where the model needs text")
    return str(value)  # of numpy's texts


def load(module: str) -> Any:
    """The task of a module, found as the package's own loader does: every class is made once."""
    from bigbench.api.task import Task

    found, place = [], importlib.import_module(module)
    for name in dir(place):
        made = getattr(place, name)
        if isinstance(made, abc.ABCMeta):
            with suppress(Exception):
                if isinstance(made(), Task):
                    found.append(made)
    if len(found) != 1:
        raise TypeError(f"{len(found)} tasks where one is expected")
    return found[0]()


def play(line: Line, told: dict[str, Any]) -> dict[str, Any]:
    """What the task returns, as plain values."""
    import numpy as np

    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  what tasks use
    task = load(told["module"])
    scores = task.evaluate_model(model_of(line), max_examples=told["examples"])
    return {"scores": [_plain(each) for each in (scores if isinstance(scores, list) else [scores])]}


def _plain(score: Any) -> dict[str, Any]:
    """A ``ScoreData``; what is no number among its scores is left out, as officially."""
    numbers = {}
    for name, value in score.score_dict.items():
        with suppress(TypeError, ValueError):
            numbers[str(name)] = float(value)
    return {
        "scores": numbers,
        "preferred": str(score.preferred_score),
        "shots": int(score.number_of_shots),
        "low": float(score.low_score),
        "high": float(score.high_score),
        "subtask": str(score.subtask_description),
    }


def failure(error: BaseException) -> dict[str, Any]:
    """How a task failed, and where in its own code."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return {"missing": error.name}
    said = next(iter(str(error).strip().splitlines()), "")
    trace = traceback.extract_tb(error.__traceback__)
    inside = [each for each in trace if each.filename != __file__] or trace
    last = inside[-1]
    where = f"{os.path.basename(last.filename)}, line {last.lineno}"  # noqa: PTH119
    return {"raised": f"{type(error).__name__}: {said}"[:300], "where": where}


def main() -> None:
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_KILLED_WITH_PARENT, signal.SIGKILL)
    line = Line(Connection(int(sys.argv[1])))
    told = line.hear()
    sys.path[:] = told["path"]
    try:
        ended = play(line, told)
    except BaseException as error:  # noqa: BLE001  SystemExit and whatever else a task thinks of
        ended = failure(error)
    line.tell(ended)
    os._exit(0)  # whatever threads it has


if __name__ == "__main__":
    main()
