"""Tables for a terminal and for a page in Markdown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as they are shown. The first column is text, the others are numbers."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = field(default=())
    """Sentences below it."""

    def __str__(self) -> str:
        """For a terminal."""
        columns = list(zip(self.head, *self.rows, strict=True))
        widths = [max(map(len, column)) for column in columns]
        lines = [
            "  ".join(
                cell.rjust(width) if number else cell.ljust(width)
                for number, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in (self.head, *self.rows)
        ]
        return "\n".join([f"== {self.title}", *lines, *(f"- {note}" for note in self.notes)])

    def markdown(self) -> str:
        def line(cells: Sequence[str]) -> str:
            return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"

        rule = ["---", *["---:"] * (len(self.head) - 1)]
        lines = [line(row) for row in (self.head, rule, *self.rows)]
        notes = [f"* {note}" for note in self.notes]
        return "\n".join([f"#### {self.title}", "", *lines, *([""] if notes else []), *notes])


def seconds(value: float) -> str:
    """Three digits that count."""
    if value >= 100:
        return f"{value:,.0f} s"
    return f"{value:.1f} s" if value >= 10 else f"{value:.2f} s"


def update(page: str, name: str, body: str, *, kind: str = "speed") -> str:
    """``page`` with ``body`` between the marks of section ``name``; new ones go to its end."""
    start, end = f"<!-- {kind}: {name} -->", f"<!-- end: {name} -->"
    block = f"{start}\n{body.strip()}\n{end}"
    pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
    if pattern.search(page):
        return pattern.sub(lambda _: block, page)
    return f"{page.rstrip()}\n\n{block}\n"


def write(
    path: Path, name: str, tables: Sequence[Table], about: str, *, kind: str = "speed"
) -> None:
    """Put a measurement into a page, in place of the last one of that ``name``."""
    page = path.read_text("utf-8") if path.exists() else ""
    today = dt.datetime.now(tz=dt.UTC).date().isoformat()
    body = "\n\n".join([f"Measured {today}: {about}.", *(table.markdown() for table in tables)])
    path.write_text(update(page, name, body, kind=kind), "utf-8")
