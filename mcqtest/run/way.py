"""How a run asks: what it changes in the way that benchmarks ask by themselves."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from mcqtest import prompts
from mcqtest.answers import READING, Reading
from mcqtest.prompts import Talk, styles
from mcqtest.types import Benchmark, Decoding, McqtestError, Method, Style


@dataclass(frozen=True)
class Way:
    """What a run changes in the way that benchmarks ask by themselves; None and empty: nothing."""

    method: str | None = None
    style: str | None = None
    abstain: bool = False
    """Whoever does not know the answer is asked to say so (`prompts.abstaining`)."""
    shots: int | None = None
    limit: int | None = None
    decoding: Mapping[str, str] = field(default_factory=dict)
    """Fields of `Decoding`, and ``samples``, as text."""
    reading: Reading = READING
    recorded: str = ""
    """Nothing is asked: these were recorded, "texts" or "log-probabilities"."""
    talk: Talk | None = None
    """How it chats; None: it asks in plain text."""
    bigbench: Mapping[str, str] = field(default_factory=dict)
    """``queries`` and ``seconds`` that a programmatic task may take; ``likelihood``: whether that
    of the targets of texts is told, too."""

    def method_of(self, benchmark: Benchmark) -> tuple[str, Method]:
        """The method of a benchmark, by name, with the style and decoding of this run."""
        if self.recorded:
            return "recorded", self._recorded(benchmark)
        name = self.method or next(iter(benchmark.methods))
        if name not in benchmark.methods:
            known = " and ".join(benchmark.methods)
            raise McqtestError(
                f"--method={name}: {benchmark.name} has {known} only; choose benchmarks with -m"
            )
        method = benchmark.methods[name]
        if method.is_fixed:
            self._check_fixed(benchmark.name)
        style = styles.named(name, self.style) if self.style else self._usual(method)
        if self.abstain and not method.is_fixed:
            self._check_abstaining(name, method)
            style = self._asked(style)
        own = method.decoding
        if own and self.talk:  # a turn ends by itself; stop strings are for texts that do not
            own = replace(own, stop=())
        decoding = own and self._decoding(own)
        return name, replace(method, style=style, decoding=decoding)

    def _check_fixed(self, name: str) -> None:
        """Raise for what a benchmark decides by itself."""
        chosen = ("style", self.style), ("decoding samples", self._samples)
        for option, given in (*chosen, ("abstain", "on" if self.abstain else None)):
            if given is not None:
                raise McqtestError(
                    f"--{option}={given}: {name} puts every question once and in one way; leave it "
                    "out, or choose other benchmarks with -m"
                )

    @staticmethod
    def _check_abstaining(name: str, method: Method) -> None:
        if method.decoding is None:
            raise McqtestError(
                f"--abstain=on: --method={name} takes the most probable letter, and none of them "
                "says that it does not know; ask for texts, as with --method=cot"
            )

    def styled(self, method: Method, swept: Style | None = None) -> Method:
        """A method with its style, or that of a variant."""
        return replace(method, style=self._asked(swept) if swept else style_of(method))

    def _asked(self, style: Style) -> Style:
        return prompts.abstaining(style) if self.abstain else style

    @property
    def _samples(self) -> str | None:
        said = self.decoding.get("samples")
        return None if said == "1" else said

    def folder(self, benchmark: Benchmark) -> str:
        """Where baselines of this way are, below the benchmark's; empty for its own way, and for
        what was recorded elsewhere: ``letters``, ``0shots``, ``cot-temperature=0.7``.
        """
        if self.recorded:
            return ""
        name, method = self.method_of(benchmark)
        own = next(iter(benchmark.methods))
        parts = [name] if name != own else []
        usual = self._usual(benchmark.methods[name])
        parts += [style_of(method).name] if style_of(method).name != usual.name else []
        if self.shots is not None and self.shots != benchmark.shots:
            parts.append(f"{self.shots}shots")
        if method.decoding is not None:
            said = {key: value for key, value in self.decoding.items() if key != "logprobs"}
            parts += [f"{key}={value}" for key, value in sorted(said.items())]
        if method.conversation is not None and self.limit is not None:
            parts.append(f"{self.limit}examples")  # one number, of fewer examples: another one
        parts += _talked(self.talk) if self.talk else []
        folder = "-".join(parts)
        if re.fullmatch(r"[\w.=-]{0,100}", folder, re.ASCII):
            return folder
        return "other-" + hashlib.sha256(folder.encode()).hexdigest()[:16]

    def _usual(self, method: Method) -> Style:
        """The style of a method where none is named."""
        return (self.talk and method.chat) or style_of(method)

    def identity(self, model: str) -> str:
        """The part of a request's key that says who is asked, given that of the model: in a chat,
        by which template, too.
        """
        return f"{model}, chat template {self.talk.template}" if self.talk else model

    def _recorded(self, benchmark: Benchmark) -> Method:
        for key in self.decoding.keys() - {"samples", "vote"}:
            raise McqtestError(f"--decoding {key}: outputs are recorded; only samples can be said")
        if any(method.conversation for method in benchmark.methods.values()):
            raise McqtestError(
                f"{benchmark.name}: its tasks talk to a model, so recorded outputs cannot answer "
                "them; name a checkpoint, or choose other benchmarks with -m"
            )
        if (formed := next((m for m in benchmark.methods.values() if m.form), None)) is not None:
            return formed
        # A temperature, so that one question's samples are told apart; no style is ever used.
        value = next((m.value for m in benchmark.methods.values() if m.decoding), None)
        return Method(prompts.mmlu, Decoding(max_tokens=1, temperature=1), value=value)

    def samples(self, method: Method) -> int:
        """How often each question is asked."""
        if method.decoding is None:
            return 1
        wanted = _number("samples", self.decoding.get("samples", "1"), int)
        if wanted < 1:
            raise McqtestError(f"--decoding samples={wanted}: 1 or more is needed")
        if wanted > 1 and method.decoding.temperature == 0 and "temperature" not in self.decoding:
            raise McqtestError(
                f"--decoding samples={wanted}: at temperature 0 all would be the same text; add "
                "--decoding temperature=0.7, or temperature=0 to see whether they are"
            )
        return int(wanted)

    @property
    def vote(self) -> str:
        """How several samples make one score: that of their ``majority``, or their ``mean``."""
        said = self.decoding.get("vote", "majority")
        if said not in {"majority", "mean"}:
            raise McqtestError(f"--decoding vote={said}: unknown; there are majority and mean")
        return said

    def _decoding(self, own: Decoding) -> Decoding:
        kinds: dict[str, type] = dict.fromkeys(
            ("max_tokens", "thinking_tokens", "top_k", "seed"), int
        )
        kinds |= dict.fromkeys(("temperature", "top_p"), float)
        changes: dict[str, object] = {}
        for key, text in self.decoding.items():
            if key == "stop":
                changes[key] = _stops(text)
            elif key == "logprobs":
                changes[key] = _switch(key, text)
            elif key in kinds:
                changes[key] = _number(key, text, kinds[key])
            elif key not in {"samples", "vote"}:
                names = [
                    each.name for each in fields(Decoding) if each.name not in {"marks", "repeat"}
                ]
                known = ", ".join([*names, "samples", "vote", "from"])
                raise McqtestError(f"--decoding {key}: unknown; there are {known}")
        if "thinking_tokens" in changes or ("stop" in changes and self.talk):
            changes["marks"] = self.reading.thoughts.pair
        try:
            return replace(own, **changes)  # type: ignore[arg-type]
        except ValueError as error:
            raise McqtestError(f"--decoding {error}") from None


OWN = Way()
"""As benchmarks ask by themselves."""


def style_of(method: Method) -> Style:
    """A method's style; as MMLU asks for letters, and the bare question for texts, by default."""
    return method.style or (prompts.plain if method.decoding else prompts.mmlu)


