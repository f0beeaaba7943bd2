"""Outputs that were recorded elsewhere, by an API or another tool, as the answers of a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mcqtest.recording import Output, Recording
from mcqtest.types import AnswerError, McqtestError, Request, Response

_NOTHING = Output(("",), (), truncated=False, where="")


class Replay:
    """A `mcqtest.types.Backend` that looks answers up."""

    def __init__(self, recording: Recording, options: Mapping[str, str]) -> None:
        self._name = recording.name
        self._outputs = recording.outputs()
        self._is_strict = options.get("missing", "error") == "error"

    def run(self, requests: Iterable[Request]) -> Iterator[Response]:
        """Answer; see `mcqtest.types.Backend`. Nothing is answered where something is missing."""
        found = [(request, self._find(request)) for request in requests]
        missing = [request.name for request, output in found if output is None]
        if missing and self._is_strict:
            more = f", and {len(missing) - 5} more" if len(missing) > 5 else ""
            raise McqtestError(
                f"{self._name}: no output for {len(missing)} of {len(found)} questions: "
                f"{', '.join(missing[:5])}{more}; add them, or count them as unanswered with "
                "--backend-option missing=unanswered"
            )
        for request, output in found:
            if not request.known:
                yield _response(request, output or _NOTHING)

    def _find(self, request: Request) -> Output | None:
        assert request.place is not None
        output = self._outputs.get(request.place)
        if output is not None and 0 < len(output.texts) <= request.place.sample:
            raise McqtestError(
                f"{output.where}: {len(output.texts)} texts for {request.name}, expected more; "
                "ask for fewer with --decoding samples=N"
            )
        return output


def _response(request: Request, output: Output) -> Response:
    if output.logprobs and len(output.logprobs) != len(request.choices):
        raise AnswerError(
            f"{request.name}: {len(output.logprobs)} logprobs for {len(request.choices)} choices "
            f"({output.where}); write one for each choice"
        )
    assert request.place is not None
    text = output.texts[request.place.sample] if output.texts else None
    return Response(request.key, output.logprobs, 0, text, output.truncated)
