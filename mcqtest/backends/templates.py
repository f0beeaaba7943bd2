"""A checkpoint's chat template, as its files have it: which one counts, what it mentions, and
whether the checkpoint itself ends turns as the template does.

Told without `transformers`, so that a run is planned, and refused, before anything is loaded. Texts
are written by `mcqtest.backends.writer`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from mcqtest.backends.headers import read_object
from mcqtest.backends.tokenizer import TokenizerFiles
from mcqtest.types import McqtestError, several

REVISION = 1
"""Of the way in which turns become a text; a change that moves answers raises it."""

_NAMED = "additional_chat_templates"


@dataclass(frozen=True)
class ChatTemplate:
    """The template that counts where no other is named."""

    text: str
    place: Path
    """The file that it stands in."""
    turn_end: str = ""
    """The mark with which it ends turns, if the generation config stops there as well."""
    stops: tuple[str, ...] = ()
    """Where the generation config stops, as texts; empty where it does not say."""
    trouble: str = ""
    """Why nothing can be written with it, in a sentence that says what to do."""
    why: str = "none of its chat templates is the default"
    """The trouble in short."""

    @property
    def fingerprint(self) -> str:
        """Of its text and of the way in which it is used: 16 hexadecimal digits."""
        return hashlib.sha256(f"{REVISION}\0{self.text}".encode()).hexdigest()[:16]

    @property
    def default(self) -> tuple[bool, str]:
        """Whether the model is asked in a chat unless somebody says otherwise, and why."""
        if self.trouble:
            return False, self.why
        if self.turn_end:
            ends = f"generation_config.json ends turns with {self.turn_end!r}"
            return True, f"{ends}, as its chat template does"
        if not self.stops:
            return False, "it has a chat template, and no generation_config.json that ends turns"
        ends = f"generation_config.json ends texts with {several([*map(repr, self.stops)])}"
        return False, f"{ends}, which its chat template never writes: so do base models"

    def usual(self, *, letters: bool) -> tuple[bool, str]:  # noqa: ARG002 - a server's may differ
        """The same for a benchmark that asks for ``letters``, or for texts."""
        return self.default

    def check(self, options: Mapping[str, str]) -> None:
        """Raise for an option that the template does not mention: it would have no effect."""
        code = " ".join(re.findall(r"\{[{%](.*?)[%}]\}", self.text, re.DOTALL))
        words = set(re.findall(r"[A-Za-z_]\w*", code))
        for key in options:
            if key not in words:
                close = get_close_matches(key, sorted(words), n=3)
                meant = f"; did you mean {' or '.join(close)}?" if close else ""
                raise McqtestError(
                    f"--chat-option {key}: the chat template ({self.place}) does not mention "
                    f"it{meant}"
                )


def find(files: TokenizerFiles, folder: Path) -> ChatTemplate | None:
    """The template of a tokenizer, beside the checkpoint in ``folder``; None where it has none."""
    named, place = _named(files)
    if not named:
        return _of_processor(files.folder / "chat_template.json")
    if "default" not in named:
        trouble = (
            f"{place.parent}: its chat templates are {several(sorted(named))}, and none is called "
            "default; name one so, or ask with --chat=off"
        )
        return ChatTemplate("", place, trouble=trouble)
    text = named["default"]
    stops = _stops(folder, files)
    eos = _content(files.settings.get("eos_token"))
    written = [stop for stop in stops if stop in text or (stop == eos and "eos_token" in text)]
    return ChatTemplate(text, place, next(iter(written), ""), stops)


def _of_processor(path: Path) -> ChatTemplate | None:
    """A template that processors of pictures read, and tokenizers do not; None without one."""
    if not path.is_file():
        return None
    why = f"its chat template stands in {path.name} alone, which tokenizers do not read"
    trouble = f"{path.parent}: {why}; save it as chat_template.jinja, or ask with --chat=off"
    return ChatTemplate("", path, trouble=trouble, why=why)


def _named(files: TokenizerFiles) -> tuple[dict[str, str], Path]:
    """All templates by name, and where they stand: files of their own replace those that
    tokenizer_config.json has, altogether (`transformers`, 5.19).
    """
    own = files.folder / "chat_template.jinja"
    paths = {path.stem: path for path in sorted((files.folder / _NAMED).glob("*.jinja"))}
    if own.is_file():
        paths["default"] = own
    if paths:
        return {name: _read(path) for name, path in paths.items()}, paths.get("default", own)
    told = files.settings.get("chat_template")
    place = files.folder / "tokenizer_config.json"
    if isinstance(told, list):
        told = {each.get("name"): each.get("template") for each in told if _is_object(each)}
    named = told if isinstance(told, Mapping) else {"default": told}
    texts = {str(name): text for name, text in named.items() if isinstance(text, str) and text}
    return texts, place


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise McqtestError(f"{path}: cannot be read ({error}); mend or remove it") from None


def _stops(folder: Path, files: TokenizerFiles) -> tuple[str, ...]:
    """The tokens at which generation_config.json stops."""
    path = folder / "generation_config.json"
    if not path.is_file():
        return ()
    told = read_object(path, "generation configuration").get("eos_token_id")
    known = {**_added(files.settings.get("added_tokens_decoder")), **_listed(files.written)}
    ids = told if isinstance(told, list) else [told]
    return tuple(known[each] for each in ids if isinstance(each, int) and each in known)


def _added(told: Any) -> dict[int, str]:
    pairs = told.items() if isinstance(told, Mapping) else ()
    return {int(number): _content(token) for number, token in pairs if str(number).isdecimal()}


def _listed(path: Path | None) -> dict[int, str]:
    """Added tokens of tokenizer.json."""
    if path is None:
        return {}
    added = read_object(path, "tokenizer").get("added_tokens") or ()
    tokens = [each for each in added if _is_object(each) and {"id", "content"} <= each.keys()]
    return {each["id"]: str(each["content"]) for each in tokens}


def _content(token: Any) -> str:
    """A token's text, however it is written down."""
    return str(token.get("content", "") if _is_object(token) else token or "")


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)
