"""How long a context is, under all the names that architectures have for it."""

import pytest

from mcqtest.backends import context


@pytest.mark.parametrize("name", context.NAMES)
@pytest.mark.parametrize("part", [None, "text_config", "language_config", "llm_config"])
def test_every_name(name, part):
    """At the top, or in the part that is the language model."""
    config = {name: 1024}
    assert context.stated(config if part is None else {part: config, "vision": 1}) == 1024


def test_the_language_model_comes_first():
    """Another part's length is not taken for its own; parts may be nested."""
    inner = {"thinker_config": {"text_config": {"n_positions": 7}}, "max_position_embeddings": 9}
    assert context.stated(inner) == 7


def test_the_usual_name_comes_first():
    """What counted before goes on to count."""
    assert context.stated({"seq_length": 8, "max_position_embeddings": 32}) == 32


@pytest.mark.parametrize("value", [None, 0, -1, True, "many", 1e30, [4]])
def test_what_is_no_length(value):
    """Is passed over; so nothing is said."""
    assert context.stated({"max_position_embeddings": value}) is None
    assert context.stated({"max_position_embeddings": value, "n_ctx": 16}) == 16


@pytest.mark.parametrize(
    ("rope", "length"),
    [
        ({"rope_type": "linear", "factor": 4.0}, 400),
        ({"type": "dynamic", "factor": 2}, 200),
        ({"full_attention": {"rope_type": "linear", "factor": 8.0}, "other": None}, 800),
        ({"rope_type": "yarn", "factor": 4.0}, 100),
        ({"rope_type": "llama3", "factor": 8.0}, 100),
        ({"rope_type": "longrope", "factor": 32.0}, 100),
        ({"rope_type": "default"}, 100),
        ({"rope_type": "linear", "factor": None}, 100),
        ("linear", 100),
    ],
)
@pytest.mark.parametrize("key", ["rope_scaling", "rope_parameters"])
def test_scaled_positions(key, rope, length):
    """Those that go beyond what is stated are told from those that state it all."""
    assert context.stated({"max_position_embeddings": 100, key: rope}) == length
    gemma = {"model_type": "gemma3_text", "max_position_embeddings": 100, key: rope}
    assert context.stated(gemma) == 100
