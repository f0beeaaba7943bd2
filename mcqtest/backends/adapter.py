"""An adapter in PEFT's form: a folder with few tensors of its own, and the model that it was
trained on, its base. Told without torch and without peft.

Neither is anything without the other, so both are in the fingerprint, wherever they lie: by the
same name an adapter may be given another base, and a base another adapter.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from mcqtest.backends import checkpoint, tokenizer
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.headers import read_object, read_tensors, zeros
from mcqtest.backends.weights import ADAPTER, Weights, is_adapter
from mcqtest.types import McqtestError

FILES = ("adapter_model.safetensors", "adapter_model.bin")
"""Its tensors; PEFT takes the first that is there."""

_LORA = re.compile(r"base_model\.model\.(.+)\.lora_(?:embedding_)?([AB])(?:\.\w+)?")

_BEFORE = {
    *("PROMPT_TUNING", "MULTITASK_PROMPT_TUNING", "P_TUNING", "PREFIX_TUNING", "CPT", "CARTRIDGE"),
}
"""Kinds that put tokens of their own before a text."""


@dataclass(frozen=True)
class Adapted(Checkpoint):
    """An adapter's folder, and what lies under it."""

    under: Checkpoint | None = None
    """Its base, once `on` has found it."""

    @property
    def base(self) -> Checkpoint:
        if self.under is None:
            raise McqtestError(f"{self.folder}: an adapter, and its base was not looked for")
        return self.under

    @property
    def about(self) -> str:
        toy = f" ({self.base.about})" if self.base.about else ""
        return f"an adapter on {self.base.name}{toy}, weights {self.base.fingerprint[:12]}"

    @property
    def config(self) -> Mapping[str, Any]:
        return self.base.config

    @property
    def weights(self) -> Weights:
        return self.base.weights

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over what both are."""
        both = f"adapter {self._own.fingerprint}\nbase {self.base.fingerprint}\n"
        return hashlib.sha256(both.encode()).hexdigest()

    @property
    def stamp(self) -> str:
        return f"{self._own.stamp} {self.base.stamp}"

    @cached_property
    def _own(self) -> Checkpoint:
        return Checkpoint(self.folder, self.name)

    def holding(self, name: str) -> Path:
        """Its own folder, where a file of that name lies there; else its base's."""
        return self.folder if (self.folder / name).is_file() else self.base.folder

    @property
    def words(self) -> Path:
        """Training leaves the tokenizer, with tokens that were added, beside the adapter."""
        own = tokenizer.is_in(self.folder)
        return self.folder if own else self.base.folder

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """``adapter_config.json``."""
        return read_object(self.folder / ADAPTER, "adapter configuration")

    @property
    def kind(self) -> str:
        """``LORA`` and the like."""
        return str(self.settings.get("peft_type", "")).upper()

    @property
    def rank(self) -> int:
        """The largest of its LoRA matrices; 0 where it has none."""
        several = self.settings.get("rank_pattern")
        ranks = [self.settings.get("r"), *(several.values() if isinstance(several, dict) else ())]
        return max((each for each in ranks if isinstance(each, int)), default=0)

    @property
    def path(self) -> Path:
        """The file with its tensors."""
        return next((at for at in map(self.folder.__truediv__, FILES) if at.is_file()), self.folder)

    @property
    def gguf(self) -> str | None:
        return self.base.gguf

    @property
    def read(self) -> list[Path]:
        return [*self.base.read, self.path]

    def pairs(self) -> dict[str, dict[str, tuple[int, ...]]]:
        """Module -> ``A`` and ``B`` of its LoRA -> the shape; nothing of older files (.bin)."""
        found: dict[str, dict[str, tuple[int, ...]]] = {}
        if self.path.suffix == ".safetensors":
            for name, tensor in read_tensors(self.path).items():
                if told := _LORA.fullmatch(name):
                    found.setdefault(told[1], {})[told[2]] = tensor.shape
        return found

    @property
    def notes(self) -> list[str]:
        """What a person should know of it, in sentences."""
        if self.is_idle:
            idle = (
                f"{self.name}: all its matrices lora_B are zero, as before training, so it "
                "answers as its base does"
            )
            return [*self.base.notes, idle]
        return self.base.notes

    @property
    def is_idle(self) -> bool:
        """Of a LoRA in safetensors, and nothing else beside it: its products are all zero."""
        if self.path.suffix != ".safetensors" or self.kind != "LORA":
            return False
        found = {name: _LORA.fullmatch(name) for name in read_tensors(self.path)}
        second = [name for name, told in found.items() if told and told[2] == "B"]
        return bool(second) and None not in found.values() and zeros(self.path, second)

    @property
    def without_effect(self) -> str:
        """What is said where answers with it are those without it."""
        return (
            f"{self.name}: with the adapter it answers as its base does, to the last bit; it may "
            "never have been trained, or is not applied"
        )

    def check(self) -> None:
        """Raise unless all of an adapter is there that can be told without its base."""
        if self.path == self.folder:
            raise McqtestError(
                f"{self.folder}: {ADAPTER} is there and {FILES[0]} is not; copy the whole adapter"
            )
        if not self.kind:
            raise McqtestError(
                f"{self.folder / ADAPTER}: names no peft_type; save the adapter again"
            )
        if self.kind in _BEFORE:
            raise McqtestError(
                f"{self.folder}: an adapter of the kind {self.kind}, which puts tokens of its own "
                "before a text; mcqtest asks adapters that change weights (LoRA and its like)"
            )
        self.pairs()  # a file that is cut off is told here

    def on(self, given: str | None) -> Adapted:
        """With its base: the folder or hub id ``given``, or else the one that it names."""
        named = self.settings.get("base_model_name_or_path")
        place = self.folder / ADAPTER
        hint = "; --backend-option base=PATH says where its base is"
        if not given and not (isinstance(named, str) and named):
            raise McqtestError(f"{place}: names no base_model_name_or_path{hint}")
        called = f"--backend-option base={given}" if given else f"{place}: its base {named!r}"
        try:
            revision = None if given else self.settings.get("revision")
            found = checkpoint.find(
                given or str(named), base=Path.cwd(), called=called, revision=revision
            )
        except McqtestError as error:
            raise McqtestError(f"{error}{'' if given else hint}") from None
        if is_adapter(found.folder):
            raise McqtestError(
                f"{called}: an adapter itself ({found.folder}); merge it into its base (PEFT: "
                "merge_and_unload, then save_pretrained), and name the folder that this makes"
            )
        return replace(self, under=found)


def find(model: str, *, base: Path) -> Checkpoint:
    """What ``--model`` names: a checkpoint, or an adapter whose base is still to be found."""
    found = checkpoint.find(model, base=base)
    if not is_adapter(found.folder):
        return found
    adapted = Adapted(found.folder, found.name)
    adapted.check()
    return adapted


def probe(
    model: Checkpoint,
    options: Mapping[str, str],
    _folder: Path | None = None,
    *,
    again: bool = False,  # noqa: ARG001
) -> Checkpoint:
    """The model with its base, where it is an adapter; raises where it is none and ``options`` name
    one all the same.
    """
    given = options.get("base")
    if isinstance(model, Adapted):
        return model.on(given)
    if given is not None:
        raise McqtestError(
            f"--backend-option base={given}: {model.folder} is a whole model and no adapter; leave "
            "it out"
        )
    return model
