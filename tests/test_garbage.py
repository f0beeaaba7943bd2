"""What the search for garbage leaves out."""

import gc

import pytest

from mcqtest.plugin.garbage import kept


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
