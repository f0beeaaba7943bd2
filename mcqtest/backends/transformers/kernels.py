"""The arithmetic, by the fastest library routines at hand: products, and attention that hands
out its normaliser.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from mcqtest.backends import processor

_HALF = (torch.float16, torch.bfloat16)

HAS_ONEDNN = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
"""Whether this build of torch has it."""

_TILE = 1024
"""Queries whose scores against a prefix stay in a core's cache."""


class Linear(torch.nn.Linear):  # type: ignore[misc]  # torch is not looked into
    """Float32 on a CPU by oneDNN, where that is chosen (`mcqtest.backends.processor`): MKL, which
    torch takes, leaves half of an AMD processor idle. Both are exact float32 and give the same bits
    with any number of threads.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - as torch calls it
        return linear(input, self.weight, self.bias)


def linear(rows: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    found: Tensor = torch.ops.mkldnn._linear_pointwise(rows, weight, bias, "none", [], "")  # noqa: SLF001
    return found


PRODUCTS: Mapping[str, Callable[..., Tensor]] = {
    processor.ONEDNN: linear,
    processor.TORCH: torch.nn.functional.linear,
}
"""By name, what multiplies."""

_product = PRODUCTS[processor.TORCH]
"""What `tiles` multiplies with, in this process."""


def multiply(model: torch.nn.Module, by: str) -> None:
    """Let a model on a CPU, and `tiles`, compute float32 products ``by`` one of `PRODUCTS`: a
    model by `Linear`, where it has plain ones.
    """
    global _product  # noqa: PLW0603  a process has one model
    by = by if HAS_ONEDNN and by else processor.TORCH
    _product = PRODUCTS[by]
    if by != processor.ONEDNN:
        return
    for module in model.modules():
        if type(module) is torch.nn.Linear and _is_plain(getattr(module, "weight", None)):
            module.__class__ = Linear


def _is_plain(weight: Tensor | None) -> bool:
    """Quantised modules may have no weight, or one that calls itself float32 and is of a type of
    its own.
    """
    if weight is None or weight.dtype != torch.float32:
        return False
    return type(weight) is torch.nn.Parameter and type(weight.data) is Tensor


def in_tiles(query: Tensor, value: Tensor) -> bool:
    """Whether `tiles` can compute this."""
    exact = query.dtype == value.dtype == torch.float32
    return bool(exact and query.device.type == "cpu")


def tiles(query: Tensor, key: Tensor, value: Tensor, scale: float) -> tuple[Tensor, Tensor]:
    """As `attention`, without a mask, for one batch of many queries on a CPU."""
    found = query.new_empty(*query.shape[:3], value.shape[-1])
    norm = query.new_empty(query.shape[:3])
    for head in range(query.shape[1]):
        turned = value[0, head].t().contiguous()
        for start in range(0, query.shape[2], _TILE):
            part = slice(start, start + _TILE)
            weights = _product(query[0, head, part] * scale, key[0, head])
            highest = weights.amax(-1, keepdim=True)
            total = weights.sub_(highest).exp_().sum(-1, keepdim=True)
            found[0, head, part] = _product(weights, turned).div_(total)
            norm[0, head, part] = (highest + total.log())[:, 0]
    return found, norm


def attention(
    query: Tensor, key: Tensor, value: Tensor, scale: float, *, causal: bool
) -> tuple[Tensor, Tensor]:
    """Attention, and the logarithm of its normaliser, (batch, heads, queries).

    The kernels below are those that scaled_dot_product_attention chooses from; the function
    itself does not hand out the normaliser.
    """
    kernels = torch.ops.aten
    alike = query.shape[-1] == value.shape[-1]
    if alike and query.device.type == "cpu":
        flash = kernels._scaled_dot_product_flash_attention_for_cpu  # noqa: SLF001
        found, norm = flash(query, key, value, 0.0, causal, scale=scale)
        return found, norm
    fits = alike and query.shape[-1] % 8 == 0 and query.shape[-1] <= 256
    if fits and query.device.type == "cuda" and query.dtype in _HALF:
        flash = kernels._scaled_dot_product_flash_attention  # noqa: SLF001
        found, norm = flash(query, key, value, 0.0, causal, scale=scale)[:2]
        return found, norm
    mask = None
    if causal:
        size = query.shape[-2]
        mask = torch.ones(size, size, dtype=torch.bool, device=query.device).tril()
    return by_products(query, key, value, scale, mask)


def by_products(
    query: Tensor, key: Tensor, value: Tensor, scale: float, mask: Tensor | None
) -> tuple[Tensor, Tensor]:
    """The same as two matrix products, for what the kernels do not take."""
    exact = torch.promote_types(query.dtype, torch.float32)
    scores = (query @ key.transpose(-1, -2)).to(exact) * scale
    if mask is not None:  # finite, so that a token which sees nothing gets a mean, not NaN
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    norm = scores.logsumexp(-1)
    return (scores - norm[..., None]).exp().to(value.dtype) @ value, norm
