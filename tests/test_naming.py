"""What a checkpoint's baseline is called after."""

from pathlib import Path

import pytest

from mcqtest.backends.naming import named


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("/models/mini-7b", "mini-7b"),
        ("/models/v1.2", "v1.2"),
        ("/models/step", "step"),
        ("/models/steps-to-heaven-3", "steps-to-heaven-3"),
        ("/runs/a/checkpoint-500", "a--checkpoint-500"),
        ("/runs/b/checkpoint-500", "b--checkpoint-500"),
        ("/runs/a/checkpoint-500-merged", "a--checkpoint-500-merged"),
        ("/runs/a/checkpoints/step_1000", "a--step_1000"),
        ("/runs/a/checkpoints/final", "a--final"),
        ("/runs/a/global_step40", "a--global_step40"),
        ("/runs/a/iter_0000500", "a--iter_0000500"),
        ("/runs/a/Epoch-3", "a--Epoch-3"),
        ("/runs/.a/epoch_3", "a--epoch_3"),
        ("/checkpoint-500", "checkpoint-500"),
        ("/checkpoints/checkpoint-500", "checkpoint-500"),
    ],
)
def test_the_name_of_a_folder(folder, name):
    """That every run has: with the run's name before it."""
    assert named(Path(folder)) == name
