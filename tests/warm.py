"""A pytest that starts in a third of the time: from a process that has imported everything already,
and forks. What it runs is as fresh as a process of its own in all that a run can change.

Most tests that start a pytest look at what a run says and leaves, and each time a second of
processor time goes into imports. Workers of xdist are processes of their own in any case; so is a
run whose environment says something to Python itself, and every run where ``MCQTEST_COLD`` is set.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import IO, Any, NoReturn

import pytest

_COLD = "MCQTEST_COLD" in os.environ  # tests hide it
_TO_PYTHON = ("PYTHON", "LC_", "LANG", "OMP_", "OPENBLAS_", "MKL_")
"""Beginnings of variables that are read when Python or a library starts."""


def run(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    """As ``pytester.runpytest_subprocess`` does it."""
    if _COLD or not hasattr(os, "fork") or _told() != _server().told:
        return pytester.runpytest_subprocess(*args)
    base = tempfile.mkdtemp(prefix="runpytest-", dir=pytester.path)
    out, err = (pytester.path / name for name in ("stdout", "stderr"))
    began = time.perf_counter()
    plugins = [part for plugin in pytester.plugins for part in ("-p", str(plugin))]
    code = _server().run(
        {
            "args": [f"--basetemp={base}", *plugins, *map(str, args)],
            "cwd": str(Path.cwd()),
            "env": dict(os.environ),
            "out": str(out),
            "err": str(err),
        }
    )
    lines = [each.read_text("utf-8").splitlines() for each in (out, err)]
    for told, stream in zip(lines, (sys.stdout, sys.stderr), strict=True):
        print(*told, sep="\n", file=stream)  # for whoever reads why a test failed
    return pytest.RunResult(code, *lines, time.perf_counter() - began)


def _told() -> dict[str, str]:
    """What the environment says to Python itself."""
    return {
        name: value
        for name, value in os.environ.items()
        if name.startswith(_TO_PYTHON) and name != "PYTHONPATH"
    }


@cache
def _server() -> _Server:
    return _Server()


class _Server:
    """The process that forks, one for each process that tests."""

    def __init__(self) -> None:
        self.told = _told()
        place = tempfile.mkdtemp(prefix="mcqtest-warm-")  # no conftest there
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=place,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(_paths(os.environ))},
        )
        atexit.register(self._process.communicate)  # which ends it

    def run(self, request: Mapping[str, Any]) -> int:
        """The exit status of a pytest; negative, of a signal."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


def _paths(environment: Mapping[str, str]) -> list[str]:
    return [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path]


# --- in the other process ---------------------------------------------------------------------


def _serve(requests: IO[bytes], replies: IO[bytes]) -> None:
    own = _paths(os.environ)
    usual = [path for path in sys.path[1:] if path not in own]
    _import_all()
    for line in requests:
        request = json.loads(line)
        child = os.fork()
        if not child:
            requests.close()
            replies.close()
            _become(request, usual)
        _, status = os.waitpid(child, 0)
        replies.write(b"%d\n" % os.waitstatus_to_exitcode(status))
        replies.flush()


def _import_all() -> None:
    """As pytest imports its plugins, assertions rewritten; nothing is run."""
    from _pytest.config import _prepareconfig

    _prepareconfig(["-s", "-p", "no:cacheprovider"])
    import scipy.optimize
    import scipy.special
    import wcwidth

    import mcqtest.cli
    import mcqtest.plugin.start

    assert all((scipy.optimize, scipy.special, wcwidth, mcqtest.cli, mcqtest.plugin.start))


def _become(request: Mapping[str, Any], usual: list[str]) -> NoReturn:
    """A pytest as the shell starts one."""
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.path[:] = [request["cwd"], *_paths(os.environ), *usual]
    sys.argv[:] = [pytest.__file__.replace("__init__", "__main__"), *request["args"]]
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    for number, path in ((0, os.devnull), (1, request["out"]), (2, request["err"])):
        file = os.open(path, flags if number else os.O_RDONLY)
        os.dup2(file, number)
        os.close(file)
    sys.exit(pytest.main())


if __name__ == "__main__":
    given, said = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing but replies goes there
    _serve(given, said)
