"""Prompt styles: how a question is put to a model, byte for byte."""

from mcqtest.prompts import bbh, bigbench, korean, styles, variants
from mcqtest.prompts.abstaining import abstaining
from mcqtest.prompts.chat import SHOTS_AS, Talk, continuations, converse, joined
from mcqtest.prompts.english import (
    STEPS,
    labels,
    letter,
    letters,
    listed,
    mmlu,
    mmlu_pro,
    mmlu_pro_api,
    mmlu_pro_direct,
    plain,
    reasoning,
    steps,
    worked,
)

__all__ = [
    "SHOTS_AS",
    "STEPS",
    "Talk",
    "abstaining",
    "bbh",
    "bigbench",
    "continuations",
    "converse",
    "joined",
    "korean",
    "labels",
    "letter",
    "letters",
    "listed",
    "mmlu",
    "mmlu_pro",
    "mmlu_pro_api",
    "mmlu_pro_direct",
    "plain",
    "reasoning",
    "steps",
    "styles",
    "variants",
    "worked",
]
