"""The kind of backend that is a server with OpenAI's API: chats and completions over HTTP.

What is served is looked at before anything is planned (`probe`), since it stands for weights; only
`mcqtest.backends.openai.client` and `reach` import the library `openai`, and `httpx2` below it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mcqtest.backends import checkpoint
from mcqtest.backends.openai import found, place
from mcqtest.backends.openai.found import Found
from mcqtest.backends.openai.place import Place
from mcqtest.backends.setup import Setup
from mcqtest.backends.templates import ChatTemplate
from mcqtest.types import Backend, Chat, McqtestError, Request

_NO_CLIENT = 'openai is not installed; pip install "mcqtest[openai]"'


@dataclass(frozen=True)
class Served:
    """What ``--model`` names at a server."""

    model: str
    found: Found | None = None
    fingerprint: str = ""
    """Of what stands for weights (`Found.fingerprint`)."""
    note: str = ""

    @property
    def name(self) -> str:
        """As of a hub id; of a server's own folder its last part."""
        path = Path(self.model)
        name = path.name if path.is_absolute() else self.model.strip("/")
        return name.replace("/", "--")

    @property
    def folder(self) -> Path:
        return Path(self.model)

    @property
    def stamp(self) -> str:
        """It cannot be written to from here; each reply says who answered."""
        return self.fingerprint


@dataclass(frozen=True)
class Servers(ChatTemplate):
    """The server's own template, which nobody sees from here."""

    scores: bool = True
    """Letters are scored in a chat, or nowhere."""

    def usual(self, *, letters: bool) -> tuple[bool, str]:
        if letters and not self.scores:
            return False, "its server says how probable letters are behind plain text alone"
        return True, "its server takes chats"

    def check(self, options: Mapping[str, str]) -> None:
        """Whether a template mentions them, its server alone knows."""


def find(model: str, *, base: Path) -> Served:  # noqa: ARG001 - a name, seen from anywhere
    return Served(model)


def probe(model: Served, options: Mapping[str, str], folder: Path, *, again: bool) -> Served:
    """The model with what its server says of it: by a few requests, or with ``again``, in a
    further process of a run, as the first one kept it in ``folder``.
    """
    where = place.read(options)
    kept = found.path(folder, model.model, where)
    known = found.read(kept)
    if known is not None:
        known = replace(known, url=where.where)
    note = ""
    if not again:
        now, note = _look(model.model, where, known)
        if now is not known:
            kept.parent.mkdir(parents=True, exist_ok=True)
            spare = kept.with_suffix(".tmp")
            spare.write_text(found.dump(now), "utf-8")
            os.replace(spare, kept)  # noqa: PTH105 - atomic
        known = now
    if known is None:
        raise McqtestError(f"{kept}: is gone; run again")
    return replace(model, found=known, fingerprint=known.fingerprint(where), note=note)


def _look(model: str, where: Place, known: Found | None) -> tuple[Found, str]:
    """What a server says now. Where it cannot be asked, stored answers are good as they are."""
    if checkpoint.installed("openai") is None:
        if known is None:
            raise McqtestError(_NO_CLIENT)
        return known, f"{model}: {_NO_CLIENT}; until then nothing can be asked anew"
    from mcqtest.backends.openai import look

    try:
        return look.run(model, where, known), ""
    except look.UnreachableError as error:
        if known is None:
            raise
        return known, f"{error}; taken for what was served there when it was asked before"


def setup(model: Served, options: Mapping[str, str]) -> Setup:
    assert model.found is not None, "a model is probed first"
    return Setup("openai", "", "", model.found.words, options)


def about(model: Served) -> str:
    return "" if model.found is None else f"at {model.found.url}"


def template(model: Served, _chosen: Setup) -> ChatTemplate | None:
    if model.found is None or not model.found.chat:
        return None
    scores = bool(model.found.chat_letters or not model.found.plain_letters)
    return Servers("", model.folder, scores=scores)


def check(model: Served, requests: Iterable[Request], _chosen: Setup) -> list[str]:
    """Raise for what this server cannot be asked."""
    known = model.found
    assert known is not None
    checked: set[tuple[object, ...]] = set()
    for request in requests:
        chats = isinstance(request.prompt, Chat)
        case = (chats, request.choices if request.decoding is None else request.decoding)
        if case not in checked:
            checked.add(case)
            _check(known, request, chats=chats)
    return [model.note] if model.note else []


def _check(known: Found, request: Request, *, chats: bool) -> None:
    if not (known.chat if chats else known.plain):
        what, other = ("chats", "off") if chats else ("plain texts", "on")
        raise McqtestError(
            f"{request.name}: {known.url} takes no {what} for {known.model}; ask with "
            f"--chat={other}, or choose other benchmarks with -m"
        )
    if request.decoding is not None:
        if request.decoding.thinking_tokens is not None and known.server != "vllm":
            raise McqtestError(
                "--decoding thinking_tokens: of served models, vLLM's alone end a thought; leave "
                "it out"
            )
        return
    from mcqtest.backends.openai import letters  # the client comes with it

    name = known.chat_letters if chats else known.plain_letters
    where = "in a chat" if chats else "behind plain text"
    if not name:
        tried = (known.chat_tried if chats else known.plain_tried) or {}
        why = "; ".join(f"{way}: {said}" for way, said in tried.items())
        raise McqtestError(
            f"{request.name}: {known.url} does not say how probable letters are {where}"
            f"{f' ({why})' if why else ''}; ask for texts with --method=cot, ask with "
            f"--chat={'off' if chats else 'on'}, or choose other benchmarks with -m"
        )
    if not letters.named(name, chats=chats).takes(request.prompt, request.choices):
        raise McqtestError(
            f"{request.name}: scores choices of several characters, and {known.url} tells those "
            f"of one alone {where} ({name}); choose other benchmarks with -m"
        )


def load(model: Served, chosen: Setup) -> Backend:
    from mcqtest.backends.openai.backend import Served as Asked

    if checkpoint.installed("openai") is None:
        raise McqtestError(_NO_CLIENT)
    assert model.found is not None
    return Asked(model.name, model.found, place.read(chosen.options))
