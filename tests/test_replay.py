"""Recorded outputs as the answers of a model: everything is found before anything is answered."""

import dataclasses
import json
import re

import pytest
from builders import IDENTITY, complaint, opened, toy, write_csv
from hypothesis import example, given
from hypothesis import strategies as st

from mcqtest.backends.recording import Recording, find
from mcqtest.backends.replay import Replay
from mcqtest.run.engine import Engine
from mcqtest.run.plan import plan
from mcqtest.run.way import Way
from mcqtest.types import AnswerError, McqtestError

SIZE = 8
SEA = toy("tides", "winds")
GOLD = "ABCDABCD"
"""The right answers of every task."""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Data of the toy benchmark; there are no shots, since nobody is shown any."""
    root = tmp_path_factory.mktemp("data")
    for task in SEA.tasks:
        rows = [[f"{task.name} {row}?", "no", "yes", "ebb", "flow", GOLD[row]] for row in range(8)]
        write_csv(root, task.name, "test", rows)
    return root


def planned(root, *tasks, samples=1, **changes):
    """The tasks, by default ``tides``, as a run on recorded outputs plans them."""
    way = Way(recorded="texts", decoding={"samples": str(samples)}, **changes)
    chosen = [task for task in SEA.tasks if task.name in (tasks or ("tides",))]
    return [plan(task, root=root, identity=IDENTITY, way=way) for task in chosen]


def requests(plans):
    """All requests of all tasks, as the engine streams them."""
    return [request for each in plans for request in each.requests]


def row(number, output="B", task="tides", **cells):
    """One row of a recording."""
    return {"task": task, "index": number, "output": output} | cells


def replay(tmp_path, rows, **options):
    """The backend on these rows."""
    path = tmp_path / "said.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return Replay(Recording(path, "said"), options)


def results(tmp_path, plans, rows, **options):
    """The results of the first task as an engine judges them."""
    store = opened(tmp_path / "responses")
    engine = Engine(plans, store, lambda: replay(tmp_path, rows, **options))
    found = engine.results(plans[0].task)
    store.close()
    assert engine.asked == len(plans[0].requests)
    return found


def test_everything_is_answered(root, tmp_path):
    """Every request gets its own row's text, whatever the order of rows and requests."""
    said = {
        (task, number): f"The answer is {'ABCD'[(number + len(task)) % 4]}. {task} {number}"
        for task in ("winds", "tides")
        for number in range(SIZE)
    }
    rows = [row(number, text, task) for (task, number), text in said.items()]
    asked = requests(planned(root, "tides", "winds"))
    for order in (asked, asked[::-1]):
        found = list(replay(tmp_path, rows[::3] + rows[1::3] + rows[2::3]).run(iter(order)))
        assert [each.key for each in found] == [each.key for each in order]
        assert [each.text for each in found] == [
            said[each.origin.task.name, each.origin.row] for each in order
        ]
        assert not any(each.logprobs or each.truncated for each in found)


def test_texts_are_read(root, tmp_path):
    """Letters as texts are judged right and wrong; what cannot be read is unanswered."""
    texts = ["A", " B\n", "(C)", "I cannot say.", "", None, "the answer is C", "The answer is X."]
    found = results(tmp_path, planned(root), [row(*each) for each in enumerate(texts)])
    assert [each.answer for each in found] == [0, 1, 2, None, None, None, 2, None]
    assert [each.correct for each in found] == [True] * 3 + [False] * 3 + [True, False]
    assert [each.texts for each in found] == [(text or "",) for text in texts]
    assert all(each.probabilities is None for each in found)


def test_logprobs_are_read(root, tmp_path):
    """Log-probabilities give the choice and probabilities, and keep a text that came along."""
    rows = [row(number, "D", logprobs=[-3, -1, -2, -4.0]) for number in range(SIZE)]
    del rows[0]["output"]
    found = results(tmp_path, planned(root), rows)
    assert [each.answer for each in found] == [1] * SIZE
    assert all(each.confidence == pytest.approx(0.6439, abs=1e-4) for each in found)
    assert [each.texts for each in found] == [()] + [("D",)] * (SIZE - 1)


