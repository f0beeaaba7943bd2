"""Which file holds a task's questions: below a folder of the user's, or on the hub."""

import huggingface_hub
import pytest
from builders import complaint, toy_style
from huggingface_hub import constants, errors
from hypothesis import given
from hypothesis import strategies as st
from project import CASES, CONFTEST, TASKS, both_ways, sentences
from realdata import benchmark

from mcqtest.data import files, load
from mcqtest.data.files import find
from mcqtest.run.plan import plan
from mcqtest.run.way import Way
from mcqtest.types import Benchmark, Columns, Decoding, Layout, Method, Source, Style

COLUMNS = Columns(choices=("A", "B", "C", "D"), first=1)
SHOTS = {"shots": "dev"}
EXACT = Layout("{task}-{split}.csv", COLUMNS, splits=SHOTS, names={"Law": "the-law"})
PACKED = Layout("{split}.jsonl.gz", COLUMNS, splits=SHOTS)
ANY = Layout("data/{task}*{split}*.csv", COLUMNS, splits=SHOTS)
DEEP = Layout("**/{split}-*.parquet", COLUMNS, splits=SHOTS)
WORKED = Layout("worked.jsonl", Columns(task="subject", reasoning="cot"))
ROWS = "question,answer,A,B,C,D\nQ,2,a,b,c,d\n"
HUB = "org/toy"
PAGE = f"https://huggingface.co/datasets/{HUB}"


@pytest.fixture(autouse=True)
def _forgotten():
    """No snapshot of another test."""
    files._snapshot.cache_clear()


def task_with(*layouts, name="Law", hub=HUB, revision="pinned", worked=()):
    """A task whose files have these layouts."""
    source = Source("toy", layouts, hub, revision, worked)
    style = Style("toy_style", toy_style)
    methods = {"letters": Method(style), "cot": Method(style, Decoding(9), worked=True)}
    return Benchmark("toy", {"all": (name,)}, source, methods, 2).tasks[0]


def put(root, *paths, text=ROWS):
    """Files below ``root``; the root."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    return root


def failing(error):
    """A download that ends like this."""

    def fail(*_args, **_call):
        raise error.__new__(error)  # some want a whole HTTP response, of which nothing is read

    return fail


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A snapshot of the hub: its folder, and what was asked for."""
    calls = []

    def download(repo, **call):
        calls.append({"repo": repo, **call})
        return str(tmp_path)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    return tmp_path, calls


# --- a folder of the user's -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layout", "path"),
    [
        (EXACT, "the-law-test.csv"),
        (PACKED, "test.jsonl.gz"),
        (ANY, "data/Law-hard-test-v2.csv"),
        (ANY, "data/Lawtest.csv"),
        (DEEP, "test-00000-of-00001.parquet"),
        (DEEP, "kmmlu/pro/test-0.parquet"),
    ],
)
def test_a_file_is_found(tmp_path, layout, path):
    """Named exactly or with ``*``, below --data or in the publisher's own folder."""
    put(tmp_path, f"toy/{path}")
    file = tmp_path / "toy" / path
    assert find(task_with(layout), "test", tmp_path) == (layout, file, f"toy/{path}")
    assert find(task_with(layout), "test", tmp_path / "toy") == (layout, file, path)


def test_names_of_splits_and_tasks(tmp_path):
    """A layout may name a task and the shots in its own way; other tasks keep their names."""
    put(tmp_path, "toy/the-law-dev.csv", "toy/Math-dev.csv")
    assert find(task_with(EXACT), "shots", tmp_path)[2] == "toy/the-law-dev.csv"
    assert find(task_with(EXACT, name="Math"), "shots", tmp_path)[2] == "toy/Math-dev.csv"


def test_an_exact_name_comes_first(tmp_path):
    """Layouts are tried in their order; what fits a later one is not even counted."""
    put(tmp_path, "toy/data/Law-1-test.csv", "toy/data/Law-2-test.csv", "toy/the-law-test.csv")
    assert find(task_with(EXACT, ANY), "test", tmp_path)[2] == "toy/the-law-test.csv"


def test_no_fitting_file(tmp_path):
    """Told with every name that was tried; a folder of such a name is no file."""
    put(tmp_path, "toy/data/Law-dev.csv", "toy/data/Patent-Law-test.csv", "toy/Law-test.csv")
    (tmp_path / "toy/data/Law-test.csv").mkdir()
    assert complaint(find, task_with(PACKED, ANY), "test", tmp_path) == (
        f"{tmp_path / 'toy'}: no questions for toy/Law; add one of test.jsonl.gz, "
        'data/Law*test*.csv, or pass another --data DIR, or leave toy out with -m "not toy"'
    )


