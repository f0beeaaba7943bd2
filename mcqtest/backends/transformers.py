"""Any causal language model that `transformers` can load.

The prefix that a task's questions share is computed once. The rest of many questions is
packed into one row, each attending to the prefix and to itself only, so nothing is padded
and the prefix's keys and values are not copied per question. Where an architecture does not
allow that (recurrent states, positions that cannot be given), a check against plain scoring
finds it and every prompt is computed whole, without padding.
"""

from __future__ import annotations

import gc
import math
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

# Matrix products that do not depend on the number of threads, so that workers with fewer
# threads give the same last bits as one process. Read by MKL when torch is first imported.
os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer

from mcqtest.backends import Setup, passes
from mcqtest.backends.tokens import Encoded, Encoder, shared_length
from mcqtest.checkpoint import Checkpoint
from mcqtest.types import AnswerError, McqtestError, Request, Response

_BUDGET = {"cpu": 1024}
_BUDGET_ACCELERATOR = 8192
"""Tokens computed at once; more gains nothing on a CPU, whose cores 1,024 keep busy."""

_TOLERANCE = {torch.float32: 1e-3, torch.float64: 1e-6}
_TOLERANCE_HALF = 0.3
"""Largest difference between shared and plain log-probabilities that rounding explains."""

_MIN_SHARED = 16
"""Prefixes shorter than this are recomputed: a pass of their own costs more."""


