"""From turns to the text that a model goes on from, written by its own chat template.

`transformers` renders the template on every backend, as ``apply_chat_template`` does; what begins a
text (a BOS) is the template's business, so nothing is put before it. What differs from template to
template is found by writing a short conversation and looking at the result, and not by the name of
a family of models.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from functools import cached_property, partial
from threading import Thread
from typing import Any

from mcqtest.answers import KNOWN
from mcqtest.backends.dates import dated
from mcqtest.backends.specials import token_ids
from mcqtest.prompts import joined
from mcqtest.types import Chat, McqtestError, Message, one_line

SWITCHES = ("enable_thinking", "thinking")
"""What templates call the option without which nothing is thought; a template that knows none of
these writes the same with it.
"""

PATIENCE = 20.0
"""Seconds for the first message, of which a template takes a small part, unless it never ends."""

_SAID, _ANSWERED = "Mcqtest asks this.", "Mcqtest answers this."
"""What the short conversation says: nothing that a template would cut or change."""


class Writer:
    """Writes turns with the template of one tokenizer. Raises `McqtestError` where it cannot;
    ``where`` is what the template belongs to, for messages. ``bos`` is as for plain text.
    """

    def __init__(self, tokenizer: Any, where: str, bos: str = "auto") -> None:
        self._tokenizer = tokenizer
        self._where = where
        self._bos = bos
        self.notices: list[str] = []
        """What a person should know, in sentences."""

    def write(self, chat: Chat) -> str:
        """The text up to where the answer begins."""
        return self._begun(self._render(chat.messages, template_options(chat)) + chat.opening)

    def write_answered(self, chat: Chat) -> str:
        """The text up to where the answer itself stands, behind all that the template writes
        before one: the marks of a channel, or a thought, which is left empty.
        """
        begun, options = self.write(chat), template_options(chat)
        if opened := self.opened(begun, chat):
            return self._silent(chat, begun[: -len(opened)]) or begun + KNOWN.closing(opened)
        whole = self._whole(chat.messages, options)
        end = whole.rfind(_ANSWERED) if whole is not None else -1
        answered = self._begun(whole[:end]) if whole is not None and end >= 0 else ""
        return answered if answered.startswith(begun) and not chat.opening else begun

    def _silent(self, chat: Chat, begun: str) -> str:
        """The text that the template itself writes where nothing is to be thought, if it has a
        switch for that; empty where it has none. It goes on from ``begun``.
        """
        for switch in SWITCHES:
            text = self.write(replace(chat, options=(*chat.options, (switch, "false"))))
            if text.startswith(begun) and not self.opened(text, chat):
                return text
        return ""

    def opened(self, begun: str, chat: Chat) -> str:
        """How the thought begins in which a text ends that was written of this chat; empty where it
        ends in none.
        """
        asked = chat.messages[-1].content.strip()
        at = begun.rfind(asked)
        tail = begun[at + len(asked) :] if at >= 0 else begun[-200:]
        found = KNOWN.said(tail)
        return tail[found.end :] if found.is_cut else ""

    def check(self, chat: Chat) -> None:
        """Write this one, and note what the template leaves out of it."""
        text = self.write(chat)
        lost = [each for each in chat.messages if each.content.strip() not in text]
        for role in dict.fromkeys(message.role for message in lost):
            count = sum(message.role == role for message in lost)
            every = sum(message.role == role for message in chat.messages)
            what = "the system" if role == "system" else f"the {role} in {count} of {every} turns"
            self._note(
                f"{self._where}: its chat template does not write what {what} says as it is; the "
                "model sees something else, or nothing of it"
            )

    def _note(self, sentence: str) -> None:
        if sentence not in self.notices:
            self.notices.append(sentence)

    @cached_property
    def turn_ends(self) -> frozenset[int]:
        """The token with which the template ends an answer, if it is an added one; where nothing
        stands behind the last answer (GLM), the one with which the next turn begins.
        """
        asked = Message("user", _SAID)
        whole = self._whole([asked], {}) or ""
        _, found, after = whole.rpartition(_ANSWERED)
        if found and not after.strip():
            with suppress(McqtestError):
                turns = [asked, Message("assistant", _ANSWERED), asked]
                after = self._render(turns, {}, begin=False).rpartition(_ANSWERED)[2]
        ids = token_ids(self._tokenizer, [after.lstrip()])[0] if found else []
        added = getattr(self._tokenizer, "added_tokens_decoder", None) or {}
        return frozenset(ids[:1]) & frozenset(added)

    def _whole(self, messages: Sequence[Message], options: Mapping[str, Any]) -> str | None:
        """With an answer; None where the template refuses one."""
        try:
            answered = [*messages, Message("assistant", _ANSWERED)]
            return self._render(answered, options, begin=False)
        except McqtestError:
            return None

    def _begun(self, text: str) -> str:
        """With a BOS, or none, where somebody says so."""
        bos = getattr(self._tokenizer, "bos_token", None)
        if self._bos == "auto" or not bos:
            return text
        bare = text.removeprefix(bos)
        return bos + bare if self._bos == "yes" else bare

    @cached_property
    def _in_parts(self) -> bool:
        """The template wants contents in parts, as those of models that see pictures do."""
        asked = [Message("user", _SAID)]
        refusal: McqtestError | None = None
        for parts in (False, True):
            try:
                if _SAID in self._in_time(partial(self._text, asked, {}, parts=parts)):
                    return parts
            except McqtestError as error:
                refusal = refusal or error
        raise refusal or McqtestError(
            f"{self._where}: its chat template does not write what a user says; mend it, or ask "
            "with --chat=off"
        )

    def _in_time(self, write: Callable[[], str]) -> str:
        """What the first attempt to write gives; a template that never ends is left behind."""
        done: Future[str] = Future()

        def attempt() -> None:
            try:
                done.set_result(write())
            except BaseException as error:  # noqa: BLE001 - it is raised by whoever waits
                done.set_exception(error)

        Thread(target=attempt, daemon=True).start()  # the end of the process ends it
        try:
            return done.result(PATIENCE)
        except TimeoutError:
            raise McqtestError(
                f"{self._where}: its chat template has written nothing after {PATIENCE:g} seconds; "
                "mend it, or ask with --chat=off"
            ) from None

    @cached_property
    def _has_system(self) -> bool:
        """The template takes a system's message; else what it says stands before the first
        question.
        """
        parts = self._in_parts
        with suppress(McqtestError):
            self._text([Message("system", _ANSWERED), Message("user", _SAID)], {}, parts=parts)
            return True
        self._note(
            f"{self._where}: its chat template takes no system message, so what the system says "
            "stands before the first question"
        )
        return False

    def _render(
        self, messages: Sequence[Message], options: Mapping[str, Any], *, begin: bool = True
    ) -> str:
        turns = list(messages)
        if turns[0].role == "system" and not self._has_system:
            content = joined(turns[0].content, turns[1].content)
            turns[:2] = [Message(turns[1].role, content)]
        return self._text(turns, options, parts=self._in_parts, begin=begin)

    def _text(
        self,
        turns: Sequence[Message],
        options: Mapping[str, Any],
        *,
        parts: bool,
        begin: bool = True,
    ) -> str:
        conversation = [
            {
                "role": role,
                "content": [{"type": "text", "text": content}] if parts else content,
            }
            for role, content in turns
        ]
        own = getattr(self._tokenizer, "chat_template", None)
        template = own.get("default") if isinstance(own, Mapping) else own
        day = {"chat_template": dated(template)} if "strftime_now" in (template or "") else {}
        try:
            text: str = self._tokenizer.apply_chat_template(
                conversation, tokenize=False, add_generation_prompt=begin, **day, **options
            )
        except Exception as error:  # whatever a template, or what is missing for it, may raise
            raise McqtestError(
                f"{self._where}: its chat template fails ({one_line(error, 200, named=True)}); "
                "mend it, ask with other --chat-option or --shots-as, or with --chat=off"
            ) from error
        return text


def template_options(chat: Chat) -> dict[str, Any]:
    """What the template is told besides, as values."""
    return {key: _value(text) for key, text in chat.options}


def _value(text: str) -> Any:
    """``true``, ``false``, ``null`` and numbers as such, since a template tells ``false`` from
    ``"false"``; everything else as text.
    """
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, bool | int | float | None) else text
