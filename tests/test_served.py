"""Served models: what a server is asked, what is taken for an answer, and what is not."""

import asyncio
import json
import math
import threading
import time

import pytest
from builders import complaint

pytest.importorskip("openai", reason="the extra openai is not installed")

from faults.proxy import Proxy
from faults.server import Server, _write
from mcqtest import backends
from mcqtest.backends.openai import found, logprobs, place
from mcqtest.backends.openai.backend import Served
from mcqtest.backends.openai.flight import Flight
from mcqtest.backends.openai.pace import Pace
from mcqtest.backends.openai.trouble import Trouble
from mcqtest.types import AnswerError, Chat, Decoding, McqtestError, Prompt, Request

COUNT = 40
TEXT = Decoding(max_tokens=20, stop=("\n\n",))


def right(a):
    """Index of the right answer."""
    return a // 8 % 4


def prompt(a, b, *, chats=False):
    """A sum to be done, whose right answer is one of all letters."""
    choices = [*map(str, range(3))]
    choices.insert(right(a), str(a + b))
    lines = "".join(f"{letter}. {each}\n" for letter, each in zip("ABCD", choices, strict=True))
    text = f"What is {a} + {b}?\n{lines}Answer:"
    return Chat("Add.", "", (), text) if chats else Prompt("", (), text)


def requests(count=COUNT, *, decoding=None, chats=False):
    """Sums that the server can do."""
    choices = tuple("ABCD") if chats else (" A", " B", " C", " D")
    sums = [(8 * number + 1, 5) for number in range(count)]
    return [
        Request(f"{a}", prompt(a, b, chats=chats), choices, f"sums/{a}", decoding) for a, b in sums
    ]


def served(server, folder, **options):
    """The backend of a server, as a run gets it."""
    given = {"base_url": server.url, **options}
    model = backends.find("openai", "adder", base=folder)
    model = backends.probe("openai", model, given, folder, again=False)
    return model, backends.load(model, backends.setup("openai", model, given))


@pytest.mark.parametrize(
    ("understood", "chats", "way"),
    [
        ("echo", False, "echo"),
        ("bias", False, "logit_bias"),
        ("bias", True, "logit_bias"),
        ("top", False, "top_logprobs=200"),
        ("top", True, "top_logprobs=200"),
    ],
)
def test_letters(tmp_path, understood, chats, way):
    """By whatever a server understands, the numbers are the model's."""
    with Server(letters=understood, wrong=0) as server:
        model, backend = served(server, tmp_path)
        assert (model.found.chat_letters if chats else model.found.plain_letters) == way
        asked = requests(chats=chats)
        answers = {each.key: each for each in backend.run(asked)}
        assert answers.keys() == {each.key for each in asked}
        for each in asked:
            values = server._values(each.prompt.text)
            assert answers[each.key].logprobs == pytest.approx([values[x] for x in "ABCD"])
    assert backend.spent["answers"] == COUNT


@pytest.mark.parametrize(
    ("understood", "said"),
    [
        ("", "did not come back with log-probabilities (echo)"),
        ("equal", "the log-probabilities of all choices are equal (-1.5)"),
        ("late", "what is told of a choice is of the token behind it (top_logprobs)"),
        ("deaf", "logit_bias: the model said ' "),
        ("after", "logit_bias: the probabilities of the choices add up to 4.00"),
        ("five", "the 2 alternatives that the server tells are without ' C'"),
    ],
)
def test_no_letters(tmp_path, understood, said):
    """A server that ignores a field, tells one number for all, or not all letters, scores none."""
    with Server(letters=understood) as server:
        model, _ = served(server, tmp_path)
        line = complaint(backends.check, model, requests(), backends.setup("openai", model, {}))
        assert said in line
        assert "ask for texts with --method=cot" in line
        assert not backends.check(
            model, requests(decoding=TEXT), backends.setup("openai", model, {})
        )


