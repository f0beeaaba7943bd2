"""Tiny random models and tokenizers, made when a test first needs them.

They are saved and loaded like any checkpoint. Nothing is downloaded, and nothing they say
means anything; what counts is that every path to an answer says the same.
"""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import torch
from tokenizers import (
    AddedToken,
    Tokenizer,
    decoders,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from tokenizers import models as vocabularies
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast

from mcqtest.backends import load, setup
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.transformers import passes
from mcqtest.types import Prompt, Request

LETTERS = (" A", " B", " C", " D")

WORDS = re.findall(
    r"\w+", "the ship sails over waves and tides when a cold wind blows from north hills"
)

_TEXT = [
    "The following are multiple choice questions (with answers) about  tides.\n\n",
    *("Which wind blows over the cold hills?\nA. north\nB. south\nC. east\nD. west\n" * 3,),
    *(f"Answer: {letter}\n\n" for letter in "ABCD" * 8),
    *(f"{letter}. {word} {word}s\n" for letter in "ABCD" for word in WORDS),
    " ".join(WORDS) + "? No: it is a ship. 10 waves, 1 hill, 100 tides.",
]

_SPECIAL = ["<pad>", "<s>", "</s>", "<unk>"]


def _bytes(*, text: list[str] = _TEXT, words: bool = True) -> Tokenizer:
    """Byte-level BPE. Letters of which the text has none after a space become two tokens;
    where words are not kept apart, a letter may join the text before it.
    """
    made = Tokenizer(vocabularies.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=words)
    made.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=420, special_tokens=_SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator(text, trainer)
    return made


def _unigram(prepend: str) -> Tokenizer:
    """SentencePiece's Unigram; ``prepend`` says whether a text begins with its mark."""
    made = Tokenizer(vocabularies.Unigram())
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=prepend)
    made.decoder = decoders.Metaspace(prepend_scheme=prepend)
    trainer = trainers.UnigramTrainer(
        vocab_size=200,
        special_tokens=_SPECIAL,
        unk_token="<unk>",
        initial_alphabet=["▁", *map(chr, range(33, 127)), "\n"],
        show_progress=False,
    )
    made.train_from_iterator(_TEXT, trainer)
    return made


def _llama() -> Tokenizer:
    """SentencePiece's BPE as in Llama 2: spaces are marks, and merges may cross them."""
    made = Tokenizer(vocabularies.BPE(unk_token="<unk>", fuse_unk=True))
    made.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=200,
        special_tokens=_SPECIAL,
        initial_alphabet=["▁", *map(chr, range(33, 127)), "\n"],
        show_progress=False,
    )
    marked = (line.replace(" ", "▁") for line in _TEXT)
    made.train_from_iterator(marked, trainer)
    return made


def _wordpiece(*, lower: bool) -> Tokenizer:
    """WordPiece between spaces and punctuation, so that " A" and "A" are the same."""
    made = Tokenizer(vocabularies.WordPiece(unk_token="<unk>"))
    if lower:
        made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    trainer = trainers.WordPieceTrainer(
        vocab_size=300, special_tokens=_SPECIAL, show_progress=False
    )
    made.train_from_iterator(_TEXT, trainer)
    return made


def _words() -> Tokenizer:
    """Whole words, none of which is a letter: all letters are unknown alike."""
    made = Tokenizer(
        vocabularies.WordLevel({w: i for i, w in enumerate([*_SPECIAL, *WORDS])}, "<unk>")
    )
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return made


def _template(made: Tokenizer, template: str) -> Tokenizer:
    """The same tokenizer with special tokens around the text."""
    ids = [(token, made.token_to_id(token)) for token in ("<s>", "</s>")]
    special = processors.TemplateProcessing(single=template, special_tokens=ids)
    made.post_processor = (
        processors.Sequence([made.post_processor, special]) if made.post_processor else special
    )
    return made


def _limited(made: Tokenizer) -> Tokenizer:
    """The same tokenizer, as left by a training run that cut and padded its texts."""
    made.enable_truncation(8)
    made.enable_padding(length=8, pad_id=0, pad_token="<pad>")
    return made


def _special_letters(made: Tokenizer) -> Tokenizer:
    """The same tokenizer, with an added token that takes the space before it."""
    made.add_tokens([AddedToken("A", lstrip=True, single_word=True)])
    return made


_MAKERS = {
    "bytes": _bytes,
    "bytes_bos": lambda: _template(_bytes(), "<s> $A"),
    "bytes_bos_eos": lambda: _template(_bytes(), "<s> $A </s>"),
    "bytes_split": lambda: _bytes(text=[" ".join(WORDS)] * 3),
    "bytes_joined": lambda: _bytes(text=["Answer: A", "Answer: B"] * 9 + _TEXT, words=False),
    "bytes_limited": lambda: _limited(_bytes()),
    "bytes_added": lambda: _special_letters(_bytes()),
    "unigram": lambda: _unigram("always"),
    "unigram_first_bos": lambda: _template(_unigram("first"), "<s> $A"),
    "unigram_bare": lambda: _unigram("never"),
    "llama": lambda: _template(_llama(), "<s> $A"),
    "wordpiece": lambda: _template(_wordpiece(lower=False), "<s> $A </s>"),
    "wordpiece_lower": lambda: _wordpiece(lower=True),
    "words": _words,
}

