"""A model folder is known by its content, and what is wrong with it is said in one line."""

import builtins
import json
import mmap
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st

from mcqtest import demo
from mcqtest.backends import checkpoint
from mcqtest.backends.checkpoint import Checkpoint, cuda_devices, find, installed

CONTENT = {
    "config.json": b'{"model_type": "llama", "vocab_size": 7}',
    "generation_config.json": b"{}",
    "model-00001-of-00002.safetensors": b"first shard",
    "model-00002-of-00002.safetensors": b"second shard",
    "model.safetensors.index.json": b'{"weight_map": {"a": "model-00001-of-00002.safetensors",'
    b' "b": "model-00002-of-00002.safetensors"}}',
    "tokenizer.json": b"words",
    "tokenizer_config.json": b"settings",
    "special_tokens_map.json": b"{}",
    "added_tokens.json": b"{}",
    "vocab.json": b"{}",
    "merges.txt": b"a b",
    "tokenizer.model": b"pieces",
    "spiece.model": b"pieces",
    "tekken.json": b"{}",
    "params.json": b"{}",
    "quantize_config.json": b"{}",
    "hf_quant_config.json": b"{}",
    "emoji.json": b"{}",
    "dict.txt": b"words",
    "qwen.tiktoken": b"words",
    "chat_template.jinja": b"hello",
    "modeling_own.py": b"pass",
    "pytorch_model.bin": b"older weights",
    "pytorch_model.bin.index.json": b"{}",
    "adapter_config.json": b"{}",
    "adapter_model.safetensors": b"adapter",
    "adapter_model.bin": b"adapter",
}
"""Files that can change an answer."""

NOISE = (
    "README.md",
    "optimizer.pt",
    "optimizer.bin",
    "scheduler.pt",
    "rng_state_0.pth",
    "training_args.bin",
    "trainer_state.json",
    "events.out.tfevents.1",
    "LICENSE",
    ".gitattributes",
    ".DS_Store",
    "._model-00001-of-00002.safetensors",
    ".model.safetensors.index.json",
    ".hidden.py",
    ".cache.model",
)
"""Files that cannot."""


@pytest.fixture
def folder(tmp_path):
    """A folder with every kind of file that counts; none is a real model."""
    return fill(tmp_path / "models" / "ship")


@pytest.fixture
def sound(folder):
    """The same without an adapter, which may not lie beside a model."""
    for path in folder.glob("adapter_*"):
        path.unlink()
    return folder


def fill(where, content=CONTENT):
    """Write files into a new folder."""
    where.mkdir(parents=True)
    for name, data in content.items():
        (where / name).write_bytes(data)
    return where


def fingerprint(where):
    """The fingerprint of a folder, read anew."""
    return Checkpoint(where, "any name").fingerprint


# --- identity -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CONTENT)
def test_every_byte_counts(folder, name):
    """One changed byte of any file that can change an answer is another model."""
    before = fingerprint(folder)
    data = CONTENT[name]
    (folder / name).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert fingerprint(folder) != before


@pytest.mark.parametrize("name", CONTENT)
def test_every_file_counts(folder, name):
    """A file that is gone, or is called otherwise, is another model."""
    before = fingerprint(folder)
    (folder / name).unlink()
    without = fingerprint(folder)
    (folder / f"vocab-{name}").write_bytes(CONTENT[name])
    assert len({before, without, fingerprint(folder)}) == 3


@pytest.mark.parametrize("name", NOISE)
def test_what_cannot_change_an_answer(folder, name):
    """Logs, optimizer states, cards and hidden files leave a model what it is."""
    before = fingerprint(folder)
    (folder / name).write_bytes(b"anything")
    assert fingerprint(folder) == before


def test_folders_inside_do_not_count(folder):
    """Earlier checkpoints and caches below the folder are not part of the model."""
    before = fingerprint(folder)
    fill(folder / "checkpoint-7")
    (folder / "tokenizer").mkdir()
    assert fingerprint(folder) == before


def test_two_files_that_change_places(folder):
    """Contents belong to their names."""
    before = fingerprint(folder)
    first, second = sorted(folder.glob("model-*.safetensors"))
    data = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(data)
    assert fingerprint(folder) != before


def test_the_place_does_not_count(folder, tmp_path):
    """The same files elsewhere, under another name, or behind a link are the same model."""
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(folder, elsewhere)
    linked = tmp_path / "linked"
    linked.mkdir()
    for path in folder.iterdir():
        (linked / path.name).symlink_to(path)
    assert fingerprint(folder) == fingerprint(elsewhere) == fingerprint(linked)


