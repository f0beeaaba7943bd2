"""Which files of a folder are the model's weights, so that all backends judge the same ones.

`transformers` takes ``model.safetensors`` before an index of shards; vLLM takes the shards, every
``*.safetensors`` that lies there where there is no index, and ``consolidated*`` before all. Here it
is decided once, as `transformers` does; what would make a server take others is refused, and what
is merely not read is told.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mcqtest.backends import foreign, gguf
from mcqtest.backends.headers import read_index, read_tensors
from mcqtest.types import McqtestError

NAMED = "transformers_weights"
"""Key of config.json that names the file of the weights, or their index."""

_SINGLE, _INDEX = "model.safetensors", "model.safetensors.index.json"
_BIN, _BIN_INDEX = "pytorch_model.bin", "pytorch_model.bin.index.json"
_FORMS = "*.safetensors or pytorch_model*.bin"
INDEXES = (_INDEX, _BIN_INDEX)

ADAPTER = "adapter_config.json"
"""What makes a folder an adapter's (PEFT)."""
_ADAPTER = re.compile(r"adapter_config\.json|adapter_model.*\.(safetensors|bin)")
_MISTRAL = re.compile(r"consolidated.*\.safetensors")
_SHARD = re.compile(r"(.+)-(\d+)-of-(\d+)\.(safetensors|bin)")
_WEIGHTS = re.compile(
    r"[^.].*\.(safetensors|gguf|h5|msgpack|ot|onnx)|(pytorch_)?model.*\.bin|consolidated.*\.pth"
)
"""Weights in any form, for people to be told of."""
_LOADABLE = re.compile(r".*\.(safetensors|bin|pt|pth|gguf)|.*\.index\.json|adapter_.*")
"""What an engine may take for weights."""


@dataclass(frozen=True)
class Weights:
    """The files that are read, in order, and what lies beside them."""

    folder: Path
    files: tuple[str, ...]
    """Names seen from the folder, with forward slashes."""
    index: str | None
    """The index that names them."""
    is_standard: bool
    """`transformers` finds them by itself."""
    unread: tuple[str, ...]
    """Other weights in the folder."""

    @property
    def paths(self) -> list[Path]:
        """Where they are."""
        return [self.folder / name for name in self.files]

    @property
    def notes(self) -> list[str]:
        """What a person should know of them, in sentences."""
        if not self.unread:
            return []
        read = self.index or ", ".join(self.files)
        return [f"{self.folder.name}: not read, since {read} is: {', '.join(self.unread)}"]

    @contextmanager
    def alone(self) -> Iterator[Path]:
        """A folder in which an engine finds these weights and no others: links, for a while, or the
        folder itself where nothing else lies there.
        """
        mine = {*self.files, self.index}
        inside = sorted(path.name for path in self.folder.iterdir())
        others = [name for name in inside if _LOADABLE.fullmatch(name) and name not in mine]
        odd = [name for name in self.files if "/" in name or name.startswith((".", "consolidated"))]
        if not others and not odd:
            yield self.folder
            return
        with tempfile.TemporaryDirectory(prefix="mcqtest-") as made:
            view = Path(made) / self.folder.name  # code of the checkpoint is cached by that name
            view.mkdir()
            for name in inside:
                if not _LOADABLE.fullmatch(name):
                    (view / name).symlink_to(self.folder / name)
            for number, name in enumerate(self.files):
                stem = "model" if name.endswith(".safetensors") else "pytorch_model"
                link = view / f"{stem}-{number:05}{PurePosixPath(name).suffix}"
                link.symlink_to((self.folder / name).resolve())
            yield view


def find_weights(folder: Path, config: Mapping[str, Any]) -> Weights:
    """The weights in a model's folder. Raises `McqtestError` where there are none, where they are
    incomplete, and where it is not clear which are meant.
    """
    every = [*folder.iterdir()]
    inside = {path.name for path in every if _is_file(path)}
    if lost := {_SINGLE, *INDEXES, _BIN} & ({path.name for path in every} - inside):
        raise McqtestError(
            f"{folder / min(lost)}: is no file, or a link that leads to none; copy the whole "
            "checkpoint, or remove it"
        )
    _refuse_adapters(folder, inside)
    files, index = _chosen(folder, inside, config)
    if missing := [name for name in files if not _is_file(folder / name)]:
        raise McqtestError(
            f"{folder / (index or 'config.json')}: names {missing[0]!r}, which is not there"
            f"{_more(len(missing) - 1)}; copy the whole checkpoint, or remove a stale index"
        )
    unread = sorted(name for name in inside - {*files} if _WEIGHTS.fullmatch(name))
    found = Weights(
        folder=folder,
        files=tuple(files),
        index=index,
        is_standard=index is not None
        or files[0].endswith(gguf.ENDING)
        or files[0] in {_SINGLE, _BIN, config.get(NAMED)},
        unread=tuple(unread),
    )
    _refuse_a_second(found)
    return found


def named_files(folder: Path, config: Mapping[str, Any]) -> set[str]:
    """Names of all files that config.json and the indexes point to, themselves included, and of
    GGUF where there are no other weights; what cannot be read names none.
    """
    named = config.get(NAMED)
    names = {named} if isinstance(named, str) else set()
    names |= gguf.alone({path.name for path in folder.iterdir()}) if folder.is_dir() else set()
    for index in {*INDEXES, *(name for name in names if name.endswith(".index.json"))}:
        if _is_file(folder / index):
            with suppress(McqtestError):
                names |= {*read_index(folder / index).values()}
    return {name for name in names if not _leads_outside(name) and _is_file(folder / name)}


