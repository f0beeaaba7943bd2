"""What a bare `pytest` in this checkout runs: our own tests, or with a model the benchmarks."""

import importlib.util
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]  # has to stand in the topmost conftest

HERE = Path(__file__).parent
NEEDED = (
    "mcqtest's own tests need hypothesis and more, which is not installed here: pip install -c "
    'constraints.txt --group dev -e ".[transformers]" (.github/CONTRIBUTING.md); to gate a model, '
    "add --model=PATH"
)


def pytest_configure(config: pytest.Config) -> None:
    """Choose by hand, since `testpaths` cannot depend on an option."""
    from_here = config.invocation_params.dir == HERE
    if config.args_source is pytest.Config.ArgsSource.INVOCATION_DIR and from_here:
        model = config.getoption("mcq_model", default=None)
        config.args = [str(HERE / ("tests" if model is None else "benchmarks"))]
    if _asks_ours(config) and importlib.util.find_spec("hypothesis") is None:
        raise pytest.UsageError(NEEDED)


def _asks_ours(config: pytest.Config) -> bool:
    """Whether our own tests, or some of them, are going to be run."""
    here = HERE.resolve()
    asked = [Path(each.partition("::")[0]).resolve() for each in config.args]
    return any(each == here or each.is_relative_to(here / "tests") for each in asked)
