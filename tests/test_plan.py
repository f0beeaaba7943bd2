"""The requests of a run, and keys that differ whenever an answer could."""

from dataclasses import replace

import pytest
from builders import IDENTITY, complaint, toy, toy_style, write_csv
from hypothesis import assume, given
from hypothesis import strategies as st

from mcqtest.run.keys import request_keys
from mcqtest.run.plan import plan
from mcqtest.run.way import Way
from mcqtest.types import Prompt, Question

# Few letters, digits and separators: texts that could be taken for one another's framing.
texts = st.text("ab1:?\n", max_size=4)
prompts = st.builds(Prompt, texts, st.lists(texts, max_size=3).map(tuple), texts)
counts = st.integers(1, 26)


def key_of(identity, prompt, choices):
    """The key of one request by itself."""
    question = Question("", ("x",) * choices, 0, "0")
    return request_keys(identity, [prompt], [question])[0]


@given(st.tuples(texts, prompts, counts), st.tuples(texts, prompts, counts))
def test_keys_differ_exactly_when_requests_do(one, two):
    """Equal requests have equal keys, and any difference makes another key."""
    assert (key_of(*one) == key_of(*two)) == (one == two)
    assert key_of(*one) == key_of(*one)


@given(texts, prompts, counts, st.data())
def test_a_key_depends_on_every_part(identity, prompt, choices, data):
    """Identity, header, any shot, the number of shots, query and choices: one change is enough."""
    changes = {
        "identity": (identity + "a", prompt, choices),
        "header": (identity, replace(prompt, header=prompt.header + "a"), choices),
        "query": (identity, replace(prompt, query=prompt.query + "a"), choices),
        "one shot more": (identity, replace(prompt, shots=(*prompt.shots, "")), choices),
        "choices": (identity, prompt, choices % 26 + 1),
    }
    if prompt.shots:
        at = data.draw(st.integers(0, len(prompt.shots) - 1))
        shots = list(prompt.shots)
        changes["one shot less"] = (identity, prompt.without(1), choices)
        shots[at] += "a"
        changes["shot"] = (identity, replace(prompt, shots=tuple(shots)), choices)
    keys = {name: key_of(*each) for name, each in changes.items()}
    assert len({key_of(identity, prompt, choices), *keys.values()}) == len(keys) + 1


@given(st.text("ab", min_size=1, max_size=6), st.data())
def test_a_key_knows_where_the_shots_end(text, data):
    """The same whole text, cut into header, shots and query elsewhere, is another request."""
    at = st.integers(0, len(text))
    a, b = sorted((data.draw(at), data.draw(at)))
    c, d = sorted((data.draw(at), data.draw(at)))
    assume((a, b) != (c, d))
    one = Prompt(text[:a], (text[a:b],), text[b:])
    two = Prompt(text[:c], (text[c:d],), text[d:])
    assert one.text == two.text
    assert key_of(IDENTITY, one, 4) != key_of(IDENTITY, two, 4)


@given(texts, st.lists(st.tuples(prompts, counts), max_size=6))
def test_keys_do_not_depend_on_company(identity, asked):
    """Questions hashed together have the keys that each has by itself."""
    questions = [Question("", ("x",) * choices, 0, "0") for _, choices in asked]
    keys = request_keys(identity, [prompt for prompt, _ in asked], questions)
    assert keys == [key_of(identity, prompt, choices) for prompt, choices in asked]


# --- from files -------------------------------------------------------------------------------

SHOWN = [("1+1?", "1", "2", "3", "4", "B"), ("2+1?", "1", "2", "3", "4", "C")]
ASKED = [
    ("1+3?", "1", "2", "3", "4", "D"),
    ("0+1?", "1", "2", "3", "4", "A"),
    ("2+2?", "1", "2", "3", "4", "D"),
]
TOY = toy("sums")


@pytest.fixture
def root(tmp_path):
    """A data folder with the task ``sums``: two examples and three questions."""
    write_csv(tmp_path, "sums", "dev", SHOWN)
    write_csv(tmp_path, "sums", "test", ASKED)
    return tmp_path


def planned(root, **options):
    """The plan of ``sums``."""
    return plan(TOY.tasks[0], root=root, identity=IDENTITY, way=Way(**options))


def test_requests_are_the_questions_written_out(root):
    """In the order of the file, with the benchmark's own shots, letters and names."""
    found = planned(root)
    first = found.requests[0]
    assert found.task is TOY.tasks[0]
    assert [question.text for question in found.questions] == ["1+3?", "0+1?", "2+2?"]
    assert first.prompt.header == "sums\n"
    assert first.prompt.shots == ("1+1? 1/2/3/4 = B\n", "2+1? 1/2/3/4 = C\n")
    assert first.prompt.query == "1+3? 1/2/3/4 ="
    assert first.choices == (" A", " B", " C", " D")
    assert [request.name for request in found.requests] == [f"toy/sums/{row}" for row in range(3)]
    assert not any(request.known for request in found.requests)
    assert len({request.key for request in found.requests}) == 3
    assert planned(root).requests == found.requests