def test_texts(tmp_path):
    """Behind plain text and in a chat; what is sent is what was asked for, and no more."""
    with Server() as server:
        _, backend = served(server, tmp_path)
        server.keeps = True
        plain = list(backend.run(requests(3, decoding=TEXT)))
        chat = list(backend.run(requests(3, decoding=TEXT, chats=True)))
    assert {each.text for each in plain} == {f" The answer is ({letter})." for letter in "ABC"}
    assert {each.text for each in chat} == {f"The answer is ({letter})." for letter in "ABC"}
    assert {(each.truncated, each.tokens) for each in chat} == {(False, 10)}
    body = server.bodies[-1]
    assert [each["role"] for each in body["messages"]] == ["system", "user"]
    assert body.keys() == {"model", "messages", "max_tokens", "temperature", "top_p"}
    assert body["temperature"] == 0


def test_stop_strings_that_a_server_ignores(tmp_path):
    """What comes is cut there, in a chat as well."""
    with Server() as server:
        _, backend = served(server, tmp_path)
        stops = Decoding(max_tokens=20, stop=("is (",))
        for chats in (False, True):
            (response,) = backend.run(requests(1, decoding=stops, chats=chats))
            assert (response.text.strip(), response.truncated) == ("The answer", False)


GOOD = {"finish_reason": "stop", "message": {"content": "B"}}


@pytest.mark.parametrize(
    ("choice", "text", "truncated"),
    [
        (GOOD, "B", False),
        (
            {"finish_reason": "stop", "message": {"content": "B", "reasoning_content": "b?"}},
            "<think>\nb?\n</think>\n\nB",
            False,
        ),
        (
            {"finish_reason": "length", "message": {"content": None, "reasoning": "b? c"}},
            "<think>\nb? c",
            True,
        ),
        ({"message": {"content": "B\ufffd"}}, "B\ufffd", None),
        ({"finish_reason": "length", "message": {"content": None}}, "", True),
        ({"finish_reason": "length", "message": {"content": "B\ufffd"}}, "B", True),
        ({"finish_reason": "content_filter", "message": {"content": None}}, "", False),
        ({"finish_reason": "stop", "message": {"content": "B\ud83d"}}, "B\ufffd", False),
    ],
)
def test_what_a_reply_says(choice, text, truncated):
    """With its thought, and whether it met a limit."""
    from mcqtest.backends.openai.texts import heard

    assert heard(choice, chats=True) == (text, truncated)


@pytest.mark.parametrize(
    "choice", [{}, {"message": {"content": 3}}, {**GOOD, "finish_reason": "abort"}]
)
def test_what_says_nothing(choice):
    """Is no answer, and is asked again."""
    from mcqtest.backends.openai.texts import heard

    with pytest.raises(Trouble) as trouble:
        heard(choice, chats=True)
    assert trouble.value.is_passing


FAULTS = {"reset": 0.1, "json": 0.05, "empty": 0.05, "twice": 0.05, "equal": 0.05}
FAULTS |= {"model": 0.05, "again": 0.05, "error": 0.05, "storm": 0.002, "mark": 0.005}


def test_faults(tmp_path, monkeypatch):
    """Whatever goes wrong, every answer is the right one, and what is strange is told."""
    monkeypatch.setattr(Pace, "rest", lambda *_: 0.01)
    with Server(wrong=0) as server:
        _, backend = served(server, tmp_path)
        server.faults, server.storm = FAULTS, 0.2
        asked = requests(400)
        answers = [*backend.run(asked)]
        assert server.met.keys() >= FAULTS.keys() - {"storm"}
    assert sorted(each.key for each in answers) == sorted(each.key for each in asked)
    for each in answers:
        assert max(each.logprobs) == each.logprobs[right(int(each.key))]
    assert backend.spent["sent again"] >= 100
    said = " ".join(backend.notices)
    assert "what is served changed while it was asked (system_fingerprint fp_1" in said
    assert "the answer is of another model ('subtractor'); it was asked again" in said


