"""Every row of docs/checkpoints.md: a checkpoint is made so, and judged or told as it says."""

import json
import re
import shutil
from pathlib import Path

import pytest
from builders import complaint

pytest.importorskip("tokenizers")
pytest.importorskip("torch")
pytest.importorskip("transformers")

import models
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from mcqtest.backends.checkpoint import find
from mcqtest.backends.transformers.architecture import check_tensors

PAGE = (Path(__file__).parent.parent / "docs" / "checkpoints.md").read_text("utf-8")
ROWS = dict(
    re.findall(r"^\| (.+?) \| (judged.*?|exit 4.*?|transformers: .*?) \|$", PAGE, re.MULTILINE)
)
"""What is in a folder -> what the page says that it gives."""

ONE, INDEX, BIN = "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"
SOME = [3, 9, 5]


# --- how each is made out of a sound one --------------------------------------------------------


def weights(folder):
    return load_file(folder / ONE)


def write(folder, tensors, name=ONE):
    save_file(
        {key: each.contiguous() for key, each in tensors.items()}, folder / name, {"format": "pt"}
    )


def with_tensors(**shapes):
    """Adds tensors; their names are spelt with two underscores for a dot."""

    def change(folder):
        made = {name.replace("__", "."): torch.ones(shape) for name, shape in shapes.items()}
        write(folder, weights(folder) | made)

    return change


def without(pattern):
    return lambda folder: write(
        folder,
        {name: each for name, each in weights(folder).items() if not re.search(pattern, name)},
    )


def set_config(folder, **values):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | values), "utf-8")


def shards(folder, names=("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")):
    """Split the one file, and write the index."""
    every = sorted(weights(folder).items())
    (folder / ONE).unlink()
    table = {}
    for number, name in enumerate(names):
        part = dict(every[number :: len(names)])
        (folder / name).parent.mkdir(exist_ok=True)
        write(folder, part, name)
        table |= dict.fromkeys(part, name)
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": table}), "utf-8")


def elsewhere(folder):
    """Both kinds of files that a plain look at the folder misses."""
    shards(folder, ("shards/w.safetensors", ".hidden.safetensors"))


def named(folder):
    (folder / "in").mkdir()
    (folder / ONE).rename(folder / "in" / "w.safetensors")
    set_config(folder, transformers_weights="in/w.safetensors")


def linked(folder):
    blobs = folder.parent / "blobs"
    shutil.copytree(folder, blobs)
    for path in folder.iterdir():
        path.unlink()
        path.symlink_to(blobs / path.name)


def as_bin(folder, names=(BIN,)):
    every = sorted(weights(folder).items())
    (folder / ONE).unlink()
    for number, name in enumerate(names):
        torch.save(dict(every[number :: len(names)]), folder / name)
    if len(names) > 1:
        table = {key: names[at % len(names)] for at, (key, _) in enumerate(every)}
        text = json.dumps({"metadata": {}, "weight_map": table})
        (folder / f"{BIN}.index.json").write_text(text, "utf-8")


def beside(name, *, times=1.0, dtype=torch.float32, rename=str):
    """Adds a file with the same tensors, changed."""
    return lambda folder: write(
        folder,
        {rename(key): (each * times).to(dtype) for key, each in weights(folder).items()},
        name,
    )


def old_bin(folder):
    torch.save({name: each * 0 for name, each in weights(folder).items()}, folder / BIN)


def two(folder):
    old = weights(folder)
    shards(folder)
    write(folder, old)


def index_of(name):
    def change(folder):
        (folder / ONE).rename(folder / "w.safetensors")
        (folder / INDEX).write_text(json.dumps({"weight_map": {"a": name}}), "utf-8")

    return change


def no_index(folder):
    shards(folder)
    (folder / INDEX).unlink()


def half(folder):
    no_index(folder)
    (folder / "model-00002-of-00002.safetensors").unlink()