KINDS = tuple(kind for kind in _MAKERS if kind != "words")
"""Tokenizers that can tell letters apart."""


@cache
def tokenizer(kind: str) -> PreTrainedTokenizerFast:
    """A tokenizer by kind, as `transformers` wraps it; do not change it."""
    return PreTrainedTokenizerFast(
        tokenizer_object=_MAKERS[kind](),
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
    )


_SMALL = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "initializer_range": 0.2,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}


def save(folder: Path, kind: str = "bytes", architecture: str = "llama", **config) -> Path:
    """Save a random model of an architecture with a tokenizer; the seed is always the same."""
    words = tokenizer(kind)
    settings = {**_SMALL, "vocab_size": len(words), **config}
    torch.manual_seed(0)
    made = AutoModelForCausalLM.from_config(
        AutoConfig.for_model(architecture, **settings), dtype=torch.float32
    )
    made.save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


class Reference:
    """Answers of a saved model, the slow way: every token of every choice is fed."""

    def __init__(self, folder: Path) -> None:
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self.tokenizer = AutoTokenizer.from_pretrained(folder)

    def answers(self, asked: list[Request]) -> dict[str, tuple[float, ...]]:
        """Log-probabilities of each request's choices, by key."""
        return {each.key: self.score(each.prompt.text, each.choices) for each in asked}

    def score(self, text: str, choices: tuple[str, ...]) -> tuple[float, ...]:
        """Sum over the tokens after those that the text shares with all that go on from it."""
        bare, *whole = [self.encode(each) for each in (text, *(text + c for c in choices))]
        start = 0
        while all(ids[start : start + 1] == bare[start : start + 1] != [] for ids in whole):
            start += 1
        return tuple(self._sum(ids, start) for ids in whole)

    def _sum(self, ids: list[int], start: int) -> float:
        with torch.inference_mode():
            logits = self.model(input_ids=torch.tensor([ids])).logits[0]
        logprobs = logits.double().log_softmax(-1)
        return sum(logprobs[i - 1, ids[i]].item() for i in range(start, len(ids)))

    def encode(self, text: str) -> list[int]:
        """The text's tokens, with what the tokenizer puts before it but not what it appends."""
        encoded = self.tokenizer(text, return_special_tokens_mask=True)
        ids, special = encoded["input_ids"], encoded["special_tokens_mask"]
        while special[-1]:
            ids, special = ids[:-1], special[:-1]
        return ids


def backend(folder: Path, **options: str):
    """The backend with a saved model, on the CPU."""
    checkpoint = Checkpoint(folder, folder.name)
    return load(checkpoint, setup("transformers", checkpoint, {"device": "cpu", **options}))


def question(words: int, seed: int) -> str:
    """A question of some words, and its choices."""
    draw = random.Random(seed)
    asked = " ".join(draw.choice(WORDS) for _ in range(words))
    lines = "".join(f"{letter}. {draw.choice(WORDS)}\n" for letter in "ABCD")
    return f"{asked}?\n{lines}Answer:"


def requests(
    words: list[int], *, shots: int = 2, seed: int = 0, choices: tuple[str, ...] = LETTERS
) -> list[Request]:
    """A task: one request per number of words, behind the same header and shots."""
    header = "The following are multiple choice questions (with answers) about  tides.\n\n"
    examples = tuple(
        f"{question(6, 100 * seed + 90 + shot)}{choices[shot % len(choices)]}\n\n"
        for shot in range(shots)
    )
    return [
        Request(
            key=f"{seed}/{index}",
            prompt=Prompt(header, examples, question(count, 100 * seed + index)),
            choices=choices,
            name=f"sea/tides{seed}/{index}",
        )
        for index, count in enumerate(words)
    ]


def answers(model, asked: list[Request]) -> dict[str, tuple[float, ...]]:
    """What a backend says to each request; none twice."""
    found = [(response.key, response.logprobs) for response in model.run(asked)]
    assert len(dict(found)) == len(found)
    return dict(found)


def fed(monkeypatch) -> list[int]:
    """How many tokens each pass from now on is given."""
    sizes: list[int] = []
    call = passes._call

    def noted(model, ids, *arguments, **more):
        sizes.append(ids.shape[1])
        return call(model, ids, *arguments, **more)

    monkeypatch.setattr(passes, "_call", noted)
    return sizes


def difference(found, expected) -> float:
    """The largest difference between two sets of answers to the same requests."""
    assert found.keys() == expected.keys()
    return max(abs(a - b) for key in found for a, b in zip(found[key], expected[key], strict=True))