def test_overwritten_in_place(folder):
    """A file with new content, but with its old size and time, is another model."""
    path = folder / "model-00001-of-00002.safetensors"
    before, status = fingerprint(folder), path.stat()
    path.write_bytes(b"First shard")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_mtime_ns == status.st_mtime_ns
    assert path.stat().st_size == status.st_size
    assert fingerprint(folder) != before


@given(
    st.dictionaries(
        st.sampled_from(["model.safetensors", "config.json", "vocab.txt", "merges.txt"]),
        st.binary(max_size=3),
    ),
    st.dictionaries(
        st.sampled_from(["model.safetensors", "config.json", "vocab.txt", "merges.txt"]),
        st.binary(max_size=3),
    ),
)
def test_equal_if_and_only_if_the_files_are(tmp_path_factory, one, other):
    """Two folders have one fingerprint exactly where names and contents are equal."""
    folders = [fill(tmp_path_factory.mktemp("pair") / "x", each) for each in (one, other)]
    assert (fingerprint(folders[0]) == fingerprint(folders[1])) == (one == other)
    for each in folders:
        shutil.rmtree(each.parent)


@pytest.mark.parametrize(
    ("index", "name"),
    [
        ("model.safetensors.index.json", "shards/w.safetensors"),
        ("model.safetensors.index.json", ".hidden.safetensors"),
        ("model.safetensors.index.json", "w.bits"),
        ("pytorch_model.bin.index.json", "shards/w.bin"),
        (None, "deep/er/w.safetensors"),
        ("deep/er/my.safetensors.index.json", "w.bits"),
    ],
)
def test_what_is_named_counts(tmp_path, index, name):
    """Files that an index or config.json names are part of the model wherever they lie."""
    config = {"model_type": "llama"}
    if index not in {"model.safetensors.index.json", "pytorch_model.bin.index.json"}:
        config["transformers_weights"] = index or name
    content = {"config.json": json.dumps(config).encode(), name: b"old"}
    if index:
        content[index] = json.dumps({"weight_map": {"a": name}}).encode()
    folder = tmp_path / "ship"
    for path, data in content.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    for path, data in content.items():
        before, stamp = fingerprint(folder), Checkpoint(folder, "x").stamp
        (folder / path).write_bytes(data.replace(b"old", b"new") + b" ")
        assert fingerprint(folder) != before
        assert Checkpoint(folder, "x").stamp != stamp


def test_code_of_the_checkpoint_may_open_anything(folder):
    """Where it comes with code, every file counts but what training leaves and people read."""
    (folder / "config.json").write_text('{"model_type": "x", "auto_map": {}}')
    before = fingerprint(folder)
    for name in NOISE:
        (folder / name).write_bytes(b"anything")
    assert fingerprint(folder) == before
    (folder / "table.npz").write_bytes(b"anything")
    assert fingerprint(folder) != before


def rewrite(path):
    """In place, with another size."""
    path.write_bytes(path.read_bytes() + b"!")


def replace(path):
    """Another file takes its name."""
    other = path.with_name("other.tmp")
    other.write_bytes(path.read_bytes())
    other.replace(path)


def swap(path):
    """Its name becomes a link to a file that is equal."""
    other = path.with_name("other.tmp")
    path.rename(other)
    path.symlink_to(other)


def in_place(path):
    """One byte, with its old time."""
    status = path.stat()
    with path.open("r+b") as file:
        file.write(b"?")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def mapped(path):
    """One byte, through a map."""
    with path.open("r+b") as file, mmap.mmap(file.fileno(), 0) as view:
        view[0] = view[0] ^ 1
        view.flush()


CHANGES = (
    rewrite,
    replace,
    swap,
    in_place,
    mapped,
    Path.unlink,
    lambda path: path.write_bytes(b""),
)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", ["config.json", "model-00002-of-00002.safetensors", "vocab.json"])
def test_every_change_is_seen(folder, name, change):
    """However a file is changed, the stamp is another; it stays what it is where nothing is."""
    found = Checkpoint(folder, "ship")
    before = found.stamp
    assert found.stamp == before
    time.sleep(0.01)  # the clock of a file system ticks every few milliseconds
    change(folder / name)
    assert found.stamp != before


def test_a_folder_that_is_gone(folder, tmp_path):
    """Removed or swapped for another while it is asked, it has another stamp."""
    found = Checkpoint(folder, "ship")
    before = found.stamp
    folder.rename(tmp_path / "moved")
    assert found.stamp != before
    fill(folder)
    assert found.stamp != before


