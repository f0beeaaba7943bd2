"""Pictures: of `speed.growth` seconds and memory by size, of `speed.profiled` bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
mpl.rcParams["svg.hashsalt"] = "mcqtest"  # the same figures give the same file
mpl.rcParams["font.size"] = 9

import matplotlib.pyplot as plt  # noqa: E402  a backend is chosen first
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator  # noqa: E402

BLUE, ORANGE, GREEN, GREY = "#2b6cb0", "#dd6b20", "#2f855a", "#718096"


def draw(path: Path, library: Sequence[dict[str, Any]], lengths: Sequence[dict[str, Any]]) -> None:
    """Write an SVG or PNG: cost by questions, then seconds and memory by length of prompts."""
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 4.4), layout="constrained")
    _questions(left, library)
    x = [each["tokens"] for each in lengths]
    y = [each["ask_seconds"] for each in lengths]
    _line(middle, x, y, label="asking", color=BLUE)
    _reference(middle)
    _finish(middle, "tokens of a prompt", "seconds", "Longer prompts: seconds", x)
    y = [each["process_mib"] for each in lengths]
    _line(right, x, y, label="peak of the process", color=BLUE)
    y = [max(1.0, each["process_mib"] - each["before_mib"]) for each in lengths]
    _line(right, x, y, label="more than after loading", color=ORANGE)
    _reference(right)
    _finish(right, "tokens of a prompt", "MiB", "Longer prompts: memory", x)
    _save(figure, path)


def bars(path: Path, parts: Sequence[str], found: Mapping[str, Mapping[str, float]]) -> None:
    """Write an SVG or PNG: for each name a bar of the seconds of its parts."""
    figure, axes = plt.subplots(figsize=(9, 1.2 + 0.5 * len(found)), layout="constrained")
    names = list(found)[::-1]
    start = [0.0] * len(names)
    colours = (BLUE, ORANGE, GREEN, "#b794f4", GREY)
    for part, colour in zip(parts, colours, strict=True):
        widths = [found[name][part] for name in names]
        drawn = axes.barh(names, widths, left=start, color=colour, label=part, height=0.6)
        told = [f"{width:.1f}" if width > 0.04 * max(map(_total, found.values())) else ""
                for width in widths]  # fmt: skip
        axes.bar_label(drawn, told, label_type="center", color="white")
        start = [low + width for low, width in zip(start, widths, strict=True)]
    axes.set_xlabel("seconds")
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(frameon=False, loc="outside lower center", ncols=len(parts))
    _save(figure, path)


def _total(parts: Mapping[str, float]) -> float:
    return parts["seconds"]


def _save(figure: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix == ".svg" else None)
    plt.close(figure)


def _questions(axes: Any, library: Sequence[dict[str, Any]]) -> None:
    parts = (
        (True, "ask", "asking a small model", BLUE),
        (False, "ask", "storing and judging", ORANGE),
        (False, "plan", "planning", GREEN),
    )
    for model, part, label, colour in parts:
        for shots, style in ((5, "-"), (0, "--")):
            chosen = [e for e in library if e["model"] == model and e["shots"] == shots]
            x = [each["questions"] for each in chosen]
            y = [each[f"{part}_seconds"] for each in chosen]
            _line(axes, x, y, label=f"{label}, {shots} shots", color=colour, linestyle=style)
    _reference(axes)
    x = sorted({each["questions"] for each in library})
    _finish(axes, "questions", "seconds", "More questions", x)


def _line(axes: Any, x: Sequence[float], y: Sequence[float], **style: Any) -> None:
    axes.plot(x, y, marker="o", markersize=4, linewidth=1.6, **style)


def _reference(axes: Any) -> None:
    """Lines of slope one through the first points: what grows in proportion follows them."""
    for number, line in enumerate(list(axes.get_lines())):
        x, y = line.get_xdata(), line.get_ydata()
        along = [y[0] * each / x[0] for each in x]
        label = None if number else "in proportion (slope 1)"
        axes.plot(x, along, ":", color=GREY, linewidth=1, zorder=0, label=label)


def _finish(axes: Any, x: str, y: str, title: str, ticks: Sequence[float]) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    if high / low < 100:  # powers of ten alone would name hardly any place
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.set_xticks(ticks)
    axes.xaxis.set_minor_locator(NullLocator())
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        axis.set_minor_formatter(NullFormatter())
    axes.set(xlabel=x, ylabel=y)
    axes.set_title(title, loc="left", fontweight="bold")
    axes.grid(visible=True, which="major", color="#e2e8f0", linewidth=0.8)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2)
