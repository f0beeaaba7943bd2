"""From the outcomes of a run to its files, and to what people read."""

from mcqtest.report import cleaned, growth, panels, points, sureness, terminal
from mcqtest.report.cells import OFF, ON
from mcqtest.report.cleaned import Cleaned
from mcqtest.report.clock import Clock, duration
from mcqtest.report.ending import hint, sentence
from mcqtest.report.inline import plain
from mcqtest.report.looks import looks, markdown, marked
from mcqtest.report.pages import Told, comment, page
from mcqtest.report.picture import courses
from mcqtest.report.scoreboard import UNFINISHED, Scoreboard, dump, refused, unfinished
from mcqtest.report.seen import Answer, Seen
from mcqtest.report.stored import stored
from mcqtest.report.sweeps import drawn
from mcqtest.report.terminal import plural
from mcqtest.report.trend import Trends, table
from mcqtest.report.whys import whys

__all__ = [
    "OFF",
    "ON",
    "UNFINISHED",
    "Answer",
    "Cleaned",
    "Clock",
    "Scoreboard",
    "Seen",
    "Told",
    "Trends",
    "cleaned",
    "comment",
    "courses",
    "drawn",
    "dump",
    "duration",
    "growth",
    "hint",
    "looks",
    "markdown",
    "marked",
    "page",
    "panels",
    "plain",
    "plural",
    "points",
    "refused",
    "sentence",
    "stored",
    "sureness",
    "table",
    "terminal",
    "unfinished",
    "whys",
]
