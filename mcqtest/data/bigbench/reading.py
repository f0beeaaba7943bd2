"""From a ``task.json`` to examples, as ``bigbench/api/json_task.py`` (1.0.0) reads it.

What that takes for granted is checked here: a file that is wrong is a `McqtestError` of one line.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mcqtest.data.bigbench.example import Example, Spec
from mcqtest.data.tables import AGAIN, names, shown, text_of
from mcqtest.types import McqtestError, one_line

Keys = Mapping[str, Any]
Parts = tuple[str, tuple[str, ...], tuple[str, ...], tuple[float, ...]]
"""Of an example: input, choices, targets, and what each choice is worth."""

_REQUIRED = ("canary", "name", "description", "keywords")
_OF_EXAMPLES = ("metrics", "examples", "preferred_score")
_DEFAULT_REGEX = r"[^\.\?\!\;\n]+"
_TEXTS = (
    "task_prefix",
    "example_input_prefix",
    "example_output_prefix",
    "choice_prefix",
    "few_shot_example_separator",
)


def keys_of(path: Path, name: str) -> Keys:
    """What a ``task.json`` says, with the keys that every task has. ``name`` is for messages."""
    text = text_of(path, name)
    try:
        found = json.loads(text, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise McqtestError(f"{name}: not JSON ({one_line(error)}); correct it {AGAIN}") from error
    if not isinstance(found, dict):
        raise McqtestError(f"{name}: found {shown(found)}, expected one object; restore it {AGAIN}")
    for key in (*_REQUIRED, *(_OF_EXAMPLES if "examples" in found else ())):
        if key not in found:
            raise McqtestError(f"{name}: no {key}, only {names(found)}; restore it {AGAIN}")
    if "subtasks" in found:
        raise _mistake(name, "lists subtasks", "a folder for each of them")
    return found


def _constant(word: str) -> float:
    raise ValueError(f"{word} is no number")


def examples(
    keys: Keys, name: str, subtask: str, people: tuple[float, float] | None = None
) -> tuple[Example, ...]:
    """Those of one file, without the ones that repeat an earlier one exactly. They are named by
    their 0-based place in the file, behind the ``subtask``; ``people`` is what people reach.
    """
    every = keys["examples"]
    if not isinstance(every, list) or not every:
        raise _mistake(name, f"examples is {shown(every)}", "a list of examples")
    seen: set[str] = set()
    kept: list[tuple[int, Keys]] = []
    for row, each in enumerate(every):
        written = json.dumps(each)
        if written not in seen:
            seen.add(written)
            kept.append((row, each))
    read = [_example(each, f"{name}, example {row}") for row, each in kept]
    spec = replace(
        _spec(keys, name, [scores for *_, scores in read]),
        subtask=subtask,
        repeated=len(every) - len(kept),
        people=people,
    )
    place = f"{subtask}/" if subtask else ""
    kin = _kin([(parts, _rest(each)) for parts, (_, each) in zip(read, kept, strict=True)])
    return tuple(
        Example(
            text=text,
            choices=choices,
            answer=scores.index(max(scores)) if scores else -1,
            id=f"{place}{row}",
            subject=subtask,
            targets=targets,
            scores=scores,
            kin=kin[at],
            spec=spec,
        )
        for at, ((row, _), (text, choices, targets, scores)) in enumerate(
            zip(kept, read, strict=True)
        )
    )


def _kin(said: Sequence[tuple[Parts, Keys]]) -> list[int]:
    """Of each example the place of the first one that is equal to it, in all its keys."""
    known: dict[Parts, list[int]] = {}
    found = []
    for at, (parts, rest) in enumerate(said):
        alike = known.setdefault(parts, [])
        found.append(next((one for one in alike if said[one][1] == rest), at))
        alike.append(at)
    return found


def _rest(each: Keys) -> Keys:
    return {key: each[key] for key in each if key not in {"input", "target", "target_scores"}}


def _spec(keys: Keys, name: str, scores: Sequence[Sequence[float]]) -> Spec:
    metrics = keys["metrics"]
    if not isinstance(metrics, list) or not metrics or not all(isinstance(m, str) for m in metrics):
        raise _mistake(name, f"metrics is {shown(metrics)}", "a list of names")
    texts: dict[str, Any] = {
        key: _text(keys[key], f"{name}: {key}", empty=True) for key in _TEXTS if key in keys
    }
    stop = _optional(keys, name, "stop_string")
    regex = _optional(keys, name, "output_regex")
    if regex is None and stop is None:
        regex = _DEFAULT_REGEX
    _check_regex(regex, name)
    chance = None
    if all(scores):
        chance = math.fsum(math.fsum(each) / len(each) for each in scores) / len(scores)
    return Spec(
        where=name,
        subtask="",
        metrics=tuple(metrics),
        preferred_score=_text(keys["preferred_score"], f"{name}: preferred_score"),
        chance=chance,
        output_regex=regex,
        stop_string=stop,
        # Officially any value counts as Python has it, so that the text "False" is true.
        append_choices_to_input=bool(keys.get("append_choices_to_input", True)),
        absolute_normalization=bool(keys.get("absolute_normalization", False)),
        **texts,
    )


def _optional(keys: Keys, name: str, key: str) -> str | None:
    value = keys.get(key)
    return None if value is None else _text(value, f"{name}: {key}", empty=True)


def _check_regex(regex: str | None, name: str) -> None:
    """Raise for what is no regular expression, or marks several parts, as officially fails."""
    if regex is None:
        return
    try:
        groups = re.compile(regex).groups
    except (re.error, RecursionError, OverflowError) as error:
        raise _mistake(
            name, f"output_regex is {shown(regex)} ({one_line(error)})", "a regular expression"
        ) from error
    if groups > 1:
        raise _mistake(name, f"output_regex has {groups} groups", "one at most")


def _example(each: Any, where: str) -> Parts:
    if not isinstance(each, dict):
        raise _mistake(where, f"found {shown(each)}", "an object")
    if "input" not in each or not ("target" in each or "target_scores" in each):
        lacks = "input" if "input" not in each else "target, and no target_scores"
        raise _mistake(where, f"no {lacks}", "an input, and a target or target_scores")
    text = _text(each["input"], f"{where}: input", empty=True)
    scores = _scores(each["target_scores"], where) if "target_scores" in each else {}
    choices, worth = tuple(scores), tuple(scores.values())
    if "target" in each:
        return text, choices, _targets(each["target"], where), worth
    best = max(worth)
    if (len(worth) == 1 and best == 0) or (len(worth) > 1 and best <= min(worth)):
        raise _mistake(where, "no choice is better than the others", "one that is, or a target")
    return text, choices, (choices[worth.index(best)],), worth


def _scores(value: Any, where: str) -> dict[str, float]:
    if not isinstance(value, dict) or not value:
        raise _mistake(where, f"target_scores is {shown(value)}", "choices with their scores")
    for choice, score in value.items():
        _text(choice, f"{where}: a choice", empty=True)
        if type(score) not in {int, float} or not -1e300 < score < 1e300:
            raise _mistake(where, f"the score of {shown(choice)} is {shown(score)}", "a number")
    return {choice: float(score) for choice, score in value.items()}


def _targets(value: Any, where: str) -> tuple[str, ...]:
    several = value if isinstance(value, list) else [value]
    if not several:
        raise _mistake(where, "target is an empty list", "one text or more")
    return tuple(_text(each, f"{where}: target", empty=True) for each in several)


def _text(value: Any, what: str, *, empty: bool = False) -> str:
    if not isinstance(value, str) or not (value or empty):
        raise McqtestError(f"{what} is {shown(value)}, expected text; restore it {AGAIN}")
    if re.search("[\ud800-\udfff]", value):  # JSON can write half a character; no model reads it
        raise McqtestError(f"{what} is {shown(value)}, which holds half a character; restore it")
    return value


def _mistake(where: str, found: str, expected: str) -> McqtestError:
    return McqtestError(f"{where}: {found}, expected {expected}; restore it {AGAIN}")
