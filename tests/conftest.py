"""Shared by all tests: hypothesis without a clock, and a toy project to run pytest in."""

import importlib.util
import os
from functools import cache
from pathlib import Path

import pytest
from project import plugin_args, project, recorded

__all__ = ["plugin_args", "project", "recorded"]  # fixtures


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests that start a pytest of their own, about two seconds each, and those that need
    torch: the environment with torch runs these, and the one without it all others.
    """
    for item in items:
        if "pytester" in getattr(item, "fixturenames", ()):
            item.add_marker("starts_pytest")
        if _needs_torch(item.path):
            item.add_marker("needs_torch")


@cache
def _needs_torch(path: Path) -> bool:
    """Whether a file of tests is skipped where there is no torch."""
    return 'importorskip("torch")' in path.read_text("utf-8")


os.environ.pop("GITHUB_STEP_SUMMARY", None)  # the page of our own job is not for toy models

if importlib.util.find_spec("hypothesis") is not None:  # this file is read with --model as well
    from hypothesis import HealthCheck, settings

    # No deadlines: a busy machine is no defect. CI repeats the same examples (hypothesis picks
    # its own "ci" profile there); `--hypothesis-profile=nightly` looks for new ones.
    settings.register_profile("local", deadline=None)
    settings.register_profile(
        "nightly",
        deadline=None,
        max_examples=2000,
        derandomize=False,
        suppress_health_check=[HealthCheck.too_slow],
    )
    if "CI" not in os.environ:
        settings.load_profile("local")
