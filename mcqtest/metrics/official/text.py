"""Metrics of texts that a model wrote, as `bigbench/api/task_metrics.py` (1.0.0) defines them.

BLEU and ROUGE are those of sacrebleu and rouge-score, with the settings of ``t5.evaluation``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from mcqtest.metrics.official.examples import Written

ROUGES = ("rouge1", "rouge2", "rougeLsum")
_ORDERS = 4
"""BLEU counts n-grams of up to so many words."""
BLEU_FIELDS = (
    "words",
    "target_words",
    *(f"right_{n}" for n in range(1, _ORDERS + 1)),
    *(f"grams_{n}" for n in range(1, _ORDERS + 1)),
)


def exact_str_match(example: Written) -> float:
    """1 where the response is one of the targets to the last blank, else 0."""
    return float(example.response in example.targets)


def case_insensitive_str_match(example: Written) -> float:
    """1 where it is one of the targets but for case and the space around both, else 0."""
    return float(_folded(example.response) in map(_folded, example.targets))


def _folded(text: str) -> str:
    return text.strip().lower()


def numeric_match(example: Written) -> float:
    """1 where the response is a number that misses the target by a tenth of it at most, else 0.

    The miss is divided by the target with its sign (by 1, where the target is 0): officially any
    number at all matches a negative target, and so it does here. What is no number never matches.
    ValueError for more than one target.
    """
    if len(example.targets) != 1:
        raise ValueError(f"{len(example.targets)} targets: a numeric match needs exactly one")
    try:
        right, said = float(example.targets[0]), float(example.response)
    except ValueError:
        return 0.0
    return float(abs(said - right) / (right or 1.0) <= 0.1)


def sequence_f1(example: Written) -> float:
    """Share of the first target's words that stand in the same place of the response, in [0, 100].

    Words are what single blanks divide; words that are missing count as ``O``, and those beyond the
    target's are not looked at. Despite its name it is no F1.
    """
    right, said = example.targets[0].split(" "), example.response.split(" ")
    said += ["O"] * (len(right) - len(said))
    return 100 * sum(map(str.__eq__, right, said)) / len(right)


def rouge1(example: Written) -> float:
    """F1 of the words shared with the best target, in [0, 100]."""
    return _rouge(example.response, tuple(example.targets))[0]


def rouge2(example: Written) -> float:
    """F1 of the pairs of words shared with the best target, in [0, 100]."""
    return _rouge(example.response, tuple(example.targets))[1]


def rouge_lsum(example: Written) -> float:
    """F1 of the longest common subsequences, sentence by sentence, in [0, 100].

    Words are runs of a-z and 0-9; of other scripts nothing is seen, as officially.
    """
    return _rouge(example.response, tuple(example.targets))[2]


@lru_cache(maxsize=1)  # the three are asked for one after the other
def _rouge(response: str, targets: Sequence[str]) -> tuple[float, ...]:
    found = [_rouge_scorer().score(_sentences(each), _sentences(response)) for each in targets]
    return tuple(100 * max(float(each[name].fmeasure) for each in found) for name in ROUGES)


def _sentences(text: str) -> str:
    return text.replace(" . ", " .\n")


@cache
def _rouge_scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(ROUGES)


def bleu_counts(example: Written) -> tuple[float, ...]:
    """What BLEU counts of one example, in the order of `BLEU_FIELDS`: words of the response and of
    the target closest in length, n-grams that are right, and n-grams.
    """
    found = _bleu().sentence_score(example.response, list(example.targets))
    return tuple(map(float, (found.sys_len, found.ref_len, *found.counts, *found.totals)))


def bleu_of(counts: Sequence[float]) -> float:
    """Corpus BLEU of summed `bleu_counts`, in [0, 100] (Papineni et al. 2002; Post 2018)."""
    words, target_words, *rest = map(int, counts)
    right, grams = rest[:_ORDERS], rest[_ORDERS:]
    found = _bleu().compute_bleu(right, grams, words, target_words, smooth_method="exp")
    return float(found.score)


@cache
def _bleu() -> Any:
    from sacrebleu.metrics.bleu import BLEU

    # Effective order is for single sentences: it changes their score and no count.
    return BLEU(tokenize="intl", smooth_method="exp", effective_order=True)
