"""The questions of the embedded demo benchmark: eight easy subjects, made from a seed.

Written in the layout of Hendrycks et al.: one CSV without a header for each subject and
split, with the columns question, A, B, C, D, letter of the answer.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import NamedTuple

SEED = 20090330
LETTERS = "ABCD"
SIZES = {"test": 100, "dev": 5, "train": 12_000}

Row = tuple[str, ...]


class Draft(NamedTuple):
    """A question before its choices have letters."""

    text: str
    right: str
    wrong: tuple[str, ...]
    fact: Hashable = None
    """What one must know to answer, where other wordings or choices would ask the same."""

    @property
    def key(self) -> Hashable:
        """Equal for questions that give each other's answer away."""
        return self.fact or (self.text, frozenset((self.right, *self.wrong)))


KINDS = {
    "an animal": "horse cow dog cat sheep goat pig lion tiger bear wolf fox mouse rabbit",
    "a colour": "red blue green yellow brown black white pink purple grey",
    "a fruit": "apple pear plum grape lemon peach banana cherry mango melon fig",
    "a tool": "hammer saw drill axe spade rake pliers chisel wrench",
    "a body part": "hand foot arm leg head nose ear eye knee neck",
    "a metal": "iron nickel chrome copper tin lead zinc steel",
    "a garment": "shirt coat hat sock shoe scarf glove belt dress skirt",
    "a vehicle": "car bus train truck boat ship jet bike tram van",
    "a piece of furniture": "table chair sofa bed desk shelf stool bench",
    "a kind of weather": "rain snow wind storm fog hail frost",
}
WORDS = {kind: words.split() for kind, words in KINDS.items()}
ALL_WORDS = [word for words in WORDS.values() for word in words]

PAIRS = (
    "hot/cold big/small up/down left/right open/closed full/empty fast/slow high/low "
    "new/old early/late good/bad happy/sad hard/soft heavy/light long/short near/far "
    "rich/poor strong/weak thick/thin wet/dry wide/narrow alive/dead clean/dirty "
    "deep/shallow loud/quiet rough/smooth sweet/bitter tame/wild true/false day/night "
    "begin/end buy/sell push/pull win/lose give/take laugh/cry love/hate rise/fall"
)
OPPOSITES = [pair.split("/") for pair in PAIRS.split()]
NAMES = "Ann Bob Carl Dora Emma Fred Gus Hana Ivan Jane Kim Leo"
PEOPLE = NAMES.split()
OBJECTS = "ball book cup key lamp map pen ring rope box coin drum"
THINGS = OBJECTS.split()
ALPHABET = "abcdefghijklmnopqrstuvwxyz"


def word_kinds(rng: Random) -> Draft:
    kind, *others = rng.sample(list(WORDS), 4)
    wrong = tuple(rng.choice(WORDS[other]) for other in others)
    return Draft(f"Which word names {kind}?", rng.choice(WORDS[kind]), wrong)


def odd_word_out(rng: Random) -> Draft:
    odd, kind = rng.sample(list(WORDS), 2)
    wrong = tuple(rng.sample(WORDS[kind], 3))
    return Draft("Which word is the odd one out?", rng.choice(WORDS[odd]), wrong)


def opposite_words(rng: Random) -> Draft:
    pair, *others = rng.sample(OPPOSITES, 4)
    word, right = rng.sample(pair, 2)
    wrong = tuple(rng.choice(other) for other in others)
    return Draft(f"What is the opposite of {word}?", right, wrong)


def alphabet_order(rng: Random) -> Draft:
    place = rng.randrange(1, 25)
    step, side = rng.choice([(1, "after"), (-1, "before")])
    letter, right = ALPHABET[place], ALPHABET[place + step]
    wrong = tuple(rng.sample([c for c in ALPHABET if c not in (letter, right)], 3))
    return Draft(f"Which letter comes right {side} {letter}?", right, wrong)


def first_letters(rng: Random) -> Draft:
    right = rng.choice(ALL_WORDS)
    wrong = tuple(rng.sample([word for word in ALL_WORDS if word[0] != right[0]], 3))
    return Draft(f"Which word starts with {right[0]}?", right, wrong)


def largest_numbers(rng: Random) -> Draft:
    *wrong, right = sorted(rng.sample(range(1, 100), 4))
    fact = ("largest", *wrong, right)
    return Draft("Which number is the largest?", str(right), tuple(map(str, wrong)), fact)


