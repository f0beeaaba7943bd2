"""Any causal language model that vLLM can load, on all devices that vLLM spreads it over.

Every question is a prompt of token ids, the same as with `transformers`, and one step of the
engine: the log-probabilities of its letters are those of the first token that would be sampled.
What prompts share is found in vLLM's prefix cache, also among prompts of the same step. Requests
stream in while answers stream out, so that the scheduler's queue is never empty.

vLLM forms its batches as memory and time allow, and the last bits of an answer depend on the
batch. A resumed run therefore repeats an undisturbed one up to rounding, not bit by bit.
"""

from __future__ import annotations

import copy
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from typing import Any

from mcqtest.backends import arguments, context, cores
from mcqtest.backends.adapter import Adapted
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.roundtrip import Reader
from mcqtest.backends.setup import Setup
from mcqtest.backends.tokenizer import TokenizerFiles
from mcqtest.backends.tokens import Encoded, Encoder, ahead, few
from mcqtest.backends.transformers.adapting import check_unbuilt
from mcqtest.backends.transformers.architecture import check_tensors
from mcqtest.backends.vllm import failures, leftovers, lora
from mcqtest.backends.vllm.item import Item
from mcqtest.types import AnswerError, McqtestError, Request, Response

_ENVIRONMENT = {
    # The scheduler runs in this process. In one of its own it takes twice as long to start (the
    # demo on a CPU: 58 s and not 24 s), and pytest's main module is imported a second time.
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_LOGGING_LEVEL": "ERROR",  # pages of settings otherwise
    "VLLM_NO_USAGE_STATS": "1",  # a gate tells nobody what it judges
}
_ENVIRONMENT_CPU = {
    # Else the first step compiles a helper of one line, for twenty seconds and with a C++
    # compiler that may not be there.
    "TORCH_COMPILE_DISABLE": "1",
}
"""Settings of vLLM and torch that are read from the environment; the user's own ones count."""

_ENGINE = {
    "disable_log_stats": True,
    "use_tqdm_on_load": False,
    "tokenizer_mode": "hf",  # the tokenizer that `transformers` uses, so the same prompts
}
_ENGINE_CPU = {
    "enforce_eager": True,  # compiling costs minutes, and small models gain seconds
    "block_size": 32,  # only whole blocks are shared; vLLM's default here is 128
}
"""Engine arguments, unless the user says otherwise."""

_CACHE_CPU = 4 * 1024**3
"""Bytes of keys and values on a CPU, where vLLM would take nearly all of the memory."""


