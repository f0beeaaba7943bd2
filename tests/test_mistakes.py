"""Why answers are wrong: `mcqtest.mistakes`."""

import csv
import io
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.mistakes import KINDS, Wrong, by_rule, drawn, labelled, shares, written
from mcqtest.mistakes.kinds import repeats
from mcqtest.report import whys
from mcqtest.types import Question, Score

OURS = "cot, reader mcqtest 3, fallback wrong"
QUESTION = Question("What is in the bucket?", ("salt water", "sand", "a crab"), 0, "t1")


def wrong(text="I cannot tell.", answer=None, *, id_="t1", task="tides", asking=OURS, **changes):
    votes = () if text is None else (answer,)
    texts = () if text is None else (text,)
    score = Score(id_, 0.0, answer, 0, 3, None, texts, votes)
    return Wrong("sea", task, replace(score, **changes), asking, QUESTION)


def many(n, **changes):
    return [wrong("The answer is (B).", 1, id_=str(row), **changes) for row in range(n)]


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (wrong(), "no_choice"),
        (wrong("IDK", abstained=1), "abstention"),
        (wrong("IDK, or (B)", 1, abstained=1), None),
        (wrong("The answer is (B).", 1), None),
        (wrong(None, 1), None),
        (wrong(""), "generation"),
        (wrong("\n "), "generation"),
        (wrong("It is", truncated=1), "generation"),
        (wrong("<think>It is", cut_thoughts=1), "generation"),
        (wrong("Well. " + "It is sand. " * 30), "generation"),
        (wrong("the answer is (A) and (B)"), "extraction"),
        (wrong("The answer is (A).", asking="cot, reader kmmlu"), "extraction"),
        (wrong("The answer is (A).", 1, asking="cot, reader kmmlu"), "extraction"),
        (wrong("The answer is (B).", 1, asking="cot, reader kmmlu"), None),
    ],
)
def test_what_a_rule_can_tell(found, kind):
    """Where nothing was read, or another reader reads what is right; people say the rest."""
    assert by_rule(found) == kind


@given(st.text("ab ", max_size=30), st.text("abc. ", min_size=1, max_size=40), st.integers(0, 9))
def test_what_repeats(start, part, times):
    """Three times and sixty characters at least."""
    text = start + part * times
    if part.strip() and times > 3 and len(part.strip()) * (times - 1) >= 60 + len(part):
        assert repeats(text)
    assert not repeats(text.replace(" ", "")[:59])


# --- samples ----------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 40), min_size=1, max_size=5), st.integers(1, 60), st.integers(0, 9))
def test_every_task_has_its_share(sizes, size, seed):
    """As many as were asked for, none twice; each task's part is off by less than one answer."""
    every = [one for at, n in enumerate(sizes) for one in many(n, task=f"t{at}")]
    sample = drawn(every, size, seed)
    assert len(sample) == min(size, len(every))
    assert len({(each.task, each.key) for each in sample}) == len(sample)
    for at, n in enumerate(sizes):
        if every:
            part = sum(each.task == f"t{at}" for each in sample)
            assert abs(part - n * len(sample) / len(every)) < 1 + 1e-9


@given(st.permutations(many(12)), st.integers(0, 3))
def test_the_same_answers_are_the_same_sample(every, seed):
    """In whatever order they come."""
    assert drawn(every, 5, seed) == drawn(many(12), 5, seed)


def test_every_answer_has_the_same_chance():
    """Over many seeds."""
    counts = dict.fromkeys(map(str, range(10)), 0)
    for seed in range(600):
        for each in drawn(many(10), 3, seed):
            counts[each.score.id] += 1
    assert all(130 < count < 230 for count in counts.values())


# --- shares -----------------------------------------------------------------------------------

LABELS = st.lists(st.sampled_from([*KINDS, ""]), min_size=1, max_size=30)


@given(LABELS, st.integers(0, 5))
def test_shares_are_all_of_it(labels, unread):
    """They sum to one, and each lies in its interval; a rule's part is counted."""
    every = many(len(labels)) + [wrong(id_=f"u{row}") for row in range(unread)]
    given_ = {each.key: label for each, label in zip(every, labels, strict=False) if label}
    found = shares(every, given_)
    assert found.ruled == ({"no_choice": unread} if unread else {})
    assert len(found.rest) == len(labels)
    if given_:
        assert sum(each.share for each in found.kinds.values()) == pytest.approx(1)
        for kind, each in found.kinds.items():
            assert 0 <= each.low <= each.share + 1e-12
            assert each.share <= each.high + 1e-12 <= 1 + 1e-9
            assert each.low >= found.ruled.get(kind, 0) / len(every) - 1e-12
    else:
        assert found.kinds == {}


