"""The verdict as Markdown, for the page of a CI job and for a pull request.

Names of models, tasks and questions come from outside. None of them becomes markup, a link, or a
mention of somebody; and no question's text is there, since some licences forbid that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mcqtest.gate import Outcome, Policy, Pooled, Verdict
from mcqtest.report.ending import sentence
from mcqtest.report.inline import plain
from mcqtest.report.scoreboard import Scoreboard
from mcqtest.report.summary import made_of
from mcqtest.report.terminal import plural
from mcqtest.types import LETTERS, Comparison, Score

COMMENT = 65_536
"""Characters of a comment on GitHub at most; counted here in bytes."""

_MARK = "<!-- mcqtest -->"
"""First line of a comment, by which a job finds its earlier one."""

_SHOWN = 200
"""Lost questions of a task that are named."""

_HEADING = (
    "| {name} | questions | accuracy | change | interval | lost | won | p |",
    "|---|---:|---:|---:|---:|---:|---:|---:|",
)


@dataclass(frozen=True)
class Told:
    """What is known once a run has ended."""

    name: str
    """Of the model."""
    weights: str
    pooled: Sequence[Pooled]
    verdict: Verdict
    policy: Policy
    notices: Sequence[str] = ()
    tier: str = ""

    @classmethod
    def of(cls, board: Scoreboard, pooled: Sequence[Pooled], verdict: Verdict) -> Told:
        """What a scoreboard has seen."""
        who, notices = board.identity, sorted(board.notices)
        return cls(who.name, who.weights, pooled, verdict, board.policy, notices, board.tier)


def page(told: Told, room: int) -> str:
    """For the page of a job: verdict, benchmarks, tasks and notes, in ``room`` bytes at most."""
    notes = [f"- {plain(each)}" for each in told.notices]
    parts = [*_benchmarks(told), *_tasks(told)]
    return _fitted([*_head(told), *parts, *(["", "Notes:", "", *notes] if notes else [])], room)


def comment(told: Told) -> str:
    """For a pull request: verdict, benchmarks, and the questions that were lost, folded."""
    return _fitted([_MARK, *_head(told), *_benchmarks(told), *_lost(told)], COMMENT)


def _code(text: str) -> str:
    return f"<code>{plain(text)}</code>"


def _head(told: Told) -> list[str]:
    said = sentence(told.name, told.pooled, told.verdict, told.policy)
    word, _, rest = said.partition(": ")
    about = [
        f"model {_code(told.name)}",
        f"weights {_code(told.weights[:12])}",
        f"baseline {_code(told.policy.baseline)}" if told.policy.baseline else "no baseline",
        f"alpha {told.policy.alpha:g}",
        *([f"tier {_code(told.tier)}"] if told.tier else []),
    ]
    reasons = told.verdict.reasons
    lines = [plain(rest)]
    if len(reasons) > 1:  # all of them, and not the first alone
        lines = [f"- {plain(each)}" for each in reasons]
    return [f"## {word}: {plain(told.name)}", "", *lines, "", "; ".join(about), ""]


def _benchmarks(told: Told) -> list[str]:
    if not told.pooled:
        return []
    rows = [_row(each.name, each.outcomes, each.comparison) for each in told.pooled]
    sure = f"{100 * (1 - told.policy.alpha):g} %"
    return [
        *(line.format(name="benchmark") for line in _HEADING),
        *rows,
        "",
        f"Change and interval ({sure}) in points of accuracy.",
    ]


def _tasks(told: Told) -> list[str]:
    """Every task, those that changed least likely by chance first."""
    lines = []
    for each in told.pooled:
        ranked = sorted(each.outcomes, key=_rank)
        count = plural(len(ranked), "task")
        lines += ["", f"<details><summary>{plain(each.name)}: {count}</summary>", ""]
        lines += [line.format(name="task") for line in _HEADING]
        lines += [_row(_named(task), [task], made_of(task)) for task in ranked]
        lines += ["", "</details>"]
    return lines


def _named(task: Outcome) -> str:
    return f"{task.task} {task.title}".rstrip()


def _rank(task: Outcome) -> tuple[bool, float, str]:
    made = made_of(task)
    return not task.failures, 1.0 if made is None else made.p_value, task.task


def _row(name: str, outcomes: Sequence[Outcome], made: Comparison | None) -> str:
    n, right = sum(each.n for each in outcomes), sum(each.right for each in outcomes)
    cells = [plain(name), f"{n:,}", f"{right / n:.4f}"]
    if made is None:
        return f"| {' | '.join([*cells, *[''] * 5])} |"
    change = 100 * (right - sum(each.before or 0 for each in outcomes)) / n
    within = (
        "" if made.drop is None else f"{-100 * made.drop[1]:+.2f} to {-100 * made.drop[0]:+.2f}"
    )
    red = "**" if made.regressed else ""
    cells += [f"{change:+.2f}", within, str(made.lost), str(made.won)]
    return f"| {' | '.join([*cells, f'{red}{made.p_value:.2g}{red}'])} |"


def _lost(told: Told) -> list[str]:
    """The questions that were lost, task by task, with the right answer and the one given now."""
    found = {
        f"{each.benchmark}/{each.task}": lost
        for pooled in told.pooled
        for each in sorted(pooled.outcomes, key=_rank)
        if (lost := list(_moves(each)))
    }
    if not found:
        return []
    count = plural(sum(map(len, found.values())), "question")
    lines = ["", f"<details><summary>{count} lost (right answer>answer now)</summary>", ""]
    for task, lost in found.items():
        more = f", and {len(lost) - _SHOWN} more" if len(lost) > _SHOWN else ""
        shown = " ".join(map(_code, lost[:_SHOWN]))
        lines.append(f"- {plain(task)} ({len(lost)}): {shown}{more}")
    return [*lines, "", "</details>"]


def _moves(task: Outcome) -> Iterable[str]:
    for score, moved in zip(task.scores, task.differences or (), strict=False):
        if moved < 0:
            yield f"{score.id} {_letter(score.gold, score)}>{_letter(score.answer, score)}"


def _letter(answer: int | str | None, score: Score) -> str:
    if isinstance(answer, int) and answer < len(LETTERS):
        return LETTERS[answer]
    return (
        "-" if answer is None else f"{score.value:.3g}" if isinstance(answer, str) else str(answer)
    )


_MORE = "\nMore does not fit in here; all of it is in `summary.json` and `results.jsonl`.\n"


def _fitted(lines: Sequence[str], room: int) -> str:
    """As many lines as there is room for, in bytes; what was folded is closed."""
    text = "\n".join(lines) + "\n"
    if len(text.encode()) <= room:
        return text
    close = "\n</details>\n"
    kept: list[str] = []
    left = room - len((_MORE + close).encode())
    for line in lines:
        left -= len(line.encode()) + 1
        if left < 0:
            break
        kept.append(line)
    folded = sum(line.startswith("<details>") for line in kept) > kept.count("</details>")
    return "\n".join(kept) + (close if folded else "\n") + _MORE