def test_replicas(tmp_path, monkeypatch):
    """Behind a balancer they share the work; where one dies the others answer."""
    monkeypatch.setattr(Pace, "rest", lambda *_: 0.01)
    with Server() as one, Server() as two, Server() as three:
        replicas = [one, two, three]
        with Proxy([each.port for each in replicas]) as proxy:
            _, backend = served(proxy, tmp_path)
            answers = set()
            for response in backend.run(requests(600)):
                answers.add(response.key)
                if len(answers) == 300:
                    shares = [each.answered.total() for each in replicas]
                    two.__exit__()
    assert len(answers) == 600
    assert min(shares) >= 50
    assert not backend.notices


def test_what_is_asked_is_never_asked_again(tmp_path):
    """Known requests are not sent; others once, where nothing goes wrong."""
    from dataclasses import replace

    with Server() as server:
        _, backend = served(server, tmp_path)
        before = server.answered.total()
        asked = [replace(each, known=int(each.key) % 16 == 1) for each in requests()]
        assert len(list(backend.run(asked))) == COUNT // 2
        assert server.answered.total() == before + COUNT // 2


def test_a_limit_of_retries(tmp_path, monkeypatch):
    """One line, once all that was answered is there."""
    monkeypatch.setattr(Pace, "rest", lambda *_: 0.01)
    with Server() as server:
        _, backend = served(server, tmp_path, retries="3", concurrency="4")
        answers = []

        def breaking():
            for each in backend.run(requests(200)):
                answers.append(each)
                if len(answers) == 20:
                    server.faults = {"error": 1.0}

        with pytest.raises(McqtestError) as error:
            breaking()
    assert not isinstance(error.value, AnswerError)
    said = "adder: {} does not answer 4 times (500: something broke; sums/"
    assert str(error.value).startswith(said.format(server.url))
    assert str(error.value).endswith("so the same command goes on from here")
    assert len(answers) >= 20


def test_one_question_that_breaks_the_server(tmp_path, monkeypatch):
    """Is that question's error; the others are answered."""
    monkeypatch.setattr(Pace, "rest", lambda *_: 0.01)
    with Server() as server:
        _, backend = served(server, tmp_path, retries="2", concurrency="4")
        answering(server, monkeypatch, lambda asked: "E. 3" in str(asked), 500, "a crash")
        bad = Request("bad", Prompt("", (), "What is 1 + 2?\nE. 3"), (" A", " B"), "sums/bad")
        answers = []
        with pytest.raises(AnswerError, match=r"sums/bad: adder does not answer it \(500: a cra"):
            answers.extend(backend.run([bad, *requests(300)]))
    assert answers


def answering(server, monkeypatch, concerns, status, said):
    """Let a server refuse the requests that this concerns."""
    answer = server._answer

    async def refusing(writer, path, asked):
        if concerns(asked):
            return _write(writer, status, {"error": {"message": said}})
        return await answer(writer, path, asked)

    monkeypatch.setattr(server, "_answer", refusing)


def test_too_long_a_prompt_loses_shots(tmp_path, monkeypatch):
    """One after the other, from the end, as with a model in this process."""
    with Server() as server:
        _, backend = served(server, tmp_path)
        said = "This model's maximum context length is 100 tokens"
        answering(server, monkeypatch, lambda asked: len(asked["prompt"][0]) > 200, 400, said)
        shots = tuple(f"{number} " * 25 for number in range(5))
        asked = Request("k", Prompt("", shots, prompt(9, 5).query), (" A", " B", " C", " D"), "n")
        (response,) = backend.run([asked])
    assert response.shots == 3


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"error": {"message": "no such key SECRET-KEY"}}, "fatal"),
        (429, {"error": {"message": "pay", "code": "insufficient_quota"}}, "fatal"),
        (429, {"error": {"message": "slow down"}}, "busy"),
        (500, {}, "broken"),
        (404, {"detail": "Not Found"}, "refused"),
    ],
)
def test_kinds_of_refusals(monkeypatch, status, body, kind):
    """What waiting mends, what another try, and what nothing does; no key is told."""
    monkeypatch.setenv("OPENAI_API_KEY", "SECRET-KEY")
    with Server() as server:
        monkeypatch.setattr(server, "_handle", _saying(status, body))

        async def ask():
            from mcqtest.backends.openai.client import Client

            client = Client(place.read({"base_url": server.url}))
            try:
                await client.post("/completions", {})
            finally:
                await client.close()

        with pytest.raises(Trouble) as trouble:
            asyncio.run(ask())
    assert trouble.value.kind == kind
    assert "SECRET" not in str(trouble.value)