def test_an_unreadable_file(folder, monkeypatch):
    """A file that cannot be read is one line that names it."""

    def refuse(path, *_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    said = complaint(getattr, Checkpoint(folder, "ship"), "fingerprint")
    assert said == f"{folder}/adapter_config.json: cannot be read (Permission denied)"


# --- finding it ---------------------------------------------------------------------------------


def seek(model, base):
    """`find`, from a folder."""
    return find(str(model), base=base)


@pytest.mark.parametrize("spelling", ["models/ship", "models/ship/", "./models/../models/ship"])
def test_a_folder_seen_from_the_base(sound, tmp_path, monkeypatch, spelling):
    """A relative path is one from where pytest was called, however it is spelt."""
    monkeypatch.chdir("/")
    found = seek(spelling, tmp_path)
    assert (found.folder, found.name) == (sound, "ship")


def test_a_folder_by_its_whole_path(sound, tmp_path):
    """A whole path needs no base, and may end in a slash."""
    assert seek(sound, Path("/")).folder == sound
    assert seek(f"{sound}/", Path("/")).name == "ship"


def test_a_folder_at_home(sound, tmp_path, monkeypatch):
    """A tilde is the home folder; that of an unknown user is one line."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert seek("~/models/ship", Path("/")).folder == sound
    said = complaint(seek, "~nobody-of-this-name/ship", tmp_path)
    assert said.startswith("--model=~nobody-of-this-name/ship: ")


def test_the_demo(sound, tmp_path, monkeypatch):
    """The demo is the folder that comes with the package, not one of that name here."""
    monkeypatch.setattr(demo, "MODEL", Path("/inside"))
    here = sound.rename(tmp_path / "demo")
    found = seek("demo", tmp_path)
    assert (found.folder, found.name) == (Path("/inside"), "demo")
    assert found.about == "a toy: it shows the tool, not a real model"
    assert seek("./demo", tmp_path) == seek(here, tmp_path) == Checkpoint(here, "demo")
    assert seek("./demo", tmp_path).about == ""


def test_a_file_is_no_folder(sound, tmp_path):
    """The weights themselves are not the model."""
    said = complaint(seek, "models/ship/config.json", tmp_path)
    assert said.startswith("--model=models/ship/config.json: a file; give the folder")


@pytest.mark.parametrize(
    "model", ["ship", "/no/such/ship", "./ship", "../ship", "runs/ship/7", "org/"]
)
def test_no_such_folder(tmp_path, model, monkeypatch):
    """A path that is not there, and cannot be an id of the hub, is not looked for there."""
    monkeypatch.setattr(checkpoint, "_from_hub", lambda model: 1 / 0)
    said = complaint(seek, model, tmp_path)
    assert said.startswith(f"--model={model}: no such folder (")
    assert "or demo" in said


@pytest.fixture
def hub(monkeypatch):
    """Put a function in the place of the hub's client."""
    library = pytest.importorskip("huggingface_hub")
    return lambda download: monkeypatch.setattr(library, "snapshot_download", download)


def test_a_model_of_the_hub(sound, tmp_path, hub):
    """An id is fetched: weights, configuration and tokenizer, not the older weights."""
    asked = []
    hub(lambda model, **options: (asked.append((model, options)), str(sound))[1])
    found = seek("org/ship-7.b", tmp_path)
    assert (found.folder, found.name) == (sound, "org--ship-7.b")
    ((model, options),) = asked
    assert model == "org/ship-7.b"
    assert "*.safetensors" in options["allow_patterns"]
    assert not any("bin" in pattern for pattern in options["allow_patterns"])
    assert "consolidated*" in options["ignore_patterns"]


def test_a_folder_comes_before_the_hub(sound, tmp_path, hub):
    """What looks like an id but is a folder here is the folder."""
    hub(lambda *_, **__: 1 / 0)
    assert seek("models/ship", tmp_path).folder == sound


def test_the_hub_is_not_reached(tmp_path, hub):
    """Offline, or with a wrong name, the reason is one line with a remedy."""

    def offline(*_, **__):
        raise ConnectionError("We couldn't connect to the hub\n\nand it is not\tcached" + "." * 300)

    hub(offline)
    said = complaint(seek, "org/ship", tmp_path)
    assert said.startswith(
        "--model=org/ship: no such folder here, and the hub did not give it (We couldn't connect "
        "to the hub and it is not cached..."
    )
    assert said.endswith("check the name, log in with `hf auth login`, or give a local folder")
    assert len(said) < 400


def test_the_hub_without_its_library(tmp_path, monkeypatch):
    """Without the library, an id says what to install."""
    real = builtins.__import__

    def without(name, *arguments):
        if name == "huggingface_hub":
            raise ImportError(name)
        return real(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without)
    said = complaint(seek, "org/ship", tmp_path)
    assert said.startswith("--model=org/ship: no such folder, and hub ids need huggingface_hub; ")
    assert 'pip install "mcqtest[hub]"' in said


def test_links_in_a_circle(tmp_path):
    """A link to itself is no folder, and one line."""
    (tmp_path / "ship").symlink_to(tmp_path / "ship")
    assert complaint(seek, tmp_path / "ship", tmp_path).startswith(f"--model={tmp_path}/ship: ")


# --- what is in it ------------------------------------------------------------------------------


def test_no_configuration(sound, tmp_path):
    """A folder without config.json is not one of a model."""
    (sound / "config.json").unlink()
    assert complaint(seek, sound, tmp_path) == (
        f"{sound}: no config.json, so not a model folder; give the folder that save_pretrained "
        "wrote, or add --backend=replay for recorded outputs"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "not a readable model configuration (Expecting value"),
        (b"[" * 100_000, "not a readable model configuration (brackets within brackets"),
        (b'{"model_type": ', "not a readable model configuration (Expecting value"),
        (b"\xff\xfe", "not a readable model configuration ('utf-8' codec"),
        (b"[1, 2]", "a JSON object was expected; save the model again"),
        (b'"llama"', "a JSON object was expected; save the model again"),
        (b'{"vocab_size": 7}', "names no model_type; save the model again"),
    ],
)
def test_a_bad_configuration(sound, tmp_path, text, said):
    """A configuration that says nothing about a model is one line that names the file."""
    (sound / "config.json").write_bytes(text)
    assert complaint(seek, sound, tmp_path).startswith(f"{sound}/config.json: {said}")