def small_sums(rng: Random) -> Draft:
    one, other = rng.randrange(1, 31), rng.randrange(1, 31)
    right = one + other
    near = [n for n in range(max(2, right - 15), right + 16) if n != right]
    wrong = tuple(map(str, rng.sample(near, 3)))
    fact = ("sum", min(one, other), max(one, other))
    return Draft(f"What is {one} plus {other}?", str(right), wrong, fact)


def who_has_what(rng: Random) -> Draft:
    people, things = rng.sample(PEOPLE, 4), rng.sample(THINGS, 3)
    (one, other, third, _), (what, item, thing) = people, things
    story = f"{one} has the {what}, {other} the {item}, {third} the {thing}."
    asked = rng.randrange(3)
    right = people.pop(asked)
    return Draft(f"{story} Who has the {things[asked]}?", right, tuple(people), story)


SUBJECTS: dict[str, Callable[[Random], Draft]] = {
    maker.__name__: maker
    for maker in (
        alphabet_order,
        first_letters,
        largest_numbers,
        odd_word_out,
        opposite_words,
        small_sums,
        who_has_what,
        word_kinds,
    )
}


@dataclass(frozen=True)
class Questions:
    """Rows of each subject. No fact asked for in one split is asked for in another."""

    test: dict[str, list[Row]]
    dev: dict[str, list[Row]]
    train: dict[str, list[Row]]


def row_key(row: Sequence[str]) -> Hashable:
    """Equal for rows that differ in the order of their choices only."""
    return row[0], frozenset(row[1:5])


def shuffled(row: Row, rng: Random, letter: str | None = None) -> Row:
    """The same question with its choices in another order, the right one at ``letter``."""
    place = LETTERS.index(letter) if letter else rng.randrange(4)
    right = row[1 + LETTERS.index(row[5])]
    choices = [choice for choice in row[1:5] if choice != right]
    rng.shuffle(choices)
    choices.insert(place, right)
    return (row[0], *choices, LETTERS[place])


def generate(seed: int = SEED) -> Questions:
    """All questions. Test is drawn first, so that nothing is kept out of it."""
    splits: dict[str, dict[str, list[Row]]] = {split: {} for split in SIZES}
    for subject, maker in SUBJECTS.items():
        rng = Random(f"{seed} {subject}")
        seen: set[Hashable] = set()
        for split, size in SIZES.items():
            drafts = _fresh(maker, rng, seen, repeats=split == "train")
            letters = _balanced(size, rng)
            splits[split][subject] = [
                shuffled((draft.text, draft.right, *draft.wrong, "A"), rng, letter)
                for draft, letter in zip(islice(drafts, size), letters, strict=True)
            ]
    return Questions(**splits)


def _fresh(
    maker: Callable[[Random], Draft], rng: Random, seen: set[Hashable], *, repeats: bool
) -> Iterator[Draft]:
    """Questions not in ``seen``, which grows with them unless they may repeat each other."""
    while True:
        draft = maker(rng)
        if draft.key in seen:
            continue
        if not repeats:
            seen.add(draft.key)
        yield draft


def _balanced(size: int, rng: Random) -> list[str]:
    """Letters in random order, each as often as the others, or once more."""
    letters = [LETTERS[i % 4] for i in range(size)]
    rng.shuffle(letters)
    return letters


def write(questions: Questions, folder: Path) -> None:
    """Write ``folder/dev/<subject>_dev.csv`` and ``folder/test/<subject>_test.csv``."""
    for split, subjects in (("dev", questions.dev), ("test", questions.test)):
        (folder / split).mkdir(parents=True, exist_ok=True)
        for subject, rows in subjects.items():
            path = folder / split / f"{subject}_{split}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)


def header(subject: str) -> str:
    """MMLU's first line, with its two spaces before the subject."""
    words = "".join(" " + word for word in subject.split("_"))
    return f"The following are multiple choice questions (with answers) about {words}.\n\n"


def example(row: Sequence[str]) -> str:
    """A question as MMLU shows it, without its answer."""
    lines = (f"\n{letter}. {choice}" for letter, choice in zip(LETTERS, row[1:5], strict=True))
    return row[0] + "".join(lines) + "\nAnswer:"


def shot(row: Sequence[str]) -> str:
    """A question with its answer."""
    return f"{example(row)} {row[5]}\n\n"
