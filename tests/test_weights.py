"""Which files are the weights: one choice for all backends, and a line where there is none."""

import json
import os
import struct

import pytest
from builders import complaint

from mcqtest.backends.headers import Tensor, read_tensors
from mcqtest.backends.weights import find_weights

ONE, INDEX = "model.safetensors", "model.safetensors.index.json"
BIN, BIN_INDEX = "pytorch_model.bin", "pytorch_model.bin.index.json"
TWO = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")
OLD = ("model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors")


def safetensors(*names, dtype="F32", numbers=4):
    """The bytes of a file that holds these tensors, each of some numbers."""
    size = numbers * {"F32": 4, "F16": 2}[dtype]
    header = {
        name: {"dtype": dtype, "shape": [numbers], "data_offsets": [at * size, (at + 1) * size]}
        for at, name in enumerate(names)
    }
    text = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    return struct.pack("<Q", len(text)) + text + b"\0" * size * len(names)


def index(*names):
    """The bytes of an index in which each of these files has a tensor."""
    return json.dumps({"weight_map": {f"t{at}": name for at, name in enumerate(names)}}).encode()


def put(folder, files):
    """Write files; what is said to be None is a tensor of its own in each."""
    for number, (name, data) in enumerate(files.items()):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(safetensors(f"t{number}") if data is None else data)
    return folder


SOUND = [
    ({ONE: None}, {}, [ONE], None, ()),
    ({INDEX: index(*TWO), TWO[0]: None, TWO[1]: None}, {}, [*TWO], INDEX, ()),
    ({ONE: None, INDEX: index(ONE)}, {}, [ONE], INDEX, ()),
    (
        {INDEX: index("a/w.safetensors"), "a/w.safetensors": None},
        {},
        ["a/w.safetensors"],
        INDEX,
        (),
    ),
    ({INDEX: index(".w.safetensors"), ".w.safetensors": None}, {}, [".w.safetensors"], INDEX, ()),
    ({"a/w.safetensors": None}, {"transformers_weights": "a/w.safetensors"}, None, None, ()),
    (
        {"my.safetensors.index.json": index(*TWO), TWO[0]: None, TWO[1]: None},
        {"transformers_weights": "my.safetensors.index.json"},
        [*TWO],
        "my.safetensors.index.json",
        (),
    ),
    ({BIN: b"?"}, {}, [BIN], None, ()),
    (
        {BIN_INDEX: index("p-1.bin", "p-2.bin"), "p-1.bin": b"", "p-2.bin": b""},
        {},
        None,
        BIN_INDEX,
        (),
    ),
    ({ONE: None, BIN: b"?", "tf_model.h5": b"?"}, {}, [ONE], None, (BIN, "tf_model.h5")),
    ({ONE: None, BIN: b"?", BIN_INDEX: index("p-1.bin")}, {}, [ONE], None, (BIN,)),
    (
        {ONE: safetensors("t"), "consolidated.safetensors": safetensors("t")},
        {},
        [ONE],
        None,
        ("consolidated.safetensors",),
    ),
    (
        {ONE: safetensors("t"), "model.fp16.safetensors": safetensors("t", dtype="F16")},
        {},
        [ONE],
        None,
        ("model.fp16.safetensors",),
    ),
    ({ONE: None, "mtp.safetensors": None}, {}, [ONE], None, ("mtp.safetensors",)),
    ({ONE: None, "broken.safetensors": b"?"}, {}, [ONE], None, ("broken.safetensors",)),
    ({ONE: None, "._model.safetensors": b"?", "optimizer.bin": b"?"}, {}, [ONE], None, ()),
    (
        {"b.safetensors": None, "a.safetensors": None},
        {},
        ["a.safetensors", "b.safetensors"],
        None,
        (),
    ),
]
"""Files, configuration -> what is read, its index, and what is told not to be read."""


@pytest.mark.parametrize("case", SOUND)
def test_what_is_read(tmp_path, case):
    """As `transformers` chooses; whatever else lies there is named in one sentence."""
    files, config, read, table, unread = case
    found = find_weights(put(tmp_path / "ship", files), config)
    expected = read or [name for name in files if name != table]
    assert (list(found.files), found.index, found.unread) == (expected, table, unread)
    name = table or ", ".join(expected)
    said = [f"ship: not read, since {name} is: {', '.join(unread)}"] if unread else []
    assert found.notes == said