def test_truncated_texts_are_counted(root, tmp_path):
    """What the rows say of their limits comes through to the results."""
    rows = [row(number, truncated=number % 2 == 0) for number in range(SIZE)]
    found = results(tmp_path, planned(root), rows)
    assert [each.truncated for each in found] == [1, 0] * (SIZE // 2)


def test_known_requests_are_not_answered(root, tmp_path):
    """What is stored is not said again."""
    asked = requests(planned(root))
    some = [dataclasses.replace(each, known=number > 2) for number, each in enumerate(asked)]
    found = list(replay(tmp_path, [row(number) for number in range(SIZE)]).run(some))
    assert [each.key for each in found] == [each.key for each in asked[:3]]


@given(missing=st.sets(st.integers(0, 2 * SIZE - 1), min_size=1))
@example(missing={*range(3, 8)})
@example(missing={*range(9, 15)})
def test_missing_ones_are_named(root, tmp_path_factory, missing):
    """At most five by name, in the order asked, and how many more; and what can be done."""
    asked = requests(planned(root, "tides", "winds"))
    rows = [
        row(each.origin.row, task=each.origin.task.name)
        for number, each in enumerate(asked)
        if number not in missing
    ]
    backend = replay(tmp_path_factory.getbasetemp(), rows)
    line = complaint(next, backend.run(asked))
    assert line.startswith(f"said.jsonl: no output for {len(missing)} of 16 questions: ")
    named = re.findall(r"toy/\w+/\d+", line)
    assert named == [asked[number].name for number in sorted(missing)][:5]
    more = re.search(r", and (\d+) more; add them", line)
    assert (int(more[1]) if more else None) == (len(missing) - 5 if len(missing) > 5 else None)
    assert "add them, or count them as unanswered with --backend-option missing=unanswered" in line


def test_nothing_is_answered_before_all_is_found(root, tmp_path):
    """A row that lacks at the end of the run is told before the first answer is stored."""
    plans = planned(root, "tides", "winds")
    rows = [row(number, task=task) for task in ("tides", "winds") for number in range(SIZE)]
    store = opened(tmp_path / "responses")
    engine = Engine(plans, store, lambda: replay(tmp_path, rows[:-1]))
    line = complaint(engine.results, plans[0].task)
    assert line.startswith("said.jsonl: no output for 1 of 16 questions: toy/winds/7; add")
    assert (engine.asked, len(store)) == (0, 0)
    assert not (tmp_path / "responses").exists()
    with pytest.raises(McqtestError) as caught:  # ends the run, and not one case of it
        engine.results(plans[1].task)
    assert not isinstance(caught.value, AnswerError)


def test_missing_may_be_unanswered(root, tmp_path):
    """A lost row is an answer that is not there, and not a question that is not there."""
    rows = [row(number, GOLD[number]) for number in range(SIZE) if number not in {2, 5}]
    found = results(tmp_path, planned(root), rows, missing="unanswered")
    assert len(found) == SIZE
    assert [each.question.id for each in found if each.answer is None] == ["2", "5"]
    assert [each.texts for each in found][1:3] == [("B",), ("",)]
    assert sum(each.correct for each in found) == SIZE - 2
    line = complaint(next, replay(tmp_path, rows, missing="error").run(requests(planned(root))))
    assert "no output for 2 of 8 questions: toy/tides/2, toy/tides/5; add" in line


def test_only_what_is_asked_has_to_be_there(root, tmp_path):
    """With --limit the rest of a recording may be missing; rows that nobody asks are no harm."""
    rows = [row(0, "A"), row(1, "B"), row(99, "C"), row(0, "C", "moons")]
    found = results(tmp_path, planned(root, limit=2), rows)
    assert [each.correct for each in found] == [True, True]
    line = complaint(next, replay(tmp_path, rows).run(requests(planned(root, limit=3))))
    assert "no output for 1 of 3 questions: toy/tides/2" in line


MAJORITIES = [
    (["A", "B", "B"], 1),
    (["C", "B", "A"], 2),  # of equals the first
    (["none", "none", "D"], 3),  # what cannot be read has no vote
    (["B", "C", "C"], 2),
    (["?", "", None], None),
]


def test_several_samples(root, tmp_path):
    """The majority of as many texts as are asked for."""
    rows = [row(number, texts) for number, (texts, _) in enumerate(MAJORITIES)]
    limit = len(MAJORITIES)
    found = results(tmp_path, planned(root, samples=3, limit=limit), rows)
    assert [each.answer for each in found] == [answer for _, answer in MAJORITIES]
    texts = [tuple(text or "" for text in texts) for texts, _ in MAJORITIES]
    assert [each.texts for each in found] == texts


def test_one_of_several_samples(root, tmp_path):
    """Without a number of samples a list is a mistake, and none of its texts is chosen."""
    rows = [row(number, texts) for number, (texts, _) in enumerate(MAJORITIES)]
    line = complaint(results, tmp_path, planned(root, limit=5), rows)
    assert f"{len(MAJORITIES[0][0])} texts for toy/tides/0, expected 1; say with --decoding" in line


@pytest.mark.parametrize("texts", [["A", "A"], "A"], ids=repr)
def test_too_few_samples(root, tmp_path, texts):
    """Fewer texts than are asked for: the row is named, and nothing is answered."""
    rows = [row(number, ["A"] * 3) for number in range(SIZE)]
    rows[6] = row(6, texts)
    count = len(texts) if isinstance(texts, list) else 1
    line = complaint(next, replay(tmp_path, rows).run(requests(planned(root, samples=3))))
    assert line == (
        f"said.jsonl, row 7 (line 7): {count} texts for toy/tides/6, expected 3; say with "
        "--decoding samples=N how many there are"
    )


@pytest.mark.parametrize("count", [1, 3, 5])
def test_logprobs_of_another_length(root, tmp_path, count):
    """Numbers that do not fit the choices: the row and its question are named."""
    rows = [row(number, task=task) for task in ("tides", "winds") for number in range(SIZE)]
    rows[6] = row(6, logprobs=[-1.0] * count)
    plans = planned(root, "tides", "winds")
    store = opened(tmp_path / "responses")
    engine = Engine(plans, store, lambda: replay(tmp_path, rows))
    assert complaint(engine.results, plans[0].task) == (
        f"said.jsonl, row 7 (line 7): {count} logprobs for toy/tides/6, which has 4 choices; write "
        "one for each"
    )
    store.close()


def test_what_is_wrong_with_the_file_is_told_at_once(tmp_path):
    """A recording that cannot be read is refused when the backend is made, not when it is asked."""
    assert "output is 3" in complaint(replay, tmp_path, [row(0, 3)])
    assert "is answered here and at" in complaint(replay, tmp_path, [row(0), row(0)])


def test_what_may_be_said_of_samples(root):
    """Outputs are recorded: how they were drawn is not to be said any more."""
    for key in ("temperature", "max_tokens", "nonsense"):
        way = Way(recorded="texts", decoding={key: "1"})
        line = complaint(plan, SEA.tasks[0], root=root, identity=IDENTITY, way=way)
        assert line == f"--decoding {key}: outputs are recorded; only samples can be said"


# --- what does not hold yet -------------------------------------------------------------------


def test_missing_samples_may_be_unanswered(root, tmp_path):
    """A missing row is as many empty texts as are asked for."""
    rows = [row(number, ["A", "A"]) for number in range(1, SIZE)]
    found = results(tmp_path, planned(root, samples=2), rows, missing="unanswered")
    assert found[0].answer is None
    assert found[0].texts == ("", "")


def test_missing_questions_are_named_once(root, tmp_path):
    """However many samples are asked for, a question is missing once."""
    rows = [row(number, ["A", "A"]) for number in range(2, SIZE)]
    line = complaint(next, replay(tmp_path, rows).run(requests(planned(root, samples=2))))
    assert "no output for 2 of 8 questions: toy/tides/0, toy/tides/1; add" in line


def test_one_row_never_answers_two_tasks(root, tmp_path):
    """Ids that are row numbers are told apart by their task, or refused."""
    rows = [{"id": number, "output": "A"} for number in range(SIZE)]
    asked = requests(planned(root, "tides", "winds"))
    assert "row 1 (line 1)" in complaint(list, replay(tmp_path, rows).run(asked))


def test_two_rows_never_answer_one_question(root, tmp_path):
    """A question that is named by its id and by its index is answered twice."""
    rows = [row(number) for number in range(SIZE)] + [{"task": "tides", "id": "3", "output": "D"}]
    line = complaint(lambda: list(replay(tmp_path, rows).run(requests(planned(root)))))
    assert "row 4 (line 4)" in line
    assert "row 9 (line 9)" in line


@pytest.mark.parametrize("said", [{"logprobs": []}, {"logprobs": None}], ids=repr)
def test_nothing_at_all_is_no_answer(tmp_path, said):
    """Empty log-probabilities without a text."""
    line = complaint(replay, tmp_path, [{"task": "tides", "index": 0} | said])
    assert line.startswith("said.jsonl, row 1 (line 1): ")


def test_whole_numbers_that_no_float_holds(tmp_path):
    """Refused as infinity is."""
    line = complaint(replay, tmp_path, [row(0, logprobs=[-(10**400), 0, 0, 0])])
    assert line.startswith("said.jsonl, row 1 (line 1): logprobs is [-1000")


def test_ids_with_line_ends(tmp_path):
    """One line, also where an id has two."""
    assert "row 2" in complaint(replay, tmp_path, [{"id": "a\nb", "output": "A"}] * 2)


def test_a_task_of_spaces(tmp_path):
    """It names none of the tasks, and not all of them."""
    for name in (" ", "\t"):
        with pytest.raises(McqtestError):
            replay(tmp_path, [row(0, task=name)])


def test_ids_that_are_row_numbers_need_their_task(root, tmp_path):
    """Where only one task is asked, nobody can tell whose row 3 it is."""
    rows = [{"id": number, "output": "A"} for number in range(SIZE)]
    line = complaint(lambda: list(replay(tmp_path, rows).run(requests(planned(root)))))
    assert "id '0' can be toy/tides/0 and others; write the task, too" in line


def test_other_questions_have_other_keys(root, tmp_path):
    """A stored answer is not that of another row, or of a question that was changed."""
    rows = [[f"tides {row}?", "no", "yes", "ebb", "flow", GOLD[row]] for row in range(8)]
    (before,) = planned(root)
    for changed in (rows[::-1], [*rows[:-1], ["tides 8?", *rows[-1][1:]]]):
        write_csv(tmp_path, "tides", "test", changed)
        (after,) = planned(tmp_path)
        same = [
            one.key == two.key for one, two in zip(before.requests, after.requests, strict=True)
        ]
        assert not same[-1]
        assert all(same[:-1]) == (changed[0] == rows[0])
    assert [each.key for each in planned(root)[0].requests] == [
        each.key for each in before.requests
    ]


def test_log_probabilities_keep_what_is_known_of_their_text(root, tmp_path):
    """A text that met a limit counts, although its letter was not read from it."""
    rows = [row(number, logprobs=[-1.0, -2, -3, -4], truncated=True) for number in range(SIZE)]
    assert [each.truncated for each in results(tmp_path, planned(root), rows)] == [1] * SIZE


@pytest.mark.parametrize("name", ["outputs.txt", "/dev/null"])
def test_what_is_no_recording(tmp_path, name):
    """A file of another name, or nothing that holds lines: one line."""
    (tmp_path / "outputs.txt").write_text("{}\n")
    said = complaint(find, name, base=tmp_path)
    assert said == f"--model={name}: not NAME.jsonl or NAME.jsonl.gz; name it so"
