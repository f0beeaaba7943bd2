"""From the settings of a run: how it asks, and what it is held to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from mcqtest import backends
from mcqtest.answers import READING, Reading, Thoughts
from mcqtest.backends import Model, Setup
from mcqtest.gate import Baselines, Margins, Policy, Thresholds, tables
from mcqtest.run.settings import Settings
from mcqtest.run.way import Way
from mcqtest.types import Identity, McqtestError

_ASKING = (
    *("method", "style", "abstain", "sensitivity", "sweep", "shots"),
    *("chat", "chat_option", "system", "shots_as", "bigbench"),
)
"""Options that say how a model is asked."""


def decoding_of(settings: Settings, told: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    """What is said of texts; with ``from=generation_config`` as that has ``told``, and of several
    samples the mean, unless something else is said.
    """
    said = dict(settings.decoding)
    origin = said.pop("from", None)
    if origin is None:
        return said
    if origin != "generation_config":
        raise McqtestError(f"--decoding from={origin}: unknown; there is generation_config")
    vote = {"vote": "mean"} if "samples" in said else {}
    return {**told(), **vote, **said}


def way_of(
    settings: Settings,
    recorded: str,
    told: Callable[[], Mapping[str, str]] = dict,
    *,
    vouched: bool = False,
) -> Way:
    """How the run asks; ``recorded``: what was recorded elsewhere, so that nothing is asked;
    ``vouched``: it was, too, and is known to have been asked in this way. ``told`` is what the
    model's own files say of sampling.
    """
    for option in _ASKING if recorded else ("sensitivity", "sweep") if vouched else ():
        if getattr(settings, option) not in (None, {}):
            name = option.replace("_", "-")
            raise McqtestError(
                f"--{name}: outputs are recorded, nothing is asked; leave the option out"
            )
    return Way(
        method=settings.method,
        style=settings.style,
        abstain=settings.abstain == "on",
        shots=settings.shots,
        limit=settings.limit,
        decoding=decoding_of(settings, told),
        reading=Reading(
            reader=settings.reader or READING.reader,
            fallback=settings.fallback or READING.fallback,
            thoughts=Thoughts(settings.reasoning_marks),
        ),
        recorded=recorded,
        bigbench=settings.bigbench,
    )


def name_of(settings: Settings, folder: str) -> str:
    """What the model is called; raises for a ``folder`` whose name is no good one."""
    name = settings.model_name or folder
    if name != name.strip() or not name.isprintable():
        raise McqtestError(
            f"--model={settings.model}: its name {name!r} begins or ends with a blank, or holds "
            "what cannot be printed; add --model-name=NAME"
        )
    if name == "none":
        raise McqtestError(
            f"--model={settings.model}: it would be called 'none', which is how --baseline says "
            "that there is none; add --model-name=NAME"
        )
    return name


def model_of(settings: Settings, identity: Identity | None) -> tuple[Model, Setup]:
    """What is asked, and how; with an ``identity``, which another process has found out."""
    where = settings.model if identity is None else identity.folder
    found = backends.find(settings.backend, where, base=Path.cwd())
    options, folder = settings.backend_option, Path(settings.run_dir)
    found = backends.probe(settings.backend, found, options, folder, again=identity is not None)
    setup = backends.setup(settings.backend, found, options)
    return found, replace(setup, place=settings.run_dir)


def identify(settings: Settings, model: Model, setup: Setup) -> Identity:
    """Who is asked. Reads all of the model's files."""
    stamp = model.stamp  # before they are read
    return Identity(
        name=name_of(settings, model.name),
        folder=str(model.folder),
        weights=model.fingerprint,
        key=setup.identity(model.fingerprint),
        setup=str(setup),
        device=setup.device,
        stamp=stamp,
        dtype=setup.dtype,
        products=setup.products,
        **backends.size(model, setup),
    )


def policy_of(settings: Settings, identity: Identity) -> Policy:
    """The baseline is ``--baseline``, else the model's own; none where only thresholds count."""
    thresholds, margins = tables(settings.gate)
    baseline: str | None = settings.baseline or identity.name
    if settings.baseline == "none":
        baseline = identity.name if settings.update else None
    return Policy(
        alpha=settings.alpha,
        baseline=baseline,
        baselines_dir=settings.baselines_dir,
        update=settings.update,
        reason=settings.accept_regression,
        thresholds=Thresholds(thresholds),
        required=tuple(settings.required),
        rules=settings.rules,
        margins=Margins(settings.margin, settings.tolerance, margins),
        anchor=None if settings.update else settings.anchor,
    )


def anchors(policy: Policy, identity: Identity) -> Baselines | None:
    """The second baseline, read and checked like the first; never recorded."""
    if policy.anchor is None:
        return None
    return Baselines(replace(policy, baseline=policy.anchor), identity)
