"""A reader of one's own, ``--reader=package.module:function``: known by the hash of its file."""

from __future__ import annotations

import hashlib
import importlib
import sys

import pytest
from builders import complaint

from mcqtest.answers import Reading, judge, number, own, read
from mcqtest.types import Benchmark, Question, Response, Source

FINAL = '''
from functools import partial, wraps


def final(text, choices):
    """The choice whose words stand last."""
    said = text.rpartition(":")[2].strip()
    return choices.index(said) if said in choices else None


class Reader:
    def __call__(self, text, choices):
        return final(text, choices)


an_object = Reader()
part = partial(final)
wrapped = wraps(final)(lambda *arguments, **named: final(*arguments, **named))
words = ("yes", "no")


def one(text): ...
def three(text, choices, more): ...
def letter(text, choices): return "A"
def truth(text, choices): return True
def below(text, choices): return -1
def share(text, choices): return 0.0
def beyond(text, choices): return len(choices)
'''


@pytest.fixture(autouse=True)
def module(tmp_path, monkeypatch):
    """The module ``local_reading``, which nobody has imported."""
    (tmp_path / "local_reading.py").write_text(FINAL)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "local_reading", raising=False)
    importlib.invalidate_caches()
    own.reader.cache_clear()
    yield tmp_path / "local_reading.py"
    own.reader.cache_clear()


ASKED = Question("Rain?", ("yes", "no"), 1, "7")


@pytest.mark.parametrize("name", ["final", "an_object", "part", "wrapped"])
def test_it_reads(name):
    """Whatever can be called with a text and the choices."""
    assert read("It is: no", reader=f"local_reading:{name}", options=["yes", "no"]) == 1
    assert read("It is", reader=f"local_reading:{name}", options=["yes", "no"]) is None
    reading = Reading(f"local_reading:{name}")
    found = judge(ASKED, [Response("k", (), 0, "It is: no")], reading, "toy/t/7")
    assert (found.answer, found.votes, found.correct) == (1, (1,), True)


SUMS = Benchmark("toy", {"all": ("sums",)}, Source("", ()), {}, 0, answers={"sums": number})


def test_answers_that_are_no_choices():
    """It is called without choices, and gives a text."""
    reading, asked = Reading("local_reading:letter"), Question("?", (), -1, "7", targets=("A",))
    read_by = reading.of_texts(SUMS.tasks[0])
    found = judge(asked, [Response("k", (), 0, "x")], reading, "toy/sums/7", read=read_by)
    assert (found.answer, found.votes, found.correct) == ("A", ("A",), True)
    beyond = Reading("local_reading:beyond").of_texts(SUMS.tasks[0])
    assert complaint(beyond, asked, "x") == (
        "--reader=local_reading:beyond: gave 0 for a text; give the answer as a text, or None"
    )


def test_a_choice_that_the_question_does_not_have():
    """It is no answer, as with published readers."""
    assert read("x", reader="local_reading:beyond", options=2) is None
    reading = Reading("local_reading:beyond", "random")
    found = judge(ASKED, [Response("k", (), 0, "x")], reading, "toy/t/7")
    assert (found.answer, found.votes, found.guessed) == (None, (None,), False)


def test_its_words_hold_the_hash_of_its_file(module):
    """So an edited reader is not compared with the old one."""
    words = str(Reading("local_reading:final"))
    digest = hashlib.sha256(FINAL.encode()).hexdigest()[:12]
    assert words == f"reader local_reading:final {digest}, fallback wrong"
    module.write_text(f"{FINAL}# edited\n")
    own.reader.cache_clear()
    assert str(Reading("local_reading:final")) != words


@pytest.mark.parametrize("name", ["an_object", "part", "wrapped"])
def test_what_has_no_file_of_its_own(name):
    """The file that it is named in counts, or that of what is wrapped."""
    digest = hashlib.sha256(FINAL.encode()).hexdigest()[:12]
    assert digest in str(Reading(f"local_reading:{name}"))


def test_one_that_is_handed_on(tmp_path, module):
    """The file that it is written in counts, not the one that hands it on."""
    (tmp_path / "hands_on.py").write_text("from local_reading import final\n")
    digest = hashlib.sha256(FINAL.encode()).hexdigest()[:12]
    assert str(Reading("hands_on:final")) == f"reader hands_on:final {digest}, fallback wrong"


def test_one_that_is_decorated(tmp_path):
    """The file of what is decorated counts, not that of the decorator."""
    decorator = """from functools import wraps
def logged(function):
    @wraps(function)
    def call(text, choices):
        return function(text, choices)
    return call
"""
    decorated = "from decorates import logged\n@logged\ndef final(text, choices): ...\n"
    (tmp_path / "decorates.py").write_text(decorator)
    (tmp_path / "decorated.py").write_text(decorated)
    digest = hashlib.sha256(decorated.encode()).hexdigest()[:12]
    assert str(Reading("decorated:final")) == f"reader decorated:final {digest}, fallback wrong"


def test_published_readers_are_as_they_were():
    """Their words are in baselines that are there."""
    assert str(Reading("mmlu_pro")) == "reader mmlu_pro, fallback wrong"
    assert str(Reading()).startswith("reader mcqtest ")


WRONG = {
    "local_reading:nothing": "local_reading has no function 'nothing'",
    "local_reading:words": "local_reading has no function 'words'",
    "local_reading:": "local_reading has no function ''",
    "no_such_module:final": "no_such_module cannot be imported (ModuleNotFoundError: No module",
    ":final": " cannot be imported (ValueError: Empty module name)",
    "local_reading:one": "is called with a text and the choices, and cannot be (too many pos",
    "local_reading:three": "is called with a text and the choices, and cannot be (missing a req",
    "final": "unknown; there are mcqtest, mmlu_pro, ",
    "local_reading.final": "unknown; there are mcqtest, mmlu_pro, ",
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_reader(name):
    """One line, when the option is read."""
    assert complaint(Reading, name).startswith(f"--reader={name}: {WRONG[name]}")


def test_an_unknown_name_says_how_ones_own_is_written():
    """Since a dot in the place of the colon is easily written."""
    assert complaint(Reading, "local_reading.final").endswith(
        "or a function of your own as package.module:function"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [("def final(:\n", "SyntaxError: "), ("raise OSError('no\\nfile')\n", "OSError: no)")],
)
def test_a_module_that_fails(module, text, said):
    """What Python said of it, in the same line."""
    module.write_text(text)
    found = complaint(Reading, "local_reading:final")
    assert found.startswith("--reader=local_reading:final: local_reading cannot be imported (")
    assert said in found


@pytest.mark.parametrize(
    ("name", "given"), [("letter", "'A'"), ("truth", "True"), ("below", "-1"), ("share", "0.0")]
)
def test_what_a_reader_may_not_give(name, given):
    """A letter, or a number that would count from the end, is told and not counted."""
    reading = Reading(f"local_reading:{name}")
    said = complaint(judge, ASKED, [Response("k", (), 0, "x")], reading, "toy/t/7")
    assert said == (
        f"--reader=local_reading:{name}: gave {given} for a text; give the index of a choice, "
        "counted from 0, or None"
    )
