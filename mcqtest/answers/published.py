"""Readers of answers as others published them, to the letter, in time that grows with the text and
not with its square.

Each takes a text and the question's choices, of which it makes no use, and gives the 0-based index
of a letter, also of one that the question does not have, or None. Those of texts, which are no
choices, take the question and its text, and give a text or None.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

from mcqtest.types import LETTERS, Question

_FIRST = re.compile(r"answer is \(?([A-J])\)?")
_LABELLED = re.compile(r"[aA]nswer:(?=\s*([A-J]))")
_STANDALONE = re.compile(r"\b[A-J]\b")


def mmlu_pro(text: str, choices: Sequence[str]) -> int | None:  # noqa: ARG001
    r"""The chain of three patterns in evaluate_from_local.py of TIGER-AI-Lab/MMLU-Pro (also level
    "l2" of its compute_accuracy.py):

    1. the first ``answer is \(?([A-J])\)?``;
    2. ``.*[aA]nswer:\s*([A-J])``: on the first line that has one, the last;
    3. ``\b[A-J]\b(?!.*\b[A-J]\b)``: the last capital letter that stands by itself.
    """
    if first := _FIRST.search(text):
        return LETTERS.index(first[1])
    if labelled := list(_LABELLED.finditer(text)):
        end = text.find("\n", labelled[0].start())
        line = [each for each in labelled if end < 0 or each.start() < end]
        return LETTERS.index(line[-1][1])
    standing = deque(_STANDALONE.finditer(text), maxlen=1)
    return LETTERS.index(standing[0][0]) if standing else None


def mmlu_pro_api(text: str, choices: Sequence[str]) -> int | None:
    """As evaluate_from_api.py there, which removes ``**`` first."""
    return mmlu_pro(text.replace("**", ""), choices)


def lm_eval(text: str, choices: Sequence[str]) -> int | None:  # noqa: ARG001
    """The one pattern of lm-evaluation-harness's mmlu_pro (3.1), its first match."""
    first = _FIRST.search(text)
    return LETTERS.index(first[1]) if first else None


# --- Korean -----------------------------------------------------------------------------------

_STATED = re.compile(r"정답은\s*\(?([A-D])")


def kmmlu(text: str, choices: Sequence[str]) -> int | None:  # noqa: ARG001
    r"""The pattern of lm-evaluation-harness's kmmlu_hard_cot, its first match:
    ``(?<=정답은)\s*[(]?(A|B|C|D)[)]?.*(?=입니다.)``, whose last dot is any character.
    """
    line, said = -1, -1
    for match in _STATED.finditer(text):
        if match.end() > line:
            line = text.find("\n", match.end()) % (len(text) + 1)
            said = text.rfind("입니다", match.end(), max(match.end(), line - 1))
        if said >= match.end():
            return LETTERS.index(match[1])
    return None


def kmmlu_pro_strict(text: str, choices: Sequence[str]) -> int | None:  # noqa: ARG001
    """``정답[^A-E]*:[^A-E]*([A-E])``, its first match (arXiv 2507.08924, appendix E.1)."""
    return _labelled(text, _KOREAN, _PRO)


def kmmlu_pro(text: str, choices: Sequence[str]) -> int | None:
    r"""`kmmlu_pro_strict`, else the flexible ``정답[^A-E]*([A-E])|([A-E])\)``, its first match."""
    strict = kmmlu_pro_strict(text, choices)
    return _flexible(text, "정답") if strict is None else strict


def kmmlu_pro_english_strict(text: str, choices: Sequence[str]) -> int | None:  # noqa: ARG001
    """``(?i)Answer[^A-E]*:[^A-E]*([A-E])``: small letters count, so "Answer: the ..." is E."""
    return _labelled(text, _ENGLISH, _PRO_ANY)


def kmmlu_pro_english(text: str, choices: Sequence[str]) -> int | None:
    r"""`kmmlu_pro_english_strict`, else ``Answer[^A-E]*([A-E])|([A-E])\)``, its first match."""
    strict = kmmlu_pro_english_strict(text, choices)
    return _flexible(text, "Answer") if strict is None else strict


_KOREAN = re.compile("정답")
_ENGLISH = re.compile("answer", re.IGNORECASE)
_BRACKETED = re.compile(r"([A-E])\)")
_PRO = re.compile("[A-E]")
_PRO_ANY = re.compile("[A-E]", re.IGNORECASE)


def _labelled(text: str, label: re.Pattern[str], letter: re.Pattern[str]) -> int | None:
    """The letter behind the first label that has a colon before the next letter."""
    at = 0
    while (found := label.search(text, at)) and (behind := letter.search(text, found.end())):
        at = behind.start()  # a label before it has less between itself and the letter
        if text.find(":", found.end(), at) >= 0:
            return LETTERS.index(behind[0].upper())
    return None


def _flexible(text: str, label: str) -> int | None:
    """Whichever stands first: a label with a letter somewhere behind, or a letter and a bracket."""
    at = text.find(label)
    behind = _PRO.search(text, at + len(label)) if at >= 0 else None
    bracketed = _BRACKETED.search(text)
    if behind is not None and (bracketed is None or at < bracketed.start()):
        return LETTERS.index(behind[0])
    return LETTERS.index(bracketed[1]) if bracketed else None


# --- texts: BIG-Bench Hard ----------------------------------------------------------------------


def bbh(question: Question, text: str) -> str | None:  # noqa: ARG001
    """What stands behind the last "answer is ", less a full stop: by this the outputs with chain
    of thought that the authors published (suzgunmirac/BIG-Bench-Hard) have their accuracies.
    """
    _, stated, said = text.rpartition("answer is ")
    return (said.strip().removesuffix(".").strip() or None) if stated else None


def bbh_direct(question: Question, text: str) -> str | None:  # noqa: ARG001
    """All of the text: by this those without have theirs."""
    return text.strip() or None


_BBH = re.compile("(?<=the answer is )(.*)(?=.)")


def bbh_lm_eval(question: Question, text: str) -> str | None:  # noqa: ARG001
    """The pattern of lm-evaluation-harness's bbh_cot_fewshot, its first match. Its last dot is any
    character: of an answer without a full stop it takes the last one away.
    """
    found = _BBH.search(text)
    return (found[1].strip() or None) if found else None
