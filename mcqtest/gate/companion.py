"""What the letters of a baseline cannot hold, in one compact file beside them, ``TASK.json``.

Probabilities as 16-bit fractions, base85; how many texts were truncated; how long they are. It
names the digest of the letters that it goes with, so the two cannot drift apart. A baseline without
one is compared by its letters alone.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import struct
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mcqtest.gate.record import Record
from mcqtest.types import CONFIDENCE, McqtestError, Score

FORMAT = 1
_MOST = 65_535
_LONGEST = 16 * 1024 * 1024
"""Bytes of probabilities, unpacked; all of MMLU-Pro in one task would need 240 kB."""
_DAMAGED = "the baseline's companion is damaged; restore it from version control"


@dataclass(frozen=True)
class Companion:
    """One value per question in each column; a column that no score has is None."""

    of: str
    """Digest of the record's answers (`digest`)."""
    probabilities: tuple[tuple[float, ...], ...] | None
    """Of every choice, to 1/65,535; a model that gave them again gives the same ones."""
    truncated: tuple[int, ...] | None
    """Texts that met a limit."""
    lengths: tuple[int, ...] | None
    """Characters of all texts of a question."""
    noise: int | None = None
    """Questions whose answer became right or wrong when the same weights were recorded again; None
    where they were recorded once."""
    details: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)
    """What a criterion compares besides, and confidences of texts, by name; None for a question
    that has none."""
    weights: str = ""
    """Fingerprint of the weights that answered, as the record has it; empty in older files."""

    @classmethod
    def of_text(cls, text: str, record: Record, *, where: str) -> Companion:
        """Read the companion of a ``record``; ``where`` is its path. Raises `McqtestError`."""
        return parse(text, record, where=where)

    def __str__(self) -> str:
        columns: dict[str, Any] = {
            "probabilities": self.probabilities and _packed(self.probabilities),
            "truncated": self.truncated and list(self.truncated),
            "lengths": self.lengths and list(self.lengths),
        }
        columns["noise"] = self.noise
        columns["details"] = {key: list(each) for key, each in self.details.items()} or None
        told = {name: column for name, column in columns.items() if column is not None}
        fields = {"format": FORMAT, "of": self.of, "weights": self.weights, **told}
        return json.dumps(fields | {"sum": _sum(fields)}) + "\n"


def companion(record: Record, scores: Sequence[Score], keeps: Sequence[str] = ()) -> Companion:
    """The companion of a ``record`` with these scores, of which it ``keeps`` these details, and
    confidences that at least half of them have.
    """
    counts = Counter(name for score in scores for name in score.details)
    sure = (name for name in sorted(counts) if name.startswith(CONFIDENCE))
    wanted = [*keeps, *(name for name in sure if 2 * counts[name] >= len(scores))]
    every = [score.probabilities for score in scores]
    known = [each for each in every if each is not None]
    cut = [score.truncated for score in scores if score.texts]
    whole = len(cut) == len(scores) and None not in cut
    lengths = tuple(sum(map(len, score.texts)) for score in scores) if cut else ()
    return Companion(
        of=digest(record),
        probabilities=tuple(map(rounded, known)) if known and len(known) == len(every) else None,
        truncated=tuple(each or 0 for each in cut) if whole and scores else None,
        lengths=lengths if any(lengths) else None,
        details={key: tuple(score.details.get(key) for score in scores) for key in wanted},
        weights=record.weights,
    )


def digest(record: Record) -> str:
    """Of all answers of a record, and of the questions that they answer."""
    said = json.dumps([record.questions, record.marks, list(record.scores)])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _sum(fields: Mapping[str, Any]) -> str:
    """A checksum of all fields."""
    return hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:16]


def rounded(probabilities: Sequence[float]) -> tuple[float, ...]:
    """As they are kept."""
    return tuple([round(value * _MOST) / _MOST for value in probabilities])


