"""How a run asks: what --sweep makes of it, and where its baselines are."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from builders import complaint
from hypothesis import given
from hypothesis import strategies as st

from mcqtest import prompts
from mcqtest.run.way import OWN, SWEPT, Way, swept
from mcqtest.types import Benchmark, Columns, Decoding, Layout, Method, Source

SOURCE = Source("toy", (Layout("{task}.csv", Columns()),))


def benchmark(**methods):
    return Benchmark("toy", {"all": ("tides",)}, SOURCE, methods, 5)


TEXTS = Method(prompts.mmlu_pro, Decoding(max_tokens=64))
BOTH = benchmark(letters=Method(prompts.mmlu), cot=TEXTS)
COT = benchmark(cot=TEXTS, letters=Method(prompts.mmlu_pro_direct))


# --- sweeps -----------------------------------------------------------------------------------


def test_ways_are_named_by_their_values():
    """In their order, each value once; spaces do not matter."""
    found = swept(Way(style="plain"), " shots = 0, 5,1 ,5,")
    assert {name: way.shots for name, way in found.items()} == {
        "shots=0": 0,
        "shots=5": 5,
        "shots=1": 1,
    }
    assert all(replace(way, shots=None) == Way(style="plain") for way in found.values())


@given(
    st.sampled_from([key for key in SWEPT if key != "shots"]),
    st.sets(st.integers(1, 99), min_size=2),
)
def test_only_the_swept_key_varies(key, values):
    """All else stays as the run has it."""
    own = Way(limit=3, decoding={"stop": "x", key: "0.5"})
    found = swept(own, f"{key}={','.join(map(str, values))}")
    assert [*found] == [f"{key}={value}" for value in values]
    for value, way in zip(values, found.values(), strict=True):
        assert way == replace(own, decoding={"stop": "x", key: str(value)})


WRONG = {
    "shots": "two values are needed; write --sweep shots=V1,V2",
    "shots=": "two values are needed",
    "shots=5": "two values are needed",
    "shots=5,5,": "two values are needed",
    "shots=0,few": "--sweep shots=few: a whole number from 0 up is needed",
    "shots=0,-1": "--sweep shots=-1: a whole number from 0 up is needed",
    "shots=0,1.5": "--sweep shots=1.5: a whole number from 0 up is needed",
    "style=a,b": "'style' is unknown; there are shots, temperature, top_p, max_tokens, ",
    "": "'' is unknown; there are shots,",
    "=1,2": "'' is unknown; there are shots,",
}


@pytest.mark.parametrize("said", WRONG)
def test_what_cannot_be_swept(said):
    """One line says what is possible."""
    found = complaint(swept, OWN, said)
    assert found.startswith("--sweep")
    assert WRONG[said] in found


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("temperature=0,hot", "--decoding temperature=hot: a number is needed"),
        ("max_tokens=10,0", "--decoding max_tokens=0: a text has one token at least"),
        ("top_p=1,2", "--decoding top_p=2.0: more than 0 and at most 1 was expected"),
    ],
)
def test_a_value_that_cannot_be(said, expected):
    """It is told as it would be by itself."""
    bad = [*swept(OWN, said).values()][1]
    assert complaint(bad.method_of, COT) == expected


def test_samples_at_temperature_0():
    """All would be the same text."""
    one, five = swept(OWN, "samples=1,5").values()
    _, method = one.method_of(COT)
    assert one.samples(method) == 1
    assert "at temperature 0 all would be the same text" in complaint(five.samples, method)


# --- folders ----------------------------------------------------------------------------------

PLACES = [
    (OWN, BOTH, ""),
    (Way(method="letters"), BOTH, ""),
    (Way(method="cot"), BOTH, "cot"),
    (Way(method="letters"), COT, "letters"),
    (Way(shots=5), BOTH, ""),
    (Way(shots=0), BOTH, "0shots"),
    (Way(method="cot", shots=0), BOTH, "cot-0shots"),
    (Way(style="mmlu"), BOTH, ""),
    (Way(style="i1f1"), BOTH, "i1f1"),
    (Way(decoding={"temperature": "0.7"}), BOTH, ""),  # letters are not decoded
    (Way(decoding={"temperature": "0.7"}), COT, "temperature=0.7"),
    (
        Way(method="cot", decoding={"temperature": "0.7", "samples": "5"}),
        BOTH,
        "cot-samples=5-temperature=0.7",
    ),
    (Way(limit=3), BOTH, ""),
    (Way(recorded="texts", method=None), COT, ""),
]


@pytest.mark.parametrize(("way", "of", "folder"), PLACES)
def test_where_baselines_are(way, of, folder):
    """The benchmark's own way has its own place, every other one a folder that says it."""
    assert way.folder(of) == folder


decodings = st.dictionaries(
    st.sampled_from(["stop", "temperature", "seed"]),
    st.sampled_from(["0.7", "1", "2"]) | st.text(min_size=1, max_size=120),
)


@given(decodings.filter(lambda each: _possible(Way(decoding=each))))
def test_a_folder_is_one_name(decoding):
    """Whatever a stop string holds: no path, nothing hidden, not too long for any file system."""
    folder = Way(decoding=decoding).folder(COT)
    assert re.fullmatch(r"[\w.=-]{0,100}", folder, re.ASCII)
    assert not folder.startswith(".")


@given(decodings.filter(lambda each: _possible(Way(decoding=each))), st.data())
def test_other_ways_have_other_folders(decoding, data):
    """So no way's baseline lies in the place of another's."""
    other = data.draw(decodings.filter(lambda each: _possible(Way(decoding=each))))
    same = Way(decoding=decoding).folder(COT) == Way(decoding=other).folder(COT)
    assert same == (decoding == other)


def _possible(way):
    """Whether such a run could start at all."""
    from mcqtest.types import McqtestError

    try:
        way.method_of(COT)
    except McqtestError:
        return False
    return True
