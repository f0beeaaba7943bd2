"""What a run is held to, from its settings."""

from __future__ import annotations

from dataclasses import replace

from mcqtest.gate import Baselines, Margins, Policy, Thresholds, tables
from mcqtest.run.settings import Settings
from mcqtest.types import Identity


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
        rules=settings.rules,
        margins=Margins(settings.margin, settings.tolerance, margins),
        anchor=None if settings.update else settings.anchor,
    )


def anchors(policy: Policy, identity: Identity) -> Baselines | None:
    """The second baseline, read and checked like the first; never recorded."""
    if policy.anchor is None:
        return None
    return Baselines(replace(policy, baseline=policy.anchor), identity)
