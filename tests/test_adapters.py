"""Adapters: asked with their base, or told in one line what is missing."""

import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from builders import complaint

pytest.importorskip("tokenizers")
pytest.importorskip("torch")
pytest.importorskip("transformers")

import adapters
import models
import torch

from mcqtest import backends
from mcqtest.backends import adapter, checkpoint, load, setup
from mcqtest.backends.adapter import Adapted
from mcqtest.backends.transformers.adapting import check_unbuilt
from mcqtest.backends.transformers.remembered import Remembered
from mcqtest.backends.vllm import lora

needs_peft = pytest.mark.skipif(not checkpoint.installed("peft"), reason="peft is not installed")

SOME = [3, 9, 5]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A base, and an adapter on it."""
    place = tmp_path_factory.mktemp("adapted")
    base = models.save(place / "base", "bytes_bos")
    return base, adapters.save(place / "tuned", base)


@pytest.fixture
def tuned(made, tmp_path):
    """The adapter, to be spoilt."""
    return shutil.copytree(made[1], tmp_path / "tuned")


def found(folder, **options):
    """What --model names, with its base."""
    model = adapter.find(str(folder), base=Path.cwd())
    return adapter.probe(model, options)


def asked(folder, **options):
    """The backend with it."""
    model = found(folder, **options)
    return load(model, setup("transformers", model, {"device": "cpu", **options}))


# --- what is asked ------------------------------------------------------------------------------


@needs_peft
def test_it_answers_as_its_base_with_it_merged_in(made, tmp_path):
    """By W + BA, computed by hand; and not as the base."""
    base, tuned = made
    merged = adapters.merged(tmp_path / "merged", base, tuned)
    requests = models.requests(SOME)
    answers = models.answers(asked(tuned), requests)
    assert models.difference(answers, models.Reference(merged).answers(requests)) < 1e-4
    assert models.difference(answers, models.answers(models.backend(merged), requests)) < 1e-4
    assert models.difference(answers, models.Reference(base).answers(requests)) > 0.1


def kinds():
    """Of adapters, as `peft` makes them."""
    import peft

    lora = partial(peft.LoraConfig, r=4, task_type="CAUSAL_LM", target_modules=["q_proj"])
    return {
        "whole matrices besides": lora(modules_to_save=["embed_tokens", "lm_head"]),
        "of embeddings": lora(target_modules=["embed_tokens", "down_proj"]),
        "DoRA": lora(use_dora=True),
        "rsLoRA": lora(use_rslora=True, rank_pattern={"q_proj": 8}),
        "one layer": lora(layers_to_transform=[1]),
        "PiSSA, which changes its base": lora(init_lora_weights="pissa"),
        "IA3": peft.IA3Config(
            task_type="CAUSAL_LM",
            target_modules=["k_proj", "down_proj"],
            feedforward_modules=["down_proj"],
        ),
        "LoHa": peft.LoHaConfig(r=4, target_modules=["q_proj"]),
        "attention of its own": peft.AdaptionPromptConfig(
            task_type="CAUSAL_LM", adapter_len=3, adapter_layers=1
        ),
    }


@needs_peft
@pytest.mark.filterwarnings(
    "ignore:Setting `save_embedding_layers`:UserWarning"
)  # peft's, on saving
def test_every_kind_answers_as_peft_computes_it(made, tmp_path):
    """None is merged by us, and none is said to have no effect."""
    from peft import PeftModel, get_peft_model

    base, requests = made[0], models.requests(SOME)
    for number, (name, told) in enumerate(kinds().items()):
        folder = tmp_path / str(number)
        torch.manual_seed(1)
        trained = get_peft_model(models.AutoModelForCausalLM.from_pretrained(base), told)
        for each in trained.parameters():
            if each.requires_grad:
                each.data += 0.1 * torch.randn_like(each)
        trained.save_pretrained(folder)
        reference = models.Reference(base)
        reference.model = PeftModel.from_pretrained(reference.model, folder).eval()
        model = asked(folder)
        model.check(requests)
        assert model.notices == [], name
        expected = reference.answers(requests)
        assert models.difference(models.answers(model, requests), expected) < 1e-4, name
        check_unbuilt(found(folder))


@needs_peft
def test_prefixes_are_shared(made, monkeypatch):
    """An adapter costs nothing of that: each pass is given what differs."""
    model = asked(made[1])
    sizes = models.fed(monkeypatch)
    requests = models.requests([6] * 40, shots=4)
    models.answers(model, requests)
    lengths = [each.length for each in model._encoder.encode(requests)]
    assert model.notices == []
    assert sum(sizes) < sum(lengths) / 2


@needs_peft
def test_a_tokenizer_beside_it_counts(tuned):
    """Training leaves one with the tokens that it added."""
    assert found(tuned).words == found(tuned).base.folder
    models.tokenizer("bytes").save_pretrained(tuned)
    assert found(tuned).words == tuned
    assert asked(tuned)._reader.before == []


@pytest.mark.parametrize("part", ["tuned/adapter_config.json", "tuned/adapter_model.safetensors"])
def test_both_are_the_model(made, tmp_path, part):
    """A byte of either is another one, and so is another base; the place is not."""
    shutil.copytree(made[0].parent, tmp_path / "copy")
    base, tuned = tmp_path / "copy" / "base", tmp_path / "copy" / "tuned"
    before = found(made[1])
    assert found(tuned, base=str(base)).fingerprint == before.fingerprint
    for path in (tmp_path / "copy" / part, base / "config.json", base / "model.safetensors"):
        whole = path.read_bytes()
        path.write_bytes(whole + b" ")
        assert found(tuned, base=str(base)).fingerprint != before.fingerprint
        path.write_bytes(whole)
    assert before.fingerprint not in {before.base.fingerprint, before._own.fingerprint}


def test_its_stamp_is_that_of_both(made, tmp_path):
    """Whichever is written to while it is asked ends the run."""
    shutil.copytree(made[0].parent, tmp_path / "copy")
    model = found(tmp_path / "copy" / "tuned", base=str(tmp_path / "copy" / "base"))
    stamps = {model.stamp}
    for name in ("base/model.safetensors", "tuned/adapter_model.safetensors"):
        path = tmp_path / "copy" / name
        path.write_bytes(path.read_bytes())
        stamps.add(model.stamp)
    assert len(stamps) == 3


def test_its_base_is_told(made):
    """In the header, by name and weights."""
    base = checkpoint.find(str(made[0]), base=Path.cwd())
    said = f"an adapter on base, weights {base.fingerprint[:12]}"
    assert found(made[1]).about == said
    assert found(made[1], base="demo").about.startswith("an adapter on demo (a toy: ")


@needs_peft
def test_the_place_of_its_base_is_no_part_of_the_key(made):
    """Its content is: a base that was moved leaves stored answers good."""
    one, other = (
        setup("transformers", found(made[1], **options), {"device": "cpu", **options})
        for options in ({}, {"base": str(made[0])})
    )
    assert one.identity("x") == other.identity("x")
    assert "base" not in str(other)
    assert "peft" in str(other)


# --- answers that are the base's ----------------------------------------------------------------


@needs_peft
def test_an_adapter_without_effect_is_told(tuned):
    """Where all of lora_B is zero, by the files alone; else by answers without it."""
    requests = models.requests(SOME)

    def said():
        model = asked(tuned)
        model.check(requests)
        return [*found(tuned).notes, *model.notices]

    assert said() == []
    adapters.change(tuned, lambda name, each: each * (1e-30 if "lora_B" in name else 1))
    assert [note.partition(": ")[2][:44] for note in said()] == [
        "with the adapter it answers as its base does"
    ]
    adapters.change(tuned, lambda name, each: each * (0 if "lora_B" in name else 1))
    assert [note.partition(": ")[2][:33] for note in said()] == [
        "all its matrices lora_B are zero,"
    ]


@needs_peft
def test_what_is_kept_of_an_architecture_is_not_that_of_an_adapter(made, tmp_path):
    """Whether prefixes can be shared may hang on the kind of adapter."""
    how = replace(setup("transformers", found(made[1]), {"device": "cpu"}), place=str(tmp_path))
    plain, tuned = models.backend(made[0])._model, asked(made[1])._model
    one, again, other = (Remembered.of(each, how)._place for each in (plain, plain, tuned))
    assert one == again != other


def zero(part):
    return lambda name, each: each * (0 if part in name else 1)


def test_only_what_is_zero_altogether_is_idle(tuned):
    """Half of the matrices, or all of them beside something that was trained whole, are not."""
    adapters.change(tuned, zero("layers.0.mlp.down_proj.lora_B"))
    assert not found(tuned).is_idle
    adapters.change(tuned, zero("lora_B"))
    assert found(tuned).is_idle
    path = tuned / adapters.TENSORS
    whole = {"base_model.model.lm_head.weight": torch.ones(2, 2)}
    adapters.save_file(adapters.load_file(path) | whole, path)
    assert not found(tuned).is_idle


@needs_peft
def test_what_was_trained_whole_has_an_effect(made, tmp_path):
    """Where the matrices beside it are zero."""
    from peft import LoraConfig, get_peft_model

    settings = LoraConfig(r=4, target_modules=["q_proj"], modules_to_save=["lm_head"])
    trained = get_peft_model(models.AutoModelForCausalLM.from_pretrained(made[0]), settings)
    for name, each in trained.named_parameters():
        each.data += 0.1 * ("lm_head.modules_to_save" in name)
        each.data *= 1 + ("lm_head.modules_to_save" in name)
    trained.save_pretrained(tmp_path / "tuned")
    model = asked(tmp_path / "tuned")
    model.check(models.requests(SOME))
    assert model.notices == found(tmp_path / "tuned").notes == []


def test_a_base_on_the_hub_is_taken_at_its_revision(made, tuned, monkeypatch):
    """The one that the adapter names; none where somebody names another base."""
    hub = pytest.importorskip("huggingface_hub")
    taken = []

    def snapshot(name, **settings):
        taken.append((name, settings.get("revision")))
        return str(made[0])

    monkeypatch.setattr(hub, "snapshot_download", snapshot)
    adapters.set_config(tuned, base_model_name_or_path="org/base", revision="abc")
    assert found(tuned).base.name == "org--base"
    assert found(tuned, base="org/other").base.name == "org--other"
    assert taken == [("org/base", "abc"), ("org/other", None)]


@needs_peft
def test_looking_leaves_the_adapter_on(made):
    """After the comparison it answers as before it."""
    model, requests = asked(made[1]), models.requests(SOME)
    before = models.answers(model, requests)
    model.check(requests)
    assert models.answers(model, requests) == before


# --- what is missing ----------------------------------------------------------------------------


def gone(name):
    return lambda folder: (folder / name).unlink()


def config(**values):
    return lambda folder: adapters.set_config(folder, **values)


def tensors(with_tensor):
    return lambda folder: adapters.change(folder, with_tensor)


def half(folder):
    path = folder / adapters.TENSORS
    path.write_bytes(path.read_bytes()[:-1])


def without(part):
    return tensors(lambda name, each: None if part in name else each)


def renamed(old, new):
    def change(folder):
        path = folder / adapters.TENSORS
        every = adapters.load_file(path)
        adapters.save_file({name.replace(old, new): each for name, each in every.items()}, path)

    return change


SPOILT = {
    "its weights are gone": (gone(adapters.TENSORS), "adapter_config.json is there and adapter_m"),
    "its configuration is gone": (gone(adapters.CONFIG), "without adapter_config.json; copy the"),
    "its configuration is no JSON": (
        lambda folder: (folder / adapters.CONFIG).write_text("{"),
        "not a readable adapter configuration",
    ),
    "its weights are cut off": (half, "cut off, "),
    "of no kind": (config(peft_type=None), "names no peft_type"),
    "before a text": (config(peft_type="PREFIX_TUNING"), "puts tokens of its own before a text"),
    "no base": (config(base_model_name_or_path=None), "names no base_model_name_or_path; --backe"),
    "a base that is not here": (
        config(base_model_name_or_path="/home/trainer/base"),
        "its base '/home/trainer/base': no such folder (/home/trainer/base); give a model folder, ",
    ),
}

UNFIT = {
    "a layer is missing": (without("layers.1.mlp"), "lacks the matrices of model.layers.1.mlp.do"),
    "one of a pair is missing": (without("1.mlp.down_proj.lora_A"), "has lora_B of model.layers."),
    "of another shape": (
        tensors(lambda name, each: each[:, :-1] if "q_proj.lora_A" in name else each),
        "does not fit its base",
    ),
}
"""Told with the base at hand, before any engine starts."""


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_missing_is_told_in_one_line(tuned, name):
    """Before anything is loaded, and naming the folder."""
    spoil, sentence = SPOILT[name]
    spoil(tuned)
    said = complaint(found, tuned)
    assert said.startswith(str(tuned))
    assert sentence in said


@pytest.mark.parametrize("name", UNFIT)
def test_what_does_not_fit_is_told_in_one_line(tuned, name):
    """Without memory, as vLLM needs it, which would apply what there is."""
    check_unbuilt(found(tuned))
    spoil, sentence = UNFIT[name]
    spoil(tuned)
    said = complaint(check_unbuilt, found(tuned))
    assert sentence in said
    assert str(tuned) in said


UNLOADED = {
    **UNFIT,
    "for another layer": (
        renamed("layers.1.", "layers.7."),
        "lacks the matrices of model.layers.1",
    ),
    "for another module": (renamed("1.self_attn.q_proj", "1.self_attn.x"), "lacks the matrices of"),
    "more than it names": (
        config(target_modules=["q_proj", "v_proj"]),
        "has 4 tensors that adapter",
    ),
    "fewer than it names": (
        config(target_modules="all-linear"),
        "lacks 16 tensors of those that ad",
    ),
    "for nothing": (config(target_modules=["nowhere"]), "peft cannot lay this adapter over its"),
}


@needs_peft
@pytest.mark.parametrize("name", UNLOADED)
def test_peft_never_leaves_a_part_as_it_is_before_training(tuned, name):
    """It would warn, and go on with what there is."""
    spoil, sentence = UNLOADED[name]
    spoil(tuned)
    assert sentence in complaint(asked, tuned)


def test_layers_that_are_not_trained_are_none_that_are_missing(made, tuned):
    """``layers_to_transform`` leaves them out, and what peft alone can tell is left to it."""
    without("layers.1.")(tuned)
    adapters.set_config(tuned, layers_to_transform=[0])
    check_unbuilt(found(tuned))
    adapters.set_config(tuned, layers_to_transform=[0, 1])
    assert "model.layers.1." in complaint(check_unbuilt, found(tuned))
    adapters.set_config(tuned, exclude_modules=["layers.1.*"])
    check_unbuilt(found(tuned))


@needs_peft
@pytest.mark.parametrize("scheme", ["torchao-int8", "bitsandbytes-nf4"])
def test_a_quantised_base(tmp_path, scheme):
    """As QLoRA trains it (Dettmers et al., arXiv 2305.14314): told by its products' shapes, since
    packed weights have others.
    """
    if not checkpoint.installed(scheme.partition("-")[0]):
        pytest.skip(f"the library of {scheme} is not installed")
    from folders import SCHEMES
    from peft import PeftModel

    base = models.save(tmp_path / "base", "bytes_bos", hidden_size=64, intermediate_size=128)
    folder = adapters.save(tmp_path / "tuned", base)
    SCHEMES[scheme](base, tmp_path / "packed")
    reference = models.Reference(tmp_path / "packed")
    reference.model = PeftModel.from_pretrained(reference.model, folder).eval()
    requests = models.requests(SOME)
    model = asked(folder, base=str(tmp_path / "packed"))
    assert models.difference(models.answers(model, requests), reference.answers(requests)) < 1e-3


@needs_peft
def test_a_base_of_another_shape(tuned, tmp_path):
    """Named with both shapes, and how to name another."""
    other = models.save(tmp_path / "other", "bytes_bos", hidden_size=64)
    said = complaint(asked, tuned, base=str(other))
    assert f"does not fit its base {other}: model.layers.0.mlp.down_proj is [64, 64] there" in said
    assert said.endswith("with --backend-option base=PATH")


def test_bases_that_are_none(made, tuned, tmp_path):
    """A base that is not there, an adapter as a base, a base for a whole model."""
    base, _ = made
    said = complaint(found, tuned, base=str(tmp_path / "gone"))
    assert said.startswith(f"--backend-option base={tmp_path / 'gone'}: no such folder")
    assert "an adapter itself" in complaint(found, tuned, base=str(made[1]))
    assert "is a whole model and no adapter" in complaint(found, base, base=str(base))
    with pytest.raises(Exception, match="its base was not looked for"):
        Adapted(tuned, "tuned").base  # noqa: B018 - it raises


def test_without_peft(made, monkeypatch):
    """One line says what to install; vLLM needs none, and takes LoRA alone."""
    there = {"torch": "2", "transformers": "5", "vllm": "0.23"}
    monkeypatch.setattr(checkpoint, "installed", there.get)
    model = found(made[1])
    said = complaint(setup, "transformers", model, {"device": "cpu"})
    assert said == (
        f"{made[1]}: an adapter, which is applied by peft, and peft is not installed; pip install "
        '"mcqtest[adapters]"'
    )
    assert setup("vllm", model, {"base": str(made[0])}).backend == "vllm"


def test_vllm_takes_lora_alone(tuned, monkeypatch):
    """Other kinds are told before a minute of loading."""
    monkeypatch.setattr(checkpoint, "installed", {"vllm": "0.23", "torch": "2"}.get)
    adapters.set_config(tuned, peft_type="IA3")
    assert "of the kind IA3, and vLLM applies LoRA alone" in complaint(
        setup, "vllm", found(tuned), {}
    )


@pytest.mark.parametrize(("rank", "limit"), [(1, 1), (4, 8), (16, 16), (257, 320), (512, 512)])
def test_ranks_of_vllm(tuned, rank, limit):
    """The smallest that it takes, also of a pattern."""
    adapters.set_config(tuned, r=1, rank_pattern={"q_proj": rank})
    assert lora.arguments(found(tuned))["max_lora_rank"] == limit


def test_a_rank_that_vllm_does_not_take(tuned):
    """Is told."""
    adapters.set_config(tuned, r=600)
    assert "a LoRA of rank 600, and vLLM takes 512 at most" in complaint(
        lora.arguments, found(tuned)
    )


def test_every_process_finds_its_base_again(made):
    """A worker is told the folder and the options."""
    folder = str(found(made[1]).folder)
    model = backends.find("transformers", folder, base=Path.cwd())
    for kind in ("auto", "transformers", "vllm"):
        again = backends.probe(kind, model, {}, Path("nowhere"), again=True)
        assert again.fingerprint == found(made[1]).fingerprint
    assert json.loads((made[1] / adapters.CONFIG).read_text("utf-8"))["r"] == adapters.RANK


@needs_peft
def test_bfloat16_keeps_the_matrices_exact(made):
    """As peft has it: float32 beside weights of fewer bits."""
    model = asked(made[1], dtype="bfloat16")
    kinds = {each.dtype for name, each in model._model.named_parameters() if "lora_" in name}
    assert kinds == {torch.float32}
    assert model.dtype == torch.bfloat16