def test_the_configuration(sound):
    """It is read as it stands."""
    assert Checkpoint(sound, "ship").config == {"model_type": "llama", "vocab_size": 7}


@pytest.mark.parametrize(
    ("name", "is_weights"),
    [
        ("model.safetensors", True),
        ("gptq_model-4bit.safetensors", True),
        ("pytorch_model-00001-of-00001.bin", True),
        ("model-00001-of-00001.safetensors", True),
        ("pytorch_model.bin", True),
        ("optimizer.bin", False),
        ("training_args.bin", False),
        ("other.safetensors.index.json", False),
        ("._model.safetensors", False),
    ],
)
def test_weights(tmp_path, name, is_weights):
    """Only weights are weights: no index, no optimizer, no file of the desktop."""
    folder = fill(tmp_path / "ship", {"config.json": b'{"model_type": "gpt2"}', name: b"?"})
    if is_weights:
        assert seek(folder, tmp_path).folder == folder
    else:
        assert complaint(seek, folder, tmp_path) == (
            f"{folder}: no weights (*.safetensors or pytorch_model*.bin); copy them beside "
            "config.json"
        )


def test_the_demo_behind_a_link(tmp_path, monkeypatch):
    """A worker is given the folder as it is found, which may be another spelling of it."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setattr(demo, "MODEL", tmp_path / "link")
    assert Checkpoint(tmp_path / "real", "demo").is_demo
    assert Checkpoint(tmp_path / "link", "demo").is_demo
    assert not Checkpoint(tmp_path, "demo").is_demo


# --- the machine --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "devices"),
    [
        ("", []),
        ("-1", []),
        ("0", ["0"]),
        ("0,2", ["0", "2"]),
        (" 1 , 3 ", ["1", "3"]),
        ("GPU-8932f937-d72c", ["GPU-8932f937-d72c"]),
        ("MIG-GPU-8932f937/1/0,3", ["MIG-GPU-8932f937/1/0", "3"]),
        ("0,-1,1", ["0"]),
        ("NoDevFiles", []),
        ("none", []),
    ],
)
def test_visible_devices(monkeypatch, value, devices):
    """Devices are counted as CUDA counts them: up to the first name that is none."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", value)
    assert cuda_devices() == devices


@pytest.mark.parametrize("count", [None, 0, 3])
def test_devices_of_the_driver(monkeypatch, tmp_path, count):
    """Where nothing is chosen, all that the driver lists are visible."""
    gpus = tmp_path / "gpus"
    if count is not None:
        gpus.mkdir()
        for number in range(count):
            (gpus / f"0000:0{number}:00.0").mkdir()
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(checkpoint, "Path", lambda path: gpus)
    assert cuda_devices() == [str(number) for number in range(count or 0)]


def test_installed():
    """Versions are read from what is installed."""
    assert installed("pytest") == pytest.__version__
    assert installed("no-such-package-at-all") is None


def test_no_library_of_a_model_is_imported():
    """A run whose answers are all stored loads neither torch nor transformers."""
    code = "import sys, mcqtest.backends.checkpoint, mcqtest.backends; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "transformers", "huggingface_hub", "numpy"} & set(done.stdout.split())
