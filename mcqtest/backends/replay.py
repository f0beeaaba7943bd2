"""The kind of backend that asks nothing: outputs that were recorded elsewhere, by an API or another
tool, are the answers of a model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from mcqtest.backends import arguments, recording
from mcqtest.backends.recording import Recording
from mcqtest.backends.setup import Setup
from mcqtest.backends.templates import ChatTemplate
from mcqtest.types import Origin, Request, Response


def find(model: str, *, base: Path) -> Recording:
    return recording.find(model, base=base)


def recorded(model: Recording) -> str:
    return model.kind


def setup(_model: Recording, options: Mapping[str, str]) -> Setup:
    arguments.check_replay(options)
    return Setup("replay", "", "", "recorded outputs", options)


def check(model: Recording, requests: Iterable[Request], chosen: Setup) -> list[str]:
    return model.check(requests, strict=_is_strict(chosen.options))


def vouched(model: Recording) -> Callable[[Origin], tuple[str, str]] | None:
    return model.told if model.vouched else None


def template(model: Recording, _setup: Setup) -> ChatTemplate | None:
    """Whichever was used: the turns alone are known, by their hash."""
    return AnyTemplate("", model.folder) if model.vouched else None


class AnyTemplate(ChatTemplate):
    """That of a model elsewhere."""

    @property
    def fingerprint(self) -> str:
        return ""

    @property
    def default(self) -> tuple[bool, str]:
        return False, "nobody said that its prompts were written in turns"

    def check(self, options: Mapping[str, str]) -> None:
        """Nothing is known of what it mentions."""


def load(model: Recording, chosen: Setup) -> Replay:
    return Replay(model, chosen.options)


def _is_strict(options: Mapping[str, str]) -> bool:
    """Whether a question without an output is a mistake."""
    return options.get("missing", "error") == "error"


class Replay:
    """A `mcqtest.types.Backend` that looks answers up."""

    def __init__(self, recording: Recording, options: Mapping[str, str]) -> None:
        self._recording = recording
        self._outputs = recording.outputs()
        self._is_strict = _is_strict(options)

    def run(self, requests: Iterable[Request]) -> Iterator[Response]:
        """Answer; see `mcqtest.types.Backend`. Nothing is answered where something is wrong."""
        asked = list(requests)
        self._recording.check(asked, strict=self._is_strict)
        for request in asked:
            if not request.known:
                yield self._response(request)

    def _response(self, request: Request) -> Response:
        assert request.origin is not None
        output = self._outputs.get(request.origin)
        if output is None:
            return Response(request.key, (), 0, text="")
        several = len(output.texts) > 1
        text = output.texts[request.origin.sample if several else 0] if output.texts else None
        logprobs = output.logprobs if request.choices else ()
        if self._recording.vouched:  # then it is known which of them was asked for
            logprobs, text = ((), text) if request.decoding else (logprobs, None)
        return Response(
            request.key, logprobs, 0, text, output.truncated, confidences=output.confidences
        )
