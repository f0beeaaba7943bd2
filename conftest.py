"""What a bare `pytest` in this checkout runs: our own tests, or with a model the benchmarks."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]  # has to stand in the topmost conftest

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    """Choose by hand, since `testpaths` cannot depend on an option."""
    from_here = config.invocation_params.dir == HERE
    if config.args_source is pytest.Config.ArgsSource.INVOCATION_DIR and from_here:
        model = config.getoption("mcq_model", default=None)
        config.args = [str(HERE / ("tests" if model is None else "benchmarks"))]
