"""The vocabulary of mcqtest. Plain frozen values, no I/O.

A *benchmark* has *tasks* (a subject, a licence); a task is one pytest case and has
*questions*. A question is asked by a *prompt*, travels as a *request*, comes back as a
*response*, and is judged into a *result*.
"""

from mcqtest.types.benchmark import Benchmark, Method, Style, Task, TextReader, Value
from mcqtest.types.chat import Chat, Message
from mcqtest.types.comparison import Comparison
from mcqtest.types.conversation import Answering, Conversation, Limits, Terms
from mcqtest.types.criterion import Criterion
from mcqtest.types.decoding import Decoding
from mcqtest.types.errors import AnswerError, McqtestError, one_line, printable, several
from mcqtest.types.form import Ask, Form
from mcqtest.types.metric import Bound, Figure, Metric
from mcqtest.types.model import Identity
from mcqtest.types.prompt import Prompt
from mcqtest.types.question import LETTERS, Question
from mcqtest.types.request import Backend, Origin, Request, Response
from mcqtest.types.result import Result, Results
from mcqtest.types.score import CONFIDENCE, Score, Scored
from mcqtest.types.source import Columns, Finder, Layout, Source
from mcqtest.types.variant import Back, Variant

Verdict = Comparison
"""The old name; the verdict of a run is `mcqtest.gate.Verdict`."""

__all__ = [
    "CONFIDENCE",
    "LETTERS",
    "AnswerError",
    "Answering",
    "Ask",
    "Back",
    "Backend",
    "Benchmark",
    "Bound",
    "Chat",
    "Columns",
    "Comparison",
    "Conversation",
    "Criterion",
    "Decoding",
    "Figure",
    "Finder",
    "Form",
    "Identity",
    "Layout",
    "Limits",
    "McqtestError",
    "Message",
    "Method",
    "Metric",
    "Origin",
    "Prompt",
    "Question",
    "Request",
    "Response",
    "Result",
    "Results",
    "Score",
    "Scored",
    "Source",
    "Style",
    "Task",
    "Terms",
    "TextReader",
    "Value",
    "Variant",
    "Verdict",
    "one_line",
    "printable",
    "several",
]
