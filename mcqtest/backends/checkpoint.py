"""A model folder, identified by content. Imports neither torch nor transformers.

Two folders with the same files are the same model wherever they lie, and a checkpoint that
was overwritten in place is another one. Nothing here loads weights: a run whose answers are
all stored never needs the libraries that do.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mcqtest import demo
from mcqtest.backends import foreign, gguf
from mcqtest.backends.headers import read_object
from mcqtest.backends.naming import named
from mcqtest.backends.weights import Weights, find_weights, is_adapter, named_files
from mcqtest.types import McqtestError, one_line

_COUNTS = re.compile(
    r"[^.].*\.safetensors|pytorch_model.*\.bin|adapter_model\.bin"
    r"|[^.].*\.safetensors\.index\.json|pytorch_model\.bin\.index\.json"
    r"|(adapter_|generation_)?config\.json|params\.json|([^.].*)?quant.*\.json"
    r"|tokenizer.*|vocab.*|merges\.txt|special_tokens_map\.json|added_tokens\.json"
    r"|(emoji|entity_vocab|byte_maps)\.json|dict\.txt|prophetnet\.tokenizer"
    r"|chat_template.*|tekken\.json|[^.].*\.(model|tiktoken|py)"
)
"""Files that can change an answer, besides those that an index or config.json names; optimizer
states, logs, model cards and hidden files cannot."""

_LEFT = re.compile(
    r"\..*|.*\.md|LICENSE.*|(optimizer|scheduler|rng_state|training_args|trainer_state|events).*"
)
"""What training leaves, and what is for people: no code of a checkpoint needs it."""

_DEVICE = re.compile(r"[0-9]+|(GPU|MIG)-[\w/-]+")

_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")


@dataclass(frozen=True)
class Checkpoint:
    """A folder with a model's files."""

    folder: Path
    name: str
    """What its baseline is called unless told otherwise."""

    @property
    def is_demo(self) -> bool:
        """It is the embedded model, and no folder that happens to be called so."""
        return os.path.realpath(self.folder) == os.path.realpath(demo.MODEL)

    @property
    def base(self) -> Checkpoint:
        """Where its weights are: itself, unless it is an adapter."""
        return self

    @property
    def words(self) -> Path:
        """The folder with its tokenizer."""
        return self.folder

    def holding(self, name: str) -> Path:  # noqa: ARG002 - an adapter's files lie in two folders
        """The folder in which the file of that name counts."""
        return self.folder

    @property
    def about(self) -> str:
        """A word on it for people."""
        return "a toy: it shows the tool, not a real model" if self.is_demo else ""

    @cached_property
    def config(self) -> Mapping[str, Any]:
        return read_object(self.folder / "config.json", "model configuration")

    @cached_property
    def weights(self) -> Weights:
        """The files that its weights are read from."""
        return find_weights(self.folder, self.config)

    @property
    def gguf(self) -> str | None:
        """The file of its weights, where it is GGUF."""
        return min(gguf.alone([path.name for path in self.folder.iterdir()]), default=None)

    @property
    def read(self) -> list[Path]:
        """The files that its weights are read from, an adapter's among them."""
        return self.weights.paths

    @property
    def notes(self) -> list[str]:
        """What a person should know of its files, in sentences."""
        return self.weights.notes

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the names and contents of all files that can change an answer."""
        files = self._files()
        with ThreadPoolExecutor() as pool:  # hashing releases the interpreter lock
            digests = list(pool.map(digest, files))
        whole = hashlib.sha256()
        for path, found in zip(files, digests, strict=True):
            whole.update(f"{path.relative_to(self.folder).as_posix()}\0{found}\n".encode())
        return whole.hexdigest()

    @property
    def stamp(self) -> str:
        """Whether the files were written to meanwhile (`stamp`)."""
        return stamp(self._files())

    def _files(self) -> list[Path]:
        """All that can change an answer, in order."""
        code = "auto_map" in self._readable  # the checkpoint's own, which may open what it likes
        try:
            inside = list(self.folder.iterdir())
        except OSError:
            inside = []  # removed meanwhile
        counted = [
            path
            for path in inside
            if _COUNTS.fullmatch(path.name) or (code and not _LEFT.fullmatch(path.name))
        ]
        return sorted({*filter(Path.is_file, counted), *self._named})

    @cached_property
    def _named(self) -> list[Path]:
        """Files in whatever place that others name; which ones can change only with those."""
        templates = (self.folder / "additional_chat_templates").glob("*.jinja")
        names = named_files(self.folder, self._readable)
        return [*templates, *(self.folder / name for name in names)]

    @property
    def _readable(self) -> Mapping[str, Any]:
        """The configuration; empty where it cannot be read."""
        try:
            return self.config
        except McqtestError:
            return {}

    def check(self) -> None:
        """Raise unless the folder holds a configuration, and weights of one model alone; or an
        adapter, of which nothing more is known here.
        """
        if is_adapter(self.folder):
            return
        if not (self.folder / "config.json").is_file():
            raise McqtestError(
                foreign.told(self.folder)
                or f"{self.folder}: no config.json, so not a model folder; give the folder that "
                "save_pretrained wrote, or add --backend=replay for recorded outputs"
            )
        if "model_type" not in self.config and "architectures" not in self.config:
            raise McqtestError(
                f"{self.folder / 'config.json'}: names no model_type; save the model again"
            )
        if why := foreign.no_language_model(self.folder, self.config):
            raise McqtestError(f"{self.folder}: {why}")
        self.weights  # noqa: B018 - found here, and not when the run is planned


def stamp(files: Iterable[Path]) -> str:
    """Hash of sizes, times and inodes: another one once a file was written to, or another took its
    place. Links are followed.
    """
    found: list[object] = []
    for path in files:
        try:
            stat = path.stat()
        except OSError:
            found.append((path.name, "gone"))
            continue
        place = stat.st_dev, stat.st_ino
        found.append((path.name, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, *place))
    return hashlib.sha256(repr(found).encode()).hexdigest()


def digest(path: Path) -> str:
    """SHA-256 of a file's content; raises `McqtestError` where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise McqtestError(f"{path}: cannot be read ({error.strerror})") from None


