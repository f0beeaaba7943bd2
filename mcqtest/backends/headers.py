"""JSON files and tensor names of a checkpoint, read without torch and without its weights."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from mcqtest.types import McqtestError, one_line

_LONGEST = 100_000_000
"""Bytes of a header; the library `safetensors` refuses more."""


class Tensor(NamedTuple):
    """One tensor of a file, as its header describes it."""

    dtype: str
    """As safetensors spell it: ``F32``, ``BF16``, ``U8``."""
    shape: tuple[int, ...]


def read_object(path: Path, what: str) -> dict[str, Any]:
    """The JSON object in a file; raises `McqtestError`, which calls it ``what``, for none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except RecursionError:
        raise McqtestError(
            f"{path}: not a readable {what} (brackets within brackets, too deep to be read); "
            "save the model again with save_pretrained"
        ) from None
    except (OSError, ValueError) as error:
        raise McqtestError(
            f"{path}: not a readable {what} ({one_line(error)}); "
            "save the model again with save_pretrained"
        ) from None
    if not isinstance(found, dict):
        raise McqtestError(f"{path}: a JSON object was expected; save the model again")
    return found


def read_index(path: Path) -> Mapping[str, str]:
    """Tensor -> file, of an index of shards."""
    table = read_object(path, "index of shards").get("weight_map")
    if not isinstance(table, dict) or not all(isinstance(name, str) for name in table.values()):
        raise McqtestError(
            f"{path}: no weight_map from tensors to files; save the model again with "
            "save_pretrained"
        )
    return table


def zeros(path: Path, names: Iterable[str]) -> bool:
    """Whether all numbers of these tensors of a safetensors file are zero, of either sign: all
    bytes, but for the highest bit of each number.
    """
    with path.open("rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
        for name in names:
            start, end = header[name]["data_offsets"]
            size = (end - start) // max(1, math.prod(header[name]["shape"]))
            file.seek(8 + length + start)
            found = bytearray(file.read(end - start))
            found[size - 1 :: size] = found[size - 1 :: size].replace(b"\x80", b"\0")
            if any(found):
                return False
    return True


def read_tensors(path: Path) -> Mapping[str, Tensor]:
    """What a safetensors file holds. Raises `McqtestError` where it is no such file, or not a
    whole one.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
            length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
            if start == b"version ":
                raise McqtestError(
                    f"{path}: a pointer of Git LFS, not the weights; fetch them with git lfs pull"
                )
            if not 0 < length <= min(_LONGEST, size - 8):
                raise McqtestError(f"{path}: not a whole safetensors file; copy it again")
            header = json.loads(file.read(length))
        header.pop("__metadata__", None)
        end = max((int(each["data_offsets"][1]) for each in header.values()), default=0)
        found = {
            name: Tensor(str(each["dtype"]), tuple(map(int, each["shape"])))
            for name, each in header.items()
        }
    except OSError as error:
        raise McqtestError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        raise McqtestError(f"{path}: not a whole safetensors file; copy it again") from None
    if size < 8 + length + end:
        raise McqtestError(
            f"{path}: cut off, {size:,} bytes of {8 + length + end:,} are there; copy it again"
        )
    return found
