"""Requests for texts: keys, samples and seeds, what `--decoding` takes, the words of asking."""

import json
from dataclasses import replace

import pytest
from builders import IDENTITY, complaint, toy, write_csv
from hypothesis import given
from hypothesis import strategies as st
from realdata import CHECKOUT, benchmark

from mcqtest import demo, prompts
from mcqtest.answers import Reading
from mcqtest.answers.reader import REVISION
from mcqtest.prompts import styles
from mcqtest.run.keys import request_keys
from mcqtest.run.plan import plan
from mcqtest.run.way import Way
from mcqtest.types import (
    Benchmark,
    Columns,
    Decoding,
    Layout,
    Method,
    Prompt,
    Question,
    Source,
    Variant,
)

COLUMNS = Columns(choices="options", id="id", reasoning="steps")
TOY = Benchmark(
    name="toy",
    groups={"all": ("sums",)},
    source=Source("toy", (Layout("{task}_{split}.jsonl", COLUMNS),)),
    methods={
        "cot": Method(prompts.mmlu_pro, Decoding(max_tokens=64, stop=("Question:",))),
        "letters": Method(prompts.mmlu_pro_direct),
    },
    shots=1,
)
SHOWN = {"id": 1, "question": "1+1?", "options": ["1", "2"], "answer": "B", "steps": "A: It is 2."}
ASKED = [
    {"id": 7, "question": "1+0?", "options": ["1", "2", "3"], "answer": "A"},
    {"id": 8, "question": "0+2?", "options": ["1", "2", "3"], "answer": "B"},
    {"id": 9, "question": "1+0?", "options": ["1", "2", "3"], "answer": "A"},
]
"""The third is the first again."""


@pytest.fixture
def root(tmp_path):
    """A data folder with an example and three questions."""
    (tmp_path / "toy").mkdir()
    for split, rows in {"shots": [SHOWN], "test": ASKED}.items():
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / "toy" / f"sums_{split}.jsonl").write_text(text)
    return tmp_path


def planned(root, *, variant=None, **options):
    """The plan of ``sums``."""
    way = Way(**options)
    return plan(TOY.tasks[0], root=root, identity=IDENTITY, way=way, variant=variant)


def keys(root, **decoding):
    """Keys of all requests, decoded in this way."""
    return [request.key for request in planned(root, decoding=decoding).requests]


def seeds(found):
    return [request.decoding.seed for request in found.requests]


# --- keys -------------------------------------------------------------------------------------

decodings = st.builds(
    Decoding,
    max_tokens=st.integers(1, 2),
    stop=st.lists(st.text("a',", min_size=1, max_size=2), max_size=2).map(tuple),
    temperature=st.sampled_from([0.0, 0.5, 1.0]),
    top_p=st.sampled_from([0.5, 1.0]),
    seed=st.integers(0, 1),
)
TWO = Question("", ("x", "x"), 0, "0")
PROMPT = Prompt("a", ("b",), "c")


def key_of(decoding):
    return request_keys(IDENTITY, [PROMPT], [TWO], [decoding])[0]


def effect(decoding):
    """All of it that can change a text: seed and nucleus have no say where nothing is drawn."""
    return replace(decoding, top_p=1.0, seed=0) if decoding.temperature == 0 else decoding


@given(decodings, decodings)
def test_keys_differ_exactly_when_texts_can(one, two):
    """Tokens, stop strings and temperature always count; nucleus and seed above temperature 0."""
    assert (key_of(one) == key_of(two)) == (effect(one) == effect(two))
    assert key_of(one) != key_of(None)


def test_styles_that_are_swept_ask_for_abstentions_too(root):
    """A variant's style takes the place of the benchmark's, and not of what the run asks for."""
    variant = Variant("i1f1", style=styles.TESTED["cot"][0])
    for each in (None, variant):
        plain, asked = (planned(root, variant=each, abstain=on) for on in (False, True))
        assert "I don't know" in asked.requests[0].prompt.text
        assert "I don't know" not in plain.requests[0].prompt.text
        assert asked.asking != plain.asking


def test_every_part_of_a_decoding_is_in_the_keys(root):
    """From the command line, too; and the letters of the same questions have other keys."""
    changes = [{"max_tokens": "65"}, {"stop": "Q:"}, {"temperature": "0.5"}]
    drawn = [{"top_p": "0.9"}, {"seed": "1"}, {"samples": "1"}]
    every = [keys(root), *(keys(root, **each) for each in changes)]
    every += [keys(root, temperature="0.7", **each) for each in drawn]
    every.append([request.key for request in planned(root, method="letters").requests])
    assert len({key for found in every for key in found[:2]}) == 2 * len(every)


def test_at_temperature_0_nothing_is_drawn(root):
    """Seed and nucleus change no key, and a question that is repeated word for word is asked
    once; where tokens are drawn, it is asked twice.
    """
    assert keys(root) == keys(root, seed="5") == keys(root, top_p="0.5", samples="1")
    assert keys(root)[0] == keys(root)[2] != keys(root)[1]
    assert len(set(keys(root, temperature="0.7"))) == 3


