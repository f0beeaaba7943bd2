"""`mcqtest scaling`: what it reads, says, writes and refuses."""

import csv
import json
from xml.etree import ElementTree as ET

import pytest
import realdata

from mcqtest.cli import main
from mcqtest.report import points
from mcqtest.report.columns import width
from mcqtest.types import McqtestError

TASK = {"n": 200, "chance": 0.25, "brier": 0.5}


@pytest.fixture(autouse=True)
def terminal(monkeypatch):
    """Of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")


def write_run(folder, accuracies, **more):
    """A run folder with these accuracies of its tasks."""
    folder.mkdir()
    tasks = {task: TASK | {"accuracy": value} for task, value in accuracies.items()}
    labels = {"clean": {"accuracy": sum(accuracies.values())}}
    benchmarks = {"toy": {"tasks": tasks, "labels": labels}, "again": {"tasks": tasks}}
    summary = {"format": 1, "model": folder.name, "benchmarks": benchmarks, **more}
    (folder / "summary.json").write_text(json.dumps(summary))
    return str(folder)


@pytest.fixture
def runs(tmp_path):
    """Seven runs, each better than the one before in one of two tasks."""
    return [
        write_run(
            tmp_path / f"m{at}",
            {"up": 0.25 + at / 10, "level": 0.5},
            parameters=10 ** (6 + at),
            active_parameters=5 * 10 ** (5 + at),
        )
        for at in range(7)
    ]


def write_table(path, rows):
    """A CSV of these rows."""
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return str(path)


def said(capsys, *arguments, code=0):
    """What the command prints."""
    assert main(["scaling", *map(str, arguments)]) == code
    out, err = capsys.readouterr()
    return err if code else out


def found(capsys, *arguments):
    """What it says to programs."""
    return json.loads(said(capsys, *arguments, "--json"))


# --- runs -----------------------------------------------------------------------------------------


def test_runs_of_several_sizes(runs, capsys):
    """Sizes come from the summaries; chance is 0; a trend is told."""
    toy = found(capsys, *runs)["families"][1]
    up, level = toy["tasks"]
    assert up["sizes"] == [10 ** (6 + at) for at in range(7)]
    assert up["values"] == pytest.approx([100 * at / 7.5 for at in range(7)])
    assert (up["trend"], level["trend"]) == ("rises", None)
    assert up["breakthroughness"] == pytest.approx(6)


@pytest.mark.parametrize(
    ("axis", "given", "expected"),
    [
        ("active", "", 5e5),
        ("parameters", "=1M,2B", 1e6),
        ("tokens", "=1M,2B", 2e9),
        ("tokens", "=3B", 3e9),
        ("compute", "=1M,2B", 6 * 1e6 * 2e9),
        ("compute", "=1e20", 1e20),
    ],
)
def test_other_axes(runs, axis, given, expected):
    """Compute is 6 times active parameters times tokens; a size alone is one on any axis."""
    figures = points.figures([f"{runs[0]}{given}"], axis, ["score"])
    assert {each.size for each in figures} == {expected}


def test_another_metric_beside_the_first(runs, capsys):
    """Brier's anchors stand the other way round, for less is better."""
    (_, toy) = found(capsys, *runs, "--metric=accuracy", "--metric=brier")["families"]
    assert {each["task"] for each in toy["beside"]["brier"]} == {"up", "level"}
    assert set(toy["beside"]["brier"][0]["values"]) == {75}


def test_benchmarks_and_labels_order_models(runs, capsys, tmp_path):
    """And a column from outside, with which alone all others are then compared."""
    pairs = found(capsys, *runs)["correlations"]
    assert [(each["one"], each["other"]) for each in pairs] == [
        ("toy", "again"),
        ("toy", "toy[clean]"),
        ("again", "toy[clean]"),
    ]
    arena = [{"model": f"m{at}", "score": 1000 - at} for at in range(5)]
    table = write_table(tmp_path / "arena.csv", arena)
    pairs = found(capsys, *runs, "--against", table)["correlations"]
    assert {(each["other"], each["models"], each["kendall"]) for each in pairs} == {
        ("arena", 5, -1.0)
    }


# --- tables ---------------------------------------------------------------------------------------


def grown(n=12, **more):
    """A task that breaks through, one that falls, and one of one value."""
    curves = {
        "late": [0.02, 0.03, 0.01, 0.02, 0.04, 0.03, 0.02, 0.03, 0.04, 0.03, 0.3, 0.6],
        "down": [0.9 - at / 20 for at in range(12)],
        "none": [0.5] * 12,
    }
    return [
        {"task": task, "size": f"{2**at}M", "score": values[at], "low": 0, "high": 1, **more}
        for task, values in curves.items()
        for at in range(n)
    ]