def test_shots_can_be_fewer_or_none(root):
    """The first ones are kept, and no examples file is needed where none are shown."""
    assert planned(root, shots=1).requests[0].prompt.shots == ("1+1? 1/2/3/4 = B\n",)
    (root / "toy" / "dev" / "sums_dev.csv").unlink()
    assert planned(root, shots=0).requests[0].prompt.shots == ()


@pytest.mark.parametrize("shots", [3, 1000])
def test_more_shots_than_there_are(root, shots):
    """Fewer examples than asked for would be another benchmark, so it is a mistake."""
    message = complaint(planned, root, shots=shots)
    assert message == f"--shots={shots}: toy/sums has only 2 examples; ask for fewer"


def test_a_benchmark_that_asks_for_more_shots_than_its_data_has(root):
    """The same holds for the benchmark's own number."""
    task = toy("sums", shots=5).tasks[0]
    message = complaint(plan, task, root=root, identity=IDENTITY)
    assert "toy/sums has only 2 examples" in message


@pytest.mark.parametrize("limit", [1, 2, 3, 99])
def test_limit_keeps_the_first(root, limit):
    """A limited run asks the same requests, fewer of them, and is another question set."""
    whole, part = planned(root), planned(root, limit=limit)
    assert part.requests == whole.requests[:limit]
    assert len(part.questions) == len(part.requests)
    assert (part.fingerprint == whole.fingerprint) == (limit >= 3)


def change(root, split, row, cell, text):
    """Another text in one cell of the data."""
    rows = [list(each) for each in (SHOWN if split == "dev" else ASKED)]
    rows[row][cell] = text
    write_csv(root, "sums", split, rows)


@pytest.mark.parametrize(("cell", "text"), [(0, "3+1?"), (2, "9"), (5, "A")])
def test_the_fingerprint_is_of_the_questions(root, cell, text):
    """Another text, choice or answer of one question is another set; the others' keys stay."""
    before = planned(root)
    change(root, "test", 2, cell, text)
    after = planned(root)
    assert after.fingerprint != before.fingerprint
    assert [
        one.key == two.key for one, two in zip(before.requests, after.requests, strict=True)
    ] == [
        True,
        True,
        cell == 5,  # the right answer is not told to the model
    ]


@pytest.mark.parametrize(("cell", "text"), [(0, "1+0?"), (1, "0"), (5, "D")])
def test_examples_are_part_of_the_asking(root, cell, text):
    """Another example asks the same questions in another way: all keys are new."""
    before = planned(root)
    change(root, "dev", 1, cell, text)
    after = planned(root)
    assert after.fingerprint == before.fingerprint
    assert after.asking != before.asking
    assert not {each.key for each in before.requests} & {each.key for each in after.requests}


def test_the_asking_is_said_in_words(root):
    """Style, number of shots and method can be read; the prompts are a hash."""
    found = planned(root)
    assert found.asking.startswith("toy_style, 2 shots, letters, prompts ")
    fewer = planned(root, shots=1)
    assert fewer.asking.startswith("toy_style, 1 shots, letters, prompts ")
    assert fewer.asking.split()[-1] != found.asking.split()[-1]
    assert fewer.fingerprint == found.fingerprint


def test_another_wording_is_another_asking(root):
    """A style that writes one byte more is seen although it has the same name."""

    def louder(task, shots, question):
        prompt = toy_style(task, shots, question)
        return replace(prompt, query=prompt.query + " ")

    louder.__name__ = "toy_style"
    task = toy("sums", style=louder).tasks[0]
    assert plan(task, root=root, identity=IDENTITY).asking != planned(root).asking


def test_the_model_is_part_of_the_keys_only(root):
    """Another model has other keys, and the same questions asked in the same way."""
    one = planned(root)
    two = plan(TOY.tasks[0], root=root, identity="f" * 64)
    assert (one.fingerprint, one.asking) == (two.fingerprint, two.asking)
    assert not {each.key for each in one.requests} & {each.key for each in two.requests}


def test_bad_data_is_found_here(root):
    """A malformed file is told before any model is loaded."""
    write_csv(root, "sums", "test", [*ASKED, ("2+3?", "1", "2", "3", "4", "E")])
    assert "toy/test/sums_test.csv, row 4" in complaint(planned, root)


def test_limit_checks_all(root):
    """A limit shortens a task and tells by how much; it does not hide a broken row."""
    assert (planned(root).left_out, planned(root, limit=2).left_out) == (0, 1)
    path = next(root.glob("toy/test/*.csv"))
    path.write_text(path.read_text("utf-8") + "4,a,b,c,d,E\n", "utf-8")
    assert "row 4" in complaint(planned, root, limit=1)