def test_two_fitting_files(tmp_path):
    """Neither is guessed to be the one."""
    put(tmp_path, "toy/data/Law-test.csv", "toy/data/Law-test-old.csv")
    assert complaint(find, task_with(ANY), "test", tmp_path) == (
        f"{tmp_path / 'toy'}: data/Law*test*.csv fits data/Law-test-old.csv, data/Law-test.csv; "
        "leave one of them there"
    )


NAMES = ["Law-test.csv", "Law_test_2.csv", "Law-dev.csv", "Law-test.csv.gz", "law-test.csv"]
NAMES += ["Lawyer-dev-test.csv", "Patent-Law-test.csv", "test-Law.csv", "deep/Law-test.csv"]
FITTING = {"Law-test.csv", "Law_test_2.csv", "Lawyer-dev-test.csv"}


@given(st.sets(st.sampled_from(NAMES)))
def test_exactly_one_must_fit(tmp_path_factory, present):
    """Whatever else lies beside it."""
    root = tmp_path_factory.mktemp("data")
    (root / "toy").mkdir()
    put(root, *[f"toy/data/{name}" for name in present])
    fitting = present & FITTING
    if len(fitting) == 1:
        assert find(task_with(ANY), "test", root)[2] == f"toy/data/{fitting.pop()}"
    else:
        message = complaint(find, task_with(ANY), "test", root)
        assert ("leave one of them there" in message) == bool(fitting)
        assert all(name in message for name in fitting)


def test_a_folder_with_signs_of_a_pattern(tmp_path):
    """The user's own folder is taken literally."""
    put(tmp_path, "a[1]*/toy/data/Law-test.csv", "a1x/toy/data/Law-test.csv")
    root = tmp_path / "a[1]*"
    assert find(task_with(ANY), "test", root)[1] == root / "toy/data/Law-test.csv"


# --- the hub ----------------------------------------------------------------------------------


def test_a_snapshot(hub):
    """Where a name is not known, all files that fit for any task are fetched, once."""
    folder, calls = hub
    put(folder, "data/Law-x-test.csv", "data/Math-test.csv")
    found = find(task_with(EXACT, ANY), "test", None)
    assert found == (ANY, folder / "data/Law-x-test.csv", f"{HUB}/data/Law-x-test.csv")
    (call,) = calls
    assert set(call.pop("allow_patterns")) == {"data/**test*.csv"}
    assert call == {"repo": HUB, "repo_type": "dataset", "revision": "pinned"}


def test_a_snapshot_of_any_depth(hub):
    """The client's patterns know no ``**``, so the file at the top is named by itself."""
    folder, calls = hub
    put(folder, "test-00000-of-00001.parquet")
    assert find(task_with(DEEP), "test", None)[2] == f"{HUB}/test-00000-of-00001.parquet"
    assert calls[0]["allow_patterns"] == ["**/test-*.parquet", "test-*.parquet"]


def test_a_snapshot_is_asked_for_once(hub):
    """45 subjects ask once for each split, and once more at another revision."""
    folder, calls = hub
    tasks = benchmark("kmmlu_hard").KMMLU_HARD.tasks
    put(folder, *[f"data/{task.name}-{split}.csv" for task in tasks for split in ("test", "dev")])
    for split in ("test", "shots", "test"):
        assert [len(load(task, split, None)) for task in tasks] == [1] * 45
    assert [call["allow_patterns"][0][7:] for call in calls] == ["test*.csv", "dev*.csv"]
    load(tasks[0], "test", None, revision="main")
    assert [call["revision"] for call in calls] == [calls[0]["revision"]] * 2 + ["main"]


def test_a_failed_snapshot_is_asked_for_again(hub, monkeypatch):
    """Nothing is remembered of a download that broke off."""
    put(hub[0], "data/Law-test.csv")
    with monkeypatch.context() as broken:
        broken.setattr(huggingface_hub, "snapshot_download", failing(TimeoutError))
        assert "the download failed" in complaint(find, task_with(ANY), "test", None)
    assert find(task_with(ANY), "test", None)[1].name == "Law-test.csv"


def test_nothing_fits_in_a_snapshot(hub):
    """What is there instead is listed, and another revision is proposed."""
    put(hub[0], "data/Math-test.csv")
    assert complaint(find, task_with(ANY), "test", None) == (
        f"{HUB}: no file fits data/Law*test*.csv; pass --data DIR, or another --revision toy=COMMIT"
    )


OFFLINE = "not in the local cache and the hub cannot be reached"
LOGIN = "set HF_TOKEN or run `hf auth login`"


ADVICE = {
    errors.GatedRepoError: f"the data set is gated; accept its licence on {PAGE}, then {LOGIN}",
    errors.RepositoryNotFoundError: f"no such data set, or it is private; {LOGIN}",
    errors.LocalEntryNotFoundError: f"{OFFLINE}; connect to the network, unset HF_HUB_OFFLINE",
    errors.RevisionNotFoundError: f"the hub has no revision mine; see {PAGE}",
    TimeoutError: "the download failed (TimeoutError); try again",
}


