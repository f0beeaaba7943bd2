"""While a model computes on a CPU, it takes the threads that there are cores for."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import models
import torch

from mcqtest.backends import cores
from mcqtest.backends.transformers import passes, threads


@pytest.fixture
def counts(monkeypatch):
    """What torch is told; its own number of threads stays as it was."""
    told = [4]
    monkeypatch.setattr(torch, "set_num_threads", told.append)
    monkeypatch.setattr(torch, "get_num_threads", lambda: told[-1])
    return told


def test_no_more_than_others_leave(counts, monkeypatch):
    """Fewer while others are busy, and all again when they are not; nothing where it is unclear."""
    free = iter([None, 4, 1, None, 1, 3])
    monkeypatch.setattr(threads._METER, "free", lambda: next(free))
    for _ in range(6):
        threads.adapt()
    assert counts == [4, 1, 3]


def test_every_pass_looks(tmp_path, counts, monkeypatch):
    """Of letters and of texts, on a CPU alone."""
    looked = []
    monkeypatch.setattr(threads, "adapt", lambda: looked.append(1))
    monkeypatch.setattr(cores, "allowed_cores", lambda: 2)
    model = models.backend(models.save(tmp_path))
    assert counts == [4, 2]
    models.answers(model, models.requests([3, 4]))
    assert looked
    ids = torch.zeros(1, 3, dtype=torch.long)
    looked.clear()
    passes._call(model._model, ids, [-1])
    assert looked == [1]
    model._model.to("meta")
    passes._call(model._model, ids.to("meta"), [-1])
    assert looked == [1]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_bits_of_few_rows_do_not_depend_on_threads(count):
    """Nor do those of a single row, which torch would share out among threads."""
    before = torch.get_num_threads()
    generator = torch.Generator().manual_seed(0)
    try:
        for _ in range(60):
            logits = torch.randn(count, 50_000, generator=generator) * 3
            found = []
            for number in (1, 2):
                torch.set_num_threads(number)
                found.append(passes.normaliser(logits))
            assert torch.equal(*found)
    finally:
        torch.set_num_threads(before)
