"""The transformers backend: whatever is shared, packed or halved, the answers stay right."""

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from builders import complaint

pytest.importorskip("torch")
pytest.importorskip("transformers")

import models
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from realdata import benchmark, require
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from mcqtest import backends, data, prompts
from mcqtest.backends import context
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.tokens import shared_length
from mcqtest.backends.transformers import passes
from mcqtest.backends.transformers.backend import Transformers
from mcqtest.backends.transformers.loading import context as context_of
from mcqtest.types import AnswerError, Request

TOLERANCE = 1e-4

SOME = [3, 9, 20, 14, 5, 7]
"""Words of some questions, not in order of length."""


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    """The folder of a tiny Llama that begins every text with a token."""
    return models.save(tmp_path_factory.mktemp("llama"), "bytes_bos")


@pytest.fixture(scope="module")
def expected(llama):
    """What it answers to `SOME`, the slow way."""
    return models.Reference(llama).answers(models.requests(SOME))


# --- recorded answers of another program --------------------------------------------------------


@pytest.fixture(scope="module")
def golden_model():
    """The model of the recorded answers, loaded once."""
    return models.backend(require("goldens", "model_tiny"))


@pytest.mark.parametrize(
    ("subject", "shots"), [("abstract_algebra", 0), ("abstract_algebra", 5), ("formal_logic", 0)]
)
def test_goldens(golden_model, subject, shots):
    """Prompts, their tokens, log-probabilities and choices are those of lm-evaluation-harness."""
    lines = require("goldens", f"{subject}_{shots}shot.jsonl").read_text("utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    task = next(task for task in benchmark("mmlu").MMLU.tasks if task.name == subject)
    root = require("mmlu").parent
    examples = data.load(task, "shots", root)[:shots]
    questions = data.load(task, "test", root)
    asked = [
        Request(
            question.id, prompts.mmlu.write(task, examples, question), prompts.letters(question), ""
        )
        for question in questions
    ]
    assert len(asked) == len(records)
    encoded = golden_model._encoder.encode(asked)
    answers = models.answers(golden_model, asked)
    for request, item, record in zip(asked, encoded, records, strict=True):
        digest = hashlib.sha256(request.prompt.text.encode()).hexdigest()
        assert digest == record["prompt_sha256"]
        assert item.length == record["n_tokens"]
        found = answers[request.key]
        assert found == pytest.approx(record["logprobs"], abs=TOLERANCE)
        assert "ABCD"[found.index(max(found))] == record["pred"]
    assert golden_model.notices == []


# --- architectures ------------------------------------------------------------------------------

GPT = {"n_layer": 2, "n_head": 4, "n_embd": 32, "n_positions": 512}

SHARING = {
    "llama": {},
    "qwen2": {"use_sliding_window": False, "sliding_window": 16},
    "qwen2-mixed": {"use_sliding_window": True, "sliding_window": 32, "max_window_layers": 1},
    "qwen3": {"head_dim": 8},
    "gpt2": GPT,
    "gemma2": {"head_dim": 8, "sliding_window": 32},
    "gemma2-full": {
        "head_dim": 8,
        "sliding_window": 32,
        "layer_types": ["full_attention", "full_attention"],
    },
    "gemma3_text": {"head_dim": 8, "sliding_window": 32, "num_hidden_layers": 6},
    "mistral": {"sliding_window": 40},
    "mistral-none": {"sliding_window": None},
    "mixtral": {"num_local_experts": 2, "sliding_window": None},
    "phi3": {},
    "opt": {"ffn_dim": 64, "word_embed_proj_dim": 32},
    "gpt_neox": {},
    "starcoder2": {"sliding_window": 40},
    "deepseek_v3": {
        "n_routed_experts": 4,
        "num_experts_per_tok": 2,
        "n_group": 1,
        "topk_group": 1,
        "q_lora_rank": 16,
        "kv_lora_rank": 16,
        "qk_nope_head_dim": 8,
        "qk_rope_head_dim": 8,
        "moe_intermediate_size": 32,
        "v_head_dim": 8,
        "num_key_value_heads": 4,
    },
}
"""Architectures whose prompts can share a prefix; a window is shorter than any prompt."""

GEMMA3N = {
    "head_dim": 8,
    "num_hidden_layers": 4,
    "num_kv_shared_layers": 2,
    "layer_types": ["sliding_attention", "full_attention"] * 2,
    "sliding_window": 600,
    "intermediate_size": [64] * 4,
    "hidden_size_per_layer_input": 8,
    "vocab_size_per_layer_input": 420,
    "laurel_rank": 8,
    "altup_num_inputs": 2,
    "activation_sparsity_pattern": [0.0] * 4,
}
"""Some of its layers have no keys and values of their own."""

MAMBA = {"expand": 2, "num_heads": 8, "head_dim": 8, "n_groups": 1, "state_size": 16}

WHOLE = {
    "bloom": {},  # positions from the mask
    "mpt": {"d_model": 32, "n_heads": 4, "n_layers": 2, "max_seq_len": 512},  # from the place
    "gpt_neo": {"num_layers": 2, "attention_types": [[["global", "local"], 1]], "window_size": 150},
    "mamba": {},
    "mamba2": MAMBA,
    "rwkv": {"attention_hidden_size": 32},
    "recurrent_gemma": {"num_hidden_layers": 3, "lru_width": 32, "attention_window_size": 40},
    "jamba": {
        "num_hidden_layers": 4,
        "attn_layer_period": 2,
        "attn_layer_offset": 1,
        "expert_layer_period": 2,
        "num_experts": 2,
        "mamba_d_state": 8,
    },
    "llama4_text": {
        "num_hidden_layers": 4,
        "head_dim": 8,
        "attention_chunk_size": 64,
        "num_local_experts": 2,
        "intermediate_size_mlp": 64,
    },
    "lfm2": {"layer_types": ["conv", "full_attention"]},
    "openai-gpt": {**GPT},  # no cache
}
"""Architectures that must compute every prompt whole."""


@pytest.mark.parametrize("case", SHARING)
def test_sharing_changes_nothing(tmp_path, case):
    """Behind a shared prefix, answers are those of each prompt by itself."""
    where = models.save(tmp_path, "bytes_bos", case.partition("-")[0], **SHARING[case])
    asked = models.requests(SOME)
    shared, whole = models.backend(where), models.backend(where, share="0")
    found = models.answers(shared, asked)
    assert models.difference(found, models.Reference(where).answers(asked)) < TOLERANCE
    assert models.difference(found, models.answers(whole, asked)) < TOLERANCE
    assert shared.notices == whole.notices == []
    fast, _ = shared._sharing._ways
    merges = case not in {"gemma2", "gemma2-full", "deepseek_v3"}  # caps; keys made when read
    assert (fast.refused is None and fast.right(("row", "whole")) > 0) == merges


@pytest.mark.parametrize("architecture", WHOLE)
def test_architectures_that_cannot_share(tmp_path, monkeypatch, architecture):
    """Where sharing would change answers it is noticed, said once, and not done."""
    where = models.save(tmp_path, "bytes_bos", architecture, **WHOLE[architecture])
    model = models.backend(where)
    reference = models.Reference(where)
    for seed in range(2):
        asked = models.requests(SOME, seed=seed)
        found = models.answers(model, asked)
        assert models.difference(found, reference.answers(asked)) < TOLERANCE
    (notice,) = model.notices
    tried = []
    layout = passes.Packing
    monkeypatch.setattr(passes, "Packing", lambda *a: (tried.append(1), layout(*a))[1])
    models.answers(model, asked)
    assert not tried
    assert "cannot share prefixes" in notice
    assert "\n" not in notice
    assert type(model._model).__name__ in notice


def test_a_shared_prefix_is_computed_once(llama, monkeypatch):
    """The prefix is fed once per task, apart from the prompts that are checked."""
    fed = models.fed(monkeypatch)
    model = models.backend(llama, batch_tokens="60")
    asked = models.requests([10] * 20, shots=5)
    models.answers(model, asked)
    fed.clear()
    models.answers(model, asked)  # nothing is left to be checked
    encoded = model._encoder.encode(asked)
    shared = shared_length(encoded)
    assert fed[0] == shared > 100
    assert sum(fed) == shared + sum(item.length - shared for item in encoded)


def on_passages(seed=0):
    """Questions of which several are about the same passage, in no order."""
    asked = models.requests([5, 9, 4, 12, 7, 6, 8, 3], seed=seed, shots=1)
    passages = [models.question(60, 50), models.question(90, 51), ""]
    return [
        replace(
            request,
            prompt=replace(request.prompt, query=passages[place % 3] + request.prompt.query),
        )
        for place, request in enumerate(asked)
    ]


def test_a_passage_is_computed_once(llama, monkeypatch):
    """Questions on one passage share it as well as their prefix; answers stay the same."""
    fed = models.fed(monkeypatch)
    asked = on_passages()
    model = models.backend(llama)
    found = models.answers(model, asked)
    assert models.difference(found, models.Reference(llama).answers(asked)) < TOLERANCE
    fed.clear()
    models.answers(model, asked)
    rows = [tuple(item.rows[0].ids) for item in model._encoder.encode(asked)]
    tree = {row[:end] for row in rows for end in range(1, len(row) + 1)}
    plain = shared_length(model._encoder.encode(asked))
    assert len(tree) <= sum(fed) < len(tree) + 60  # what is alike by chance is not looked for
    assert sum(fed) < plain + sum(len(row) - plain for row in rows) - 300


def test_choices_of_several_tokens_share_their_question(llama, monkeypatch):
    """A long question is computed once for all of its choices; answers stay the same. A short one
    is packed with others.
    """
    fed = models.fed(monkeypatch)
    choices = (" the first", " the other", " none of them")
    asked = models.requests([60, 1, 70, 2], choices=choices)
    model = models.backend(llama)
    found = models.answers(model, asked)
    assert models.difference(found, models.Reference(llama).answers(asked)) < TOLERANCE
    fed.clear()
    models.answers(model, asked)
    rows = [tuple(row.ids) for item in model._encoder.encode(asked) for row in item.rows]
    tree = {row[:end] for row in rows for end in range(1, len(row) + 1)}
    shared = shared_length(model._encoder.encode(asked))
    short = sum(item.length - 3 * shared for item in model._encoder.encode(asked[1::2]))
    assert len(tree) <= sum(fed) < len(tree) + short
    assert len(fed) == 6  # the prefix, each long question and its choices, both short ones


def test_sharing_can_be_turned_off(llama, expected, monkeypatch):
    """With share=0 every prompt is computed whole, and nothing is compared."""
    monkeypatch.setattr(passes, "WAYS", ())
    monkeypatch.setattr(passes, "Packing", None)
    model = models.backend(llama, share="0")
    assert models.difference(models.answers(model, models.requests(SOME)), expected) < TOLERANCE
    assert model.notices == []


@pytest.mark.parametrize(
    ("own", "stated", "asked", "length"),
    [
        (512, 10**30, None, 512),
        (512, 100, None, 512),
        (512, 10**30, "200", 200),
        (512, 10**30, "900", 512),
        (None, 100, None, 100),
        (-1, 100, None, 100),
        (None, 10**30, None, None),
        (None, 10**30, "300", 300),
    ],
)
def test_context(own, stated, asked, length):
    """The model's own length counts, else the tokenizer's; an option may make it shorter."""
    config = SimpleNamespace(to_dict=lambda: {} if own is None else {"n_positions": own})
    words = SimpleNamespace(model_max_length=stated)
    assert context_of(config, words, {"max_length": asked} if asked else {}) == length


@pytest.fixture(scope="module")
def mpt(tmp_path_factory):
    """A model that names its context in its own way, and cannot go beyond it."""
    where = tmp_path_factory.mktemp("mpt")
    return models.save(where, "bytes", "mpt", max_seq_len=150, max_position_embeddings=None)


def test_a_context_by_another_name(mpt):
    """Shots are dropped until a prompt fits, as for any other model."""
    asked = models.requests([60, 50, 4], shots=3)
    model = models.backend(mpt)
    found = {response.key: response for response in model.run(asked)}
    assert min(response.shots for response in found.values()) < 3
    assert max(item.longest for item in model._encoder.encode(asked)) <= 150


def test_a_model_that_says_nothing(mpt, monkeypatch):
    """Is told, with the option; and where it fails, the question as well."""
    monkeypatch.setattr(context, "stated", lambda config: None)
    model = models.backend(mpt, share="0")
    (said,) = model.notices
    assert said.startswith(f"{mpt.name}: states no length of its context, so every prompt is given")
    with pytest.raises(AnswerError) as caught:
        list(model.run(models.requests([200])))
    said = str(caught.value)
    assert said.startswith("sea/tides0/0: the model fails (RuntimeError: ")
    assert said.endswith("may be too many, and --backend-option max_length=N sets a limit")
    assert len(said.splitlines()) == 1
    assert len(models.answers(models.backend(mpt, max_length="140"), models.requests([9]))) == 1


def test_a_model_without_an_end(tmp_path):
    """One that keeps a state needs no limit, and nothing is said of it."""
    made = models.backend(models.save(tmp_path, "bytes", "mamba", max_position_embeddings=None))
    assert (made._limit, made.notices) == (None, [])


def without_windows():
    """A mask that knows nothing of windows."""
    mask = passes.Packing.mask
    return lambda layout, window, dtype: mask(layout, None, dtype)


def test_an_unknown_window_is_found_when_prompts_reach_it(tmp_path, monkeypatch):
    """A window that the backend does not know is noticed by the first prompt beyond it."""
    where = models.save(tmp_path, "bytes_bos", "mistral", sliding_window=130)
    monkeypatch.setattr(passes.Packing, "mask", without_windows())
    model, reference = models.backend(where), models.Reference(where)
    for seed, words in enumerate([[3, 4, 5], [6, 5, 7], [60, 4, 70], [5, 4, 3], [80, 2, 3]]):
        asked = models.requests(words, seed=seed, shots=1)
        found = models.answers(model, asked)
        assert models.difference(found, reference.answers(asked)) < TOLERANCE
        assert bool(model.notices) == (seed >= 2)


def test_packs_are_checked_as_prompts_are(tmp_path):
    """A model that goes by the place in the pack is noticed before packs become large."""
    where = models.save(
        tmp_path, "bytes_bos", "gpt_neo", **{**WHOLE["gpt_neo"], "window_size": 300}
    )
    model, reference = models.backend(where), models.Reference(where)
    for seed, count in enumerate([3, 3, 30, 3]):
        asked = models.requests([5] * count, seed=seed)
        found = models.answers(model, asked)
        assert models.difference(found, reference.answers(asked)) < TOLERANCE
        assert model.notices


def test_rows_are_checked_by_their_own_length(tmp_path, monkeypatch):
    """Many short rows of one question do not vouch for one long row of another."""
    where = models.save(tmp_path, "bytes_bos", "mistral", sliding_window=130)
    monkeypatch.setattr(passes.Packing, "mask", without_windows())
    model, reference = models.backend(where), models.Reference(where)
    words = (" zebra", " quartz", " jumps", " vexed")
    for asked in (
        models.requests([3, 4], shots=1, choices=words),
        models.requests([70], shots=1, seed=1),
    ):
        found = models.answers(model, asked)
        assert models.difference(found, reference.answers(asked)) < TOLERANCE


@pytest.mark.parametrize("architecture", ["gemma3n_text", "llama"])
def test_what_is_right_without_a_prefix_is_checked_with_one(tmp_path, architecture, monkeypatch):
    """Groups of all kinds are compared: without a prefix, behind one, behind a nested one."""
    config = {"gemma3n_text": GEMMA3N}.get(architecture, {})
    where = models.save(tmp_path, "bytes_bos", architecture, **config)
    model = models.backend(where)
    bare = [
        replace(request, prompt=replace(request.prompt, header="", shots=()))
        for request in models.requests([60, 50, 40], seed=3)
    ]
    asked = [*bare, *models.requests([3, 4]), *on_passages(seed=8)]
    found = models.answers(model, asked)
    assert models.difference(found, models.Reference(where).answers(asked)) < TOLERANCE
    if architecture == "llama":
        first = model._sharing._ways[0]
        assert all(first.right(("row", behind)) for behind in ("none", "whole", "nested"))


def test_what_was_found_of_an_architecture_is_kept_beside_the_run(tmp_path, monkeypatch):
    """Another checkpoint of it is not compared again, and answers are the same to the bit; one of
    another dtype, or with code of its own, is.
    """
    plain, compared = passes.plain, []
    monkeypatch.setattr(
        passes, "plain", lambda model, rows: compared.append(len(rows)) or plain(model, rows)
    )

    def answered(name, **options):
        where = models.save(tmp_path / name, "bytes_bos", "llama")
        checkpoint = Checkpoint(where, "toy")
        chosen = backends.setup("transformers", checkpoint, {"device": "cpu", **options})
        model = backends.load(checkpoint, replace(chosen, place=str(tmp_path / "run")))
        compared.clear()
        return models.answers(model, models.requests([3, 9, 4]))

    first, times = answered("a"), len(compared)
    assert times
    assert answered("a") == first
    assert not compared
    answered("b")
    assert not compared
    answered("a", dtype="float64")
    assert len(compared) == times
    answered("a", trust_remote_code="1")
    assert len(compared) == times
    assert len([*(tmp_path / "run/found").iterdir()]) == 2


@pytest.mark.parametrize("kind", ["longrope", "dynamic"])
def test_positions_scaled_by_length(tmp_path, kind):
    """Long prompts, which change the positions of all in their pass, are computed whole."""
    rope = {"rope_type": kind, "rope_theta": 10_000.0, "original_max_position_embeddings": 60}
    if kind == "longrope":
        rope |= {"short_factor": [1.0] * 4, "long_factor": [8.0] * 4}
        where = models.save(
            tmp_path, "bytes_bos", "phi3", rope_parameters=rope, original_max_position_embeddings=60
        )
    else:
        rope |= {"factor": 4.0}
        where = models.save(tmp_path, "bytes_bos", "llama", rope_parameters=rope)
    asked = models.requests([50, 3, 4, 30, 2], shots=0)
    model = models.backend(where)
    found = models.answers(model, asked)
    reference = {}
    for request in asked:  # a model that has not seen the others
        reference |= models.Reference(where).answers([request])
    if kind == "longrope":
        assert models.difference(found, reference) < TOLERANCE
        assert "positions are scaled beyond 60 tokens" in model.notices[0]
    short = models.requests([2, 3], shots=0)
    found = models.answers(models.backend(where), short)
    assert models.difference(found, models.Reference(where).answers(short)) < TOLERANCE


class Strict(torch.nn.Module):
    """A model that refuses what it was not made for, like code that comes with a checkpoint."""

    def __init__(self, inner, refused):
        super().__init__()
        self.inner = inner
        self.refused = refused
        self.config, self.device, self.dtype = inner.config, inner.device, inner.dtype
        if refused != "logits_to_keep":
            self.forward = self.generous

    def forward(self, input_ids, **arguments):
        if self.refused in arguments:
            raise TypeError(f"forward() got an unexpected keyword argument '{self.refused}'")
        if self.refused == "4-D" and arguments.get("attention_mask") is not None:
            raise AssertionError  # which says nothing
        return self.inner(input_ids, **arguments)

    def generous(self, input_ids, logits_to_keep=0, **arguments):
        return Strict.forward(self, input_ids, logits_to_keep=logits_to_keep, **arguments)


@pytest.mark.parametrize("refused", ["position_ids", "4-D", "past_key_values", "logits_to_keep"])
def test_models_that_refuse_an_argument(llama, expected, refused):
    """A model without positions, masks, caches or chosen logits is run without them."""
    model = models.backend(llama)
    model._model = model._sharing._model = Strict(model._model, refused)
    assert models.difference(models.answers(model, models.requests(SOME)), expected) < TOLERANCE
    shares = refused == "logits_to_keep"
    assert (model._sharing.reason is None) == shares
    assert len(model.notices) == (not shares)


def test_a_failed_prefix_leaves_nothing_behind(llama, expected, monkeypatch):
    """A pass that fails halfway through the layers leaves no half-filled cache."""
    model = models.backend(llama)
    layer = type(model._model.model.layers[1])
    forward = layer.forward
    until = [0]

    def fails_once(self, *arguments, **more):
        if more.get("past_key_values") is not None and self.self_attn.layer_idx == 1:
            until[0] -= 1
            if until[0] == 0:
                raise torch.OutOfMemoryError("out of memory")
        return forward(self, *arguments, **more)

    monkeypatch.setattr(layer, "forward", fails_once)
    for nth in range(1, 6):
        until[0] = nth
        model = models.backend(llama)
        found = models.answers(model, models.requests(SOME))
        assert models.difference(found, expected) < TOLERANCE
        assert model.notices == []


# --- batches ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["bytes_bos", "bytes_split", "bytes_joined"])
@pytest.mark.parametrize("budget", ["1", "64", "1024"])
def test_any_budget_gives_the_same_answers(tmp_path, kind, budget):
    """However many tokens are computed at once, answers are the same."""
    where = models.save(tmp_path, kind)
    asked = models.requests([*SOME, *SOME])
    found = models.answers(models.backend(where, batch_tokens=budget), asked)
    assert models.difference(found, models.Reference(where).answers(asked)) < TOLERANCE


@pytest.mark.parametrize("choices", [models.LETTERS, (" zebra", " quartz", " jumps", " vexed")])
def test_a_pass_keeps_to_the_budget(llama, monkeypatch, choices):
    """A pass computes as many questions as the budget allows, and no more."""
    model = models.backend(llama, batch_tokens="400")
    asked = models.requests([8] * 30, choices=choices)
    models.answers(model, asked)
    passed = []
    layout = passes.Packing
    monkeypatch.setattr(
        passes,
        "Packing",
        lambda lengths, *rest: (passed.append(sum(lengths)), layout(lengths, *rest))[1],
    )
    models.answers(model, asked)
    encoded = model._encoder.encode(asked)
    assert {len(item.rows) for item in encoded} == {1 if choices == models.LETTERS else 4}
    shared = shared_length(encoded)
    largest = max(sum(len(row.ids) - shared for row in item.rows) for item in encoded)
    assert all(400 - largest < size <= 400 for size in passed[:-1])
    assert len(passed) > 2


def test_every_request_is_answered_once(llama):
    """Several tasks in one stream, with and without shots, are each answered once."""
    asked = [
        *models.requests(SOME, seed=1),
        *models.requests([4], seed=2),
        *models.requests(SOME, seed=3, shots=0),
        *models.requests([60, 3, 50], seed=4, shots=5),
    ]
    model = models.backend(llama, max_length="200")
    responses = list(model.run(iter(asked)))
    assert sorted(response.key for response in responses) == sorted(each.key for each in asked)
    assert model.asked == len(asked)
    found = {response.key: response.logprobs for response in responses}
    reference = models.Reference(llama)
    for request in asked:
        shots = next(response.shots for response in responses if response.key == request.key)
        prompt = request.prompt.without(len(request.prompt.shots) - shots)
        right = reference.score(prompt.text, request.choices)
        assert found[request.key] == pytest.approx(right, abs=TOLERANCE)


def test_nothing_is_computed_when_all_is_known(llama, monkeypatch):
    """A task whose answers are all stored costs no pass."""
    model = models.backend(llama)
    monkeypatch.setattr(passes, "_call", None)
    monkeypatch.setattr(model, "_encoder", None)
    assert list(model.run(replace(each, known=True) for each in models.requests(SOME))) == []
    assert list(model.run([])) == []


MANY = [
    *models.requests([3, 30, 9, 14, 5, 7, 22], seed=5),
    *models.requests([4, 8, 15], seed=6, shots=1),
    *models.requests([60, 3, 50, 6], seed=7, shots=4),
    *on_passages(seed=8),
]


@pytest.fixture(scope="module", params=["llama", "gpt_neo", "gemma2"])
def undisturbed(request, tmp_path_factory):
    """A folder, and all answers of a run in which nothing was known."""
    config = {"gpt_neo": WHOLE["gpt_neo"], "gemma2": SHARING["gemma2"]}.get(request.param, {})
    where = models.save(tmp_path_factory.mktemp("run"), "bytes_bos", request.param, **config)
    options = {"batch_tokens": "150", "max_length": "220"}
    return where, options, models.answers(models.backend(where, **options), MANY)


@given(st.sets(st.sampled_from([each.key for each in MANY])))
@settings(max_examples=15, deadline=None)
def test_a_resumed_run_gives_the_same_bits(undisturbed, known):
    """What is known is not answered, and the rest is answered as if nothing were."""
    where, options, whole = undisturbed
    asked = [replace(each, known=each.key in known) for each in MANY]
    found = models.answers(models.backend(where, **options), asked)
    assert found == {key: whole[key] for key in whole.keys() - known}


# --- memory and numbers -------------------------------------------------------------------------


def limit_memory(monkeypatch, tokens, error=torch.OutOfMemoryError):
    """Let every pass over more than so many tokens fail."""
    call = passes._call

    def limited(model, ids, *arguments, **more):
        if ids.shape[1] > tokens:
            raise error("CUDA out of memory. Tried to allocate 20.00 MiB")
        return call(model, ids, *arguments, **more)

    monkeypatch.setattr(passes, "_call", limited)


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, RuntimeError, MemoryError])
def test_out_of_memory_halves_the_budget(llama, monkeypatch, error):
    """When memory runs out, fewer tokens are computed at once, and everything is answered."""
    asked = models.requests(SOME * 4)
    right = models.Reference(llama).answers(asked)
    model = models.backend(llama)
    longest = max(item.length for item in model._encoder.encode(asked))
    limit_memory(monkeypatch, longest, error)
    assert models.difference(models.answers(model, asked), right) < TOLERANCE
    assert longest / 2 <= model._budget <= longest
    assert model.notices == []
    before = model._budget
    models.answers(model, asked)
    assert model._budget == before


