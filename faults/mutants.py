"""Files that are not as they were written: by a disk, a cable, an editor, a merge, or somebody who
wanted to try something.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

ODD: tuple[Any, ...] = (
    None, True, "", " ", -1, 0, 1, 10**30, 0.5, -0.5, 1e308, [], {}, [[]], "\ud83d", "\x1b[2J",
    "\0", "x" * 300, "NaN", "약", "../../up", "-1", [1, 2], {"a": 1},
)  # fmt: skip
"""Values that a field is not made for."""


def mutated(raw: bytes, rng: random.Random) -> bytes:
    """Another file, in one or two ways; never the same bytes."""
    found = raw
    while found == raw:
        for _ in range(rng.choice([1, 1, 1, 2])):
            kinds = [*_BYTES]
            kinds += _TEXT if _decoded(found) is not None else []
            kinds += [_value] * 8 if _rows(found) else []
            found = rng.choice(kinds)(found, rng)
    return found


def _decoded(raw: bytes) -> str | None:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return None


# --- bytes ------------------------------------------------------------------------------------


def _flip(raw: bytes, rng: random.Random) -> bytes:
    if not raw:
        return b"\0"
    at = rng.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ (1 << rng.randrange(8))]) + raw[at + 1 :]


def _cut(raw: bytes, rng: random.Random) -> bytes:
    return raw[: rng.randrange(len(raw) + 1)]


def _drop(raw: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(raw) + 1)
    return raw[:start] + raw[start + rng.choice([1, 2, 20, 500]) :]


def _insert(raw: bytes, rng: random.Random) -> bytes:
    at = rng.choice([0, rng.randrange(len(raw) + 1), len(raw)])
    odd = [
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\n",
        b"\r",
        b"[" * 5000,
        b"{}",
        b'"',
        b",",
        b"\x1b[2J",
    ]
    return raw[:at] + rng.choice([*odd, rng.randbytes(40)]) + raw[at:]


def _again(raw: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(raw) + 1)
    piece = raw[start : start + rng.choice([1, 30, 3000])]
    return raw[:start] + piece + raw[start:]


def _zeros(raw: bytes, rng: random.Random) -> bytes:
    """A block that never reached the disk."""
    start = rng.randrange(len(raw) + 1)
    size = min(rng.choice([8, 512]), len(raw) - start)
    return raw[:start] + b"\0" * size + raw[start + size :]


_BYTES: list[Callable[[bytes, random.Random], bytes]] = [
    _flip,
    _cut,
    _drop,
    _insert,
    _again,
    _zeros,
]


# --- text -------------------------------------------------------------------------------------


def _lines(raw: bytes, rng: random.Random) -> bytes:
    """Swapped, lost, or there twice."""
    lines = raw.split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    how = rng.randrange(3)
    if how == 0:
        lines[one], lines[other] = lines[other], lines[one]
    elif how == 1:
        del lines[one]
    else:
        lines.insert(other, lines[one])
    return b"\n".join(lines)


def _number(raw: bytes, rng: random.Random) -> bytes:
    found = list(re.finditer(rb"-?\d+(\.\d+)?", raw))
    if not found:
        return raw + b"1"
    match = rng.choice(found)
    new = rng.choice([b"-1", b"0", b"1", b"99999999999", b"1e999", b"NaN", b"0.5", b"2", b"x"])
    return raw[: match.start()] + new + raw[match.end() :]


def _letter(raw: bytes, rng: random.Random) -> bytes:
    found = list(re.finditer(rb"[A-Za-z]", raw))
    if not found:
        return raw + b"a"
    at = rng.choice(found).start()
    return raw[:at] + rng.choice([b"A", b"b", b"C", b"d", b"-", b" "]) + raw[at + 1 :]


_TEXT: list[Callable[[bytes, random.Random], bytes]] = [_lines, _number, _letter, _letter]


# --- JSON -------------------------------------------------------------------------------------


def _rows(raw: bytes) -> list[Any]:
    """The values of a JSON file or of the lines of one; none where that is no such file."""
    for parts in ([raw], raw.splitlines()):
        try:
            return [json.loads(part) for part in parts]
        except (ValueError, RecursionError):
            continue
    return []


def _value(raw: bytes, rng: random.Random) -> bytes:
    """Something odd in place of one value, wherever it is, or a key that is lost or new."""
    rows = _rows(raw)
    if not rows:
        return raw
    at = rng.randrange(len(rows))
    rows[at] = _altered(rows[at], rng)
    text = "\n".join(json.dumps(row, ensure_ascii=rng.random() < 0.8) for row in rows)
    return text.encode("utf-8", "surrogatepass") + b"\n"


def _altered(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict) and value:
        key = rng.choice(list(value))
        if rng.random() < 0.1:
            return {name: each for name, each in value.items() if name != key}
        return {**value, key: _altered(value[key], rng)}
    if isinstance(value, list) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        return [*value[:at], _altered(value[at], rng), *value[at + 1 :]]
    return rng.choice(ODD)
