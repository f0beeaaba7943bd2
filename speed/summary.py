"""What a measurement of letters means: the tables."""

from __future__ import annotations

import platform
import statistics
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version

from speed import floor, subjects
from speed.letters import Measured
from speed.subjects import Lengths
from speed.table import Table, seconds

SIDES = ("ours", "peer")


def tables(measured: Measured) -> list[Table]:
    return [_sample(measured), _speeds(measured), _extrapolated(measured)]


def _sample(measured: Measured) -> Table:
    def row(title: str, lengths: Iterable[Lengths]) -> tuple[str, ...]:
        return (title, *(f"{mean:,.0f}" for mean in subjects.means(lengths)))

    rows = [row("asked", measured.sample.values()), row("all 57", measured.every.values())]
    head = ("subjects", "tokens of the prefix", "of the question", "questions per subject")
    return Table("The questions (means)", head, rows, [", ".join(measured.names)])


def _speeds(measured: Measured) -> Table:
    def medians(key: str) -> list[float]:
        return [statistics.median(each[side][key] for each in measured.rounds) for side in SIDES]

    def timed(title: str, key: str) -> tuple[str, ...]:
        ratios = [each["peer"][key] / each["ours"][key] for each in measured.rounds]
        pairs = f" ({', '.join(f'{ratio:.2f}' for ratio in ratios)})" if len(ratios) > 1 else ""
        return (title, *map(seconds, medians(key)), f"{statistics.median(ratios):.2f}{pairs}")

    first = measured.rounds[0]
    read = sum(each.questions for each in measured.sample.values())
    work = floor.flops(measured.shape, measured.tokens, measured.pairs, read)
    ask = medians("ask_seconds")
    whole = measured.whole.seconds, medians("process_seconds")[1]
    rows = [
        timed("asking: tokenizer and model", "ask_seconds"),
        timed("evaluating: with prompts and metrics", "evaluate_seconds"),
        ("loading the model", *map(seconds, medians("load_seconds")), ""),
        ("whole process", *map(seconds, whole), f"{whole[1] / whole[0]:.2f}"),
        ("tokens computed", *(_number(first[side]["tokens"]) for side in SIDES), ""),
        *(
            (f"{name} floor / asking, {what}", *(f"{flops / rate / each:.0%}" for each in ask), "")
            for name, rate in floors(measured.rates).items()
            for what, flops in zip(("weights alone", "with attention"), work, strict=True)
        ),
        ("peak memory, MiB", *map(_number, medians("process_mib")), ""),
    ]
    if first["ours"]["device_mib"]:
        device = [_number(first[side]["device_mib"]) for side in SIDES]
        rows.append(("peak memory of the GPU, MiB", *device, ""))
    head = ("", "mcqtest", "peer", "peer / mcqtest")
    return Table(f"Letters: {measured.title}", head, rows, _notes(measured, read, work))


def _notes(measured: Measured, read: int, work: tuple[float, float]) -> list[str]:
    first = measured.rounds[0]
    every = measured.sample.values()
    batches = ", ".join(f"{size}: {spent:,.2f} s" for size, spent in measured.tried.items())
    rates = "; ".join(
        f"{kind} {', '.join(f'{each[kind] / 1e9:,.0f}' for each in measured.rates)}"
        for kind in ("square", "layer", "onednn")
        if kind in measured.rates[0]
    )
    asked = (
        f"{read:,} questions; tokens: {sum(each.tokens for each in every):,} in all prompts, "
        f"{sum(each.unique for each in every):,} with each subject's prefix once, "
        f"{measured.tokens:,} unique (all prompts as one tree)"
    )
    least = [
        f"{name} floor: the unique tokens' {work[0] / 1e12:,.3f} TFLOP, with attention "
        f"{work[1] / 1e12:,.3f}, at {rate / 1e9:,.0f} GFLOP/s: {seconds(work[0] / rate)}, "
        f"{seconds(work[1] / rate)}"
        for name, rate in floors(measured.rates).items()
    ]
    versions = (
        f"mcqtest {version('mcqtest')}, Python {platform.python_version()}, "
        f"{first['ours']['versions']}; peer: {first['peer']['versions']}"
    )
    again = statistics.median(each["again"]["ask_seconds"] for each in measured.rounds)
    share = work[1] / max(floors(measured.rates).values()) / again
    second = (
        f"a second run, which knows the architecture: {seconds(again)}, "
        f"{_number(first['again']['tokens'])} tokens, {share:.0%} of the faster floor with "
        "attention"
    )
    return [
        asked,
        *least,
        second,
        f"matrix products, GFLOP/s, before, between and after the rounds: {rates}",
        agreement(first["ours"]["logprobs"], first["peer"]["logprobs"]),
        f"the peer's batch sizes in the first round: {batches}; the fastest is taken",
        versions,
        *first["ours"]["notices"],
    ]


def _extrapolated(measured: Measured) -> Table:
    """What all 57 subjects would take: ours by unique tokens, the peer's by all tokens."""
    rows = []
    for side, name, tokens in (("ours", "mcqtest", "unique"), ("peer", "peer", "tokens")):
        ask = statistics.median(each[side]["ask_seconds"] for each in measured.rounds)
        part = sum(getattr(each, tokens) for each in measured.sample.values())
        total = sum(getattr(each, tokens) for each in measured.every.values())
        rows.append((name, seconds(ask), f"{part:,}", f"{total:,}", seconds(ask * total / part)))
    head = ("", "asking", "tokens", "tokens of all 57", "asking all 57")
    how = "mcqtest by tokens with each subject's prefix once, the peer by tokens of all prompts"
    count = sum(each.questions for each in measured.every.values())
    return Table(f"Extrapolated to {count:,} questions", head, rows, [how])


def floors(rates: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Operations per second, medians: by the product that torch takes (the faster of both kinds)
    and, where it was measured, by oneDNN's.
    """
    found = {kind: statistics.median(each[kind] for each in rates) for kind in rates[0]}
    own = {"torch's": max(found["square"], found["layer"])}
    return own | ({"oneDNN's": found["onednn"]} if "onednn" in found else {})


def agreement(ours: Mapping[str, Sequence[float]], peer: Mapping[str, Sequence[float]]) -> str:
    """How far two sets of log-probabilities agree; `SystemExit` where the questions differ."""
    if ours.keys() != peer.keys():
        raise SystemExit(f"{len(ours)} answers of mcqtest, {len(peer)} of the peer")
    pairs = [(ours[name], peer[name]) for name in ours]
    apart = max(abs(a - b) for one, two in pairs for a, b in zip(one, two, strict=True))
    best = [[max(range(len(each)), key=each.__getitem__) for each in pair] for pair in pairs]
    same = sum(one == two for one, two in best)
    counts = (f"{'ABCD'[letter]} {sum(one == letter for one, _ in best)}" for letter in range(4))
    return (
        f"same answer to {same:,} of {len(pairs):,} questions (mcqtest: {', '.join(counts)}); "
        f"log-probabilities differ by at most {apart:.2g}"
    )


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"
