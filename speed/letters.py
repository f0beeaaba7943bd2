"""``python -m speed letters``: ours and the peer in turn, on the same checkpoint and questions."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from speed import environment, process, subjects
from speed.model import CONTEXT, SHAPES
from speed.subjects import Lengths

Found = dict[str, Any]
"""What a child process found."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that was found, for `speed.summary`."""

    shape: Mapping[str, Any]
    title: str
    names: Sequence[str]
    sample: Mapping[str, Lengths]
    every: Mapping[str, Lengths]
    """Of all 57 subjects."""
    tokens: int
    """Of the tree of all prompts."""
    pairs: int
    rounds: Sequence[Mapping[str, Found]]
    """In each, what ``ours`` and ``peer`` found, and ours ``again``, which knows the architecture.
    """
    rates: Sequence[Mapping[str, float]]
    """Before, between and after the rounds."""
    tried: Mapping[str, float]
    """The peer's batch size -> seconds of asking in the first round."""
    whole: process.Ran
    """The command of a user."""


class Letters:
    """One measurement; ``options`` as on the command line."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.dtype = options.dtype or ("float32" if options.device == "cpu" else "bfloat16")
        self.work: Path = options.cache
        self.checkpoint = self.work / f"{options.shape}-{self.dtype}"
        self.peer = environment.peer(
            self.work, options.backend, options.device, options.peer_python
        )

    def run(self) -> Measured:
        options = self.options
        checkpoint(options.shape, self.dtype, options.device, options.data, self.work)
        every = self._all_lengths()
        self.names = options.subjects or subjects.choose(every, options.count)
        found = self._child("floor", self._lengths(self.names, options.limit))
        self.files = subjects.write(
            self.names, options.data, options.limit, self.work / "questions"
        )
        rates, rounds, tried = self._rounds()
        self._check_prompts(rounds[0]["peer"]["prompts"])
        return Measured(
            shape=SHAPES[options.shape],
            title=f"{options.shape}, {options.backend}, {self.dtype} on {options.device}",
            names=self.names,
            sample={name: Lengths(*each) for name, each in found["subjects"].items()},
            every=every,
            tokens=found["tokens"],
            pairs=found["pairs"],
            rounds=rounds,
            rates=rates,
            tried=tried,
            whole=self._whole(),
        )

    def _child(self, module: str, spec: Mapping[str, Any], python: Path | None = None) -> Found:
        found: Found = process.child(module, spec, work=self.work, python=python)
        return found

    def _lengths(self, names: Sequence[str], limit: int | None) -> Found:
        return {
            "what": "lengths",
            "checkpoint": str(self.checkpoint),
            "data": str(self.options.data),
            "subjects": list(names),
            "limit": limit,
        }

    def _all_lengths(self) -> dict[str, Lengths]:
        """Of all 57 subjects, counted once for a checkpoint."""
        kept = self.checkpoint / "lengths.txt"
        if not kept.exists():
            found = self._child("floor", self._lengths(subjects.ALL, None))
            kept.write_text(json.dumps(found["subjects"]), "utf-8")
        return {name: Lengths(*each) for name, each in json.loads(kept.read_text("utf-8")).items()}

    def _rounds(self) -> tuple[list[Found], list[dict[str, Found]], dict[str, float]]:
        """Rates, what both found, and the peer's batch sizes: all of them in the first round,
        the best one in the others.
        """
        rates, rounds = [self._rate()], []
        tried: dict[str, float] = {}
        for number in range(1, self.options.rounds + 1):
            with tempfile.TemporaryDirectory(dir=self.work) as place:
                spec = {**self._ours(), "place": place}
                ours, again = (self._child("ours", spec, self.options.python) for _ in range(2))
            spent = f"{ours['ask_seconds']:.2f} s, again {again['ask_seconds']:.2f} s"
            print(f"round {number}: mcqtest {spent}", flush=True)
            found = {}
            for size in [min(tried, key=tried.__getitem__)] if tried else self.options.batch_sizes:
                found[size] = self._child("peer", self._peer(size), self.peer)
                spent = found[size]["ask_seconds"]
                print(f"round {number}: peer, batch size {size}: {spent:.2f} s", flush=True)
            tried = tried or {size: each["ask_seconds"] for size, each in found.items()}
            rounds.append(
                {"ours": ours, "again": again, "peer": found[min(found, key=tried.__getitem__)]}
            )
            rates.append(self._rate())
        return rates, rounds, tried

    def _rate(self) -> Found:
        spec = {"what": "rates", "config": SHAPES[self.options.shape]}
        return self._child("floor", {**spec, "device": self.options.device, "dtype": self.dtype})

    def _own_options(self) -> dict[str, str]:
        """As ``--backend-option``."""
        own = {"dtype": self.dtype}
        if self.options.backend == "transformers":
            own["device"] = self.options.device
        return {**own, **dict(pair.split("=", 1) for pair in self.options.backend_option)}

    def _ours(self) -> Found:
        return {
            "checkpoint": str(self.checkpoint),
            "backend": self.options.backend,
            "options": self._own_options(),
            "data": str(self.options.data),
            "subjects": list(self.names),
            "limit": self.options.limit,
        }

    def _peer(self, size: str) -> Found:
        backend, device = self.options.backend, self.options.device
        return {**engine(backend, self.checkpoint, self.dtype, device, size), "files": self.files}

    def _whole(self) -> process.Ran:
        """The command that a user runs, from an empty run folder to the verdict."""
        given = [f"--backend-option={key}={value}" for key, value in self._own_options().items()]
        if self.options.limit:
            given.append(f"--limit={self.options.limit}")
        return process.pytest(
            *(f"benchmarks/test_mmlu.py::test_mmlu[{name}]" for name in self.names),
            *(f"--model={self.checkpoint}", f"--data={self.options.data}", "--snapshot-update"),
            *(f"--backend={self.options.backend}", *given),
            work=self.work,
            python=self.options.python,
        )

    def _check_prompts(self, sent: Mapping[str, list[list[str]]]) -> None:
        """The peer was sent the same bytes, followed by the same letters."""
        for name in self.names:
            for request in subjects.planned(name, self.options.data, self.options.limit).requests:
                wanted = [[request.prompt.text, choice] for choice in request.choices]
                if sent[request.name] != wanted:
                    raise SystemExit(f"{request.name}: the peer was sent another prompt")


def engine(backend: str, model: Path, dtype: str, device: str, size: str) -> Found:
    """The peer's model, as its child process makes it."""
    arguments: Found = {"pretrained": str(model), "dtype": dtype}
    if backend == "vllm":
        arguments |= {"max_model_len": CONTEXT, "enable_prefix_caching": True}
        if device == "cpu":
            arguments["enforce_eager"] = True
    return {
        "engine": "hf" if backend == "transformers" else "vllm",
        "arguments": arguments,
        "batch_size": int(size) if size.isdigit() else size,
        "device": device,
    }


def checkpoint(shape: str, dtype: str, device: str, data: Path, work: Path) -> Path:
    """Make the checkpoint of a shape, unless it is there; its folder."""
    folder = work / f"{shape}-{dtype}"
    spec = {"shape": shape, "dtype": dtype, "device": device, "data": str(data)}
    process.child("model", {**spec, "folder": str(process.folder(folder))}, work=work)
    return folder