class Transformers:
    """A loaded checkpoint; a `mcqtest.types.Backend`."""

    def __init__(self, checkpoint: Checkpoint, setup: Setup) -> None:
        self.notices: list[str] = []
        self.asked = 0
        """Requests answered by computing, since loading."""
        self._name = checkpoint.name
        self._device = _usable(setup.device)
        self._model, tokenizer = _load(checkpoint, setup, self._device)
        options = setup.options
        context = _context(self._model.config, tokenizer, options)
        embeddings = self._model.get_input_embeddings().weight
        self._encoder = Encoder(tokenizer, context, vocabulary=len(embeddings))
        default = _BUDGET.get(self._device.type, _BUDGET_ACCELERATOR)
        self._budget = int(options.get("batch_tokens", default))
        self._share = options.get("share", "1") != "0"
        self._right = {"row": 0, "pack": 0}
        """The longest row and pack of which shared and plain scores were found equal."""
        self._wrong = {"row": passes.scaled_beyond(self._model.config), "pack": math.inf}
        """The shortest row and pack of which they differ."""

    @property
    def dtype(self) -> torch.dtype:
        dtype: torch.dtype = self._model.dtype
        return dtype

    def run(self, requests: Iterable[Request]) -> Iterator[Response]:
        """Answer; see `mcqtest.types.Backend`. Consecutive requests with equal headers and
        shots share their prefix.
        """
        for _, group in groupby(requests, lambda each: (each.prompt.header, each.prompt.shots)):
            together = list(group)
            if all(request.known for request in together):
                continue
            encoded = self._encoder.encode(together)
            encoded.sort(key=lambda item: (-item.shots, -item.length))  # longest first
            for _, equal in groupby(encoded, lambda item: item.shots):
                yield from self._run_sharing(list(equal))

    def _run_sharing(self, encoded: list[Encoded]) -> Iterator[Response]:
        """Answer requests with equal shots, pack by pack, in the order given.

        Packs and the decision to share depend on all of them, known or not, so that a resumed
        run gives the same last bits.
        """
        shared = shared_length(encoded) if self._share and len(encoded) > 1 else 0
        ids = encoded[0].rows[0].ids[: shared if shared >= _MIN_SHARED else 0]
        prefix = passes.Prefix(self._model, ids)
        shares: bool | None = None
        start = 0
        while start < len(encoded):
            pack = self._pack(encoded, start, len(ids))
            wanted = [item for item in pack if not item.request.known]
            if wanted:
                if shares is None:
                    shares = self._shares(encoded, prefix)
                    continue  # the budget may have become smaller
                try:
                    scores = self._score(pack if shares else wanted, prefix if shares else None)
                except (RuntimeError, MemoryError) as error:
                    if not passes.out_of_memory(error):
                        raise
                    if len(pack) == 1:
                        raise AnswerError(
                            f"{pack[0].request.name}: out of memory on {self._device} with this "
                            f"question alone ({pack[0].length} tokens); use a smaller dtype or a "
                            "larger device"
                        ) from None
                    scores = None
                if scores is None:
                    self._shrink(pack, prefix)
                    continue
                for item in wanted:
                    logprobs = _finite(item, scores[item.request.key])
                    self.asked += 1
                    yield Response(item.request.key, logprobs, item.shots)
            start += len(pack)

    def _pack(self, encoded: Sequence[Encoded], start: int, shared: int) -> Sequence[Encoded]:
        """The items from ``start`` on that are computed at once: one, or as many as fit."""
        end, size = start + 1, encoded[start].beyond(shared)
        while end < len(encoded) and (size := size + encoded[end].beyond(shared)) <= self._budget:
            end += 1
        return encoded[start:end]

    def _shrink(self, pack: Sequence[Encoded], prefix: passes.Prefix) -> None:
        """Compute fewer tokens at once from now on, since ``pack`` was too large."""
        size = sum(item.beyond(len(prefix)) for item in pack)
        self._budget = max(1, min(self._budget, size) // 2)
        prefix.forget()
        gc.collect()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()

    def _score(
        self, pack: Sequence[Encoded], prefix: passes.Prefix | None
    ) -> dict[str, tuple[float, ...]]:
        """Log-probabilities of each item's choices, by key; all plain where ``prefix`` is None."""
        found = {}
        if prefix is not None:
            rows = [row for item in pack for row in item.rows]
            scores = iter(passes.packed(self._model, rows, prefix))
            for item in pack:
                found[item.request.key] = _sum(item, [next(scores) for _ in item.rows])
        for item in pack:
            # One item that overflows spoils its pack: masked or not, 0 times infinity is NaN.
            if not all(map(math.isfinite, found.get(item.request.key, (math.nan,)))):
                found[item.request.key] = _sum(item, passes.plain(self._model, item.rows))
        return found

    # --- whether the architecture can share ---------------------------------------------------

    def _shares(self, encoded: Sequence[Encoded], prefix: passes.Prefix) -> bool:
        """Whether these items may share their prefix and be packed.

        A model can fail to in two ways: beyond a length of its own (a window, a chunk, scaled
        positions), and where a row lies far behind the prefix in its pack (positions that
        cannot be given). So the longest item, and the last one of the largest pack, are
        compared with plain scoring, whenever they are larger than all compared before.
        """
        while self._share:
            packs, start = [], 0
            while start < len(encoded):
                packs.append(self._pack(encoded, start, len(prefix)))
                start += len(packs[-1])
            sizes = [
                sum(item.beyond(len(prefix)) for item in pack)
                if sum(len(item.rows) for item in pack) > 1
                else 0  # a row by itself lies nowhere else
                for pack in packs
            ]
            largest = packs[sizes.index(max(sizes))]
            longest = max(encoded, key=lambda item: item.longest)
            try:
                return self._equal("row", longest.longest, [longest], prefix) and self._equal(
                    "pack", max(sizes), largest, prefix
                )
            except (RuntimeError, MemoryError) as error:
                if not passes.out_of_memory(error):
                    raise
                if len(largest) == 1:
                    return False  # told, with the question's name, where it is scored
            self._shrink(largest, prefix)
        return False

    def _equal(self, what: str, size: int, pack: Sequence[Encoded], prefix: passes.Prefix) -> bool:
        """Whether the last item of ``pack`` scores alike in it and plainly."""
        if size <= self._right[what]:
            return True
        if size >= self._wrong[what]:
            self._notice(f"its positions are scaled beyond {self._wrong[what] - 1} tokens")
            return False
        item = pack[-1]
        own = _sum(item, passes.plain(self._model, item.rows))
        rows = [row for each in pack for row in each.rows]
        try:
            found = _sum(item, passes.packed(self._model, rows, prefix)[-len(item.rows) :])
        except Exception as error:  # any failure means: not this architecture
            if passes.out_of_memory(error):
                raise
            self._share = False
            self._notice(_line(error, 120))
            return False
        if not all(map(math.isfinite, (*own, *found))):
            return False  # an overflow, which says nothing of sharing; told where it is judged
        difference = max(abs(a - b) for a, b in zip(own, found, strict=True))
        if difference <= _TOLERANCE.get(self.dtype, _TOLERANCE_HALF):
            self._right[what] = size
            return True
        self._wrong[what] = size
        self._notice(f"log-probabilities differ by {difference:.3g}")
        return False

    def _notice(self, reason: str) -> None:
        if not self.notices:  # said once, however many groups of prompts it concerns
            self.notices.append(
                f"{self._name}: {type(self._model).__name__} cannot share prefixes ({reason}); "
                "such prompts are computed whole, which is slower and changes nothing else"
            )


def _sum(item: Encoded, scores: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Add up the tokens of each choice, over all rows of an item."""
    total = [0.0] * len(item.request.choices)
    for row, values in zip(item.rows, scores, strict=True):
        for (choice, _, _), value in zip(row.wanted, values, strict=True):
            total[choice] += value
    return tuple(total)


def _finite(item: Encoded, logprobs: tuple[float, ...]) -> tuple[float, ...]:
    for choice, value in zip(item.request.choices, logprobs, strict=True):
        if not math.isfinite(value):
            raise AnswerError(
                f"{item.request.name}: the log-probability of {choice!r} is {value}; the weights "
                "are damaged or overflow in this dtype, try --backend-option dtype=float32"
            )
    return logprobs


def _line(error: BaseException, limit: int) -> str:
    """An error of a library in one line: its type, and the first line of what it says."""
    reason = next(iter(str(error).strip().splitlines()), "")[:limit]
    return f"{type(error).__name__}: {reason}" if reason else type(error).__name__


def _usable(name: str) -> torch.device:
    """The device, if torch can use it; a GPU that is there but unusable is not passed over."""
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise McqtestError(
            f"--backend-option device={name}: no such device ({_line(error, 120)}); "
            "use cpu, cuda or mps"
        ) from None
    if device.type == "cuda" and not torch.cuda.is_available():
        raise McqtestError(
            f"device {name} was chosen, but torch {torch.__version__} can use no GPU here; install "
            "a CUDA build of torch, or run on the CPU with --backend-option device=cpu"
        )
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise McqtestError("torch sees no MPS device; use --backend-option device=cpu")
    return device


def _load(checkpoint: Checkpoint, setup: Setup, device: torch.device) -> tuple[Any, Any]:
    transformers.utils.logging.disable_progress_bar()
    remote = setup.options.get("trust_remote_code", "0") == "1"
    folder = str(checkpoint.folder)
    optional = {key: setup.options[key] for key in ("attn_implementation",) if key in setup.options}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=remote)
            model, found = AutoModelForCausalLM.from_pretrained(
                folder,
                dtype=setup.dtype,
                trust_remote_code=remote,
                output_loading_info=True,
                **optional,
            )
            model = model.eval().to(device)
    except Exception as error:  # many libraries, many errors; the first line says enough
        advice = (
            ""
            if "trust_remote_code" not in str(error)
            else ("; --backend-option trust_remote_code=1 runs that code, if you trust it")
        )
        raise McqtestError(
            f"{folder}: transformers cannot load this model ({_line(error, 300)}){advice}"
        ) from error
    if missing := sorted(found["missing_keys"]):  # they would be random numbers
        raise McqtestError(
            f"{folder}: the weights lack {len(missing)} tensors of this architecture, such as "
            f"{missing[0]}; save the model again with save_pretrained"
        )
    return model, tokenizer


def _context(config: Any, tokenizer: Any, options: Any) -> int | None:
    """Context length in tokens; None for architectures without one."""
    own = getattr(config.get_text_config(), "max_position_embeddings", None)
    if (own is None or own <= 0) and tokenizer.model_max_length < 1_000_000:
        own = tokenizer.model_max_length  # a larger one means: not stated
    asked = options.get("max_length")
    limits = [int(limit) for limit in (own, asked) if limit is not None and int(limit) > 0]
    return min(limits, default=None)
