"""Whether a tokenizer keeps what a run is going to ask: a prompt of each task is encoded, decoded
and compared.

Damage ends the run: words without spaces between them, lines or letters that are gone although
``tokenizer.json`` keeps them. What a tokenizer leaves out by its own design (capitals, accents,
line breaks of WordPiece, letters of a script that it does not know) was so in training as well and
is a note.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mcqtest.backends import specials
from mcqtest.backends.tokenizer import TokenizerFiles
from mcqtest.backends.writer import Writer
from mcqtest.types import Chat, McqtestError, Request

_FEW = 4
"""Words from which on lost spaces can be told."""


@dataclass(frozen=True)
class Loss:
    """What of a text did not survive."""

    text: str
    back: str

    @property
    def letters(self) -> Counter[str]:
        """Characters that are missing, apart from white space, capitals, accents and forms."""
        return _characters(self.text) - _characters(self.back)

    @property
    def lines(self) -> bool:
        """Line breaks are gone."""
        return "\n" in self.text and "\n" not in self.back

    @property
    def damage(self) -> str:
        """What no model can do without, in words; empty where it is there. Half of the characters,
        in a script that every vocabulary has, or half of the spaces between words.
        """
        every, lost = _characters(self.text), self.letters
        plain = {each for each in every if each.isascii()}
        if 2 * lost.total() > every.total() and 2 * sum(lost[each] for each in plain) > sum(
            every[each] for each in plain
        ):
            return "most of the text"
        words = len(self.text.split())
        return "the spaces" if words >= _FEW and 2 * len(self.back.split()) < words else ""


def _characters(text: str) -> Counter[str]:
    bare = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(each for each in bare if unicodedata.category(each) != "Mn")
    whole = unicodedata.normalize("NFKC", bare)
    return Counter(each for each in whole if unicodedata.category(each)[0] not in "CZ")


class Reader:
    """A loaded tokenizer, and what it makes of a run's prompts."""

    def __init__(self, tokenizer: Any, files: TokenizerFiles, options: Mapping[str, str]) -> None:
        self._tokenizer = tokenizer
        self._files = files
        self._asked = options.get("bos", "auto")
        self.before = specials.opening(tokenizer, self._asked, files)
        """What stands before every prompt that is one text."""
        self.writer = Writer(tokenizer, str(files.folder), self._asked)
        """Makes texts of turns."""
        self.notices: list[str] = []
        """What a person should know, in sentences, once there was a `check`."""

    def check(self, requests: Sequence[Request]) -> None:
        """Raise `McqtestError` if a prompt is damaged: the first of each task is tried."""
        model = getattr(getattr(self._tokenizer, "backend_tokenizer", None), "model", None)
        if chance := getattr(model, "dropout", None):
            raise McqtestError(
                f"{self._files.folder / self._files.json}: its dropout is {chance:g}, so that no "
                "two runs ask the same; set it to null there"
            )
        tasks = {request.name.rpartition("/")[0]: request for request in reversed(requests)}
        firsts = [tasks[name] for name in sorted(tasks)]
        self.notices = list(_compared(self._tokenizer, firsts, self._files))
        if self._files.instead_of:
            self.notices.append(
                f"{self._files.json} is used as it is written: its words are of another kind than "
                f"those of the class {self._files.instead_of}, which would spoil every prompt"
            )
        plain = [request for request in firsts if not isinstance(request.prompt, Chat)]
        self.notices += self._opened(plain) if plain else ()
        for prompt in (request.prompt for request in firsts):
            if isinstance(prompt, Chat):
                self.writer.check(prompt)
        self.notices += self.writer.notices
        if (found := specials.inside(self._tokenizer, requests)) is not None:
            name, token, count = found
            others = f" and {count - 1} more" if count > 1 else ""
            self.notices.append(
                f"{name}{others}: the question's text holds {token!r}, which the tokenizer takes "
                "for a special token and not for text"
            )

    def _opened(self, firsts: Sequence[Request]) -> Iterator[str]:
        """How prompts begin; raises where the BOS stands there twice."""
        words = self._tokenizer
        bos = getattr(words, "bos_token_id", None)
        for request, own in zip(firsts, specials.token_ids(words, _texts(firsts)), strict=True):
            if bos is not None and self.before[-1:] == own[:1] == [bos]:
                raise McqtestError(
                    f"{request.name}: the prompt begins with {words.bos_token!r}, and the "
                    "tokenizer writes another before it; add --backend-option bos=no"
                )
        if self._asked != "auto":
            return
        if family := specials.missed(words, self.before):
            yield (
                f"no {words.bos_token!r} stands before a prompt, and {family} models are trained "
                "with one; --backend-option bos=yes writes it"
            )
        promise = self._files.settings.get("add_bos_token")
        if bos is not None and isinstance(promise, bool) and promise != (bos in self.before):
            stands, other = ("stands", "no") if bos in self.before else ("does not stand", "yes")
            yield (
                f"{words.bos_token!r} {stands} before a prompt, and tokenizer_config.json says "
                f"add_bos_token: {json.dumps(promise)}; --backend-option bos={other} keeps to that"
            )


