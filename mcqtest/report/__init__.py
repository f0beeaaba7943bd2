"""From the outcomes of a run to its files, and to what people read."""

from mcqtest.report import terminal
from mcqtest.report.clock import Clock, duration
from mcqtest.report.ending import sentence
from mcqtest.report.markdown import Told, comment, page, plain
from mcqtest.report.scoreboard import UNFINISHED, Scoreboard, dump, refused, unfinished
from mcqtest.report.stored import stored
from mcqtest.report.sweeps import drawn
from mcqtest.report.terminal import plural

__all__ = [
    "UNFINISHED",
    "Clock",
    "Scoreboard",
    "Told",
    "comment",
    "drawn",
    "dump",
    "duration",
    "page",
    "plain",
    "plural",
    "refused",
    "sentence",
    "stored",
    "terminal",
    "unfinished",
]