def test_a_request_for_a_text(root):
    """It has the benchmark's own decoding, with what the run changes, and its place."""
    first, second, _ = planned(root, decoding={"max_tokens": "9", "stop": "="}).requests
    assert first.decoding == Decoding(max_tokens=9, stop=("=",))
    assert planned(root).requests[0].decoding == Decoding(max_tokens=64, stop=("Question:",))
    assert planned(root, method="letters").requests[0].decoding is None
    assert (second.name, second.origin.id, second.origin.row) == ("toy/sums/8", "8", 1)


# --- samples ----------------------------------------------------------------------------------

MANY = {"temperature": "0.7", "samples": "5"}


def test_samples(root):
    """As many requests for each question, in a row, each with a seed and a key of its own."""
    found = planned(root, decoding=MANY)
    assert [request.name for request in found.requests] == [
        f"toy/sums/{number}" for number in (7, 8, 9) for _ in range(5)
    ]
    assert [request.origin.sample for request in found.requests] == [0, 1, 2, 3, 4] * 3
    assert len({request.key for request in found.requests}) == len(set(seeds(found))) == 15
    for question, requests in found.asked():
        assert [request.origin.id for request in requests] == [question.id] * 5
    assert {replace(request.decoding, seed=0) for request in found.requests} == {
        Decoding(max_tokens=64, stop=("Question:",), temperature=0.7)
    }


def test_seeds_are_the_same_in_every_process(root):
    """They come from the run's seed, the question's name and the number of the sample alone."""
    found = seeds(planned(root, decoding=MANY))
    assert found[:2] == [2063761626, 1257665578]
    assert all(0 <= seed < 2**31 for seed in found)
    other = seeds(planned(root, decoding=MANY | {"seed": "1"}))
    assert not set(other) & set(found)


def test_more_samples_ask_only_for_more(root):
    """The samples of a smaller number are among those of a larger, and one has a seed as well."""
    assert set(keys(root, **MANY | {"samples": "2"})) < set(keys(root, **MANY))
    assert keys(root, **MANY | {"samples": "1"}) == keys(root, **MANY)[::5]
    assert keys(root, temperature="0.7") == keys(root, **MANY)[::5]


# --- mistakes ---------------------------------------------------------------------------------

WHOLE, NUMBER = "a whole number is needed", "a number is needed"
GREEDY = "at temperature 0 all would be the same text; add --decoding temperature=0.7"
MISTAKES = [
    ({"tokens": "5"}, "tokens: unknown; there are "),
    ({"max_tokens": "many"}, f"max_tokens=many: {WHOLE}"),
    ({"max_tokens": "1.5"}, f"max_tokens=1.5: {WHOLE}"),
    ({"max_tokens": "0"}, "max_tokens=0: a text has one token at least"),
    ({"temperature": "hot"}, f"temperature=hot: {NUMBER}"),
    ({"temperature": "-1"}, "temperature=-1.0: 0 (greedy) or more was expected"),
    ({"temperature": "nan"}, "temperature=nan: 0 (greedy) or more was expected"),
    ({"temperature": "inf"}, "temperature=inf: 0 (greedy) or more was expected"),
    ({"top_p": "most"}, f"top_p=most: {NUMBER}"),
    ({"top_p": "0"}, "top_p=0.0: more than 0 and at most 1 was expected"),
    ({"top_p": "1.01"}, "top_p=1.01: more than 0 and at most 1 was expected"),
    ({"seed": "0.5"}, f"seed=0.5: {WHOLE}"),
    ({"stop": ""}, "stop: an empty string would end every text before it begins"),
    ({"samples": "0"}, "samples=0: 1 or more is needed"),
    ({"samples": "few"}, f"samples=few: {WHOLE}"),
    ({"samples": "2.0", "temperature": "1"}, f"samples=2.0: {WHOLE}"),
    ({"samples": "3"}, f"samples=3: {GREEDY}"),
]


@pytest.mark.parametrize(("decoding", "said"), MISTAKES)
def test_decoding_that_cannot_be(root, decoding, said):
    """One line that names the option, the value, and what is possible."""
    message = complaint(planned, root, decoding=decoding)
    assert message.startswith(f"--decoding {said}")
    if "unknown" in said:
        assert message.endswith(
            "there are max_tokens, stop, temperature, top_p, top_k, seed, thinking_tokens, "
            "logprobs, samples, vote, from"
        )


def test_equal_requests_are_told_apart(root):
    """Where somebody says both, each is asked by itself; the first as if it were the only one."""
    one = planned(root)
    two = planned(root, decoding={"samples": "2", "temperature": "0"})
    keys = [request.key for request in two.requests]
    first = [request.key for request in one.requests]
    assert keys[::2] == first
    assert len({*keys}) == 2 * len({*first})
    assert "temperature 0, majority of 2" in two.asking


# --- the way of asking ------------------------------------------------------------------------


