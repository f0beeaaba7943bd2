"""Which file holds a task's questions: in a folder of the user's, or on the hub."""

from __future__ import annotations

import glob
import importlib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

from mcqtest.data.tables import extra, names
from mcqtest.types import Layout, McqtestError, Source, Task, one_line

_WHAT = {"test": "questions", "shots": "examples", "worked": "worked examples"}
_LEAVE = "leave one of them there"
Found = tuple[Layout, Path, str]
"""The layout, its file, and the file's name in messages."""


def find(task: Task, split: str, root: Path | None, *, revision: str | None = None) -> Found:
    """The file of a split, ``test``, ``shots`` or ``worked``. ``root`` is the folder of ``--data``;
    None asks the hub, at ``revision`` or the source's own. Raises `McqtestError`.
    """
    source = _tables(task)
    layouts = source.worked if split == "worked" else source.layouts
    if not layouts:
        raise McqtestError(f"{task.path}: there are no worked examples; ask with --shots=0")
    if root is None and split == "worked":
        raise McqtestError(
            f"{task.path}: its worked examples are not on the hub{_published(source)}; pass a "
            f"folder that holds {source.folder}/{_path(layouts[-1], task, split)} with --data DIR, "
            "or ask with --shots=0"
        )
    if root is None:
        return _hub(task, split, layouts[-1], revision or source.revision)
    return _local(task, split, root, layouts)


def _tables(task: Task) -> Source:
    """The source, which is one of tables."""
    source = task.benchmark.source
    if isinstance(source, Source):
        return source
    raise McqtestError(f"{task.path}: its examples are not in tables; ask with --shots=0")


def _path(layout: Layout, task: Task, split: str) -> str:
    name = layout.names.get(task.name, task.name)
    return layout.path.format(task=name, split=layout.splits.get(split, split))


def _local(task: Task, split: str, root: Path, layouts: Sequence[Layout]) -> Found:
    """The first layout that is present."""
    source = _tables(task)
    if not root.is_dir():
        raise McqtestError(f"{root}: no such folder; pass the folder of the data with --data DIR")
    folder = _folder(task, root)
    paths = [_path(layout, task, split) for layout in layouts]
    for layout, path in zip(layouts, paths, strict=True):
        if (file := _only(folder, path, name=folder, remedy=_LEAVE)) is not None:
            return layout, file, file.relative_to(root).as_posix()
    asked = [_path(layout, task, "test") for layout in source.layouts]
    named = any(_only(folder, path, name=folder, remedy=_LEAVE) for path in asked)
    if folder is root and not named:
        missing, paths = f"folder {source.folder}", [f"{source.folder}/{path}" for path in paths]
    else:
        missing = f"{_WHAT[split]} for {task.path}"
    tried = ", ".join(paths)
    more = ", or ask with --shots=0" if split != "test" else ""
    others = [
        each for layout in layouts for each in _others(folder, task, layout, but=("test", "shots"))
    ]
    there = f" ({names(others)}: another split)" if others else ""
    raise McqtestError(
        f"{folder}: no {missing}{there}; add one of {tried}{_published(source)}, or pass another "
        f"--data DIR{more}{_without(task)}"
    )


def _published(source: Source) -> str:
    """Where the files come from, if that is known."""
    return f" (from {source.page})" if source.page else ""


def _folder(task: Task, root: Path) -> Path:
    """The benchmark's own; a user may name that instead of the one that holds it."""
    folder = root / task.benchmark.source.folder
    return folder if folder.is_dir() else root


_SPLITS = ("train", "dev", "valid", "val", "validation", "test")
"""What splits are called."""


def _others(folder: Path, task: Task, layout: Layout, *, but: Sequence[str] = ()) -> list[str]:
    """Files of a form that hold the task's splits, but for these."""
    name = glob.escape(layout.names.get(task.name, task.name))
    known = {layout.splits.get(split, split) for split in but}
    patterns = [
        layout.path.format(task=name, split=split) for split in _SPLITS if split not in known
    ]
    found = [
        file
        for pattern in (patterns if "{split}" in layout.path else ())
        for file in folder.glob(pattern)
        if file.is_file()
    ]
    return [file.relative_to(folder).as_posix() for file in dict.fromkeys(found)]


def twins(task: Task, root: Path | None) -> list[tuple[str, str]]:
    """The file of a task's questions with each that holds another split and is the same byte for
    byte; none on the hub, nor where there are no splits.
    """
    if root is None or not isinstance(task.benchmark.source, Source):
        return []
    folder = _folder(task, root)
    layout, path, _ = find(task, "test", root)
    own, size = path.relative_to(folder).as_posix(), path.stat().st_size
    others = [
        other
        for other in _others(folder, task, layout)
        if other != own and (folder / other).stat().st_size == size
    ]
    return [(own, each) for each in others if (folder / each).read_bytes() == path.read_bytes()]


