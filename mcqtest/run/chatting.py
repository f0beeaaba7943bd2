"""Whether a benchmark is asked in a chat or in plain text, and why."""

from __future__ import annotations

from dataclasses import replace

from mcqtest.backends import ChatTemplate
from mcqtest.gate import Policy, is_recorded
from mcqtest.prompts import Talk
from mcqtest.run.settings import Settings
from mcqtest.run.way import Way
from mcqtest.types import Benchmark, McqtestError


class Chatting:
    """Decides for every benchmark of a run; ``template`` is the model's, if it has one."""

    def __init__(
        self, settings: Settings, template: ChatTemplate | None, way: Way, policy: Policy
    ) -> None:
        self._settings = settings
        self._template = template
        self._way = way
        self._policy = policy
        self._ways: dict[Benchmark, Way] = {}
        self.said: list[str] = []
        """Which way benchmarks took by themselves, and why, in sentences; where somebody said which
        or there is no other, nothing.
        """
        if template is not None and not template.trouble:
            template.check(settings.chat_option)

    def way(self, benchmark: Benchmark) -> Way:
        """How a benchmark is asked. Raises `McqtestError` where a chat is asked for and cannot be,
        and where options of a chat are given and there is none.
        """
        if benchmark not in self._ways:
            self._ways[benchmark] = self._found(benchmark)
        return self._ways[benchmark]

    def _found(self, benchmark: Benchmark) -> Way:
        way = self._way
        if way.recorded:
            return way
        if any(method.is_fixed for method in benchmark.methods.values()):
            if self._settings.chat == "on":
                raise McqtestError(
                    f"--chat=on: {benchmark.name} puts its questions in plain text; leave it out, "
                    "or choose other benchmarks with -m"
                )
            return way
        chatting = replace(way, talk=self._talk)
        if self._in_chat(chatting, benchmark):
            if self._template is None:
                raise McqtestError(
                    f"{benchmark.name}: is asked in a chat, and this model has no chat template "
                    "(chat_template.jinja, or chat_template in tokenizer_config.json); copy it "
                    "beside the model, or ask with --chat=off"
                )
            if self._template.trouble:
                raise McqtestError(self._template.trouble)
            return chatting
        self._check_plain(benchmark)
        return way

    def _check_plain(self, benchmark: Benchmark) -> None:
        """Raise for options that mean nothing where plain text goes on."""
        given = {
            name: getattr(self._settings, name.replace("-", "_"))
            for name in ("chat-option", "system", "shots-as")
        }
        given["decoding thinking_tokens"] = "thinking_tokens" in self._settings.decoding
        given["sweep thinking_tokens"] = (self._settings.sweep or "").startswith("thinking_tokens")
        for name, is_given in given.items():
            if is_given:
                raise McqtestError(
                    f"--{name}: {benchmark.name} is asked in plain text; add --chat=on, or leave "
                    "it out"
                )

    @property
    def _talk(self) -> Talk:
        settings = self._settings
        return Talk(
            template=self._template.fingerprint if self._template else "",
            system=settings.system or "",
            shots_as=settings.shots_as,
            options=settings.chat_option,
        )

    def _in_chat(self, chatting: Way, benchmark: Benchmark) -> bool:
        """As somebody says; else as the baseline was asked; else as the checkpoint's files say."""
        if self._settings.chat:
            return self._settings.chat == "on"
        in_chat, in_text = (
            is_recorded(self._policy, benchmark.name, each.folder(benchmark))
            for each in (chatting, self._way)
        )
        if in_chat != in_text:
            why = f"as baseline {self._policy.baseline!r} was"
        elif self._template is not None:
            letters = self._way.method_of(benchmark)[1].decoding is None
            in_chat, why = self._template.usual(letters=letters)
            why = f"for {why}"
        else:
            return False
        if self._template is not None:
            how, other = ("in a chat", "off") if in_chat else ("in plain text", "on")
            self.said.append(
                f"{benchmark.name} is asked {how}, {why}; --chat={other} asks the other way"
            )
        return in_chat
