"""How long a task is going to take: durations in words, and lines of progress."""

from types import SimpleNamespace

import pytest

from mcqtest.report import clock


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.5, "1 min 00 s"),
        (200, "3 min 20 s"),
        (3599.4, "59 min 59 s"),
        (3599.5, "1 h 00 min"),
        (7500, "2 h 05 min"),
        (360_000, "100 h 00 min"),
    ],
)
def test_durations(seconds, text):
    """Two units at most, and no 60 of anything."""
    assert clock.duration(seconds) == text


def test_progress(monkeypatch):
    """Not for quick tasks, not too often, and the time left from the pace of this task."""
    now = 1000.0
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: now))
    made = clock.Clock()
    name = "high_school_government_and_politics"

    def at(seconds, done):
        nonlocal now
        now = 1000.0 + seconds
        return made.line(name, "task", done, 13_000)

    assert [at(0, 3000), at(0.5, 3500), at(0.99, 3900)] == [None] * 3
    text = at(10, 4000)
    assert text == f"  {name}: 4,000 of 13,000 questions, 1 min 30 s left"
    assert len(text) <= 100
    assert at(10.1, 4100) is None
    assert at(20, 4000) == f"  {name}: 4,000 of 13,000 questions, 3 min 00 s left"
    assert at(30, 13_000) is None
    assert made.line("waves", "another", 5, 10) is None


def test_progress_without_a_pace(monkeypatch):
    """As long as nothing was answered, nothing is said about the time left."""
    now = iter([0.0, 5.0])
    monkeypatch.setattr(clock, "time", SimpleNamespace(monotonic=lambda: next(now)))
    made = clock.Clock()
    made.line("tides", "task", 1, 10)
    assert made.line("tides", "task", 1, 10) == "  tides: 1 of 10 questions"