def decoded(decoding: Decoding, way: Way, samples: int = 1) -> list[str]:
    """How texts are made, in words."""
    words = [f"{decoding.max_tokens} tokens"]
    if decoding.thinking_tokens is not None:
        words.append(f"{decoding.thinking_tokens} of thought")
    words += [f"stop {stop!r}" for stop in decoding.stop]
    if decoding.temperature:
        words.append(
            f"temperature {decoding.temperature:g}, top_p {decoding.top_p:g}, "
            f"{f'top_k {decoding.top_k}, ' if decoding.top_k else ''}"
            f"seed {decoding.seed}, {way.vote} of {samples}"
        )
    elif samples > 1:
        words.append(f"temperature 0, {way.vote} of {samples}")
    return words


def _talked(talk: Talk) -> list[str]:
    """The parts of a folder's name."""
    parts = ["chat", *(f"{key}={value}" for key, value in sorted(talk.options.items()))]
    parts += [f"shots-as-{talk.shots_as}"] if talk.shots_as else []
    digest = hashlib.sha256(talk.system.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return parts + ([f"system-{digest}"] if talk.system else [])


SWEPT = ("shots", "temperature", "top_p", "max_tokens", "thinking_tokens", "seed", "samples")
"""What --sweep can vary."""


def swept(way: Way, said: str) -> dict[str, Way]:
    """The ways of ``--sweep KEY=V1,V2,...`` by name, ``KEY=V1`` and so on; else as ``way`` is.
    Raises `McqtestError` for an unknown key, and for one value alone.
    """
    key, _, values = (part.strip() for part in said.partition("="))
    if key not in SWEPT:
        raise McqtestError(f"--sweep={said}: {key!r} is unknown; there are {', '.join(SWEPT)}")
    every = list(dict.fromkeys(value.strip() for value in values.split(",") if value.strip()))
    if len(every) < 2:
        raise McqtestError(f"--sweep={said}: two values are needed; write --sweep {key}=V1,V2")
    return {f"{key}={value}": _varied(way, key, value) for value in every}


def _varied(way: Way, key: str, value: str) -> Way:
    if key != "shots":
        return replace(way, decoding={**way.decoding, key: value})
    if not value.isdecimal():
        raise McqtestError(f"--sweep shots={value}: a whole number from 0 up is needed")
    return replace(way, shots=int(value))


def _stops(text: str) -> tuple[str, ...]:
    """One stop string as it is, or several as a JSON list, which can also hold line ends."""
    if not text.startswith("["):
        return (text,)
    try:
        stops = json.loads(text)
    except ValueError:
        stops = None
    if not isinstance(stops, list) or not all(isinstance(stop, str) for stop in stops):
        raise McqtestError(f'--decoding stop={text}: write a text, or a list ["one", "two"]')
    return tuple(stops)


def _switch(key: str, text: str) -> bool:
    if text not in {"on", "off"}:
        raise McqtestError(f"--decoding {key}={text}: write on or off")
    return text == "on"


def _number(key: str, text: str, kind: type) -> float:
    try:
        number: float = kind(text)
    except ValueError:
        word = "whole number" if kind is int else "number"
        raise McqtestError(f"--decoding {key}={text}: a {word} is needed") from None
    return number
