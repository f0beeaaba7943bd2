"""Baselines of other ways of asking lie apart, and old ones are still found in the own place."""

from __future__ import annotations

from pathlib import Path

import pytest
from page import BACKEND, DAMAGED, FILES, GOOD, READER, TWO, page
from project import both_ways, mistake, sentences

__all__ = ["page"]  # a fixture

EXAM = ("-m", "exam")
OTHERS = {
    "0shots": ("--shots=0",),
    "cot": READER[2:],
    "cot-temperature=0.7": (*READER[2:], "--decoding", "temperature=0.7"),
}
RECORD = (*GOOD, *EXAM, "--snapshot-update")


def lying(page):
    """Path -> bytes of every file of the exam's baselines, companions among them."""
    folder = page.path / "baselines/good/exam"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.*"))
        if path.is_file()
    }


def own(files):
    return {name: raw for name, raw in files.items() if "/" not in name}


def move(page, folder):
    """Put the baselines of a way where they once were recorded."""
    place = page.path / "baselines/good/exam"
    for path in (place / folder).iterdir():
        path.rename(place / path.name)
    (place / folder).rmdir()


@pytest.mark.parametrize("folder", OTHERS)
def test_another_way_never_replaces_the_own_one(page, folder):
    """Each is recorded beside it, compared with its own, and the own way is green as before."""
    page.says("recorded", *RECORD)
    before = lying(page)
    assert {*before} == {
        f"{task}.{kind}" for task in ("geography", "history") for kind in ("json", "txt")
    }
    page.says("recorded", *RECORD, *OTHERS[folder])
    after = lying(page)
    assert own(after) == before
    assert {Path(name).parent.as_posix() for name in after.keys() - before.keys()} == {folder}
    page.says("green", *GOOD, *EXAM, *OTHERS[folder])
    page.says("red", *DAMAGED, *EXAM, *OTHERS[folder])
    page.says("green", *GOOD, *EXAM)
    assert lying(page) == after


def test_letters_of_a_benchmark_that_reasons(page):
    """Where chain of thought is the own way, letters have the folder."""
    letters, cot = 'letters": Method(Style("terse", terse))', 'cot": Method('
    text = FILES["test_exam.py"]
    line = f'        "{letters},\n'
    assert line in text
    text = text.replace(line, "").replace("    },\n    shots", f"{line}    }},\n    shots")
    assert text.index(cot) < text.index(letters)
    page.write("test_exam.py", text)
    words = ("--reader=local.reading:final",)
    page.says("recorded", *RECORD, *words)
    before = lying(page)
    page.says("recorded", *RECORD, "--method=letters")
    assert own(lying(page)) == before
    assert (page.path / "baselines/good/exam/letters/history.txt").is_file()
    page.says("green", *GOOD, *EXAM, *words)
    page.says("green", *GOOD, *EXAM, "--method=letters")


@both_ways
def test_an_old_baseline_in_the_own_place_is_read(page, args):
    """It was recorded there once; what it says of its asking tells that it is meant."""
    page.says("recorded", *RECORD, "--shots=0")
    move(page, "0shots")
    before = lying(page)
    page.says("green", *GOOD, *EXAM, "--shots=0", *args)
    assert page.summary["benchmarks"]["exam"]["lost"] == 0
    page.says("red", *DAMAGED, *EXAM, "--shots=0", *args)
    assert "asked in another way" in mistake(page.run(*GOOD, *EXAM, *args))
    assert lying(page) == before


def test_an_old_baseline_stays_when_the_way_is_recorded_anew(page):
    """From then on the new one counts, in its own folder."""
    page.says("recorded", *RECORD, "--shots=0")
    move(page, "0shots")
    before = lying(page)
    result = page.says("recorded", *RECORD, "--shots=0")
    assert "0 lost and 0 won against the old one" in sentences(result)
    after = lying(page)
    assert own(after) == before
    assert {name.removeprefix("0shots/") for name in after.keys() - before.keys()} == before.keys()


@pytest.mark.parametrize("moved", [False, True])
def test_a_third_way_is_told_before_anything_is_asked(page, moved):
    """Where there are baselines of other ways alone, in either place: exit code 4, one line."""
    page.says("recorded", *RECORD, "--shots=1")
    if moved:
        move(page, "1shots")
    asked = page.run(*GOOD, *EXAM, "--shots=0")
    assert asked.ret == 4
    (line,) = [each for each in sentences(asked).splitlines() if "asked in another way" in each]
    assert "was recorded with" in line


def test_a_damaged_old_baseline_is_told(page):
    """What cannot be read does not say that it is this way's."""
    page.says("recorded", *RECORD, "--shots=0")
    move(page, "0shots")
    page.edit("baselines/good/exam/history.txt", "asking", "askin")
    result = page.run(*GOOD, *EXAM, "--shots=0")
    assert result.ret == 4
    assert "the baseline is damaged" in sentences(result)


def test_ways_with_workers(page):
    """Two processes record, find and compare the same files."""
    for words in ((), ("--shots=0",)):
        page.says("recorded", *RECORD, *words, *TWO)
    assert {*lying(page)} == {
        f"{folder}{task}.{kind}"
        for folder in ("", "0shots/")
        for task in ("geography", "history")
        for kind in ("json", "txt")
    }
    page.says("green", *GOOD, *EXAM, *TWO)
    page.says("green", *GOOD, *EXAM, "--shots=0", *TWO)
    damaged = (BACKEND, "--model=models/damaged.json", "--model-name=good", *EXAM)
    result = page.run(*damaged, "--shots=0", "--snapshot-update", *TWO)
    assert result.ret == 1
    assert "NOT RECORDED" in sentences(result)
    page.says("green", *GOOD, *EXAM, "--shots=0", *TWO)
