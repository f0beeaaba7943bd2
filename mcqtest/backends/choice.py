"""Which kind of backend runs a model (`mcqtest.backends.kind`), by the name of ``--backend``."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mcqtest.backends.kind import Model
from mcqtest.backends.setup import Setup
from mcqtest.backends.templates import ChatTemplate
from mcqtest.types import Backend, McqtestError, Origin, Request, one_line

OURS = ("transformers", "vllm", "openai", "replay")
_AUTO = "auto"


@cache
def _kind(name: str) -> Any:
    """A kind's module; that of ``auto`` is the one whose models all checkpoints are."""
    if name in OURS or name == _AUTO:
        return importlib.import_module(f"mcqtest.backends.{OURS[0] if name == _AUTO else name}")
    if "." not in name:
        raise McqtestError(
            f"--backend={name}: unknown; choose auto, {', '.join(OURS[:-1])} or {OURS[-1]}, or a "
            "module of your own as package.module"
        )
    try:
        module = importlib.import_module(name)
    except Exception as error:
        said = one_line(error, named=True)
        raise McqtestError(f"--backend={name}: cannot be imported ({said})") from error
    missing = [each for each in ("find", "setup", "load") if not hasattr(module, each)]
    if missing:
        raise McqtestError(
            f"--backend={name}: has no function {' and no '.join(missing)}; see docs/extending.md"
        )
    return module


def find(backend: str, model: str, *, base: Path) -> Model:
    """What ``--model`` names, seen from ``base``; raises `McqtestError` if there is none."""
    found: Model = _kind(backend).find(model, base=base)
    return found


def probe(
    backend: str, model: Model, options: Mapping[str, str], folder: Path, *, again: bool
) -> Model:
    """The model with what had to be asked of it, which is kept below ``folder``; with ``again``
    as it was kept. Most kinds ask nothing.
    """
    looking = getattr(_kind(backend), "probe", None)
    found: Model = model if looking is None else looking(model, options, folder, again=again)
    return found


def setup(backend: str, model: Model, options: Mapping[str, str]) -> Setup:
    """Decide how a model is run; raises `McqtestError` where it cannot be."""
    if backend == _AUTO:
        backend = "vllm" if _kind("vllm").is_preferred(model, options) else "transformers"
    found: Setup = _kind(backend).setup(model, options)
    return found


def load(model: Model, chosen: Setup) -> Backend:
    """Load the model. Takes seconds to minutes."""
    backend: Backend = _kind(chosen.backend).load(model, chosen)
    return backend


def about(model: Model, chosen: Setup) -> str:
    """A word on the model, for people."""
    return str(_optional(chosen, "about", model, default=""))


def recorded(model: Model, chosen: Setup) -> str:
    """What was recorded, in words; empty where the model is asked."""
    return str(_optional(chosen, "recorded", model, default=""))


def vouched(model: Model, chosen: Setup) -> Callable[[Origin], tuple[str, str]] | None:
    """What a model that is not asked says of a question: the hash of what it answered, and where
    that stands; None where it says nothing of that.
    """
    found: Callable[[Origin], tuple[str, str]] | None
    found = _optional(chosen, "vouched", model, default=None)
    return found


def template(model: Model, chosen: Setup) -> ChatTemplate | None:
    """The model's chat template; None where it has none, or is of a kind that knows none."""
    found: ChatTemplate | None = _optional(chosen, "template", model, chosen, default=None)
    return found


def sampling(model: Model, chosen: Setup) -> Mapping[str, str]:
    """How the model's own files say that texts are drawn, as fields of a decoding. Raises
    `McqtestError` where they do not, or there are none.
    """
    found: Mapping[str, str] | None = _optional(chosen, "sampling", model, default=None)
    if found is None:
        raise McqtestError(
            f"--decoding from=generation_config: --backend={chosen.backend} knows no such file"
        )
    return found


def cost(model: Model, chosen: Setup) -> tuple[str, int]:
    """Of loading it: what a person should know who waits, and bytes of memory."""
    said: tuple[str, int] = _optional(chosen, "cost", model, chosen, default=("", 0))
    return said


def size(model: Model, chosen: Setup) -> dict[str, int]:
    """Its ``parameters`` and ``active_parameters``, as far as they are known."""
    return dict(_optional(chosen, "size", model, default={}))


def check(model: Model, requests: Iterable[Request], chosen: Setup) -> list[str]:
    """Raise if a model cannot answer these; what a person should know, in sentences."""
    return list(_optional(chosen, "check", model, requests, chosen, default=()))


def _optional(chosen: Setup, function: str, *arguments: Any, default: Any) -> Any:
    """What a kind says, where it says anything of this."""
    said = getattr(_kind(chosen.backend), function, None)
    return default if said is None else said(*arguments)