def _saying(status, body):
    async def handle(writer, *_):
        return _write(writer, status, body)

    return handle


# --- the parts ----------------------------------------------------------------------------------


def test_pace():
    """More with every answer, half where a burst is refused, and slowly up from there."""
    now = [10.0]
    pace = Pace(100, clock=lambda: now[0], chance=lambda: 1.0)
    for _ in range(200):
        pace.answered()
    assert pace.width == 100
    now[0] = 11.0
    pace.busy(sent=10.5)
    pace.busy(sent=10.6)  # of the same burst
    assert pace.width == 50
    assert pace.until == 11.5
    now[0] = 12.0
    pace.busy(sent=11.9, wait=7.0)
    assert (pace.width, pace.until) == (25, 19.0)
    for _ in range(25):
        pace.answered()
    assert pace.width in {25, 26}
    assert pace.rest(50) == 30.0


def test_flight_keeps_to_its_pace():
    """No more are in flight than the pace allows, and all of those where it does."""
    inside, most, gate = [], [], threading.Event()

    class Nobody:
        async def close(self):
            pass

    async def ask(_, job):
        inside.append(job)
        most.append(len(inside))
        await asyncio.to_thread(gate.wait)
        inside.remove(job)
        return job

    with Flight(Nobody, ask, Pace(1000), retries=0) as flight:
        for job in range(300):
            flight.send(job)
        while len(most) < 64:
            time.sleep(0.001)
        time.sleep(0.05)
        assert len(most) == 64
        gate.set()
        assert {flight.take().job for _ in range(300)} == set(range(300))
    assert max(most) <= 364


def test_what_stands_for_weights(tmp_path, monkeypatch):
    """Where it is and what it says of itself, or the name that somebody gives it."""
    with Server() as server, Server() as other:
        first, _ = served(server, tmp_path)
        again, _ = served(server, tmp_path)
        assert first.fingerprint == again.fingerprint
        assert served(other, tmp_path)[0].fingerprint != first.fingerprint
        tagged = [served(each, tmp_path, deployment="one")[0] for each in (server, other)]
        assert tagged[0].fingerprint == tagged[1].fingerprint
        two, _ = served(server, tmp_path, deployment="two")
        assert two.fingerprint != tagged[0].fingerprint
        server._marks = 9
        assert served(server, tmp_path)[0].fingerprint != first.fingerprint
        assert served(server, tmp_path, deployment="one")[0].fingerprint == tagged[0].fingerprint
    worker = backends.find("openai", "adder", base=tmp_path)
    given = {"base_url": other.url, "deployment": "one"}
    worker = backends.probe("openai", worker, given, tmp_path, again=True)
    assert worker.fingerprint == tagged[0].fingerprint


def test_what_moves_answers(tmp_path):
    """Fields of requests do, and the way of scoring; where, how fast and for whose money do not."""
    known = backends.openai.Served("m", found.Found("m", "http://h/v1"))

    def identity(**options):
        given = {"base_url": "http://h/v1", **options}
        return backends.setup("openai", known, given).identity("0" * 64)

    same = {"concurrency": "9", "retries": "1", "timeout": "5", "price": "1,2", "key_env": "K"}
    assert {identity(**{key: value}) for key, value in same.items()} == {identity()}
    assert len({identity(), identity(extra="{}"), identity(letters="echo")}) == 3