def test_a_table_from_elsewhere(tmp_path, capsys):
    """CSV and JSON say the same."""
    rows = grown()
    one = found(capsys, write_table(tmp_path / "mine.csv", rows))
    (tmp_path / "mine.json").write_text(json.dumps({"scores": rows}))
    assert found(capsys, tmp_path / "mine.json") == one
    late, none, down = one["families"][0]["tasks"]
    assert (late["task"], late["broke_through"]) == ("late", True)
    assert (none["linearity"], down["trend"]) == (0, "falls")


def test_tasks_stand_by_breakthroughness(tmp_path, capsys):
    """A jump among equal scores above or below all others, as it leads up or down."""
    jumps = {"up": [0.1] * 6 + [0.9] * 6, "drop": [0.9] * 6 + [0.1] * 6}
    rows = [
        {"task": task, "size": 2**at, "score": score, "low": 0, "high": 1}
        for task, scores in jumps.items()
        for at, score in enumerate(scores)
    ]
    (family,) = found(capsys, write_table(tmp_path / "mine.csv", [*rows, *grown()]))["families"]
    names = [each["task"] for each in family["tasks"]]
    assert names == ["up", "late", "none", "down", "drop"]
    assert [each["single_jump"] for each in family["tasks"]] == [True, False, False, False, True]


@pytest.mark.parametrize("columns", [80, 120])
def test_the_table_fits(tmp_path, capsys, monkeypatch, columns):
    """Names are cut, sentences are wrapped."""
    monkeypatch.setenv("COLUMNS", str(columns))
    rows = [each | {"task": f"{each['task']} 과제 {'long ' * 12}"} for each in grown()]
    lines = said(capsys, write_table(tmp_path / "mine.csv", rows)).splitlines()
    assert max(map(width, lines)) <= columns
    told = " ".join("\n".join(lines).split())
    assert "broke through: 1 of 3 tasks (33.3%)" in told
    assert "falls with size: 1: down" in told
    assert ("predicted" in lines[1]) is (columns == 120)


def test_metrics_of_a_table(tmp_path, capsys):
    """A column says which; those that are asked for count, the first for claims."""
    rows = [*grown(metric="exact"), *grown(metric="smooth")]
    table = write_table(tmp_path / "mine.csv", rows)
    data = found(capsys, table, "--metric=smooth", "--metric=exact")
    assert data["metric"] == "smooth"
    assert list(data["families"][0]["beside"]) == ["exact"]
    assert "nothing has 'score'" in said(capsys, table, code=4)


def test_families_are_apart(tmp_path, capsys):
    """Each has curves of its own, and Holm counts them all."""
    rows = [*grown(family="one"), *grown(family="two")]
    data = found(capsys, write_table(tmp_path / "mine.csv", rows))
    assert [each["family"] for each in data["families"]] == ["one", "two"]
    down = data["families"][0]["tasks"][-1]
    assert down["adjusted_p_value"] == pytest.approx(6 * down["p_value"])


def test_a_joint_law_where_tokens_are_given(tmp_path, capsys):
    """Its form is named."""
    grid = [(n, d) for n in (1e7, 1e8, 1e9) for d in (1e9, 1e10, 1e11)]
    rows = [
        {"task": "loss", "size": n, "tokens": d, "score": 1.7 + 400 * n**-0.34 + 410 * d**-0.28}
        for n, d in grid
    ]
    table = write_table(tmp_path / "grid.csv", rows)
    (law,) = found(capsys, table)["families"][0]["joint"]
    assert (law["form"], law["held_out"]) == ("L(N, D) = E + A N^-a + B D^-b", [1e9, 1e11])
    assert (law["E"], law["a"]) == pytest.approx((1.7, 0.34), rel=0.01)
    assert "a 0.340, b 0.280" in said(capsys, table)


def test_a_picture(tmp_path, capsys):
    """Well-formed, whatever tasks are called; a panel for each."""
    rows = [each | {"task": f"<{each['task']}&"} for each in grown()]
    picture = tmp_path / "out.svg"
    said(capsys, write_table(tmp_path / "mine.csv", rows), "--svg", picture)
    root = ET.fromstring(picture.read_text("utf-8"))
    assert len(root.findall(".//{*}polyline")) == 3
    assert "<late&" in "".join(root.itertext())


# --- slips ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"task": "t", "size": "big", "score": 1}, "row 1 (line 2): size is 'big'"),
        ({"task": "t", "size": -1, "score": 1}, "size is '-1'"),
        ({"task": "t", "size": "1M", "score": "nan"}, "score is 'nan'"),
        ({"task": "t", "size": "1M", "score": ""}, "a column score are needed"),
        ({"task": "", "size": "1M", "score": 1}, "a column task and"),
        ({"task": "t", "score": 1}, "no size; a number above 0"),
        ({"task": "t", "size": "1M", "score": 1}, "one size alone"),
    ],
)
def test_a_table_that_cannot_be_used(row, message, tmp_path, capsys):
    """One line that says which row and what to do."""
    error = said(capsys, write_table(tmp_path / "mine.csv", [row]), code=4)
    assert message in error
    assert error.count("\n") == 1