def _chosen(
    folder: Path, inside: set[str], config: Mapping[str, Any]
) -> tuple[list[str], str | None]:
    """The files as `transformers` chooses them, and their index."""
    if (named := config.get(NAMED)) is not None:
        if not isinstance(named, str) or not named.endswith((".safetensors", ".index.json")):
            raise McqtestError(
                f"{folder / 'config.json'}: {NAMED} is {named!r}; name a .safetensors file, or "
                "leave it out"
            )
        _inside(folder / "config.json", [named])
        if named.endswith(".safetensors"):
            return [named], None
        if not _is_file(folder / named):
            return [named], None  # told as missing
        return _indexed(folder, named), named
    for single, index in ((_SINGLE, _INDEX), (_BIN, _BIN_INDEX)):
        if index in inside:
            files = _indexed(folder, index)
            if single in inside and files != [single]:
                raise McqtestError(
                    f"{folder}: holds two checkpoints, {single} and the shards that {index} names; "
                    "libraries differ in which they take, so remove one"
                )
            return files, index
        if single in inside:
            return [single], None
    return _loose(folder, inside), None


def _indexed(folder: Path, index: str) -> list[str]:
    """The files of an index, in the order in which they are read."""
    names = sorted({*read_index(folder / index).values()}, key=_natural)
    if not names:
        raise McqtestError(f"{folder / index}: names no file; save the model again")
    _inside(folder / index, names)
    return names


def _loose(folder: Path, inside: set[str]) -> list[str]:
    """Files of other names, and shards without an index: vLLM takes all that there are."""
    safe = {n for n in inside if n.endswith(".safetensors") and not n.startswith(".")}
    files = {name for name in safe if not _MISTRAL.fullmatch(name)}
    if not safe:
        files = {name for name in inside if re.fullmatch(r"pytorch_model-.*\.bin", name)}
    if not files:
        if found := gguf.alone(inside):
            return [gguf.one(folder, found)]
        if safe:
            raise McqtestError(
                f"{folder}: no weights ({_FORMS}), only {min(safe)} in the form of Mistral's own "
                "library; copy them beside config.json"
            )
        raise McqtestError(
            foreign.told(folder) or f"{folder}: no weights ({_FORMS}); copy them beside config.json"
        )
    for shard in filter(None, map(_SHARD.fullmatch, sorted(files))):
        stem, number, count, kind = shard.groups()
        every = (f"{stem}-{at:0{len(number)}}-of-{count}.{kind}" for at in range(1, int(count) + 1))
        if absent := next((name for name in every if name not in inside), None):
            raise McqtestError(
                f"{folder}: {shard.group()} is there and {absent} is not; copy the whole checkpoint"
            )
    return sorted(files, key=_natural)


def is_adapter(folder: Path) -> bool:
    """Whether a folder holds an adapter, and no model beside it."""
    return _is_file(folder / ADAPTER) and not any(
        _is_file(folder / name) for name in (_SINGLE, _INDEX, _BIN, _BIN_INDEX)
    )


def _refuse_adapters(folder: Path, inside: set[str]) -> None:
    """Whether an adapter is applied depends on which libraries are installed."""
    adapters = sorted(name for name in inside if _ADAPTER.fullmatch(name))
    if not adapters:
        return
    if {_SINGLE, _INDEX, _BIN, _BIN_INDEX}.isdisjoint(inside):
        what = "and no model" if ADAPTER in inside else f"without {ADAPTER}"
        raise McqtestError(
            f"{folder}: an adapter ({', '.join(adapters)}) {what}; copy the whole folder"
        )
    raise McqtestError(
        f"{folder}: an adapter beside a model ({', '.join(adapters)}), and whether it is applied "
        "depends on the libraries that are installed; move it into a folder of its own and name "
        "its model with --backend-option base=PATH, or merge it (PEFT: merge_and_unload, then "
        "save_pretrained)"
    )


def _refuse_a_second(weights: Weights) -> None:
    """Raise where two files hold a tensor of one name, type and shape, and one of them is read by
    nobody or only by some: an older or newer checkpoint, of which an engine may take any.
    """
    safe = [name for name in weights.files if name.endswith(".safetensors")]
    spare = [
        name
        for name in weights.unread
        if name.endswith(".safetensors") and not _MISTRAL.fullmatch(name)
    ]
    if not weights.is_standard:  # an engine reads all of them, and none may hide another
        safe, spare = safe[:1], safe[1:]
    if not spare:
        return
    read = {item for name in safe for item in read_tensors(weights.folder / name).items()}
    for name in spare:
        try:
            found = {*read_tensors(weights.folder / name).items()}
        except McqtestError:
            continue  # nobody can read it
        if both := read & found:
            raise McqtestError(
                f"{weights.folder}: holds two checkpoints, {name} has tensors that "
                f"{weights.index or safe[0]} has, too, such as {min(both)[0]}; libraries differ in "
                "which they take, so remove one"
            )
        read |= found


def _inside(where: Path, names: Iterable[str]) -> None:
    for name in names:
        if _leads_outside(name):
            raise McqtestError(
                f"{where}: names {name!r}, which leads out of the folder; copy the file beside it "
                "and name it there"
            )


def _leads_outside(name: str) -> bool:
    """By the name alone: a link is followed wherever it leads, as the hub's cache needs it."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return not parts or ".." in parts or parts[0] == "/" or ":" in parts[0]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that no file can have
        return False


def _natural(name: str) -> list[tuple[int, str]]:
    """Sorts model-2 before model-10."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)
    ]


def _more(count: int) -> str:
    return f" (nor are {count} more)" if count else ""