def adapter(folder):
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "org/base"}', "utf-8")
    write(folder, {"lora_A.weight": torch.ones(2, 2)}, "adapter_model.safetensors")


def only_adapter(folder):
    (folder / ONE).unlink()
    write(folder, {"lora_A.weight": torch.ones(2, 2)}, "adapter_model.safetensors")


def cut(folder):
    (folder / ONE).write_bytes((folder / ONE).read_bytes()[:-1])


def pointer(folder):
    (folder / ONE).write_text("version https://git-lfs.github.com/spec/v1\nsize 7\n", "utf-8")


def deep(folder):
    (folder / "config.json").write_text("[" * 100_000, "utf-8")


def tied(folder, *, times=1.0):
    set_config(folder, tie_word_embeddings=True)
    old = weights(folder)
    write(folder, old | {"lm_head.weight": old["model.embed_tokens.weight"] * times})


def constants(folder):
    with_tensors(model__layers__0__self_attn__rotary_emb__inv_freq=(4,))(folder)


def extras(folder):
    with_tensors(
        vision_tower__encoder__layers__0__mlp__fc1__weight=(2, 2),
        v_head__summary__weight=(1, 32),
        mtp__layers__0__mlp__weight=(2, 2),
        model__layers__2__eh_proj__weight=(32, 64),
    )(folder)