@pytest.mark.parametrize("error", ADVICE)
def test_a_snapshot_that_fails(monkeypatch, error):
    """One line says what to do about it: which licence to accept where, and how to log in."""
    monkeypatch.setattr(huggingface_hub, "snapshot_download", failing(error))
    found = complaint(find, task_with(ANY), "test", None, revision="mine")
    assert found == f"{HUB}: {ADVICE[error]}, or pass --data DIR"


@pytest.mark.parametrize("name", ["Redux", "Pro"])
def test_gated_benchmarks(monkeypatch, name):
    """The page whose licence is to be accepted is that of the benchmark's own data set."""
    monkeypatch.setattr(huggingface_hub, "snapshot_download", failing(errors.GatedRepoError))
    found = getattr(benchmark(f"kmmlu_{name.lower()}"), f"KMMLU_{name.upper()}")
    repo = f"LGAI-EXAONE/KMMLU-{name}"
    assert complaint(load, found.tasks[0], "test", None) == (
        f"{repo}: the data set is gated; accept its licence on "
        f"https://huggingface.co/datasets/{repo}, then {LOGIN}, or pass --data DIR"
    )


def test_the_client_offline(tmp_path, monkeypatch):
    """The hub's own client, told to stay offline, fails as the doubles do."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    message = complaint(find, task_with(ANY), "test", None)
    assert message.startswith(f"{HUB}: {OFFLINE}; ")


# --- revisions --------------------------------------------------------------------------------


def test_a_plan_asks_at_the_revision(hub):
    """Questions and shots come from the same commit; without one, from the source's own."""
    put(hub[0], "data/Law-test.csv", "data/Law-dev.csv")
    way = Way(shots=1)
    for revision in (None, "mine"):
        plan(task_with(ANY), root=None, identity="i", way=way, revision=revision)
    assert [call["revision"] for call in hub[1]] == ["pinned", "pinned", "mine", "mine"]


DOUBLE = """
import huggingface_hub


def download(*, repo_id, filename, revision, repo_type):
    with open({log!r}, "a") as file:
        file.write(f"{{repo_id}} {{revision}}\\n")
    return {data!r} + filename


huggingface_hub.get_hf_file_metadata = lambda url: None
huggingface_hub.hf_hub_download = download
"""


@both_ways
def test_revision_of_a_run(project, args):
    """The option reaches the hub, also from workers, and only for the benchmark it names."""
    log, data = str(project.path / "hub.log"), str(project.path / "data/toy") + "/"
    double = CONFTEST.format(root=str(project.path)) + DOUBLE.format(log=log, data=data)
    project.write("conftest.py", double)
    end = "        ),\n    ),\n"
    cases = CASES.replace(end, f'        ),\n        "{HUB}",\n        "pinned",\n    ),\n')
    project.write("cases/test_toy.py", cases)
    project.model("a")
    for revision, expected in {"toy=mine": "mine", "kmmlu=mine": "pinned"}.items():
        result = project.run(*args, f"--revision={revision}", "--snapshot-update", data="hub")
        assert result.ret == 0, sentences(result)
        lines = project.log("hub")
        assert set(lines) == {f"org/toy {expected}"}
        assert len(lines) >= 2 * len(TASKS)


# --- worked examples --------------------------------------------------------------------------


def test_no_worked_examples(tmp_path):
    """One line says what to do: where there are none, on the hub, and in a folder without them."""
    task = task_with(ANY, worked=(WORKED,))
    assert complaint(find, task_with(ANY), "worked", tmp_path) == (
        "toy/Law: there are no worked examples; ask with --shots=0"
    )
    assert complaint(find, task, "worked", None) == (
        "toy/Law: its worked examples are not on the hub; pass a folder that holds "
        "toy/worked.jsonl with --data DIR, or ask with --shots=0"
    )
    put(tmp_path, "toy/data/Law-test.csv")
    assert complaint(find, task, "worked", tmp_path) == (
        f"{tmp_path / 'toy'}: no worked examples for toy/Law; add one of worked.jsonl, or pass "
        'another --data DIR, or ask with --shots=0, or leave toy out with -m "not toy"'
    )


def test_without_shots_no_worked_examples_are_needed(tmp_path):
    """As the messages above promise."""
    put(tmp_path, "toy/data/Law-test.csv")
    task = task_with(ANY, worked=(WORKED,))
    planned = plan(task, root=tmp_path, identity="i", way=Way(method="cot", shots=0))
    assert len(planned.requests) == 1
    message = complaint(plan, task, root=tmp_path, identity="i", way=Way(method="cot"))
    assert "ask with --shots=0" in message