def _without(task: Task) -> str:
    """How a run can do without a benchmark of the suite."""
    name = task.benchmark.name
    return f', or leave {name} out with -m "not {name}"'


def _only(folder: Path, path: str, *, name: object, remedy: str) -> Path | None:
    """The file of this path, in which ``*`` stands for anything; None where there is none. Raises
    `McqtestError`, with a ``name`` for the folder and what to do, where there are several.
    """
    if "*" not in path:
        return folder / path if (folder / path).is_file() else None
    fitting = [file for file in sorted(folder.glob(path)) if file.is_file()]
    if len(fitting) > 1:
        found = names(file.relative_to(folder).as_posix() for file in fitting)
        raise McqtestError(f"{name}: {path} fits {found}; {remedy}")
    return fitting[0] if fitting else None


# --- the hub ----------------------------------------------------------------------------------


def _hub(task: Task, split: str, layout: Layout, revision: str | None) -> Found:
    source = _tables(task)
    if source.hub is None:
        raise McqtestError(
            f"{task.path}: these questions are not on the hub{_published(source)};"
            f" pass a folder that holds {source.folder}/ with --data DIR"
        )
    path = _path(layout, task, split)
    if "*" not in path:
        return layout, _download(source.hub, path, revision), f"{source.hub}/{path}"
    every = layout.path.format(task="*", split=layout.splits.get(split, split))
    folder = _snapshot(source.hub, every, revision)
    remedy = f"pass --data DIR, or another --revision {task.benchmark.name}=COMMIT"
    file = _only(folder, path, name=source.hub, remedy=remedy)
    if file is None:
        raise McqtestError(f"{source.hub}: no file fits {path}; {remedy}")
    return layout, file, f"{source.hub}/{file.relative_to(folder).as_posix()}"


def _download(hub: str, path: str, revision: str | None) -> Path:
    """The file in the hub's own cache, fetched at most once."""
    client = extra("huggingface_hub", f"downloading {hub}")
    place = {"repo_id": hub, "filename": path, "revision": revision}
    try:
        if client.try_to_load_from_cache(repo_type="dataset", **place) is None:
            _reach(hub)
        return Path(client.hf_hub_download(repo_type="dataset", **place))
    except Exception as error:  # whatever the client raises is about the network or the account
        advice = _advice(error, hub, revision)
        raise McqtestError(f"{hub}/{path}: {advice}, or pass --data DIR") from error


@cache
def _reach(hub: str) -> None:
    """Ask the hub for a data set once, before its client does, which without a network tries six
    times in half a minute and tells each. Raises what the client then does.
    """
    client = importlib.import_module("huggingface_hub")
    errors = importlib.import_module("huggingface_hub.errors")
    try:
        client.get_hf_file_metadata(client.hf_hub_url(hub, "README.md", repo_type="dataset"))
    except (errors.HfHubHTTPError, errors.FileMetadataError, errors.OfflineModeIsEnabled):
        return  # it answers, or the client knows better
    except Exception as error:
        raise errors.LocalEntryNotFoundError(one_line(error)) from error


@lru_cache(maxsize=16)
def _snapshot(hub: str, path: str, revision: str | None) -> Path:
    """The folder in the hub's own cache that holds all files which fit ``path``."""
    client = extra("huggingface_hub", f"downloading {hub}")
    patterns = [path, path.removeprefix("**/")]
    try:
        folder = client.snapshot_download(
            hub, repo_type="dataset", revision=revision, allow_patterns=patterns
        )
    except Exception as error:  # as above
        advice = _advice(error, hub, revision)
        raise McqtestError(f"{hub}: {advice}, or pass --data DIR") from error
    return Path(folder)


def _advice(error: Exception, hub: str, revision: str | None) -> str:
    """What a failed download means. Subclasses come first."""
    login = "set HF_TOKEN or run `hf auth login`"
    page = f"https://huggingface.co/datasets/{hub}"
    known = {
        "LocalEntryNotFoundError": "not in the local cache and the hub cannot be reached;"
        " connect to the network, unset HF_HUB_OFFLINE",
        "GatedRepoError": f"the data set is gated; accept its licence on {page}, then {login}",
        "RepositoryNotFoundError": f"no such data set, or it is private; {login}",
        "RevisionNotFoundError": f"the hub has no revision {revision}; see {page}",
        "EntryNotFoundError": f"no such file at revision {revision}; see {page}",
    }
    errors = importlib.import_module("huggingface_hub.errors")
    for name, advice in known.items():
        if isinstance(error, getattr(errors, name)):
            return advice
    return f"the download failed ({one_line(error)}); try again"
