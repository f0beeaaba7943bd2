"""Requests are written when somebody looks at one, and are then what their keys say."""

from dataclasses import replace

import pytest
from builders import IDENTITY, complaint, opened, toy, toy_style, write_csv
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.run.engine import Engine
from mcqtest.run.plan import plan
from mcqtest.run.planned import Planned
from mcqtest.run.way import Way
from mcqtest.run.written import Heads, Written
from mcqtest.types import Decoding, Prompt, Question, Response

ROWS = [(f"{a}+1?", "1", "2", "3", "4", "ABCD"[a]) for a in range(3)]


class Counted:
    """A style that counts the questions which it wrote, and says so in them where it is ``odd``."""

    def __init__(self, *, odd=False):
        self.odd, self.count = odd, 0

    def __call__(self, task, shots, question):
        self.count += 1
        found = toy_style(task, shots, question)
        return replace(found, query=f"{self.count} {found.query}") if self.odd else found


def planned(root, style):
    """A plan of three questions with two shots."""
    write_csv(root, "sums", "dev", [("9+9?", *ROWS[0][1:]), ("8+8?", *ROWS[0][1:])])
    write_csv(root, "sums", "test", ROWS)
    return plan(toy("sums", style=style).tasks[0], root=root, identity=IDENTITY, way=Way())


def test_stored_answers_are_judged_without_their_prompts(tmp_path):
    """Each question is written once, for its key; the answers do the rest."""
    style, store = Counted(), opened(tmp_path / "responses")
    found = planned(tmp_path, style)
    for at, key in enumerate(found.heads.keys):
        store.add(Response(key, tuple(-float(at != each) for each in range(4)), 2), name="")
    results = Engine([found], store, lambda: pytest.fail("asked")).results(found.task)
    assert [each.correct for each in results] == [True] * 3
    assert (found.size, found.shots, found.repeats) == (3 * len("0+1? 1/2/3/4 ="), [2] * 3, False)
    assert style.count == 3
    assert found.requests[0].prompt.query == "0+1? 1/2/3/4 ="
    assert [each.name for each in found.requests] == [f"toy/sums/{at}" for at in range(3)]
    assert style.count == 6


def test_a_style_that_changes_its_mind_is_refused(tmp_path):
    """The answers would be kept as those of another prompt."""
    found = planned(tmp_path, Counted(odd=True))
    assert complaint(lambda: found.requests[1]) == (
        "toy/sums/0: its style wrote another prompt when it was asked again; let the style write "
        "the same for the same question"
    )


@given(
    st.lists(st.tuples(st.text("ab", max_size=3), st.integers(1, 4)), min_size=1, max_size=4),
    st.sampled_from([None, Decoding(9), Decoding(9, temperature=0.5)]),
    st.integers(1, 3),
    st.data(),
)
def test_heads_tell_what_the_requests_say(asked, decoding, samples, data):
    """Keys, choices, shots, characters and repeats are those of the requests, one by one."""
    samples = samples if decoding else 1
    rows = [
        (place, Question(text, ("x",) * count, 0, str(place)))
        for place, (text, count) in enumerate(asked)
    ]

    def write(rows):
        return [Prompt("", ("",) * place, question.text) for place, question in rows]

    task, named = toy("sums").tasks[0], {"identity": IDENTITY, "decoding": decoding}
    found = Written(task, rows, write, written=write(rows), samples=samples, **named)
    every = list(found)
    planned = [Planned(task, tuple(q for _, q in rows), each, "", "") for each in (found, every)]
    assert Heads(*map(tuple, found.heads)) == Heads(*map(tuple, Heads.of(every)))
    for name in ("size", "shots", "repeats"):
        assert len({repr(getattr(each, name)) for each in planned}) == 1
    at = data.draw(st.integers(-len(every), len(every) - 1))
    assert (found[at], found[at:], len(found)) == (every[at], tuple(every[at:]), len(every))
    assert found == every != every[1:]
    assert [each.origin.sample for each in every] == [*range(samples)] * len(rows)
