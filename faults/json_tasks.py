"""JSON tasks of BIG-bench, judged by recorded outputs, to be changed by `faults.inputs`."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from faults import runs

_HEAD = {"canary": "c", "name": "t", "description": "d", "keywords": ["k"]}
_CHOICES = {"metrics": ["multiple_choice_grade"], "preferred_score": "multiple_choice_grade"}
_TEXTS = {"metrics": ["exact_str_match"], "preferred_score": "exact_str_match"}
_KEYS = {"task_prefix": "Say it.", "output_regex": "[a-z0-9]+", "stop_string": "\n"}
_MANY = 40
"""Questions of each task or subtask."""


def tasks(work: Path) -> tuple[Sequence[Path], Callable[[], Any]]:
    """Files of two tasks, one with subtasks, and what a run says of them."""
    data = work / "json"
    letters = [
        {
            "input": f"say {at}",
            "target_scores": {f"a{at}": at % 2, f"b{at}": 1 - at % 2, "no": 0.25},
        }
        for at in range(_MANY)
    ]
    texts = [{"input": f"say a{at}", "target": [f"a{at}", f"A{at}"]} for at in range(_MANY)]
    files = {
        "letters": _HEAD,
        "letters/one": {**_HEAD, **_CHOICES, "examples": letters},
        "texts": {**_HEAD, **_TEXTS, **_KEYS, "examples": texts},
    }
    for name, keys in files.items():
        place = data / "bigbench" / name
        place.mkdir(parents=True)
        (place / "task.json").write_text(json.dumps(keys, indent=1), "utf-8")
    outputs = work / "said.jsonl"
    lines = [
        *({"task": "letters", "index": at, "logprobs": [-0.1, -2.0, -3.0]} for at in range(_MANY)),
        *(
            {"task": "texts", "index": at, "output": f" a{at - at % 3}\nmore"}
            for at in range(_MANY)
        ),
    ]
    outputs.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    given = {"model": str(outputs), "backend": "replay", "data": str(data), "margin": "none"}
    given |= {"run_dir": str(work / "json-run"), "baselines_dir": str(work / "json-baselines")}
    ended = runs.Run(
        work / "json-recorded", "--backend=replay", f"--data={data}", "-m", "bigbench",
        "--snapshot-update", f"--baselines-dir={given['baselines_dir']}", model=str(outputs),
    ).end(300)  # fmt: skip
    assert ended.code == 0, ended.said
    return sorted((data / "bigbench").rglob("task.json")), lambda: _said(given)


def _said(given: dict[str, str]) -> dict[str, Any]:
    """Of both tasks together."""
    from benchmarks.test_bigbench import BIGBENCH
    from mcqtest.run import Run, settings

    found = settings.read(
        lambda option: (given.get(option.key), runs.ROOT),
        gate={}, root=runs.ROOT, environment={}, update=False,
    )  # fmt: skip
    run = Run(found)
    tasks = run.found(BIGBENCH).tasks
    run.plan(tasks)
    outcomes = [run.outcome(run.results(task), compared=True) for task in tasks]
    run.close()
    plain = {each.task: json.loads(json.dumps(each.to_json())) for each in outcomes}
    notices = [said for each in plain.values() for said in each.pop("notices")]
    return {"weights": run.identity.weights, "outcome": {"notices": notices, "tasks": plain}}