def packed(folder):
    """As GPTQ packs linear layers; without its library nothing more can be shown."""
    made = {}
    for name, each in weights(folder).items():
        part = name.removesuffix(".weight")
        if not part.endswith("proj"):
            made[name] = each
            continue
        made[f"{part}.qweight"] = torch.zeros(each.shape[1] // 8, each.shape[0], dtype=torch.int32)
        made[f"{part}.qzeros"] = torch.zeros(1, each.shape[0] // 8, dtype=torch.int32)
        made[f"{part}.scales"] = torch.ones(1, each.shape[0])
        made[f"{part}.g_idx"] = torch.zeros(each.shape[1], dtype=torch.int32)
    write(folder, made)
    set_config(folder, quantization_config={"quant_method": "gptq", "bits": 4, "group_size": 128})


MAKERS = {
    "`model.safetensors`": lambda _: None,
    "shards and `model": shards,
    "an index that names files in sub-": elsewhere,
    "a file that `transformers_weights`": named,
    "links to files elsewhere": linked,
    "`pytorch_model.bin`": as_bin,
    "`.bin` shards": lambda folder: as_bin(folder, ("p-1.bin", "p-2.bin")),
    "`pytorch_model.bin` beside": old_bin,
    "`consolidated.safetensors` (Mistral": beside("consolidated.safetensors", times=0),
    "`model.fp16.safetensors`": beside("model.fp16.safetensors", times=0, dtype=torch.float16),
    "a file of other tensors": beside("more.safetensors", rename=lambda key: f"more.{key}"),
    "`model.safetensors` beside an index": two,
    "safetensors that hold": beside("model_old.safetensors", times=0),
    "an index that names a file that": index_of("gone.safetensors"),
    "an index, or config.json, that": index_of("../w.safetensors"),
    "shards without an index": no_index,
    "some of the shards": half,
    "`consolidated.safetensors` alone": lambda f: (f / ONE).rename(f / "consolidated.safetensors"),
    "an adapter (": adapter,
    "an adapter without": only_adapter,
    "a safetensors file that is cut off": cut,
    "a pointer of Git LFS": pointer,
    "config.json or an index that is no": deep,
    "all tensors of the architecture": lambda _: None,
    "names without the prefix": lambda folder: write(
        folder, {name.removeprefix("model."): each for name, each in weights(folder).items()}
    ),
    "a tied head, left out": tied,
    "constants of older": constants,
    "a vision tower": extras,
    "a tied head that differs": lambda folder: tied(folder, times=2.0),
    "a tensor that is missing": without("1.mlp.up_proj"),
    "a tensor of another shape": with_tensors(model__norm__weight=(31,)),
    "a layer behind the last": lambda folder: set_config(folder, num_hidden_layers=1),
    "a tensor inside the model": with_tensors(model__layers__0__self_attn__q_proj__bias=(32,)),
    "quantised weights": packed,
    "a `quant_method` that": lambda f: set_config(f, quantization_config={"quant_method": "new"}),
}
"""How the words of a row begin -> how such a folder is made out of a sound one."""


def row(begins):
    """The longest of the beginnings above decides, so that each row has one."""
    fits = [text for text in ROWS if text.startswith(begins)]
    return [text for text in fits if max(filter(text.startswith, MAKERS), key=len) == begins]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return models.save(tmp_path_factory.mktemp("sound") / "ship", "bytes_bos")


@pytest.fixture(scope="module")
def answers(sound):
    return models.Reference(sound).answers(models.requests(SOME))


def test_every_row_is_run():
    """No row of the page is without a maker, and no maker without a row."""
    assert [(begins, row(begins)) for begins in MAKERS if len(row(begins)) != 1] == []
    assert len(ROWS) == len(MAKERS) == 35


@pytest.mark.parametrize("begins", MAKERS)
def test_what_a_layout_gives(tmp_path, sound, answers, begins):
    """Judged as `transformers` computes the sound one, with a note or without; or one line."""
    (text,) = row(begins)
    folder = tmp_path / "ship"
    shutil.copytree(sound, folder)
    MAKERS[begins](folder)

    def judged():
        found = find(str(folder), base=tmp_path)
        if "quantised" in begins:  # its library is not installed
            return check_tensors(found), answers
        made = models.backend(folder)
        return [*found.weights.notes, *made.notices], models.answers(made, models.requests(SOME))

    if not ROWS[text].startswith("judged"):
        assert str(folder) in complaint(judged)
        return
    notes, found = judged()
    assert bool(notes) == ("note" in ROWS[text])
    assert all(len(note.splitlines()) == 1 for note in notes)
    if "tied" in text:
        answers = models.Reference(folder).answers(models.requests(SOME))
    assert models.difference(found, answers) < 1e-4


GEMMA = {
    "head_dim": 8,
    "layer_types": ["sliding_attention", "full_attention"],
    "sliding_window": 64,
}
ARCHITECTURES = {
    "llama": {},
    "llama-tied": {"tie_word_embeddings": True},
    "qwen3": {"head_dim": 8},
    "gemma3_text": GEMMA,
    "phi3": {},
    "mistral": {},
    "opt": {"ffn_dim": 64, "word_embed_proj_dim": 32},
    "mpt": {"d_model": 32, "n_heads": 4, "n_layers": 2, "max_seq_len": 512},
    "falcon": {"new_decoder_architecture": True, "num_kv_heads": 2},
    "mamba": {},
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_architectures(tmp_path, name):
    """In one file, in shards and as .bin, each is judged as `transformers` computes it."""
    config = ARCHITECTURES[name]
    one = models.save(tmp_path / "one", "bytes_bos", name.removesuffix("-tied"), **config)
    reference = models.Reference(one)
    expected = reference.answers(models.requests(SOME))
    many, older = tmp_path / "many", tmp_path / "older"
    for folder in (many, older):
        shutil.copytree(one, folder)
    (many / ONE).unlink()
    AutoModelForCausalLM.from_pretrained(one).save_pretrained(many, max_shard_size="20KB")
    assert len([*many.glob("model-*.safetensors")]) > 1
    as_bin(older)
    for folder in (one, many, older):
        found = find(str(folder), base=tmp_path)
        assert (found.weights.notes, check_tensors(found)) == ([], [])
        difference = models.difference(
            models.answers(models.backend(folder), models.requests(SOME)), expected
        )
        assert difference < 1e-4, folder