TOLD = [
    ({}, {}, ": no weights (*.safetensors or pytorch_model*.bin); copy them"),
    (
        {"consolidated.safetensors": None},
        {},
        ": no weights (*.safetensors or pytorch_model*.bin), only",
    ),
    (
        {ONE: None, INDEX: index(*TWO), TWO[0]: None, TWO[1]: None},
        {},
        f": holds two checkpoints, {ONE} and",
    ),
    (
        {BIN: b"", BIN_INDEX: index("p.bin"), "p.bin": b""},
        {},
        f": holds two checkpoints, {BIN} and the",
    ),
    (
        {ONE: safetensors("a", "b"), "model_old.safetensors": safetensors("b", "c")},
        {},
        f": holds two checkpoints, model_old.safetensors has tensors that {ONE} has, too, such",
    ),
    (
        {INDEX: index(TWO[0]), TWO[0]: safetensors("a"), OLD[1]: safetensors("a")},
        {},
        f": holds two checkpoints, {OLD[1]} has tensors that {INDEX} has, too",
    ),
    (
        {"a.safetensors": safetensors("t"), "b.safetensors": safetensors("t")},
        {},
        ": holds two checkpoints, b.safetensors has tensors that a.safetensors has",
    ),
    (
        {INDEX: index(*TWO), TWO[0]: None},
        {},
        f"/{INDEX}: names '{TWO[1]}', which is not there; copy",
    ),
    ({ONE: None, INDEX: index(*TWO)}, {}, f": holds two checkpoints, {ONE} and"),
    ({INDEX: index("x" * 300)}, {}, f"/{INDEX}: names 'xxx"),
    ({INDEX: index("a\0b")}, {}, f"/{INDEX}: names 'a\\x00b', which is not there"),
    (
        {INDEX: index("../w.safetensors")},
        {},
        f"/{INDEX}: names '../w.safetensors', which leads out",
    ),
    ({INDEX: index("a/../../w")}, {}, f"/{INDEX}: names 'a/../../w', which leads out"),
    ({INDEX: index("/w.safetensors")}, {}, f"/{INDEX}: names '/w.safetensors', which leads out"),
    ({INDEX: index("")}, {}, f"/{INDEX}: names '', which leads out"),
    (
        {ONE: None},
        {"transformers_weights": "../w.safetensors"},
        "/config.json: names '../w.safetensors'",
    ),
    (
        {ONE: None},
        {"transformers_weights": "w.safetensors"},
        "/config.json: names 'w.safetensors', which is",
    ),
    (
        {ONE: None},
        {"transformers_weights": "w.bin"},
        "/config.json: transformers_weights is 'w.bin'; name",
    ),
    ({ONE: None}, {"transformers_weights": 7}, "/config.json: transformers_weights is 7; name"),
    ({INDEX: b"{}"}, {}, f"/{INDEX}: no weight_map from tensors to files; save"),
    ({INDEX: b'{"weight_map": {}}'}, {}, f"/{INDEX}: names no file; save"),
    (
        {INDEX: b'{"weight_map": {"a": 1}}'},
        {},
        f"/{INDEX}: no weight_map from tensors to files; save",
    ),
    (
        {INDEX: b"[" * 100_000},
        {},
        f"/{INDEX}: not a readable index of shards (brackets within brackets",
    ),
    ({INDEX: b"\xff"}, {}, f"/{INDEX}: not a readable index of shards ('utf-8' codec"),
    ({TWO[1]: None}, {}, f": {TWO[1]} is there and {TWO[0]} is not; copy the whole checkpoint"),
    (
        {ONE: None, "adapter_config.json": b'{"base_model_name_or_path": "org/base"}'},
        {},
        ": an adapter beside a model (adapter_config.json), and whether it is applied depends on",
    ),
    (
        {ONE: None, "adapter_model.safetensors": None},
        {},
        ": an adapter beside a model (adapter_model.",
    ),
    (
        {"adapter_config.json": b'{"base_model_name_or_path": "org/base"}'},
        {},
        ": an adapter (adapter_config.json) and no model; copy the whole folder",
    ),
    (
        {"adapter_model.safetensors": None},
        {},
        ": an adapter (adapter_model.safetensors) without adapter_config.json; copy the whole",
    ),
]
"""Files, configuration -> how the line goes on after the folder."""


@pytest.mark.parametrize("case", TOLD)
def test_what_is_told(tmp_path, case):
    """One line: what was found, in which files, and what to do."""
    files, config, said = case
    (tmp_path / "ship").mkdir()
    folder = put(tmp_path / "ship", files)
    assert complaint(find_weights, folder, config).startswith(f"{folder}{said}")


