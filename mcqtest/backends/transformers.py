"""Any causal language model that `transformers` can load.

The prefix that a task's questions share is computed once. The rest of many questions is
packed into one row, each attending to the prefix and to itself only, so nothing is padded
and the prefix's keys and values are not copied per question. Where an architecture does not
allow that (recurrent states, positions that cannot be given), a check against plain scoring
finds it and every prompt is computed whole, without padding.
"""

from __future__ import annotations

import gc
import itertools
import math
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

# Matrix products that do not depend on the number of threads, so that workers with fewer
# threads give the same last bits as one process. Read by MKL when torch is first imported.
os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")

import torch
import transformers
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

from mcqtest.backends import Setup
from mcqtest.backends.tokens import Encoded, Encoder, Row, shared_length
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
        self._device = torch.device(_usable(setup.device))
        self._model, tokenizer = _load(checkpoint, setup, self._device)
        options = setup.options
        self._encoder = Encoder(tokenizer, _context(self._model.config, tokenizer, options))
        default = _BUDGET.get(self._device.type, _BUDGET_ACCELERATOR)
        self._budget = int(options.get("batch_tokens", default))
        self._share = options.get("share", "1") != "0"
        self._checked = 0
        """Length of the longest prompt whose shared and plain scores were compared."""

    @property
    def dtype(self) -> torch.dtype:
        dtype: torch.dtype = self._model.dtype
        return dtype

    def run(self, requests: Iterable[Request]) -> Iterator[Response]:
        """Answer; see `mcqtest.types.Backend`. Consecutive requests with equal headers and
        shots share their prefix."""
        key = lambda request: (request.prompt.header, request.prompt.shots)  # noqa: E731
        for _, group in itertools.groupby(requests, key):
            together = list(group)
            if all(request.known for request in together):
                continue
            encoded = self._encoder.encode(together)
            encoded.sort(key=lambda item: (-item.shots, -item.length))  # longest first
            for _, equal in itertools.groupby(encoded, lambda item: item.shots):
                yield from self._run_sharing(list(equal))

    def _run_sharing(self, encoded: list[Encoded]) -> Iterator[Response]:
        shared = shared_length(encoded) if self._share else 0
        if shared < _MIN_SHARED or len(encoded) == 1:
            shared = 0
        prefix = _Prefix(self._model, encoded[0].rows[0].ids[:shared])
        start = 0
        while start < len(encoded):
            end = start + 1
            size = encoded[start].length - shared
            while end < len(encoded) and (
                size := size + encoded[end].length - len(encoded[end].rows) * shared
            ) <= self._budget:
                end += 1
            pack = encoded[start:end]
            start = end
            if all(item.request.known for item in pack):
                continue  # the pack is formed all the same: others keep their company
            for item, logprobs in zip(pack, self._score(pack, prefix), strict=True):
                if not item.request.known:
                    self.asked += 1
                    yield Response(item.request.key, _finite(item, logprobs), item.shots)

    def _score(self, pack: Sequence[Encoded], prefix: _Prefix) -> list[tuple[float, ...]]:
        """Log-probabilities of each item's choices; halves the pack when memory runs out."""
        try:
            if self._share:
                self._check(pack[0], prefix)
            if not self._share:
                return [_sum(item, self._plain(item.rows)) for item in pack]
            rows = [row for item in pack for row in item.rows]
            scores = iter(_packed(self._model, rows, prefix))
            return [_sum(item, [next(scores) for _ in item.rows]) for item in pack]
        except (torch.OutOfMemoryError, RuntimeError, MemoryError) as error:
            if not _out_of_memory(error):
                raise
            if len(pack) == 1:
                raise AnswerError(
                    f"{pack[0].request.name}: out of memory on {self._device} with this question "
                    f"alone ({pack[0].length} tokens); use a smaller dtype or a larger device"
                ) from None
        prefix.forget()
        gc.collect()
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        self._budget = max(1, self._budget // 2)
        middle = len(pack) // 2
        return self._score(pack[:middle], prefix) + self._score(pack[middle:], prefix)

    def _check(self, item: Encoded, prefix: _Prefix) -> None:
        """Compare shared with plain scoring whenever a prompt is longer than all compared
        before, since windows and chunks break sharing only beyond their length."""
        if item.length <= self._checked:
            return
        plain = _sum(item, self._plain(item.rows))
        try:
            shared = _sum(item, _packed(self._model, item.rows, prefix))
            difference = max(abs(a - b) for a, b in zip(plain, shared, strict=True))
            reason = f"log-probabilities differ by {difference:.3g}"
            same = difference <= _TOLERANCE.get(self.dtype, _TOLERANCE_HALF)
            same = same or not all(map(math.isfinite, plain))  # reported where it is judged
        except Exception as error:  # noqa: BLE001 - any failure means: not this architecture
            if _out_of_memory(error):
                raise
            same, reason = False, f"{type(error).__name__}: {str(error).splitlines()[0][:120]}"
        if same:
            self._checked = item.length
            return
        self._share = False
        self.notices.append(
            f"{self._name}: {type(self._model).__name__} cannot share prefixes ({reason}); "
            "every prompt is computed whole, which is slower and changes nothing else"
        )

    def _plain(self, rows: Sequence[Row]) -> list[list[float]]:
        """Each row by itself, unpadded: right for every architecture."""
        return [_forward(self._model, [row], 0, {})[0] for row in rows]


class _Prefix:
    """Keys and values of a shared prefix, computed when first needed."""

    def __init__(self, model: Any, ids: list[int]) -> None:
        self._model = model
        self.ids = ids
        self._cache: DynamicCache | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def cache(self) -> DynamicCache:
        """A cache of exactly the prefix. What a pass appends is cropped by `restore`."""
        if self._cache is None:
            self._cache = DynamicCache()  # no config: layers with a window keep all as well
            if self.ids:
                ids = torch.tensor([self.ids], device=self._model.device)
                _call(self._model, ids, past_key_values=self._cache, use_cache=True,
                      logits_to_keep=1)
        return self._cache

    def restore(self) -> None:
        if self._cache is not None:
            extra = self._cache.get_seq_length() - len(self.ids)
            if self.ids and extra:
                self._cache.crop(-extra)
            elif extra:
                self._cache = None

    def forget(self) -> None:
        self._cache = None


def _packed(model: Any, rows: Sequence[Row], prefix: _Prefix) -> list[list[float]]:
    """Score rows in one pass over one packed sequence.

    The mask is (1, 1, new, prefix + new): a token sees the prefix and its own row up to
    itself. Positions of every row go on from the prefix.
    """
    start = len(prefix)
    device, dtype = model.device, model.dtype
    lengths = torch.tensor([len(row.ids) - start for row in rows], device=device)
    owner = torch.repeat_interleave(torch.arange(len(rows), device=device), lengths)
    first = torch.repeat_interleave(lengths.cumsum(0) - lengths, lengths)
    position = torch.arange(len(owner), device=device) - first + start
    seen = (owner[:, None] == owner[None, :]) & (position[:, None] >= position[None, :])
    before = torch.ones(len(owner), start, dtype=torch.bool, device=device)
    seen = torch.cat([before, seen], dim=1)
    keys = torch.cat([torch.arange(start, device=device), position])
    near = position[:, None] - keys[None, :]

    def mask(window: int | None) -> torch.Tensor:
        allowed = seen if window is None else seen & (near < window)
        additive = torch.zeros(allowed.shape, dtype=dtype, device=device)
        return additive.masked_fill_(~allowed, torch.finfo(dtype).min)[None, None]

    try:
        return _forward(model, rows, start, {
            "position_ids": position[None],
            "attention_mask": _masks(model, mask),
            "past_key_values": prefix.cache(),
            "use_cache": True,
        })
    finally:
        prefix.restore()


def _masks(model: Any, mask: Any) -> Any:
    """One mask, or one per kind of layer for models that mix full and sliding attention."""
    config = model.config.get_text_config()
    window = getattr(config, "sliding_window", None)
    kinds = set(getattr(config, "layer_types", None) or ())
    if not kinds <= {"full_attention", "sliding_attention"}:
        raise NotImplementedError(f"layers of kind {', '.join(sorted(kinds))}")
    if "sliding_attention" in kinds:
        return {"full_attention": mask(None), "sliding_attention": mask(window)}
    return mask(None if kinds else window)


def _forward(model: Any, rows: Sequence[Row], start: int, extra: dict[str, Any]) -> list[list[float]]:
    """One pass over ``rows``, laid end to end without their first ``start`` tokens.

    Returns, for each row, the log-probability of each of its wanted tokens.
    """
    ids = list(itertools.chain.from_iterable(row.ids[start:] for row in rows))
    offsets = [0, *itertools.accumulate(len(row.ids) - start for row in rows)]
    wanted = [
        (offset + position - start, token)
        for row, offset in zip(rows, offsets, strict=False)
        for _, position, token in row.wanted
    ]
    kept = sorted({position for position, _ in wanted})
    place = {position: index for index, position in enumerate(kept)}
    device = model.device
    extra = extra or {"use_cache": False}
    output = _call(model, torch.tensor([ids], device=device),
                   logits_to_keep=torch.tensor(kept, device=device), **extra)
    logits = output.logits[0].float()
    if len(logits) != len(kept):  # an architecture that knows no logits_to_keep
        logits = logits[kept]
    normaliser = torch.logsumexp(logits, dim=-1)
    index = torch.tensor([place[position] for position, _ in wanted], device=device)
    tokens = torch.tensor([token for _, token in wanted], device=device)
    values = iter((logits[index, tokens] - normaliser[index]).tolist())
    return [[next(values) for _ in row.wanted] for row in rows]


@torch.inference_mode()
def _call(model: Any, ids: torch.Tensor, **arguments: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a library's deprecation is not this run's verdict
        return model(input_ids=ids, **arguments)


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


def _out_of_memory(error: BaseException) -> bool:
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)


def _usable(device: str) -> str:
    """``device`` if torch can use it; a GPU that is there but unusable is not passed over."""
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise McqtestError(
            f"a GPU is visible, but torch {torch.__version__} cannot use it; install a CUDA build "
            "of torch, or run on the CPU with --backend-option device=cpu"
        )
    if device == "mps" and not torch.backends.mps.is_available():
        raise McqtestError("torch sees no MPS device; use --backend-option device=cpu")
    return device


def _load(checkpoint: Checkpoint, setup: Setup, device: torch.device) -> tuple[Any, Any]:
    transformers.utils.logging.disable_progress_bar()
    remote = setup.options.get("trust_remote_code", "0") == "1"
    folder = str(checkpoint.folder)
    optional = {
        key: setup.options[key] for key in ("attn_implementation",) if key in setup.options
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=remote)
            model = AutoModelForCausalLM.from_pretrained(
                folder, dtype=setup.dtype, trust_remote_code=remote, **optional
            )
    except Exception as error:  # many libraries, many errors; the first line says enough
        reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise McqtestError(
            f"{folder}: transformers cannot load this model ({type(error).__name__}: "
            f"{reason[:300]})"
        ) from error
    return model.eval().to(device), tokenizer


def _context(config: Any, tokenizer: Any, options: Any) -> int | None:
    """Context length in tokens; None for architectures without one."""
    own = getattr(config.get_text_config(), "max_position_embeddings", None)
    if own is None and tokenizer.model_max_length < 1_000_000:  # larger means: not stated
        own = tokenizer.model_max_length
    asked = options.get("max_length")
    limits = [int(limit) for limit in (own, asked) if limit is not None]
    return min(limits, default=None)
