"""The options, in one table. Imported by every pytest run, so it imports next to nothing."""

from __future__ import annotations

from typing import NamedTuple


class Option(NamedTuple):
    """``--mcq-NAME`` and ``--NAME``, ini key ``mcq_KEY``, ``KEY`` in ``[tool.mcqtest]``."""

    name: str
    metavar: str
    help: str
    many: bool = False
    kind: str = "text"
    """What its value is, and so how it is checked (`mcqtest.run.settings`)."""

    @property
    def key(self) -> str:
        return self.name.replace("-", "_")


OPTIONS = (
    Option(
        "model",
        "PATH",
        "checkpoint to judge: a folder, a hub id, or demo; recorded outputs; a served model",
        kind="model",
    ),
    Option(
        "backend",
        "NAME",
        "auto, transformers, vllm, openai, replay, or package.module (default: auto)",
    ),
    Option(
        "backend-option",
        "KEY=VALUE",
        "for the backend, such as dtype=bfloat16; repeatable",
        many=True,
        kind="pairs",
    ),
    Option(
        "data",
        "DIR",
        "benchmark data: a folder, demo, or hub (default: $MCQTEST_DATA, else hub)",
        kind="data",
    ),
    Option(
        "revision",
        "BENCHMARK=COMMIT",
        "take a benchmark's questions from this commit of the hub; repeatable",
        many=True,
        kind="pairs",
    ),
    Option(
        "benchmarks",
        "NAMES",
        "which benchmarks are asked, commas between (default: those of the suite)",
        many=True,
        kind="names",
    ),
    Option("tags", "FILE", "labels of questions, to tell figures by label", kind="file"),
    Option(
        "shots",
        "K",
        "worked examples before each question (default: the benchmark's)",
        kind="count",
    ),
    Option(
        "method",
        "NAME",
        "how answers are given: letters, cot or text (default: the benchmark's)",
        kind="method",
    ),
    Option("style", "NAME", "how questions are put (default: the benchmark's)"),
    Option(
        "abstain",
        "on|off",
        "ask that who does not know the answer says so (default: off)",
        kind="switch",
    ),
    Option(
        "chat",
        "on|off",
        "ask with the checkpoint's chat template (default: as the baseline was; else for "
        "checkpoints that end turns as it does)",
        kind="switch",
    ),
    Option(
        "chat-option",
        "KEY=VALUE",
        "for the chat template, such as enable_thinking=false; repeatable",
        many=True,
        kind="pairs",
    ),
    Option("system", "TEXT", "what the system says in a chat"),
    Option("shots-as", "turns|text", "examples in a chat (default: turns)", kind="shots_as"),
    Option(
        "sensitivity",
        "STYLES",
        "also ask in these styles, commas between, or all 24, and tell how much accuracy varies",
    ),
    Option(
        "sweep",
        "KEY=V1,V2",
        "also ask with these values of shots, temperature, max_tokens, ..., and compare figures",
    ),
    Option(
        "decoding",
        "KEY=VALUE",
        "for texts, such as max_tokens=1024, or temperature=0.7 and samples=5; repeatable",
        many=True,
        kind="pairs",
    ),
    Option(
        "reader",
        "NAME",
        "what reads answers out of texts, also package.module:function (default: mcqtest)",
    ),
    Option("fallback", "NAME", "where nothing can be read: wrong or random (default: wrong)"),
    Option(
        "reasoning-marks",
        "OPEN,CLOSE",
        "marks around a thought, where they are none of the known; without OPEN texts begin in one",
        kind="marks",
    ),
    Option("limit", "N", "only the first N questions of each task", kind="number"),
    Option(
        "sample",
        "N",
        "only N questions of each benchmark, drawn evenly from its tasks, always the same ones",
        kind="number",
    ),
    Option(
        "baseline",
        "NAME",
        "baseline to compare with (default: the model's name); none: thresholds alone",
        kind="name",
    ),
    Option("baselines-dir", "DIR", "where baselines are (default: baselines)", kind="folder"),
    Option(
        "model-name",
        "NAME",
        "name this model's baseline is recorded under (default: its folder's)",
        kind="name",
    ),
    Option(
        "licence",
        "KEY=VALUE",
        "how licences are decided: mean=subjects or items, questions=published or any; repeatable",
        many=True,
        kind="rules",
    ),
    Option(
        "bigbench",
        "KEY=VALUE",
        "BIG-bench: queries=N and seconds=S that a programmatic task may take; likelihood=on tells "
        "that of targets beside what is generated; repeatable",
        many=True,
        kind="bigbench",
    ),
    Option(
        "margin",
        "POINTS",
        "drop of accuracy that a pass has to exclude (default: the benchmark's); none: ask for "
        "proven losses alone",
        kind="margin",
    ),
    Option(
        "tolerance",
        "POINTS",
        "drop of accuracy that is not held against the model (default: 0)",
        kind="points",
    ),
    Option("anchor", "NAME", "a second baseline, which does not move with releases", kind="name"),
    Option(
        "alpha", "A", "false-alarm probability of the whole run (default: 0.01)", kind="probability"
    ),
    Option(
        "tier",
        "NAME",
        "also take the options of [tool.mcqtest.tier.NAME] in pyproject.toml",
        kind="name",
    ),
    Option(
        "comment",
        "FILE",
        "write the verdict for a pull request there, as Markdown",
        kind="written",
    ),
    Option("run-dir", "DIR", "stored responses and results (default: .mcqtest)", kind="folder"),
    Option(
        "accept-regression",
        "REASON",
        "with --snapshot-update: record although significantly worse; written into the baseline",
        kind="reason",
    ),
)