@pytest.mark.parametrize("name", [ONE, INDEX, BIN, BIN_INDEX])
@pytest.mark.parametrize("how", ["a link to nowhere", "a folder"])
def test_a_name_that_is_no_file(tmp_path, name, how):
    """As half of a download leaves it: nothing else is taken in its place."""
    put(tmp_path, {BIN if name != BIN else ONE: None})
    if how == "a folder":
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).symlink_to("../../blobs/none")
    said = complaint(find_weights, tmp_path, {})
    assert said.startswith(f"{tmp_path / name}: is no file, or a link that leads to none; copy")


def test_a_stray_link_to_nowhere_is_nothing(tmp_path):
    """Nobody can read it."""
    put(tmp_path, {ONE: None})
    (tmp_path / "old.safetensors").symlink_to("../../blobs/none")
    assert find_weights(tmp_path, {}).paths == [tmp_path / ONE]


def test_links_are_followed(tmp_path):
    """The hub's cache holds links to files elsewhere; so may a folder of shards."""
    blobs = put(tmp_path / "blobs", {"one": None, "two": None})
    (tmp_path / "ship").mkdir()
    (tmp_path / "ship" / "shards").symlink_to(blobs)
    (tmp_path / "ship" / TWO[0]).symlink_to("../blobs/one")
    folder = put(tmp_path / "ship", {INDEX: index(TWO[0], "shards/two")})
    assert find_weights(folder, {}).files == (TWO[0], "shards/two")
    (blobs / "one").unlink()
    assert complaint(find_weights, folder, {}).startswith(
        f"{folder / INDEX}: names '{TWO[0]}', which"
    )


@pytest.mark.parametrize("case", SOUND)
def test_a_folder_with_these_weights_alone(tmp_path, case):
    """An engine that takes all that lies there is given what `transformers` reads, in that order,
    with all that is not weights; nothing is left behind.
    """
    files, config, *_ = case
    folder = put(tmp_path / "ship", {**files, "config.json": b"{}", "code/x.py": b""})
    weights = find_weights(folder, config)
    with weights.alone() as where:
        assert where.name == "ship"
        assert (where / "config.json").read_bytes() == b"{}"
        assert (where / "code" / "x.py").exists()
        suffix = weights.files[0].rpartition(".")[2]
        taken = sorted(where.glob(f"*.{suffix}"))
        assert [each.read_bytes() for each in taken] == [
            (folder / name).read_bytes() for name in weights.files
        ]
        if where != folder:
            assert not [*where.glob("*.index.json"), *where.glob("consolidated*")]
    assert folder.exists()
    assert where == folder or not where.parent.exists()


def test_where_nothing_else_lies_there_the_folder_itself_is_given(tmp_path):
    """No link is made that is not needed."""
    folder = put(tmp_path / "ship", {INDEX: index(*TWO), TWO[0]: None, TWO[1]: None})
    with find_weights(folder, {}).alone() as where:
        assert where == folder


# --- headers ------------------------------------------------------------------------------------


def test_tensors_of_a_file(tmp_path):
    """Names, types and shapes, without what people wrote about the file."""
    put(tmp_path, {"w": safetensors("a", "b", dtype="F16", numbers=3)})
    assert read_tensors(tmp_path / "w") == {"a": Tensor("F16", (3,)), "b": Tensor("F16", (3,))}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a whole safetensors file; copy it again"),
        (b"short", "not a whole safetensors file; copy it again"),
        (b"\0" * 8, "not a whole safetensors file; copy it again"),
        (b"\xff" * 20, "not a whole safetensors file; copy it again"),
        (struct.pack("<Q", 2) + b"[]", "not a whole safetensors file; copy it again"),
        (struct.pack("<Q", 7) + b'{"a":1}', "not a whole safetensors file; copy it again"),
        (
            struct.pack("<Q", 100_000) + b"[" * 100_000,
            "not a whole safetensors file; copy it again",
        ),
        (safetensors("a")[:-1], "cut off, "),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
            "a pointer of Git LFS, not the weights; fetch them with git lfs pull",
        ),
    ],
)
def test_files_that_hold_no_tensors(tmp_path, data, said):
    """Whatever is wrong with a file is one line that names it."""
    path = tmp_path / "w.safetensors"
    path.write_bytes(data)
    assert complaint(read_tensors, path).startswith(f"{path}: {said}")


def test_a_file_that_is_not_there(tmp_path):
    """It is told by its name."""
    said = complaint(read_tensors, tmp_path / "w")
    assert said == f"{tmp_path}/w: cannot be read ({os.strerror(2)})"
