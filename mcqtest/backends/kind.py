"""What a kind of backend is: one file or folder that finds models, sets them up and loads them.

A kind is a module with these functions, ours or anybody's (``--backend=package.module``); an
example of a whole one is in docs/extending.md. Nothing outside it asks what kind it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from mcqtest.backends.setup import Setup
from mcqtest.backends.templates import ChatTemplate
from mcqtest.types import Backend, Origin, Request


class Model(Protocol):
    """What ``--model`` names."""

    @property
    def name(self) -> str:
        """What its baseline is called unless told otherwise."""
        ...

    @property
    def folder(self) -> Path:
        """Where it lies; given to `Kind.find` in every other process."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hash of all its content that can change an answer."""
        ...

    @property
    def stamp(self) -> str:
        """Another one once it was written to. It is looked at after every answer."""
        ...


class Kind(Protocol):
    """All of these but ``find``, ``setup`` and ``load`` may be left out."""

    def find(self, model: str, *, base: Path) -> Model:
        """The model of this name, seen from ``base``. Raises `McqtestError` if there is none."""
        ...

    def probe(self, model: Any, options: Mapping[str, str], folder: Path, *, again: bool) -> Model:
        """The model with what has to be asked before its answers have a name; that is kept below
        ``folder``, the run's, and with ``again``, in further processes, read there.
        """
        ...

    def setup(self, model: Any, options: Mapping[str, str]) -> Setup:
        """How it is going to be run. Raises `McqtestError` for options that it does not know, or
        where it cannot be run.
        """
        ...

    def load(self, model: Any, setup: Setup) -> Backend:
        """The model, ready to answer. May take long."""
        ...

    def about(self, model: Any) -> str:
        """A word on the model for people; empty by default."""
        ...

    def recorded(self, model: Any) -> str:
        """What was recorded, in words, where nothing is asked; empty by default."""
        ...

    def vouched(self, model: Any) -> Callable[[Origin], tuple[str, str]] | None:
        """Of what was recorded elsewhere: the hash of what each question was asked by
        (`mcqtest prompts`), and where that stands. None by default.
        """
        ...

    def template(self, model: Any, setup: Setup) -> ChatTemplate | None:
        """Its chat template; None by default, and then nothing is asked in a chat. With one, a
        prompt may be a `mcqtest.types.Chat`.
        """
        ...

    def sampling(self, model: Any) -> Mapping[str, str]:
        """How its own files say that texts are drawn, as fields of `mcqtest.types.Decoding`."""
        ...

    def cost(self, model: Any, setup: Setup) -> tuple[str, int]:
        """Of loading it: what a person should know who waits, where that takes 20 seconds and more,
        and bytes of memory; empty, and 0 for unknown, by default.
        """
        ...

    def size(self, model: Any) -> Mapping[str, int]:
        """Its ``parameters`` and ``active_parameters``; none of what is not known, the default."""
        ...

    def check(self, model: Any, requests: Iterable[Request], setup: Setup) -> list[str]:
        """Raise `McqtestError` if these cannot be answered; what a person should know, in
        sentences. Called before anything is asked.
        """
        ...