def test_a_second_look_is_short(tmp_path):
    """Where nothing changed, ways of scoring letters are not tried again."""
    with Server() as server:
        served(server, tmp_path)
        first = server.answered.total()
        served(server, tmp_path)
        assert server.answered.total() - first == 2


def test_without_its_server(tmp_path):
    """Stored answers are judged as those of what was there; a first look says what to do."""
    with Server() as server:
        first, _ = served(server, tmp_path)
    given = {"base_url": server.url}
    server.server.close()
    kept = tmp_path / "served"
    for path in kept.iterdir():
        assert json.loads(path.read_text("utf-8"))["model"] == "adder"
    given = {"base_url": "http://127.0.0.1:9/v1"}
    model = backends.find("openai", "adder", base=tmp_path)
    said = complaint(backends.probe, "openai", model, given, tmp_path, again=False)
    assert said.startswith("http://127.0.0.1:9/v1: cannot be reached (")
    target = found.path(tmp_path, "adder", place.read(given))
    target.write_text(next(kept.iterdir()).read_text("utf-8"), "utf-8")
    later = backends.probe("openai", model, given, tmp_path, again=False)
    (note,) = backends.check(later, [], backends.setup("openai", later, given))
    assert "taken for what was served there" in note
    assert first.found.plain_letters == later.found.plain_letters


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "--backend=openai: where is it served? Add --backend-option base_url=http"),
        ({"base_url": "localhost:8000"}, "--backend-option base_url: not the URL of an API"),
        (
            {"base_url": "http://me:SECRET@host:1/v1?key=SECRET"},
            "--backend-option base_url: holds a user, a password or a query, which others could",
        ),
        ({"key_env": "sk-SECRET"}, "--backend-option key_env: not a value of it (environment"),
        ({"key_env": "NOWHERE"}, "--backend-option key_env: no such variable"),
        ({"price": "1"}, "--backend-option price=1: not a value of it (IN,OUT"),
        ({"extra": "[1]"}, "--backend-option extra: not JSON of an object"),
        ({"speed": "1"}, "--backend-option speed: unknown; for served models there are base_url"),
    ],
)
def test_options(monkeypatch, options, said):
    """A slip is one line, which tells no secret."""
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    if options and "base_url" not in options:
        options = {"base_url": "http://h:1/v1", **options}
    line = complaint(place.read, options)
    assert line.startswith(said)
    assert "SECRET" not in line
    assert "@" not in line


def test_models_that_are_not_there(tmp_path):
    """The line names those that are."""
    with Server() as server:
        model = backends.find("openai", "addder", base=tmp_path)
        given = {"base_url": server.url}
        said = complaint(backends.probe, "openai", model, given, tmp_path, again=False)
    assert said == f"--model=addder: {server.url} serves no such model; there are adder"


@pytest.mark.parametrize("value", [math.nan, -math.inf, -9999.0, 0.5])
def test_numbers_that_are_no_logprobs(value):
    """Are no score."""
    with pytest.raises(Trouble):
        logprobs.sound([-1.0, value, -2.0], "ABC")


def test_equal_numbers():
    """Of two choices they may be chance; of more they are none."""
    assert logprobs.sound([-1.0, -1.0], "AB") == (-1.0, -1.0)
    with pytest.raises(Trouble, match="equal"):
        logprobs.sound([-1.0, -1.0, -1.0], "ABC")


def test_a_backend_needs_no_library_until_it_asks(tmp_path):
    """What it is going to do is known before."""
    known = found.Found("m", "http://h/v1", "vllm", "1", plain_letters="echo")
    assert known.words == "served by vllm 1, letters by echo"
    assert Served("m", known, place.read({"base_url": "http://h/v1"})).spent["answers"] == 0