def _texts(requests: Iterable[Request]) -> list[str]:
    return [request.prompt.text for request in requests]


def _compared(tokenizer: Any, firsts: Sequence[Request], files: TokenizerFiles) -> Iterator[str]:
    """Notes on what the tokenizer changes; raises for damage."""
    texts = _texts(firsts)
    own = specials.token_ids(tokenizer, texts)
    losses = [Loss(text, _decode(tokenizer, each)) for text, each in zip(texts, own, strict=True)]
    raw = _made(files, texts)
    for request, loss, (_, kept) in zip(firsts, losses, raw, strict=True):
        gone = loss.damage or ("the line breaks" if loss.lines and not kept.lines else "")
        if gone:
            raise McqtestError(
                f"{request.name}: the tokenizer ({type(tokenizer).__name__}) loses {gone} of the "
                f"prompt ({loss.text[:40]!r} becomes {loss.back[:40]!r}); {_remedy(files, kept)}"
            )
    every = list(zip(firsts, losses, own, raw, strict=True))
    if lines := [request.name for request, loss, *_ in every if loss.lines]:
        yield f"{_some(lines)}: the tokenizer makes line breaks spaces; the model sees one line"
    if unknown := [(request.name, loss.letters) for request, loss, *_ in every if loss.letters]:
        lost = unknown[0][1]
        such = "".join(character for character, _ in lost.most_common(5))
        yield (
            f"{_some([name for name, _ in unknown])}: the tokenizer does not know all characters "
            f"of the prompt ({lost.total()} are lost, such as {such!r})"
        )
    if other := [request.name for request, _, ids, (read, _) in every if read not in ([], ids)]:
        yield (
            f"{_some(other)}: {type(tokenizer).__name__} makes other tokens of the prompt than "
            f"{files.json} as it is written; --backend-option tokenizer={files.written} takes that"
        )


def _remedy(files: TokenizerFiles, kept: Loss) -> str:
    """What to do about damage; ``kept`` is what the file as it is written makes of the prompt."""
    if kept.back and not kept.damage:
        return (
            f"{files.json} as it is written keeps them: --backend-option tokenizer={files.written}"
        )
    return "copy the tokenizer's files that the model was trained with"


def _some(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _decode(tokenizer: Any, ids: list[int]) -> str:
    options = {"skip_special_tokens": False, "clean_up_tokenization_spaces": False}
    return str(tokenizer.decode(ids, **options))


def as_written(files: TokenizerFiles) -> Any:
    """``tokenizer.json`` by itself; None where there is none that can be read."""
    if files.written is None:
        return None
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(files.written))
    except Exception:  # noqa: BLE001 - its errors are bare ones
        return None


def _made(files: TokenizerFiles, texts: Sequence[str]) -> list[tuple[list[int], Loss]]:
    """What ``tokenizer.json`` by itself makes of texts; nothing where it cannot be read."""
    raw = as_written(files)
    if raw is None:
        return [([], Loss(text, "")) for text in texts]
    raw.no_truncation()
    raw.no_padding()
    raw.encode_special_tokens = bool(files.settings.get("split_special_tokens"))
    found = [raw.encode(text, add_special_tokens=False).ids for text in texts]
    return [
        (ids, Loss(text, raw.decode(ids, skip_special_tokens=False)))
        for ids, text in zip(found, texts, strict=True)
    ]