def test_one_question_too_large(llama, monkeypatch):
    """A question that fills the memory alone is an error that names it; others are answered."""
    asked = models.requests([90, 3, 4, 5])
    model = models.backend(llama)
    lengths = sorted(item.length for item in model._encoder.encode(asked))
    limit_memory(monkeypatch, lengths[-2])
    with pytest.raises(AnswerError) as caught:
        models.answers(model, asked)
    assert str(caught.value) == (
        f"sea/tides0/0: out of memory on cpu with this question alone ({lengths[-1]} tokens); "
        "use a smaller dtype or a larger device"
    )
    right = models.Reference(llama).answers(asked[1:])
    assert models.difference(models.answers(model, asked[1:]), right) < TOLERANCE


def test_other_errors_are_not_taken_for_memory(llama, monkeypatch):
    """An error that has nothing to do with memory is not swallowed."""
    model = models.backend(llama, share="0")
    monkeypatch.setattr(passes, "plain", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        list(model.run(models.requests(SOME)))

    def broken(*_):
        raise RuntimeError("shapes cannot be multiplied")

    monkeypatch.setattr(passes, "plain", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        list(model.run(models.requests(SOME)))


@pytest.mark.parametrize("share", ["0", "1"])
@pytest.mark.parametrize("damage", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers(tmp_path, share, damage):
    """Damaged weights are an error that names a question and a remedy, never an answer."""
    where = models.save(tmp_path)
    weights = load_file(where / "model.safetensors")
    weights["model.norm.weight"][3] = damage
    save_file(weights, where / "model.safetensors", {"format": "pt"})
    with pytest.raises(AnswerError) as caught:
        next(models.backend(where, share=share).run(models.requests(SOME)))
    said = str(caught.value)
    assert re.match("sea/tides0/2: the log-probability of ' A' is (nan|-inf); the weights", said)
    assert "try --backend-option dtype=float32" in said


@pytest.mark.parametrize("first", [[], [20] * 8], ids=["unchecked", "checked"])
def test_one_bad_question_is_told_from_its_company(tmp_path, first):
    """A question that overflows is named, and spoils no other that is computed with it."""
    where = models.save(tmp_path, "bytes")
    weights = load_file(where / "model.safetensors")
    (bad,) = models.tokenizer("bytes")("~")["input_ids"]
    weights["model.embed_tokens.weight"][bad] = float("inf")
    save_file(weights, where / "model.safetensors", {"format": "pt"})
    asked = models.requests([9, 3, 4, 5])
    sound = models.answers(models.backend(where), asked)
    spoilt = list(asked)
    query = f"~{asked[2].prompt.query}"
    spoilt[2] = replace(asked[2], prompt=replace(asked[2].prompt, query=query))
    model = models.backend(where)
    models.answers(model, models.requests(first, seed=1))
    stream, found = model.run(spoilt), {}
    with pytest.raises(AnswerError, match=r"^sea/tides0/2: the log-probability of ' A' is nan"):
        found.update((response.key, response.logprobs) for response in stream)
    assert "0/0" in found
    assert models.difference(found, {key: sound[key] for key in found}) < TOLERANCE
    assert model.notices == []


def test_bfloat16(llama, expected):
    """Half precision works on the CPU, and agrees with float32 as far as it can."""
    model = models.backend(llama, dtype="bfloat16")
    assert model.dtype == torch.bfloat16
    found = models.answers(model, models.requests(SOME))
    assert 0 < models.difference(found, expected) < 0.2
    assert model.notices == []


def test_auto_is_float32_on_a_cpu(tmp_path):
    """A checkpoint in half precision is computed in float32 on a CPU, and the setup says so."""
    where = models.save(tmp_path)
    config = json.loads((where / "config.json").read_text("utf-8"))
    (where / "config.json").write_text(json.dumps({**config, "dtype": "bfloat16"}), "utf-8")
    chosen = backends.setup("auto", Checkpoint(where, "x"), {"device": "cpu"})
    assert (chosen.dtype, chosen.device, chosen.backend) == ("float32", "cpu", "transformers")
    transformers, library = map(backends.installed, ("transformers", "torch"))
    versions = f"transformers {transformers}, torch {library}"
    assert str(chosen) == f"{versions}, float32 on cpu"
    assert models.backend(where).dtype == torch.float32


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import pathlib
import mcqtest.backends.transformers.backend
import models, torch
asked = [each for count in range(6, 12) for each in models.requests([5] * count, seed=count)]
for threads in (1, 2):
    torch.set_num_threads(threads)
    found = models.answers(models.backend(pathlib.Path(sys.argv[2])), asked)
    print([value.hex() for _, each in sorted(found.items()) for value in each])
"""


def test_bits_do_not_depend_on_threads(tmp_path):
    """One thread and two give the same last bits, so that workers agree with one process.

    The sizes are some at which MKL, left alone, shares out its sums by the number of threads:
    6 to 11 rows of 192 numbers into 4,096.
    """
    sizes = {"hidden_size": 192, "intermediate_size": 512, "num_attention_heads": 6}
    where = models.save(tmp_path, "bytes_bos", **sizes, vocab_size=4096)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), str(where)],
        env={name: value for name, value in os.environ.items() if not name.startswith("MKL_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    one, two = done.stdout.splitlines()
    assert one.count("0x") == 4 * sum(range(6, 12))
    assert one == two


# --- what cannot be loaded -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("backend", "options", "said"),
    [
        ("vllm9", {}, "--backend=vllm9: unknown; choose auto, "),
        ("auto", {"dtyp": "float32"}, "--backend-option dtyp: unknown; the options are device"),
        ("auto", {"batch_tokens": "many"}, "--backend-option batch_tokens=many: not a value"),
        ("auto", {"batch_tokens": "0"}, "--backend-option batch_tokens=0: not a value"),
        ("auto", {"max_length": "-1"}, "--backend-option max_length=-1: not a value"),
        ("auto", {"dtype": "float33"}, "--backend-option dtype=float33: choose one of auto, "),
        ("auto", {"share": "no"}, "--backend-option share=no: not a value"),
        ("auto", {"trust_remote_code": "yes"}, "--backend-option trust_remote_code=yes: not a"),
    ],
)
def test_unknown_settings(llama, backend, options, said):
    """An unknown backend or option is refused before anything is loaded."""
    assert complaint(backends.setup, backend, Checkpoint(llama, "x"), options).startswith(said)


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_a_missing_library(llama, monkeypatch, missing):
    """Without torch or transformers, the message says what to install."""
    found = {"torch": "9.9", "transformers": "9.9", missing: None}
    monkeypatch.setattr(backends.checkpoint, "installed", found.get)
    assert (
        complaint(backends.setup, "auto", Checkpoint(llama, "x"), {})
        == f'{missing} is not installed; pip install "mcqtest[transformers]"'
    )


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("device", "gpu", "--backend-option device=gpu: no such device"),
        ("device", "cuda", "device cuda was chosen, but torch"),
        ("device", "mps", "torch sees no MPS device"),
        ("attn_implementation", "none", "transformers cannot load this model"),
    ],
)
def test_what_torch_cannot_do(llama, monkeypatch, option, value, said):
    """A device or a kind of attention that is not to be had is one line."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert said in complaint(models.backend, llama, **{option: value})


def test_code_of_a_checkpoint_is_not_run(tmp_path):
    """Python code beside the weights is neither imported nor run, unless asked for."""
    where = models.save(tmp_path / "model")
    trace = tmp_path / "ran"
    (where / "modeling_own.py").write_text(f"open({str(trace)!r}, 'w').close()\n")
    config = json.loads((where / "config.json").read_text("utf-8"))
    config |= {
        "model_type": "own",
        "architectures": ["Own"],
        "auto_map": {
            "AutoConfig": "modeling_own.OwnConfig",
            "AutoModelForCausalLM": "modeling_own.Own",
        },
    }
    (where / "config.json").write_text(json.dumps(config), "utf-8")
    said = complaint(models.backend, where)
    assert said.startswith(f"{where}: transformers cannot load this model (ValueError: ")
    assert said.endswith("; --backend-option trust_remote_code=1 runs that code, if you trust it")
    assert not trace.exists()


@pytest.mark.parametrize(
    ("error", "advised"),
    [(MemoryError(), True), (torch.OutOfMemoryError("no"), True), (RuntimeError("shapes"), False)],
)
def test_memory_that_runs_out_while_loading(llama, monkeypatch, error, advised):
    """Advice on memory stands where it ran out, and nowhere else."""

    def fails(*_, **__):
        raise error

    monkeypatch.setattr(AutoModelForCausalLM, "from_pretrained", fails)
    said = complaint(models.backend, llama)
    assert said.startswith(f"{llama}: transformers cannot load this model ({type(error).__name__}")
    assert ("use fewer workers (-n)" in said) == advised


def test_safetensors_come_first(tmp_path):
    """Of two forms of the weights, the one that cannot run code is read."""
    where = models.save(tmp_path)
    weights = load_file(where / "model.safetensors")
    right = models.answers(models.backend(where), models.requests(SOME))
    torch.save(
        {name: torch.zeros_like(each) for name, each in weights.items()},
        where / "pytorch_model.bin",
    )
    assert models.answers(models.backend(where), models.requests(SOME)) == right


def test_weights_without_safetensors(tmp_path):
    """The older form of the weights gives the same answers."""
    where = models.save(tmp_path)
    right = models.answers(models.backend(where), models.requests(SOME))
    weights = load_file(where / "model.safetensors")
    (where / "model.safetensors").unlink()
    torch.save(weights, where / "pytorch_model.bin")
    assert models.answers(models.backend(where), models.requests(SOME)) == right


@pytest.mark.parametrize("left", [0, 7, 100, -1])
def test_damaged_weights(tmp_path, left):
    """A file of weights that was cut off is one line that names the folder."""
    where = models.save(tmp_path)
    path = where / "model.safetensors"
    path.write_bytes(path.read_bytes()[:left])
    said = complaint(models.backend, where)
    assert said.startswith(f"{path}: ")
    assert said.endswith("; copy it again")


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="Linux tells what is mapped")
@pytest.mark.parametrize("form", ["safetensors", "bin"])
def test_no_tensor_is_a_view_of_a_file(tmp_path, form):
    """Whoever writes into the file, or cuts it off, changes nothing of a model that is loaded; the
    file is mapped all the same, so that it is seen to be in use.
    """
    where = models.save(tmp_path)
    if form == "bin":
        torch.save(load_file(where / "model.safetensors"), where / "pytorch_model.bin")
        (where / "model.safetensors").unlink()
    made = models.backend(where)
    lines = Path("/proc/self/maps").read_text("utf-8").splitlines()
    spans = [line.split()[0].split("-") for line in lines if str(where) in line]
    ranges = [range(int(start, 16), int(end, 16)) for start, end in spans]
    assert ranges
    assert not [
        name
        for name, each in made._model.named_parameters()
        if any(each.data_ptr() in span for span in ranges)
    ]
    before = models.answers(made, models.requests(SOME))
    next(where.glob("*model.*")).write_bytes(b"")
    assert models.answers(made, models.requests(SOME)) == before


OPENED: list[str] = []


def test_every_file_that_is_opened_counts(tmp_path):
    """What Python opens in a folder while it is loaded is part of the fingerprint, whatever lies
    there; the libraries in other languages open the weights and tokenizer.json.
    """
    where = models.save(tmp_path)
    every = ["vocab.json", "merges.txt", "special_tokens_map.json", "added_tokens.json"]
    for name in (*every, "params.json", "hf_quant_config.json", "preprocessor_config.json"):
        (where / name).write_text("{}" if name.endswith("json") else "", "utf-8")
    sys.addaudithook(lambda event, about: OPENED.append(str(about[0])) if event == "open" else None)
    models.backend(where)
    opened = {Path(name) for name in OPENED if name.startswith(f"{where}/")}
    assert len(opened) > 3
    assert opened <= set(Checkpoint(where, "x")._files())


def test_weights_that_lack_a_tensor(tmp_path):
    """Missing tensors are refused; transformers would make them up at random."""
    where = models.save(tmp_path)
    weights = load_file(where / "model.safetensors")
    del weights["model.layers.1.mlp.up_proj.weight"]
    save_file(weights, where / "model.safetensors", {"format": "pt"})
    assert complaint(models.backend, where) == (
        f"{where}: the weights lack 1 tensors of this architecture, such as "
        "model.layers.1.mlp.up_proj.weight; save the model again with save_pretrained"
    )


def test_load_gives_the_backend(llama):
    """`mcqtest.backends.load` gives this backend."""
    assert isinstance(models.backend(llama), Transformers)
