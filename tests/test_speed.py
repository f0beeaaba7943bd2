"""The parts of the speed measurement that only compute; measuring is no test."""

import json
import random
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speed import floor, imports, process, profiled, subjects, summary, table, texts
from speed.__main__ import told
from speed.model import SHAPES
from speed.subjects import Lengths

ROWS = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=6), min_size=1, max_size=8)


@given(ROWS)
def test_tree_counts_each_beginning_once(rows):
    """A token is unique with all that stands before it, and meets itself and all of that."""
    unique = {tuple(row[:end]) for row in rows for end in range(1, len(row) + 1)}
    assert floor.tree(rows) == (len(unique), sum(map(len, unique)))


def test_tree_of_large_token_ids():
    """Ids beyond a byte sort as numbers, so that neighbours share the most."""
    rows = [[300, 1], [2, 300], [300, 2], [70000, 2], [300, 1, 5]]
    assert floor.tree(rows) == (8, 1 + 2 + 1 + 2 + 2 + 3 + 1 + 2)


def test_common_beginning():
    """Equal leading numbers, however long each is."""
    one, other = np.array([1, 2, 3]), np.array([1, 2, 4, 5])
    assert floor.common(one, other) == 2
    assert floor.common(one, one[:2]) == 2
    assert floor.common(one, one[:0]) == 0


def test_flops_of_a_model_by_hand():
    """Two operations for each weight and token, four for each pair, head dimension and head."""
    config = {
        "hidden_size": 8,
        "num_hidden_layers": 3,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "intermediate_size": 10,
        "vocab_size": 50,
    }
    layer = 8 * 8 + 8 * 4 + 8 * 4 + 8 * 8 + 3 * 8 * 10
    assert floor.weights(config) == 3 * layer
    alone = 2 * (3 * layer * 7 + 8 * 50 * 2)
    assert floor.flops(config, 7, 11, 2) == (alone, alone + 4 * 8 * 11 * 3)


@pytest.mark.parametrize(
    ("shape", "embeddings", "total"),
    [("135m", 1, 134_515_008), ("8b", 2, 8_030_261_248)],
)
def test_shapes_have_the_published_sizes(shape, embeddings, total):
    """The weights that are counted, the embeddings and the norms are all there are."""
    config = SHAPES[shape]
    norms = config["hidden_size"] * (2 * config["num_hidden_layers"] + 1)
    vocabulary = embeddings * config["vocab_size"] * config["hidden_size"]
    assert floor.weights(config) + vocabulary + norms == total


def test_lengths():
    """All prompts, and each prefix once."""
    lengths = Lengths(questions=10, prefix=100, queries=300)
    assert (lengths.tokens, lengths.unique) == (1300, 400)
    assert subjects.means([lengths, Lengths(30, 20, 100)]) == (40, 10, 20)


def drawn(count):
    """Made-up subjects of all lengths."""
    draw = random.Random(0)
    sizes = [(draw.randrange(100, 800), draw.randrange(200, 2000)) for _ in range(count)]
    return {
        f"s{i:02}": Lengths(n, p, n * draw.randrange(30, 300)) for i, (n, p) in enumerate(sizes)
    }


@pytest.mark.parametrize("count", [1, 3, 4])
def test_chosen_subjects_are_like_all(count):
    """They have short and long prompts, and no others would be nearer to the means of all."""
    lengths = drawn(20)
    names = subjects.choose(lengths, count)
    assert len(set(names)) == count
    ordered = sorted(lengths, key=lambda name: lengths[name].prefix)
    parts = sorted(ordered.index(name) * count // 20 for name in names)
    assert parts == list(range(count))
    wanted = subjects.means(lengths.values())
    found = subjects.means(lengths[name] for name in names)
    if count > 1:
        assert found == pytest.approx(wanted, rel=0.15)


def test_all_subjects_may_be_chosen():
    """As many as there are: all of them."""
    lengths = drawn(5)
    assert subjects.choose(lengths, 5) == sorted(lengths)


def test_agreement():
    """How many best letters are the same, and the largest difference."""
    ours = {"a": [-1.0, -2.0, -3.0, -4.0], "b": [-2.0, -1.0, -3.0, -4.0]}
    peer = {"a": [-1.0, -2.0, -3.25, -4.0], "b": [-1.0, -2.0, -3.0, -4.0]}
    said = summary.agreement(ours, peer)
    assert said.startswith("same answer to 1 of 2 questions (mcqtest: A 1, B 1, C 0, D 0)")
    assert said.endswith("at most 1")
    with pytest.raises(SystemExit, match="2 answers of mcqtest, 1 of the peer"):
        summary.agreement(ours, {"a": peer["a"]})


def test_the_faster_rate_makes_the_floor():
    """Medians over the run, then the larger of both kinds: the floor is not made easy."""
    rates = [{"square": 1.0, "layer": 9.0}, {"square": 5.0, "layer": 2.0}]
    rates.append({"square": 4.0, "layer": 3.0})
    assert summary.floors(rates) == {"torch's": 4.0}
    also = [{**each, "onednn": rate} for each, rate in zip(rates, (7.0, 9.0, 8.0), strict=True)]
    assert summary.floors(also) == {"torch's": 4.0, "oneDNN's": 8.0}


def test_import_times():
    """Modules with what they took alone and with what they import."""
    log = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       120 |        120 |   mcqtest.options\n"
        "something else\n"
        "import time:       300 |        420 | mcqtest.plugin\n"
    )
    assert imports.parse(log) == {"mcqtest.options": (120, 120), "mcqtest.plugin": (300, 420)}