class Vllm:
    """A loaded checkpoint; a `mcqtest.types.Backend`."""

    def __init__(self, checkpoint: Checkpoint, setup: Setup) -> None:
        remote = setup.options.get("trust_remote_code", "0").lower() in {"1", "true"}
        settings = arguments.for_vllm(setup.options, setup.device).get("hf_overrides") or {}
        self.notices = check_tensors(checkpoint.base, remote=remote, settings=settings)
        self._lora = None
        if isinstance(checkpoint, Adapted):
            check_unbuilt(checkpoint, remote=remote, settings=settings)
        self.asked = 0
        """Requests answered by computing, since loading."""
        self._checkpoint = checkpoint
        self._name = checkpoint.name
        words = setup.files(checkpoint.words)
        self._engine = _start(checkpoint, setup, words)
        if isinstance(checkpoint, Adapted):
            self._lora = lora.over(self._engine, checkpoint)
        leftovers.unname()
        config = self._engine.model_config
        # One less than vLLM's, which counts the token that it samples after a question.
        self._limit: int = config.max_model_len - 1
        tokenizer = copy.deepcopy(self._engine.get_tokenizer())  # ours works in another thread
        if context.stated(config.hf_config.to_dict()) is None and not (
            {"max_length", "max_model_len"} & setup.options.keys()
        ):
            self.notices.append(
                f"{self._name}: states no length of its context, and vLLM takes "
                f"{config.max_model_len} tokens; --backend-option max_length=N sets another"
            )
        self._reader = Reader(tokenizer, words, setup.options)
        self._encoder = Encoder(
            tokenizer,
            self._limit,
            config.get_vocab_size(),
            self._reader.before,
            self._reader.writer,
        )
        self._words = tokenizer
        self._window = 2 * self._engine.vllm_config.scheduler_config.max_num_seqs
        """Prompts in flight: those of one step, and as many that wait for the next."""
        self._names = count()

    def check(self, requests: Sequence[Request]) -> None:
        """Raise if the tokenizer damages what is going to be asked."""
        self._reader.check(requests)
        self.notices += self._reader.notices
        if isinstance(self._checkpoint, Adapted) and not self._checkpoint.is_idle:
            rows = few(self._encoder, requests)
            if rows and not lora.has_effect(self._engine, rows, self._lora):
                self.notices.append(self._checkpoint.without_effect)

    def run(self, requests: Iterable[Request]) -> Iterator[Response]:
        """Answer; see `mcqtest.types.Backend`. Consecutive requests with equal headers and
        shots are encoded together, while the engine works on those before.

        Before a question that cannot be answered is told, those in flight are.
        """
        writer = self._reader.writer
        items = (Item(each, self._words, writer) for each in self._encoded(requests))
        waiting = ((item, number) for item in items for number in range(len(item.readings)))
        flight: dict[str, tuple[Item, int]] = {}
        trouble: AnswerError | None = None
        try:
            while True:
                while trouble is None and len(flight) < self._window:
                    try:
                        if (each := next(waiting, None)) is None:
                            break
                        flight[self._send(*each)] = each
                    except AnswerError as error:
                        trouble = error
                if not flight:
                    break
                for output in self._step():
                    try:
                        response = self._taken(output, flight)
                    except AnswerError as error:
                        trouble = trouble or error
                        continue
                    if response is not None:
                        self.asked += 1
                        yield response
        finally:
            with suppress(Exception), warnings.catch_warnings(action="ignore"):
                self._engine.abort_request(list(flight))
        if trouble is not None:
            raise trouble

    def _taken(self, output: Any, flight: dict[str, tuple[Item, int]]) -> Response | None:
        """The response that an output completes, if it does; a text may have to go on."""
        item, number = flight.pop(output.request_id)
        response = item.take(number, output.outputs[0])
        if response is None and item.goes_on(number):
            flight[self._send(item, number)] = item, number
        return response

    def _encoded(self, requests: Iterable[Request]) -> Iterator[Encoded]:
        """The wanted requests, group by group; the longest prompt of a group first."""
        for group in ahead(self._encoder, requests):
            wanted = [item for item in group if not item.request.known]
            yield from sorted(wanted, key=lambda item: (-item.shots, -item.length))

    def _send(self, item: Item, number: int) -> str:
        """Give one reading to the engine; returns the name that it has there."""
        name = str(next(self._names))
        prompt = {"type": "token", "prompt_token_ids": item.readings[number][0]}
        from vllm.v1.engine.exceptions import EngineDeadError

        try:
            with warnings.catch_warnings(action="ignore"):
                self._engine.add_request(
                    name, prompt, item.sampling(number, self._limit), lora_request=self._lora
                )
        except EngineDeadError as error:
            raise self._dead(error) from error
        except Exception as error:  # its checks of a request, whose errors share no base class
            raise AnswerError(
                f"{item.request.name}: vLLM refuses it ({failures.said(error)})"
            ) from error
        return name

    def _step(self) -> list[Any]:
        """One pass of the engine: the prompts that it finished."""
        try:
            with warnings.catch_warnings(action="ignore"):
                done: list[Any] = self._engine.step()
        except Exception as error:
            raise self._dead(error) from error
        return done

    def _dead(self, error: Exception) -> McqtestError:
        return McqtestError(
            f"{self._name}: vLLM stopped ({failures.said(error)}); the answers so far are stored, "
            f"so the same command goes on from here{failures.smaller(error)}"
        )


def _max_model_len(max_length: int, checkpoint: Checkpoint) -> int:
    """The engine's limit for prompts of ``max_length`` tokens, within the model's own context."""
    own = context.stated(checkpoint.config)
    return min(max_length + 1, own) if own is not None else max_length


def _start(checkpoint: Checkpoint, setup: Setup, words: TokenizerFiles) -> Any:
    """Load the model into a new engine."""
    cpu = setup.device == "cpu"
    asked = arguments.for_vllm(setup.options, setup.device)
    given: dict[str, Any] = {**_ENGINE, **(_ENGINE_CPU if cpu else {}), **asked}
    if cpu and not ("gpu_memory_utilization" in asked or os.environ.get("VLLM_CPU_KVCACHE_SPACE")):
        given.setdefault("kv_cache_memory_bytes", _CACHE_CPU)
    if isinstance(checkpoint, Adapted):
        given = lora.arguments(checkpoint) | given
    if "max_length" in setup.options:
        given["max_model_len"] = _max_model_len(given["max_model_len"], checkpoint)
    eager = cpu and given["enforce_eager"]
    if cpu:  # read when torch is imported; vLLM lets nobody change it later
        os.environ.setdefault("OMP_NUM_THREADS", str(cores.allowed_cores()))
    for variable, text in (_ENVIRONMENT | (_ENVIRONMENT_CPU if eager else {})).items():
        os.environ.setdefault(variable, text)
    with checkpoint.weights.alone() as folder:
        given |= {"model": str(folder), "dtype": setup.dtype, "logprobs_mode": "raw_logprobs"}
        try:
            with warnings.catch_warnings(action="ignore"), words.ready() as at:
                from vllm import EngineArgs, LLMEngine

                given["tokenizer"] = str(at)
                return LLMEngine.from_engine_args(EngineArgs(**given))
        except Exception as error:  # many libraries, many errors
            said = failures.said(error).replace(str(folder), str(checkpoint.base.folder))
            raise McqtestError(
                f"{checkpoint.base.folder}: vLLM cannot run this model "
                f"({said}){failures.smaller(error)}"
            ) from error
