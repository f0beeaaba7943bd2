"""Ways of --sensitivity: other styles, and the choices in another order."""

from __future__ import annotations

from dataclasses import replace

from mcqtest.prompts import styles
from mcqtest.types import McqtestError, Question, Variant


def _in_order(question: Question, order: list[int]) -> tuple[Question, list[int]]:
    """The question with its choices in this order of their indices. Raises `McqtestError` for one
    without choices.
    """
    if not question.choices:
        raise McqtestError(
            f"--sensitivity: question {question.id!r} has no choices that could stand in another "
            "order; name styles, or choose benchmarks with -m"
        )
    choices = tuple(question.choices[at] for at in order)
    return replace(question, choices=choices, answer=order.index(question.answer)), order


def _reversed(question: Question) -> tuple[Question, list[int]]:
    return _in_order(question, list(range(len(question.choices)))[::-1])


def _rotated(question: Question) -> tuple[Question, list[int]]:
    order = list(range(len(question.choices)))
    return _in_order(question, order[1:] + order[:1])


ORDERS = {
    "reversed": Variant("reversed", of=_reversed),
    "rotated": Variant("rotated", of=_rotated),
}
"""The last choice first; the first choice last (arXiv 2309.03882, on what order does)."""


def several(method: str, names: str) -> tuple[Variant, ...]:
    """The variants of ``--sensitivity`` for a method: ``all`` 24 styles, or names with commas
    between, of styles and of orders. Raises `McqtestError` for others, and for one alone.
    """
    if names == "all":
        if method not in styles.TESTED:
            raise McqtestError(
                f"--sensitivity=all: the 24 styles are for letters and cot, not for {method}; "
                "choose benchmarks with -m"
            )
        return tuple(Variant(style.name, style) for style in styles.TESTED[method])
    found = {}
    for name in (each.strip() for each in names.split(",")):
        if name in ORDERS:
            found[name] = ORDERS[name]
        else:
            found[name] = Variant(name, styles.named(method, name, option="sensitivity"))
    if len(found) < 2:
        raise McqtestError(
            f"--sensitivity={names}: a spread needs two styles; name another, or all"
        )
    return tuple(found.values())
