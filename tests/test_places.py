"""Where options are given: what pytest would take for a place of tests, and what disagrees."""

import pytest
from builders import complaint

from mcqtest.run import places
from mcqtest.run.places import Place

EQUALS = "with an equals sign: pytest takes a path that stands alone for a place to look for tests"


@pytest.mark.parametrize(
    "flag", ["--model", "--mcq-data", "--run-dir", "--baselines-dir", "--tags"]
)
def test_a_path_behind_a_space(tmp_path, flag):
    """Of every option that has one, whether or not it exists: it would work but once."""
    for name in ("there", "not-there"):
        (tmp_path / "there").mkdir(exist_ok=True)
        said = complaint(places.check_alone, ["-x", flag, name], tmp_path)
        assert said.startswith(f"write {flag}={name} {EQUALS}")
    places.check_alone(["-x", f"{flag}=there", "tests"], tmp_path)


def test_a_name_behind_a_space(tmp_path):
    """Is none of pytest's business, unless something is called so."""
    given = ["--baseline", "v1", "--limit", "5", "--shots"]
    places.check_alone(given, tmp_path)
    (tmp_path / "v1").mkdir()
    assert f"write --baseline=v1 {EQUALS}" in complaint(places.check_alone, given, tmp_path)
    places.check_alone(["--", *given], tmp_path)
    places.check_alone(["--baseline", "v" * 5000], tmp_path)


def test_an_option_of_somebody_else(tmp_path):
    """Where another plugin has taken a short name, its values are none of ours."""
    ours = places.FLAGS - {"--model"}
    places.check_alone(["--model", "there"], tmp_path, ours)
    assert places.given("here", ["--model=a"], tmp_path, ours) == [Place("here", {}, tmp_path)]


def test_what_a_command_line_gives(tmp_path):
    """The last one first, since that one counts; what may be repeated is one value."""
    line = ["--alpha=0.1", "--mcq-alpha", "0.2", "--decoding=seed=1", "--decoding", "stop=a=b", "x"]
    assert places.given("here", line, tmp_path, places.FLAGS) == [
        Place("here", {"alpha": "0.2"}, tmp_path),
        Place("here", {"alpha": "0.1"}, tmp_path),
        Place("here", {"decoding": ["seed=1", "stop=a=b"]}, tmp_path),
    ]


@pytest.mark.parametrize(
    ("key", "one", "two", "said"),
    [
        ("alpha", "0.01", 0.05, "--alpha=0.01 (line) counts, not 0.05 (table)"),
        ("alpha", "0.010", 0.01, None),
        ("shots", "5", 5, None),
        ("baseline", "a", "b", "--baseline=a (line) counts, not b (table)"),
        ("baseline", "a", " a", None),
        ("baseline", "a", None, None),
        ("baseline", None, "b", None),
        ("run_dir", "../runs", "runs", None),
        ("run_dir", "runs", "runs", "--run-dir=runs (line) counts, not runs (table)"),
        ("decoding", ["seed=1", "stop=x"], ["stop=x", "seed=1"], None),
        ("decoding", ["seed=1"], "seed=2", "--decoding=seed=1 (line) counts, not seed=2 (table)"),
    ],
)
def test_two_places_that_disagree(tmp_path, key, one, two, said):
    """Told as what they mean: a path from where it stands, a number as a number."""
    line, table = Place("line", {key: one}, tmp_path / "sub"), Place("table", {key: two}, tmp_path)
    assert places.differing([line, table]) == ([said] if said else [])


def test_three_places(tmp_path):
    """The first counts; each that differs is told, once."""
    every = [Place(name, {"limit": n}, tmp_path) for name, n in (("a", 1), ("b", 1), ("c", 2))]
    assert places.differing([*every, every[-1]]) == ["--limit=1 (a) counts, not 2 (c)"]