def test_runs_that_cannot_be_used(tmp_path, capsys, runs):
    """Without a size, of one that is none, without the metric, and a picture in no folder."""
    plain = write_run(tmp_path / "plain", {"up": 0.5})
    assert "does not tell its parameters; write" in said(capsys, plain, code=4)
    assert "'12 M B' is no size" in said(capsys, f"{plain}=12 M B", code=4)
    assert "nothing has 'f1'" in said(capsys, *runs, "--metric=f1", code=4)
    assert "--svg=" in said(capsys, *runs, "--svg", tmp_path / "no" / "x.svg", code=4)
    assert "no such" in said(capsys, tmp_path / "none.csv", code=4).lower()


def test_runs_are_known_by_their_names(tmp_path, capsys, monkeypatch):
    """As other commands know them: a run's, or a model's, whose last one it is; size and all."""
    monkeypatch.chdir(tmp_path)
    kept = tmp_path / ".mcqtest" / "runs"
    kept.mkdir(parents=True)
    for name, accuracy in (("small-0001", 0.4), ("mid-0002", 0.3), ("mid-0003", 0.7)):
        write_run(kept / name, {"up": accuracy})
    (tmp_path / "mid").mkdir()  # no run: a checkpoint, say
    toy = found(capsys, "small-0001=1M", "mid=10M")["families"][1]
    assert toy["tasks"][0]["sizes"] == [10**6, 10**7]
    assert toy["tasks"][0]["values"] == pytest.approx([20, 60])
    assert found(capsys, "small=1M", ".mcqtest/runs/mid-0003=10M")["families"][1] == toy
    error = said(capsys, "small=1M", "big=10M", code=4)
    assert "no run 'big': there is mid-0003, mid-0002, small-0001" in error
    (tmp_path / ".mcqtest").rename("elsewhere")
    assert found(capsys, "small=1M", "mid=10M", "--run-dir=elsewhere")["families"][1] == toy


@pytest.mark.parametrize(
    ("text", "size"),
    [("125M", 125e6), ("1.3b", 1.3e9), ("2e9", 2e9), ("7 T", 7e12), ("5", 5), ("0", None)],
)
def test_sizes(text, size):
    """As people write them, and back."""
    assert points.size_of(text) == size
    assert size is None or points.size_of(points.told(size)) == size


def test_a_column_from_outside_has_models_and_scores(tmp_path):
    """Else it says which row lacks them."""
    table = tmp_path / "arena.csv"
    write_table(table, [{"name": "m", "score": 1}])
    with pytest.raises(McqtestError, match=r"row 1 .* a column model"):
        points.column(table)


# --- published scores -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Published scores, as tables."""
    script, out = realdata.script("scaling_tables"), tmp_path_factory.mktemp("tables")
    data = realdata.require("bigbench_scores").parent
    for make in (script.big_g, script.lite, script.checkpoints):
        script.write(out / f"{make.__name__}.csv", make(data))
    return out


def test_big_g_breaks_through_in_six_tasks(tables, capsys):
    """Of 89; the paper has some 5 %."""
    (family,) = found(capsys, tables / "big_g.csv")["families"]
    assert (len(family["tasks"]), family["broke_through"]) == (89, 6)
    names = {each["task"] for each in family["tasks"] if each["broke_through"]}
    assert {"hindu_knowledge", "similarities_abstraction"} < names
    assert [round(each["holds"] / each["tasks"], 2) for each in family["calibration"]] == [
        1.0, 0.98, 0.99, 0.96, 0.93, 0.81, 0.92, 0.72,
    ]  # fmt: skip


def test_lite_has_two_families(tables, capsys):
    """Of 12 sizes and of three, of which nothing is claimed."""
    big_g, palm = found(capsys, tables / "lite.csv")["families"]
    assert (big_g["broke_through"], palm["broke_through"]) == (4, 0)
    assert {len(each["sizes"]) for each in palm["tasks"]} == {3}
    assert {each["trend"] for each in palm["tasks"]} == {None}


def test_checkpoints_near_chance_show_no_trend(tables, capsys):
    """159 in a row, in 57 subjects and two means: all of it is noise."""
    (family,) = found(capsys, tables / "checkpoints.csv")["families"]
    assert {len(each["sizes"]) for each in family["tasks"]} == {159}
    assert {each["trend"] for each in family["tasks"]} == {None}
    assert not any(each["broke_through"] or each["single_jump"] for each in family["tasks"])