def parse(text: str, record: Record, *, where: str) -> Companion:
    """Read the companion of a ``record``; ``where`` is its path. Raises `McqtestError` for one that
    is damaged, or belongs to other answers.
    """
    n = len(record.values)
    try:
        fields: Any = json.loads(text)
        found = Companion(
            of=str(fields["of"]),
            probabilities=_unpacked(fields.get("probabilities"), n),
            truncated=_whole(fields.get("truncated")),
            lengths=_whole(fields.get("lengths")),
            noise=fields.get("noise"),
            details=_details(fields.get("details", {}), n),
            weights=str(fields.get("weights", "")),
        )
        # Files of earlier versions name no weights and have no checksum.
        summed = fields.pop("sum", None) == _sum(fields) if {"sum", "weights"} & {*fields} else True
        good = fields["format"] == FORMAT and summed
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        ArithmeticError,
        zlib.error,
        struct.error,
        RecursionError,
    ) as error:
        raise McqtestError(f"{where}: {_DAMAGED}") from error
    columns = (found.probabilities, found.truncated, found.lengths)
    lost = found.probabilities is None and "brier" in record.figures  # there were some
    good = good and (found.noise is None or (type(found.noise) is int and 0 <= found.noise <= n))
    if not good or lost or any(column is not None and len(column) != n for column in columns):
        raise McqtestError(f"{where}: {_DAMAGED}")
    if found.of != digest(record) or found.weights not in {"", record.weights}:
        raise McqtestError(
            f"{where}: belongs to other answers than the baseline beside it; restore both from "
            "version control, or remove it"
        )
    return found


def _details(column: Any, n: int) -> dict[str, tuple[float | None, ...]]:
    """Of ``n`` questions."""
    found = {str(key): tuple(each) for key, each in dict(column).items()}
    for each in found.values():
        known = [value for value in each if value is not None]
        if len(each) != n or not all(
            type(value) in {int, float} and math.isfinite(value) for value in known
        ):
            raise ValueError("a number or null is expected for every question")
    return found


def _packed(rows: Sequence[Sequence[float]]) -> list[Any]:
    """How many choices each question has, where they differ, and all numbers."""
    counts = [len(row) for row in rows]
    numbers = [round(value * _MOST) for row in rows for value in row]
    raw = zlib.compress(struct.pack(f"<{len(numbers)}H", *numbers), 9)
    return [counts[0] if len(set(counts)) == 1 else counts, base64.b85encode(raw).decode()]


def _unpacked(column: Any, n: int) -> tuple[tuple[float, ...], ...] | None:
    """Of ``n`` questions; no more is unpacked than their choices need, however small the file."""
    if column is None:
        return None
    counts, text = column
    if isinstance(counts, int):
        counts = [counts] * n
    if len(counts) != n or not all(type(count) is int and count > 0 for count in counts):
        raise ValueError("other numbers of choices than questions have")
    if (length := 2 * sum(counts)) > _LONGEST:
        raise ValueError("more choices than any benchmark has")
    raw = zlib.decompressobj().decompress(base64.b85decode(text), length + 1)
    if len(raw) != length:
        raise ValueError("other numbers than choices")
    numbers = [number / _MOST for number in struct.unpack(f"<{length // 2}H", raw)]
    rows, at = [], 0
    for count in counts:
        rows.append(tuple(numbers[at : at + count]))
        at += count
    return tuple(rows)


def _whole(column: Any) -> tuple[int, ...] | None:
    if column is None:
        return None
    if not all(type(value) is int and value >= 0 for value in column):
        raise ValueError("whole numbers are expected")
    return tuple(column)


def improved(
    old: Companion,
    new: Companion,
    scores: Sequence[Score],
    *,
    then: Sequence[float] | None = None,
) -> list[float] | None:
    """By how much the Brier score of each question became smaller; None where either side has no
    probabilities. Both as they are kept, so that the same ones are no change. ``then``: those of
    the ``old`` side, where they are known already.
    """
    then, now = then or briers(old, scores), briers(new, scores)
    if then is None or now is None:
        return None
    return [before - after for before, after in zip(then, now, strict=True)]


def briers(kept: Companion, scores: Sequence[Score]) -> list[float] | None:
    """The Brier score of each question, whose right answer is that of ``scores``; None without
    probabilities.
    """
    if kept.probabilities is None:
        return None
    pairs = zip(kept.probabilities, scores, strict=True)
    return [_brier(probabilities, score.gold) for probabilities, score in pairs]


def _brier(probabilities: Sequence[float], gold: Any) -> float:
    squares = [p**2 for p in probabilities]
    if isinstance(gold, int) and 0 <= gold < len(squares):
        squares[gold] = (probabilities[gold] - 1) ** 2
    return math.fsum(squares)
