"""All readers by the names that ``--reader`` takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from mcqtest.answers import own, published
from mcqtest.answers import reader as ours
from mcqtest.types import McqtestError, TextReader

Reader = Callable[[str, Sequence[str]], int | None]
"""The 0-based choice that a text names, given the choices; None where nothing can be read.
Published readers also name choices that the question does not have."""


def _second(text: str, choices: Sequence[str]) -> int | None:
    """Of edition two, whose tables are read where it is asked for."""
    from mcqtest.answers.edition2 import reader

    return reader.committed(text, choices)


READERS: Mapping[str, Reader] = {
    "mcqtest": ours.committed,
    "mmlu_pro": published.mmlu_pro,
    "mmlu_pro_api": published.mmlu_pro_api,
    "lm_eval": published.lm_eval,
    "kmmlu": published.kmmlu,
    "kmmlu_pro": published.kmmlu_pro,
    "kmmlu_pro_strict": published.kmmlu_pro_strict,
    "kmmlu_pro_english": published.kmmlu_pro_english,
    "kmmlu_pro_english_strict": published.kmmlu_pro_english_strict,
    "mcqtest-2": _second,
}

TEXT_READERS: Mapping[str, TextReader] = {
    "bbh": published.bbh,
    "bbh_direct": published.bbh_direct,
    "bbh_lm_eval": published.bbh_lm_eval,
}
"""Those of answers that are no choices; ``mcqtest`` is there the one that the benchmark names."""
EDITIONS = {"mcqtest-2": "mcqtest 2"}
"""Earlier editions of ours -> what baselines call them, that were recorded while they were new."""


def reader_of(words: str) -> str | None:
    """The ``--reader`` that a baseline has in these words; None where it is none that is there
    today: an edition between, or somebody's own, which may have been edited.
    """
    known = {name: name for name in (*READERS, *TEXT_READERS)}
    known |= {said: name for name, said in EDITIONS.items()}
    return {**known, f"mcqtest {ours.REVISION}": "mcqtest"}.get(words)


def named(name: str) -> Reader:
    """What reads choices. Raises `McqtestError` for a name that no such reader has."""
    if ":" in name:
        return own.reader(name)[0]
    if name in TEXT_READERS:
        raise McqtestError(
            f"--reader={name}: gives a text and no choice; choices are read by {', '.join(READERS)}"
        )
    if name not in READERS:
        raise McqtestError(
            f"--reader={name}: unknown; there are {', '.join({**READERS, **TEXT_READERS})}, or a "
            "function of your own as package.module:function"
        )
    return READERS[name]
