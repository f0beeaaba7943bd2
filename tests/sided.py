"""A project of toy answers: kept runs, and the baselines that they recorded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from builders import toy
from cases import MODEL

from mcqtest import archive
from mcqtest.data import fingerprint
from mcqtest.gate import (
    Baselines,
    Judge,
    Margins,
    Policy,
    beside,
    decide,
    target,
    write,
)
from mcqtest.report import Scoreboard, dump
from mcqtest.types import Question, Result, Results

SEA = replace(toy(), name="sea", margin=30, groups={"water": ("foam", "tides"), "air": ("winds",)})
CHOICES = ("salt water", "sand", "a crab")


def asked(task, n):
    """The questions of a task."""
    return [
        Question(f"What is in bucket {row} of {task}?", CHOICES, row % 3, f"{task[0]}{row}")
        for row in range(n)
    ]


def says(letter):
    """A text that gives this answer; ``-`` gives none."""
    return "I cannot tell." if letter == "-" else f"Let me look. The answer is ({letter})."


def result(question, answer, *, way="texts"):
    """``answer``: a letter or ``-`` of texts, one probability per choice of letters."""
    if way == "letters":
        probabilities = tuple(answer)
        best = probabilities.index(max(probabilities))
        return Result(question, best, probabilities, 2)
    index = None if answer == "-" else "ABC".index(answer)
    return Result(question, index, None, 2, texts=(says(answer),), votes=(index,))


def results(task, answers, *, way="texts"):
    """The results of one task of SEA."""
    questions = asked(task, len(answers))
    found = next(each for each in SEA.tasks if each.name == task)
    items = tuple(result(*pair, way=way) for pair in zip(questions, answers, strict=True))
    told = {"texts": "sea_style, cot, reader mcqtest 3, fallback wrong", "letters": "letters"}
    return Results(found, items, fingerprint(questions)[:32], told[way])


class Project:
    """One in ``folder``. ``changes`` are those of the policy of its runs."""

    def __init__(self, folder: Path, **changes):
        self.folder = folder
        self.runs = folder / ".mcqtest"
        self.changes = {"alpha": 0.01, "margins": Margins(), "problems": (), **changes}

    def policy(self, said, baseline, *, update=False):
        changes = {**self.changes}
        changes.pop("problems")
        policy = Policy(
            baseline=baseline,
            baselines_dir=str(self.folder / "baselines"),
            update=update,
            **changes,
        )
        return policy.planned({each.task: 0 for each in said})

    def run(
        self, name, answers, *, baseline=None, record=False, way="texts", texts=True, styles=None
    ):
        """A run of the model of this name with these answers, task -> list; what it came to."""
        said = [results(task, each, way=way) for task, each in answers.items()]
        weights = f"{abs(hash((name, str(answers)))):064x}"[-64:]
        identity = replace(MODEL, name=name, weights=weights)
        policy = self.policy(said, baseline or name, update=record)
        judge = Judge(policy, Baselines(policy, identity), identity)
        board = Scoreboard(policy, identity)
        for each in said:
            others = {
                style: results(each.task.name, said[each.task.name], way=way)
                for style, said in (styles or {}).items()
            }
            board.add(judge.judge(each, variants=others))
            if texts:
                archive.keep_questions(self.runs, each.questions, [item.question for item in each])
        pooled = board.benchmarks()
        verdict = decide(pooled, self.changes["problems"], policy)
        if record:
            self.record(policy, judge, said)
        self.keep(board, pooled, verdict)
        return board, pooled, verdict

    def record(self, policy, judge, said):
        for each in said:
            place = target(policy, "sea", each.task.name)
            write(place, judge.text(each))
            write(beside(place), judge.companion(each, asked=True))

    def keep(self, board, pooled, verdict):
        write(self.runs / "results.jsonl", "".join(board.rows()))
        write(self.runs / "summary.json", dump(board.summary(pooled, verdict)))
        outcomes = [board.outcomes[key] for key in sorted(board.outcomes)]
        said = archive.keep(
            self.runs,
            outcomes,
            policy=board.policy,
            identity=board.identity,
            problems=self.changes["problems"],
        )
        assert said == []


def likely(best, confidence=0.8):
    """Probabilities of the three choices."""
    found = [(1 - confidence) / 2.1, (1 - confidence) * 1.1 / 2.1, 0.0]
    found.insert("ABC".index(best), confidence)
    found.pop()
    return tuple(found)