def find(
    model: str, *, base: Path, called: str | None = None, revision: str | None = None
) -> Checkpoint:
    """The checkpoint that ``--model`` names, or whoever is ``called`` so: a folder (seen from
    ``base``), ``demo``, or a hub id, which is fetched (at a ``revision``) unless it is cached.
    """
    called = called or f"--model={model}"
    if model == "demo":
        return Checkpoint(demo.MODEL, "demo")
    try:
        folder = (base / Path(model).expanduser()).resolve()
    except RuntimeError as error:  # ~name of a user that is not there, or links in a circle
        raise McqtestError(f"{called}: {error}; give the whole path") from None
    if folder.is_dir():
        checkpoint = Checkpoint(folder, named(folder))
    elif folder.exists():
        raise McqtestError(
            f"{called}: a file; give the folder that holds config.json, or add "
            "--backend=replay for recorded outputs"
        )
    elif _HUB_ID.fullmatch(model) and not model.startswith("."):
        checkpoint = Checkpoint(_from_hub(model, called, revision), model.replace("/", "--"))
    else:
        raise McqtestError(
            f"{called}: no such folder ({folder}); "
            "give a model folder, a hub id such as org/name, or demo"
        )
    checkpoint.check()
    return checkpoint


def _from_hub(model: str, called: str, revision: str | None) -> Path:
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise McqtestError(
            f"{called}: no such folder, and hub ids need huggingface_hub; "
            'pip install "mcqtest[hub]", or give a folder'
        ) from None
    wanted = ["*.safetensors", "*.json", "*.txt", "*.model", "*.tiktoken", "*.jinja", "*.py"]
    try:
        unread = ["consolidated*", "original/*"]  # the same weights once more, in another form
        pinned = {} if revision is None else {"revision": revision}
        found = snapshot_download(model, allow_patterns=wanted, ignore_patterns=unread, **pinned)
        return Path(found)
    except Exception as error:  # noqa: BLE001 - the errors of the hub share no base class
        said = one_line(error, 200, whole=True)
        raise McqtestError(
            f"{called}: no such folder here, and the hub did not give it ({said}); "
            "check the name, log in with `hf auth login`, or give a local folder"
        ) from None


def cuda_devices() -> list[str]:
    """Ids of the NVIDIA devices this process may use, without importing torch."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:  # as CUDA reads it: the first that names no device ends the list
        ids = [part.strip() for part in visible.split(",")]
        return list(itertools.takewhile(_DEVICE.fullmatch, ids))
    gpus = Path("/proc/driver/nvidia/gpus")
    return [str(number) for number, _ in enumerate(gpus.iterdir())] if gpus.is_dir() else []


def installed(package: str) -> str | None:
    """The version of an installed package, without importing it."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
