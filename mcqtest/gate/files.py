"""The files of baselines: where they are, and how new ones take the place of old ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import mcqtest
from mcqtest.gate.atomic import write_all
from mcqtest.gate.policy import Policy
from mcqtest.gate.record import parse
from mcqtest.types import McqtestError

RESTORE = "restore it from version control"


def target(policy: Policy, benchmark: str, task: str) -> Path:
    """The file of a task's baseline in the project."""
    folder = Path(policy.baselines_dir) / str(policy.baseline) / benchmark
    return folder / policy.ways.get(benchmark, "") / f"{task}.txt"


def is_recorded(policy: Policy, benchmark: str, way: str) -> bool:
    """Whether the baseline has any task of a benchmark in this way's folder."""
    if policy.baseline is None:
        return False
    root = Path(policy.baselines_dir) / policy.baseline
    if not root.is_dir():
        root = packaged_baselines() / policy.baseline
    return any((root / benchmark / way).glob("*.txt"))


def beside(place: Path) -> Path:
    """The companion of a baseline's file."""
    return place.with_suffix(".json")


def text_of(path: Path) -> str | None:
    """None where there is no such file."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise McqtestError(f"{path}: cannot be read ({error}); {RESTORE}") from None


def model_of(path: Path) -> str | None:
    """The model that a baseline file says it was recorded from; None for what is no baseline."""
    with suppress(McqtestError):
        return parse(text_of(path) or "", where=str(path)).model
    return None


def folders(root: Path) -> list[str]:
    """Names of the folders in this one."""
    with suppress(OSError):
        return sorted(each.name for each in root.iterdir() if each.is_dir())
    return []


def packaged_baselines() -> Path:
    """The baselines that come with mcqtest: in the wheel inside it, in a checkout beside it."""
    package = Path(mcqtest.__file__).parent
    inside = package / "baselines"
    return inside if inside.is_dir() else package.parent / "baselines"


def packaged(root: Path) -> tuple[list[str], list[str]]:
    """Names of the baselines that come with mcqtest: those that serve beside the folder ``root`` of
    a project, and those that one of its own by the same name stands in place of.
    """
    come, own = packaged_baselines(), folders(root)
    names = [] if root.resolve() == come.resolve() else folders(come)
    return [each for each in names if each not in own], [each for each in names if each in own]


def shadowing(policy: Policy, benchmarks: Collection[str]) -> Iterator[str]:
    """A note where a run of these benchmarks is held to a baseline of the project's by the name of
    one that comes with mcqtest, and that has them, too.
    """
    _, hidden = packaged(Path(policy.baselines_dir))
    name = str(policy.baseline)
    here = packaged_baselines() / name
    if not policy.update and name in hidden and any((here / each).is_dir() for each in benchmarks):
        yield (
            f"baseline {name!r} is the project's own ({Path(policy.baselines_dir) / name}) and not "
            "the one that comes with mcqtest; rename it to be held to that"
        )


def staged(staging: Path, benchmark: str, task: str) -> Path:
    """Where a new baseline waits until the whole run is judged."""
    return staging / benchmark / f"{task}.txt"


def publish(policy: Policy, staging: Path, tasks: Iterable[tuple[str, str]]) -> None:
    """Make the staged files of ``tasks`` (benchmark, task) the baseline."""
    texts = {}
    for benchmark, task in tasks:
        place = target(policy, benchmark, task)
        new = staged(staging, benchmark, task)
        try:
            texts[place] = new.read_text("utf-8")
            texts[beside(place)] = beside(new).read_text("utf-8")
        except OSError as error:
            raise McqtestError(
                f"{benchmark}/{task}: judged, but its new baseline cannot be read "
                f"({new}: {error.strerror}); nothing was recorded, run again"
            ) from None
    write_all(texts)
