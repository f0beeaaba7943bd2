"""Where a model's tokenizer lies, and whether ``tokenizer.json`` counts as it is written.

`transformers` 5 builds the classes that ``tokenizer_config.json`` names anew, from the vocabulary
alone, and the rest of ``tokenizer.json`` is lost. Checkpoints whose class is of the other kind are
common (byte-level vocabularies under a Llama's class), and would be asked without a single space.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mcqtest.backends.checkpoint import digest
from mcqtest.types import McqtestError

_VOCABULARY = re.compile(
    r"tokenizer\.json|tekken\.json|vocab.*|merges\.txt|[^.].*\.(model|tiktoken|py)"
)
"""Files of which a tokenizer can be made."""

_FILES = re.compile(
    rf"{_VOCABULARY.pattern}|tokenizer.*|special_tokens_map\.json|added_tokens\.json"
    r"|chat_template.*"
)

_WITHOUT = ("ByT5Tokenizer", "CanineTokenizer", "PerceiverTokenizer", "MyT5Tokenizer")
"""Classes that need no vocabulary."""

_MARKS = """
    AlbertTokenizer BarthezTokenizer BigBirdTokenizer CamembertTokenizer CodeLlamaTokenizer
    GemmaTokenizer LlamaTokenizer MBartTokenizer PegasusTokenizer ReformerTokenizer
    RemBertTokenizer T5Tokenizer XGLMTokenizer XLMRobertaTokenizer XLNetTokenizer
"""
"""Classes whose words begin with a mark for a space, as SentencePiece writes them."""

_BYTES = """
    BlenderbotTokenizer CLIPTokenizer CodeGenTokenizer CohereTokenizer GPT2Tokenizer
    GPTNeoXTokenizer Qwen2Tokenizer RobertaTokenizer WhisperTokenizer
"""
"""Classes that work on bytes."""

_KEPT_BOS = ("LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer", "CohereTokenizer")
"""Classes that wrote a BOS where ``add_bos_token`` said so, before `transformers` 5."""

_OF_MODELS = {"llama": "LlamaTokenizer", "gemma": "GemmaTokenizer", "gpt2": "GPT2Tokenizer"}
"""Types of models -> the class that `transformers` takes where none is named."""

_GENERIC = "PreTrainedTokenizerFast"
"""The class that takes ``tokenizer.json`` as it is."""


@dataclass(frozen=True)
class TokenizerFiles:
    """The files of one tokenizer."""

    folder: Path
    json: str = "tokenizer.json"
    as_written: bool = False
    """``json`` counts, whatever class is named beside it."""
    instead_of: str = ""
    """That class, where it does not fit."""

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """``tokenizer_config.json``; empty where there is none that can be read."""
        return _read(self.folder / "tokenizer_config.json")

    @property
    def promises_bos(self) -> bool:
        """``add_bos_token`` is set, and the class named is one of those that kept it while the
        checkpoint was made: `transformers` 5 drops it where there is a ``tokenizer.json``.
        """
        name = str(self.settings.get("tokenizer_class")).removesuffix("Fast")
        return self.settings.get("add_bos_token") is True and name in _KEPT_BOS

    @property
    def written(self) -> Path | None:
        """Its ``tokenizer.json``."""
        path = self.folder / self.json
        return path if path.is_file() else None

    @property
    def content(self) -> str:
        """Hash of all files, and of how they are taken."""
        whole = hashlib.sha256(f"{self.json} {self.as_written}\n".encode())
        for path in self._all():
            whole.update(f"{path.name}\0{digest(path)}\n".encode())
        return whole.hexdigest()

    def _all(self) -> list[Path]:
        return sorted(
            path
            for path in self.folder.iterdir()
            if path.is_file() and (_FILES.fullmatch(path.name) or path.name == self.json)
        )

    @contextmanager
    def ready(self) -> Iterator[Path]:
        """A folder from which any library loads this tokenizer."""
        if not self.as_written:
            yield self.folder
            return
        with tempfile.TemporaryDirectory(prefix="mcqtest-tokenizer-") as name:
            made = Path(name)
            for path in self._all():
                if path.name not in {"tokenizer.json", "tokenizer_config.json"}:
                    (made / path.name).symlink_to(path.resolve())
            (made / "tokenizer.json").symlink_to((self.folder / self.json).resolve())
            settings = {**self.settings, "tokenizer_class": _GENERIC}
            settings.pop("auto_map", None)
            (made / "tokenizer_config.json").write_text(json.dumps(settings), "utf-8")
            yield made


def find(folder: Path, options: Mapping[str, str]) -> TokenizerFiles:
    """The tokenizer of the checkpoint in ``folder``, or the one that ``tokenizer=PATH`` names."""
    given = options.get("tokenizer")
    if given is None:
        return _of(folder)
    path = Path(given).expanduser().resolve()
    if path.is_file() and path.suffix == ".json":
        return TokenizerFiles(path.parent, path.name, as_written=True)
    if not path.is_dir():
        raise McqtestError(
            f"--backend-option tokenizer={given}: no such folder ({path}); give a folder with a "
            "tokenizer, or a tokenizer.json, which is then used as it is written"
        )
    return _of(path)


def check(found: TokenizerFiles) -> None:
    """Raise where there is nothing of which a tokenizer could be made."""
    if found.settings.get("tokenizer_class") in _WITHOUT:
        return
    if not any(_VOCABULARY.fullmatch(path.name) for path in found._all()):  # noqa: SLF001 - ours
        raise McqtestError(
            f"{found.folder}: no tokenizer (tokenizer.json, tokenizer.model, or vocab.json with "
            "merges.txt); copy its files beside config.json, or name another folder that has them "
            "with --backend-option tokenizer=PATH"
        )


def is_in(folder: Path) -> bool:
    """Whether a folder holds what a tokenizer can be made of."""
    return any(_VOCABULARY.fullmatch(path.name) for path in folder.iterdir())


def _of(folder: Path) -> TokenizerFiles:
    found = TokenizerFiles(folder)
    name = _class(found)
    on_marks = name in _MARKS.split()
    if found.written is None or "auto_map" in found.settings:
        return found
    if not on_marks and name not in _BYTES.split():
        return found
    whole = _read(found.written)
    # Told apart by their pre-tokenizers; the mark of SentencePiece may be in a normalizer as well.
    before = [whole.get("pre_tokenizer"), whole.get("normalizer")]
    on_bytes = '"ByteLevel"' in json.dumps(before)
    marked = "\u2581" in json.dumps(before, ensure_ascii=False)
    other = on_bytes != marked and on_bytes == on_marks
    return TokenizerFiles(folder, as_written=other, instead_of=name if other else "")


def _class(found: TokenizerFiles) -> str:
    """The class that `transformers` takes, as far as it can be told from the files."""
    config = _read(found.folder / "config.json")
    name = found.settings.get("tokenizer_class") or config.get("tokenizer_class")
    return str(name or _OF_MODELS.get(str(config.get("model_type")), "")).removesuffix("Fast")


def _read(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}  # whoever loads it has the last word
    return found if isinstance(found, dict) else {}
