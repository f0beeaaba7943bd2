"""A `pytest` in this checkout, where only what README installs is there."""

import shutil

import pytest
from realdata import CHECKOUT

HIDDEN = """
import sys

sys.modules["hypothesis"] = None
"""


@pytest.mark.parametrize("args", [(), (".",), ("tests/test_one.py::test_one",)])
def test_our_own_tests_say_what_they_need(pytester, args):
    """One line with the command, and not an error for each file of tests."""
    pytester.makepyfile(hidden=HIDDEN)
    shutil.copy(CHECKOUT / "conftest.py", pytester.path)
    (pytester.mkdir("tests") / "test_one.py").write_text("import hypothesis\n")
    plugins = ("-p", "hidden", "-p", "no:hypothesispytest")
    result = pytester.runpytest_subprocess(*plugins, *args)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    lines = [line for line in result.errlines + result.outlines if line]
    assert len(lines) == 1
    assert lines[0].startswith("ERROR: mcqtest's own tests need hypothesis and more")
    assert 'pip install -c constraints.txt --group dev -e ".[transformers]"' in lines[0]
    assert 'pip install -q -c constraints.txt --group dev -e ".[transformers]"' in (
        CHECKOUT / ".github/CONTRIBUTING.md"
    ).read_text("utf-8")