def test_method_that_a_benchmark_does_not_have():
    """One line with those that it has."""
    way = Way(method="cot")
    assert complaint(way.method_of, benchmark("mmlu").MMLU) == (
        "--method=cot: mmlu has letters only; choose benchmarks with -m"
    )
    only = replace(TOY, methods={"cot": TOY.methods["cot"]})
    assert "--method=letters: toy has cot only" in complaint(Way(method="letters").method_of, only)
    assert "--method=x: toy has cot and letters only" in complaint(Way(method="x").method_of, TOY)


def test_the_first_method_is_the_benchmarks_own():
    """Without options nothing is changed; a style is looked up for the method that is asked by."""
    assert Way().method_of(TOY) == ("cot", TOY.methods["cot"])
    assert Way(method="letters").method_of(TOY) == ("letters", TOY.methods["letters"])
    name, method = Way(style="i1f2").method_of(TOY)
    assert method == replace(TOY.methods[name], style=styles.named("cot", "i1f2"))
    message = complaint(Way(method="letters", style="mmlu_pro").method_of, TOY)
    assert message.startswith("--style=mmlu_pro: no such style for --method=letters; there are")


def words(found):
    """What is said before the hash of the prompts, which is checked to be one."""
    said, _, digest = found.asking.rpartition(", prompts ")
    assert len(digest) == 16
    assert int(digest, 16) >= 0
    return said


def test_words_of_texts(root):
    """Style, shots, method, limits, reader with its revision, and fallback; draws where there are
    any.
    """
    said = f"mmlu_pro, 1 shots, cot, 64 tokens, stop 'Question:', reader mcqtest {REVISION}"
    assert words(planned(root)) == f"{said}, fallback wrong"
    several = MANY | {"max_tokens": "9", "stop": "Q", "top_p": "0.9", "seed": "3"}
    reading = Reading("lm_eval", "random")
    found = planned(root, style="i1f2", shots=0, decoding=several, reading=reading)
    assert words(found) == (
        "i1f2, 0 shots, cot, 9 tokens, stop 'Q', temperature 0.7, top_p 0.9, seed 3, majority of "
        "5, reader lm_eval, fallback random"
    )
    assert "seed" not in words(planned(root, decoding={"seed": "3", "top_p": "0.5"}))


READINGS = [Reading(), Reading("lm_eval"), Reading("mmlu_pro"), Reading(fallback="random")]


def test_readers_of_texts_do_not_read_choices(root):
    """That is told with the plan, before anything is asked; letters are not read at all."""
    said = complaint(planned, root, reading=Reading("bbh"))
    assert said.startswith(
        "--reader=bbh: gives a text and no choice; choices are read by mcqtest, "
    )
    assert planned(root, method="letters", reading=Reading("bbh")).read is None


def test_readings_are_told_of_texts_alone(root):
    """Another reader or fallback is another asking of the same requests; letters are not read."""
    texts = [planned(root, reading=reading) for reading in READINGS]
    assert len({found.asking for found in texts}) == len(READINGS)
    assert len({found.asking.rpartition(" ")[2] for found in texts}) == 1
    assert all(found.requests == texts[0].requests for found in texts)
    letters = {planned(root, method="letters", reading=reading).asking for reading in READINGS}
    assert len(letters) == 1
    assert words(planned(root, method="letters")) == "mmlu_pro_direct, 1 shots, letters"


@pytest.mark.parametrize("task", benchmark("demo").DEMO.tasks, ids=lambda task: task.name)
def test_baselines_of_letters_stay_comparable(task):
    """What is recorded of the demo, long before there were texts, is what would be asked now."""
    found = plan(task, root=demo.DATA, identity=IDENTITY)
    lines = (CHECKOUT / "baselines/demo/demo" / f"{task.name}.txt").read_text("utf-8").splitlines()
    assert f"questions  100, {found.fingerprint}" in lines
    assert f"asking     {found.asking}" in lines
    assert words(found) == "mmlu, 5 shots, letters"


def test_stored_letters_stay_known(tmp_path):
    """A key as it was before there were texts: what is stored is not asked again."""
    rows = [("1+1?", "1", "2", "3", "4", "B"), ("2+1?", "1", "2", "3", "4", "C")]
    write_csv(tmp_path, "sums", "dev", rows)
    write_csv(tmp_path, "sums", "test", [("1+3?", "1", "2", "3", "4", "D")])
    found = plan(toy("sums").tasks[0], root=tmp_path, identity=IDENTITY)
    assert found.asking == "toy_style, 2 shots, letters, prompts b51631e9740d2a54"
    assert [each.key for each in found.requests] == ["28d92040f6f11236ce2242823e6249aef06ca8d7"]


@pytest.mark.parametrize("method", ["cot", "letters"])
def test_a_variant_is_the_style_asked_by_itself(root, method):
    """The same requests as with ``--style``, told from the task's own by the style's name."""
    style = styles.named(method, "i3f4")
    variant = planned(root, method=method, variant=Variant("i3f4", style))
    alone = planned(root, method=method, style="i3f4")
    assert (variant.requests, variant.asking) == (alone.requests, alone.asking)
    assert (variant.variant, alone.variant) == ("i3f4", "")
    assert not {each.key for each in variant.requests} & {
        each.key for each in planned(root, method=method).requests
    }
