"""Products and attention are those of torch's own, by whatever routine."""

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mcqtest.backends.processor import ONEDNN, TORCH
from mcqtest.backends.transformers import kernels, timing

needs_onednn = pytest.mark.skipif(
    not kernels.HAS_ONEDNN, reason="this build of torch has no oneDNN"
)


@needs_onednn
@settings(deadline=None)
@given(
    st.lists(st.integers(1, 40), max_size=2),
    st.integers(1, 70),
    st.integers(1, 70),
    st.booleans(),
    st.integers(0, 99),
)
def test_products(shape, inner, outer, bias, seed):
    """Of rows in any number of dimensions, with a bias or without."""
    torch.manual_seed(seed)
    own = torch.nn.Linear(inner, outer, bias=bias)
    rows = torch.randn(*shape, 3, inner)
    with torch.inference_mode():
        expected = own(rows)
        kernels.multiply(own, ONEDNN)
        assert type(own) is kernels.Linear
        assert torch.allclose(own(rows), expected, atol=1e-4)


class Special(torch.nn.Linear):
    """A layer with ideas of its own."""


def test_only_plain_float32_layers_are_replaced():
    layers = [
        Special(3, 4),
        torch.nn.Linear(3, 4, dtype=torch.float64),
        torch.nn.Linear(3, 4, dtype=torch.bfloat16),
        torch.nn.Embedding(3, 4),
    ]
    kinds = [type(layer) for layer in layers]
    kernels.multiply(torch.nn.ModuleList(layers), ONEDNN)
    assert [type(layer) for layer in layers] == kinds


@pytest.mark.parametrize("there", [True, False])
def test_where_torch_multiplies_nothing_is_replaced(monkeypatch, there):
    """It was chosen, or this build of torch has no oneDNN."""
    monkeypatch.setattr(kernels, "HAS_ONEDNN", there)
    layer = torch.nn.Linear(3, 4)
    kernels.multiply(layer, TORCH if there else ONEDNN)
    assert type(layer) is torch.nn.Linear
    assert kernels._product is torch.nn.functional.linear


def test_both_are_timed(monkeypatch):
    """In one process, and one of them is the faster."""
    assert timing.faster(64, 96) in {ONEDNN, TORCH}
    monkeypatch.setattr(kernels, "HAS_ONEDNN", False)
    assert timing.faster(64, 96) == TORCH


@needs_onednn
@settings(deadline=None, max_examples=30)
@given(
    st.sampled_from([ONEDNN, TORCH]),
    st.integers(1, 2100),
    st.integers(1, 90),
    st.sampled_from([1, 3]),
    st.integers(0, 99),
)
def test_tiles(by, queries, keys, heads, seed):
    """Queries in tiles, the last one smaller, are queries all at once, whatever multiplies."""
    torch.manual_seed(seed)
    kernels.multiply(torch.nn.ModuleList(), by)
    query, key = torch.randn(1, heads, queries, 8) * 3, torch.randn(1, heads, keys, 8)
    value = torch.randn(1, heads, keys, 16)
    found, norm = kernels.tiles(query, key, value, 0.4)
    expected, expected_norm = kernels.by_products(query, key, value, 0.4, None)
    assert torch.allclose(found, expected, atol=1e-4)
    assert torch.allclose(norm, expected_norm, atol=1e-4)


def test_half_precision_on_a_cpu():
    """The flash kernel's result in bfloat16, and its normaliser in float32."""
    torch.manual_seed(0)
    parts = [torch.randn(2, 3, 9, 16) for _ in range(3)]
    found, norm = kernels.attention(*(part.bfloat16() for part in parts), 0.25, causal=True)
    mask = torch.ones(9, 9, dtype=torch.bool).tril()
    expected, expected_norm = kernels.by_products(*parts, 0.25, mask)
    assert found.dtype == torch.bfloat16
    assert norm.dtype == torch.float32
    assert torch.allclose(found.float(), expected, atol=0.05)
    assert torch.allclose(norm, expected_norm, atol=0.05)
