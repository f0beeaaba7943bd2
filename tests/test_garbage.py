"""What the search for garbage leaves out."""

import gc
import json

import pytest
from cases import settings_of

from mcqtest import data, prompts
from mcqtest.data import questions
from mcqtest.plugin.garbage import kept
from mcqtest.run import Run
from mcqtest.types import Benchmark, Columns, Layout, Method, Source


@pytest.fixture(autouse=True)
def as_before():
    yield
    gc.unfreeze()


def test_what_is_kept_is_not_searched_and_the_rest_is():
    """While it is made nothing is searched; afterwards what comes later is."""
    frozen = gc.get_freeze_count()
    with kept():
        assert not gc.isenabled()
        made = [[] for _ in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= frozen + 1000
    assert not any(each is made for each in gc.get_objects())
    later = []
    later.append(later)
    assert any(each is later for each in gc.get_objects())


def test_a_mistake_leaves_the_search_as_it_was():
    """Nothing is left out, and searching goes on."""
    frozen = gc.get_freeze_count()
    with pytest.raises(ValueError, match="bad"), kept():
        raise ValueError("bad")
    assert gc.isenabled()
    assert gc.get_freeze_count() == frozen


def test_who_searches_nothing_is_left_alone():
    """A process that has switched the search off keeps it off."""
    gc.disable()
    try:
        with kept():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_rows_of_files_go_once_their_questions_are_planned(tmp_path):
    """A file of many tasks is read once for all of them; its rows hold more than is asked."""
    layout = Layout("{split}.jsonl", Columns(task="subject"))
    source, methods = Source("toy", (layout,)), {"letters": Method(prompts.mmlu)}
    task = Benchmark("toy", {"all": ("tides",)}, source, methods, 0).tasks[0]
    row = {"question": "?", "choices": [*"abcd"], "answer": 0, "subject": "tides"}
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy/test.jsonl").write_text(json.dumps(row))
    (tmp_path / "said.jsonl").write_text('{"task": "tides", "index": 0, "output": "A"}\n')
    place = {"model": str(tmp_path / "said.jsonl"), "run_dir": str(tmp_path), "backend": "replay"}
    run = Run(settings_of(**place, data=str(tmp_path), baseline="none"))
    assert data.load(task, "test", tmp_path)
    assert questions._read_groups.cache_info().currsize
    run.plan([task])
    assert questions._read_groups.cache_info().currsize == 0
    assert len(run.planned[task].questions) == 1