def test_what_is_all_labelled_has_no_interval():
    """Nor has what rules find."""
    every = many(3)
    found = shares(every, {each.key: "knowledge" for each in every})
    assert found.kinds["knowledge"] == type(found.kinds["knowledge"])(1, 1, 1, 0)
    assert shares([wrong()], {}).kinds["no_choice"].share == 1


def test_intervals_hold_the_truth():
    """In 95 of 100 samples or more, also of a kind that is rare and of a large part of all."""
    chance = random.Random(0)
    every = many(300)
    truth = {
        each.key: "knowledge" if at % 10 == 0 else "reasoning" for at, each in enumerate(every)
    }
    for size in (60, 200):
        held = 0
        for _ in range(200):
            sample = chance.sample(every, size)
            found = shares(every, {each.key: truth[each.key] for each in sample}).kinds
            held += found["knowledge"].low <= 0.1 <= found["knowledge"].high
        assert held >= 184


# --- files ------------------------------------------------------------------------------------

ODD = st.sampled_from(
    ["=1+1", "-", "+a", "@b", 'say "x", y', "two\nlines", "한국어", "\u2028", "t1"]
)


@pytest.mark.parametrize("name", ["sample.csv", "sample.jsonl"])
@given(
    st.lists(st.tuples(ODD, st.sampled_from([*KINDS, ""])), max_size=8, unique_by=lambda x: x[0])
)
def test_labels_come_back(tmp_path_factory, name, rows):
    """Whatever ids and texts are."""
    path = tmp_path_factory.mktemp("labels") / name
    every = [wrong(f"{id_} The answer is (B).", 1, id_=id_) for id_, _ in rows]
    text = written({"now": every}, path)
    labels = iter([label for _, label in rows])
    if name.endswith("csv"):
        read = [*csv.DictReader(io.StringIO(text))]
        out = io.StringIO()
        table = csv.DictWriter(out, read[0].keys() if read else ["label", "key"])
        table.writeheader()
        table.writerows({**row, "label": next(labels)} for row in read)
        path.write_text("\ufeff" + out.getvalue(), "utf-8")  # as Excel writes it
    else:
        lines = [json.loads(line) | {"label": next(labels)} for line in text.split("\n") if line]
        path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    expected = {each.key: label for each, (_, label) in zip(every, rows, strict=True) if label}
    assert labelled(path) == expected


@given(ODD)
def test_no_cell_is_a_formula(odd):
    """A spreadsheet opens what a model wrote."""
    text = written({"now": [wrong(odd, id_=odd)]}, Path("sample.csv"))
    for row in csv.reader(io.StringIO(text)):
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", "label,key\nbad,1\n", "row 1: label 'bad'; there are reasoning, knowledge, "),
        ("a.csv", "label\nreasoning\n", "row 1: no key; fill in the file that --write made"),
        ("a.csv", "label,key\nreasoning,1\nknowledge,1\n", "row 2: 1 is reasoning above and know"),
        ("a.jsonl", "{\n", "line 1: no JSON object"),
        ("a.jsonl", "[" * 100_000, "line 1: no JSON object"),
        ("a.jsonl", "3\n", "line 1: no JSON object"),
        ("a.txt", "", "name a file NAME.csv or NAME.jsonl"),
        ("none.csv", None, "cannot be read"),
        ("b.csv", "\udcff", "cannot be read"),
    ],
)
def test_mistakes_in_files(tmp_path, name, text, told):
    """One line: which row, and what is possible."""
    if text is not None:
        (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert told in complaint(labelled, tmp_path / name)


def test_a_label_stays_with_its_answer():
    """Another answer to the question has another key; the same one in another run has the same."""
    assert wrong().key == wrong().key
    assert wrong("Sand?").key != wrong().key
    assert wrong(task="foam").key != wrong().key


def test_the_table():
    """What is only known in part says so."""
    every = [*many(9), wrong()]
    lines = whys({"now": shares(every, {})})
    assert lines[0].split() == ["now:", "10", "wrong"]
    assert lines[1].split() == ["no", "choice", "made", "10.0", "%", "and", "more"]
    assert lines[-1].split() == ["no", "rule", "says", "9", "(0", "labelled)"]
    lines = whys({"now": shares(every, {every[0].key: "knowledge", every[1].key: "knowledge"})})
    assert lines[1].split()[:3] == ["knowledge", "90.0", "%"]
    assert max(map(len, whys({"then": shares(every, {}), "now": shares(every, {})}))) <= 80