def test_table_for_a_terminal_and_a_page():
    """Numbers are aligned; a bar does not end a cell of a page."""
    made = table.Table("T", ("name", "n"), [("a|b", "1"), ("c", "20")], ["note"])
    assert str(made).splitlines() == ["== T", "name   n", "a|b    1", "c     20", "- note"]
    assert "| a\\|b | 1 |" in made.markdown()
    assert made.markdown().endswith("\n\n* note")


@pytest.mark.parametrize(
    ("value", "shown"), [(0.1234, "0.12 s"), (12.34, "12.3 s"), (12345.6, "12,346 s")]
)
def test_seconds(value, shown):
    """No more digits than were measured."""
    assert table.seconds(value) == shown


def test_a_page_keeps_what_it_said_elsewhere(tmp_path):
    """A section is replaced, a new one is added, the rest stays."""
    page = tmp_path / "page.md"
    page.write_text("# Head\n\n<!-- speed: a -->\nold\n<!-- end: a -->\n\ntail\n", "utf-8")
    made = table.Table("T", ("x",), [("\\1",)])
    table.write(page, "a", [made], "here")
    table.write(page, "b", [made], "there")
    found = page.read_text("utf-8")
    assert found.startswith("# Head\n\n<!-- speed: a -->\nMeasured ")
    assert "old" not in found
    assert found.index("tail") < found.index("<!-- speed: b -->")
    assert found.count("| \\1 |") == 2


def test_a_process_is_measured(tmp_path):
    """Output, exit code, seconds, and memory that is at least that of Python."""
    import sys

    ran = process.run([sys.executable, "-c", "print('x' * 3)"], log=tmp_path / "log")
    assert (ran.output, ran.code) == ("xxx\n", 0)
    assert ran.seconds > 0
    assert 3 < ran.peak_mib < 2000
    with pytest.raises(SystemExit, match="exit code 3"):
        process.run([sys.executable, "-c", "raise SystemExit(3)"], log=tmp_path / "log")


@pytest.mark.parametrize("name", ["peer.py", "peer_texts.py"])
def test_the_peer_is_a_file_of_its_own(name):
    """It runs where mcqtest is not installed."""
    text = (process.ROOT / "speed" / name).read_text("utf-8")
    assert "mcqtest" not in text.replace("speed_", "")
    assert "from speed" not in text


def test_the_peers_task():
    """A complete prompt, to which a space and a letter are appended."""
    from speed.peer import _task

    task = _task("anatomy", "anatomy.jsonl")
    assert json.loads(json.dumps(task)) == task
    assert (task["doc_to_text"], task["target_delimiter"]) == ("prompt", " ")
    assert task["doc_to_choice"] == ["A", "B", "C", "D"]


def test_a_page_names_no_paths():
    """The command that is written down works on other machines."""
    arguments = ["growth", "--data", "/x", "--cache=/y", "--shape", "tiny", "--write=/z"]
    assert told(arguments) == "python -m speed growth --shape tiny"


@pytest.mark.parametrize(
    ("name", "shapes", "part"),
    [
        ("mkldnn::_linear_pointwise", [[1, 952, 576], [1536, 576], [], []], "weights"),
        ("aten::mm", [[952, 576], [576, 1536]], "weights"),
        ("mkldnn::_linear_pointwise", [[1024, 64], [357, 64], [], []], "prefix"),
        ("aten::exp_", [[1024, 357]], "prefix"),
        ("aten::_scaled_dot_product_flash_attention_for_cpu", [[9, 9, 110, 64]], "within"),
        ("aten::silu", [[1, 952, 1536]], "elementwise"),
    ],
)
def test_what_an_operation_is_part_of(name, shapes, part):
    """A product with a weight of the model, whichever way round, is told from one with a prefix."""
    assert profiled._part(name, shapes, {(1536, 576), (576, 576)}) == part


def test_texts_of_another_are_compared():
    """Seconds and ratios are medians over rounds; texts are counted where they are the same."""
    options = SimpleNamespace(kind="cot", shape="tiny", backend="transformers", prompts=2, tokens=9)

    def found(seconds, *said):
        texts = dict(zip("ab", said, strict=True))
        versions = "torch 2"
        return {
            "seconds": seconds,
            "process_mib": 5.0,
            "texts": texts,
            "prompt": 7,
            "versions": versions,
        }

    rounds = [
        {"ours": found(2.0, "x", "y"), "8": {**found(each, "x", "z"), "versions": "lm_eval 0"}}
        for each in (8.0, 10.0, 30.0)
    ]
    made = texts._table(options, rounds)
    assert made.rows[1][1:] == ("10.0 s", "5.00", "1", "5")
    assert made.notes[1] == "peer: lm_eval 0"
