"""From prompts to turns: who says what where a question is put to a model that chats.

The same words as in the plain text, which a style wrote. Its header is what the system says, behind
the run's own system text; an example is a question of the user and an answer of the assistant; and
no line ends stand behind a message. So does lm-evaluation-harness with ``--apply_chat_template``,
and with ``--shots-as=text`` as it does without ``--fewshot_as_multiturn``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mcqtest.prompts.english import letters
from mcqtest.types import Chat, McqtestError, Prompt, Question, Style, Task

SHOTS_AS = ("turns", "text")


@dataclass(frozen=True)
class Talk:
    """How a run chats."""

    template: str
    """Fingerprint of the model's chat template."""
    system: str = ""
    shots_as: str | None = None
    """``turns`` or ``text``; None: turns, where the style allows them."""
    options: Mapping[str, str] = field(default_factory=dict)
    """For the template."""

    def __str__(self) -> str:
        """As a baseline has it; the turns themselves are in the hash of the prompts."""
        words = ["chat"]
        words += [f"shots as {self.shots_as}"] if self.shots_as else []
        words += [f"{key}={value}" for key, value in sorted(self.options.items())]
        words += [f"system {self._quoted}"] if self.system else []
        return ", ".join(words)

    @property
    def _quoted(self) -> str:
        """Of a long text the beginning; all of it is in the hash of the prompts."""
        short = self.system if len(self.system) <= 60 else f"{self.system[:57]}..."
        return repr(short)


def converse(
    task: Task,
    style: Style,
    shots: Sequence[Question],
    written: Sequence[Prompt],
    talk: Talk,
) -> list[Chat]:
    """The prompts of a task, which this style wrote, in turns. Raises `McqtestError` where its
    examples are to be turns and cannot be.
    """
    turns = None
    if talk.shots_as != "text" and not (style.single and talk.shots_as is None):
        turns = _turns(task, style, tuple(shots), written[0].shots if written else ())
        if turns is None and talk.shots_as:
            raise McqtestError(
                f"{task.path}: examples in style {style.name} do not begin as its questions do, so "
                "nobody can tell their answers apart; ask with --shots-as=text"
            )
    return [_chat(prompt, style, turns, talk) for prompt in written]


def _chat(
    prompt: Prompt, style: Style, turns: tuple[tuple[str, str], ...] | None, talk: Talk
) -> Chat:
    system, head = talk.system, ""
    if style.single:
        head = prompt.header
    else:
        system = joined(system, prompt.header)
    return Chat(
        system=system,
        head=head,
        examples=tuple((shot,) for shot in prompt.shots) if turns is None else turns,
        query=prompt.query,
        options=tuple(sorted(talk.options.items())),
    )


def joined(first: str, second: str) -> str:
    """Two texts as one, a blank line between them unless white space is there already."""
    if not first or not second or first[-1].isspace() or second[0].isspace():
        return first + second
    return f"{first}\n\n{second}"


@lru_cache(maxsize=64)
def _turns(
    task: Task, style: Style, shots: tuple[Question, ...], texts: tuple[str, ...]
) -> tuple[tuple[str, str], ...] | None:
    """Question and answer of every example: what the style asks where the example is the question,
    and what follows that in its text. None where a text does not begin so.
    """
    if len(shots) != len(texts):
        return None
    asked = [style.write(task, (), shot).query for shot in shots]
    pairs = list(zip(asked, texts, strict=True))
    if not all(text.startswith(question) for question, text in pairs):
        return None
    return tuple((question, text.removeprefix(question).strip()) for question, text in pairs)


def continuations(prompt: Prompt | Chat, question: Question) -> tuple[str, ...]:
    """What is scored behind a prompt: ``" A"``, ``" B"``, ... (`letters`); without the space
    where an answer begins with it.
    """
    spaced = letters(question)
    if isinstance(prompt, Prompt) or prompt.opening[-1:].strip():
        return spaced
    return tuple(letter.strip() for letter in spaced)
