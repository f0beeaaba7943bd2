"""From prompts to tokens: whatever the tokenizer does, the right positions are read."""

from types import SimpleNamespace

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import models
from hypothesis import given
from hypothesis import strategies as st

from mcqtest.backends.specials import start
from mcqtest.backends.tokens import Encoded, Encoder, TokenRow, nested, shared_length
from mcqtest.types import AnswerError, Prompt, Request

TOLERANCE = 1e-4


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tiny Llama for each kind of tokenizer, made once."""
    root = tmp_path_factory.mktemp("tokenizers")

    def made(kind):
        return root / kind if (root / kind).exists() else models.save(root / kind, kind)

    return made


def encode(kind, request, limit=None, vocabulary=None):
    """One request, encoded."""
    return Encoder(models.tokenizer(kind), limit, vocabulary).encode([request])[0]


def ask(text, choices=models.LETTERS, *, shots=(), header=""):
    """A request from its parts."""
    return Request("key", Prompt(header, tuple(shots), text), tuple(choices), "sea/tides/7")


# --- every tokenizer gives what feeding every token gives ---------------------------------------


@pytest.mark.parametrize("kind", models.KINDS)
def test_letters_after_a_prompt(folder, kind):
    """Letters score as if each were encoded and fed with the whole prompt."""
    where = folder(kind)
    asked = models.requests([3, 12, 5, 12, 4])
    expected = models.Reference(where).answers(asked)
    assert models.difference(models.answers(models.backend(where), asked), expected) < TOLERANCE


@pytest.mark.parametrize("kind", ["bytes", "bytes_split", "unigram", "llama", "wordpiece"])
@pytest.mark.parametrize(
    "choices",
    [
        (" ships", " shores", " shells"),
        (" north", " south", " east", " west"),
        (" A", " A ship", " B", " A wind"),
        (" 10", " 1", " 100"),
        ("A", "B"),
        ("\nA", "\nB"),
    ],
    ids=["common_start", "other_start", "one_begins_another", "numbers", "no_space", "line"],
)
def test_choices_of_many_tokens(folder, kind, choices):
    """Choices of several tokens are summed, whether or not they begin alike."""
    where = folder(kind)
    asked = models.requests([3, 6], shots=1, choices=choices)
    expected = models.Reference(where).answers(asked)
    assert models.difference(models.answers(models.backend(where), asked), expected) < TOLERANCE


@pytest.mark.parametrize("kind", ["bytes", "unigram", "unigram_bare", "llama", "bytes_joined"])
@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("tides?\nA. ships\nAnswer:\n", ("A", "B")),
        ("tides?\nA. ships\nAnswer:\n\n", ("A", "B")),
        ("tides?\nA. ships\nAnswer: ", ("A", "B")),
        ("tides?\nA. ships\nAnswer: (", ("A", "B")),
        ("A", (" A", " B")),
        ("\n", ("A", "B")),
        ("wind " * 40 + "Answer:", (" A", " B")),
        ("潮の満ち引き\nこたえ:", (" A", " B")),
    ],
    ids=["line", "blank", "space", "bracket", "letter", "break", "long", "other_script"],
)
def test_endings_of_the_prompt(folder, kind, text, choices):
    """A prompt may end in a line break, a space, a bracket, or in the middle of a long line."""
    where = folder(kind)
    asked = [ask(text, choices)]
    expected = models.Reference(where).answers(asked)
    assert models.difference(models.answers(models.backend(where), asked), expected) < TOLERANCE


def test_a_letter_that_changes_the_tokens_before_it():
    """Where "Answer: A" is one token, scoring begins at "Answer", for all letters."""
    words = models.tokenizer("bytes_joined")
    ids = words("tides\nAnswer:")["input_ids"]
    assert words("tides\nAnswer: A")["input_ids"][: len(ids)] != ids
    encoded = encode("bytes_joined", ask("tides\nAnswer:"))
    starts = {
        (choice, min(p for c, p, _ in row.wanted if c == choice))
        for row in encoded.rows
        for choice in {c for c, _, _ in row.wanted}
    }
    before = len(words("tides\n")["input_ids"])
    assert starts == {(choice, before - 1) for choice in range(4)}


def test_the_last_line_is_not_the_whole_prompt():
    """A line that reads differently by itself is not taken for the end of the prompt."""

    class Parity:
        """Writes "odd" for a last character at an odd place, so that no line stands alone."""

        def __call__(self, texts, **_):
            if isinstance(texts, str):
                return {"input_ids": self.ids(texts)}
            return {"input_ids": [self.ids(text) for text in texts]}

        def ids(self, text):
            return [ord(c) * 2 + (i % 2) * (i > 0) for i, c in enumerate(text)]

    text = "ab\nc:"
    (row,) = Encoder(Parity(), None).encode([ask(text, "AB")])[0].rows
    assert row.ids == Parity().ids(text)
    assert [token for _, _, token in row.wanted] == [Parity().ids(text + c)[-1] for c in "AB"]


def test_single_tokens_are_read_in_one_row():
    """Letters of one token each need one pass over the prompt, and nothing is fed after it."""
    encoded = encode("bytes", ask("tides\nAnswer:"))
    (row,) = encoded.rows
    words = models.tokenizer("bytes")
    assert row.ids == words("tides\nAnswer:")["input_ids"]
    assert row.wanted == tuple(
        (choice, len(row.ids) - 1, words(letter)["input_ids"][0])
        for choice, letter in enumerate(models.LETTERS)
    )


def test_a_common_start_is_fed_once():
    """Letters that share all but their last token are read in one row as well."""
    (row,) = encode("bytes_split", ask("tides\nAnswer:")).rows
    space = models.tokenizer("bytes_split")(" ")["input_ids"]
    assert row.ids == models.tokenizer("bytes_split")("tides\nAnswer:")["input_ids"] + space
    assert len(row.wanted) == 8


@pytest.mark.parametrize(
    ("kind", "lead"),
    [("bytes", []), ("bytes_bos", [1]), ("bytes_bos_eos", [1]), ("wordpiece", [1])],
)
def test_special_tokens(kind, lead):
    """What the tokenizer puts before a text is kept, what it appends is not."""
    (row,) = encode(kind, ask("tides Answer:")).rows
    bare = models.tokenizer(kind)("tides Answer:", add_special_tokens=False)["input_ids"]
    assert row.ids == lead + bare


def test_a_truncating_tokenizer_does_not_truncate(tmp_path):
    """Truncation and padding left in tokenizer.json by a training run are not applied."""
    where = models.save(tmp_path, "bytes_limited")
    assert '"max_length":8' in (where / "tokenizer.json").read_text("utf-8").replace(" ", "")
    model = models.backend(where)
    text = models.question(30, 0)
    encoded = model._encoder.encode([ask(text), ask("ship:")])
    expected = [models.tokenizer("bytes")(each)["input_ids"] for each in (text, "ship:")]
    assert [item.rows[0].ids for item in encoded] == expected


# --- questions that cannot be asked -------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "choices"),
    [("words", models.LETTERS), ("bytes", (" A", " B", " A")), ("bytes", ("", " A"))],
    ids=["unknown", "equal", "empty"],
)
def test_letters_that_cannot_be_told_apart(kind, choices):
    """Choices with equal or no tokens are refused, and the message names the question."""
    with pytest.raises(AnswerError, match=r"^sea/tides/7: the tokenizer cannot tell .* apart"):
        encode(kind, ask("wind:", choices))


def test_lower_case_letters_are_told_apart():
    """A tokenizer that writes all in lower case still tells letters apart."""
    (row,) = encode("wordpiece_lower", ask("tides Answer:")).rows
    words = models.tokenizer("wordpiece_lower")
    assert [token for _, _, token in row.wanted] == words.convert_tokens_to_ids([*"abcd"])


def test_an_empty_prompt():
    """One without text is the BOS, or the EOS where there is none, as in lm-evaluation-harness. One
    whose text is lost is refused, unless the tokenizer begins with a token.
    """
    assert encode("bytes_bos", ask("")).rows[0].ids == [1]
    assert encode("bytes", ask("")).rows[0].ids == [1]
    assert start(SimpleNamespace(bos_token_id=None, eos_token_id=2)) == [2]
    assert start(SimpleNamespace()) == []
    with pytest.raises(AnswerError, match=r"^sea/tides/7: the tokenizer makes nothing"):
        encode("wordpiece_lower", ask(" "))


def test_a_tokenizer_of_another_model():
    """Tokens that the model does not know are refused before the model fails on them."""
    request = ask("tides\nAnswer:")
    ids = models.tokenizer("bytes")("tides\nAnswer: A B C D")["input_ids"]
    assert encode("bytes", request, vocabulary=max(ids) + 1)
    with pytest.raises(AnswerError, match=f"^sea/tides/7: .* token {max(ids)}, the model knows"):
        encode("bytes", request, vocabulary=max(ids))


# --- the context ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["bytes", "bytes_bos_eos", "bytes_split", "llama"])
def test_shots_are_dropped_until_the_prompt_fits(kind):
    """At each length, the most shots that fit are kept, and they are the first ones."""
    (request,) = models.requests([5], shots=3)
    whole = [encode(kind, ask(request.prompt.without(dropped).text)) for dropped in range(4)]
    for dropped, expected in enumerate(whole):
        fits = encode(kind, request, limit=expected.longest)
        assert (fits.shots, fits.rows) == (3 - dropped, expected.rows)
        if dropped < 3:
            assert encode(kind, request, limit=expected.longest - 1).shots == 2 - dropped
    with pytest.raises(AnswerError) as caught:
        encode(kind, request, limit=whole[3].longest - 1)
    assert str(caught.value) == (
        f"sea/tides0/0: the question alone is longer than the model's context of "
        f"{whole[3].longest - 1} tokens; use a model with a longer one"
    )


def test_each_request_is_fitted_by_itself():
    """A long question among short ones loses its own shots only, and order is kept."""
    asked = models.requests([3, 40, 4], shots=3)
    words = models.tokenizer("bytes")
    longest = max(len(words(asked[i].prompt.text)["input_ids"]) for i in (0, 2))
    encoded = Encoder(words, longest).encode(asked)
    assert [item.request for item in encoded] == asked
    assert encoded[0].shots == encoded[2].shots == 3
    assert encoded[1].shots < 3


def test_no_context_is_no_limit():
    """An architecture without a context length drops nothing."""
    (request,) = models.requests([500], shots=3)
    assert encode("bytes", request).shots == 3


@pytest.mark.parametrize("limit", ["", "150", "90"])
def test_responses_say_how_many_shots_remained(folder, limit):
    """The shots of a response are those of its prompt after fitting, and its answer is theirs."""
    where = folder("bytes_bos")
    options = {"max_length": limit} if limit else {}
    asked = models.requests([3, 25, 14], shots=3)
    words, reference = models.tokenizer("bytes_bos"), models.Reference(where)
    for response in models.backend(where, **options).run(asked):
        (request,) = [each for each in asked if each.key == response.key]
        fitting = [
            shots
            for shots in range(4)
            if len(words(request.prompt.without(3 - shots).text)["input_ids"]) <= int(limit or 512)
        ]
        assert response.shots == max(fitting)
        prompt = request.prompt.without(3 - response.shots)
        expected = reference.score(prompt.text, request.choices)
        assert response.logprobs == pytest.approx(expected, abs=TOLERANCE)


# --- what is shared ------------------------------------------------------------------------------


@st.composite
def encoded_rows(draw):
    """Items with rows that often begin alike, and read positions anywhere in them."""
    ids = st.lists(st.integers(0, 2), min_size=1, max_size=8)
    start = draw(st.lists(st.integers(0, 2), max_size=6))
    items = []
    for _ in range(draw(st.integers(1, 4))):
        rows = []
        for _ in range(draw(st.integers(1, 3))):
            row = start + draw(ids)
            wanted = draw(
                st.lists(
                    st.tuples(st.just(0), st.integers(0, len(row) - 1), st.just(0)), min_size=1
                )
            )
            rows.append(TokenRow(row, tuple(wanted)))
        items.append(Encoded(ask("?"), tuple(rows), 0))
    return items


@given(encoded_rows())
def test_shared_length(items):
    """The shared tokens begin every row, end before every read position, and are maximal."""
    shared = shared_length(items)
    rows = [row for item in items for row in item.rows]
    assert len({tuple(row.ids[:shared]) for row in rows}) == 1
    reads = [position for row in rows for _, position, _ in row.wanted]
    assert shared <= min(reads)
    longer = {tuple(row.ids[: shared + 1]) for row in rows}
    assert len(longer) > 1 or shared + 1 > min(reads)


# --- what items share beyond their prefix -------------------------------------------------------


def item(ids, *, texts=False, fed=0):
    """An item of one row that is read at its end, or earlier by ``fed`` tokens."""
    wanted = () if texts else tuple((0, len(ids) - 1 - place, 7) for place in range(fed + 1))
    return Encoded(ask("x"), (TokenRow(list(ids), wanted),), 0)


@given(
    st.lists(st.lists(st.integers(0, 1), min_size=1, max_size=9), min_size=1, max_size=12),
    st.integers(0, 2),
    st.integers(1, 4),
    st.booleans(),
)
def test_nested(tails, fed, least, texts):
    """Every item is in one group or among the rest; groups share enough, and nobody else does."""
    shared = [5, 5, 5]
    items = [item([*shared, *tail, 9], texts=texts, fed=min(fed, len(tail))) for tail in tails]
    inner, rest = nested(items, len(shared), least=least)
    order = {id(each): place for place, each in enumerate(items)}
    for group in [*inner, rest]:
        places = [order[id(each)] for each in group]
        assert places == sorted(places)
    assert sorted(order[id(each)] for group in [*inner, rest] for each in group) == [
        *range(len(items))
    ]
    groups = [*inner, *([each] for each in rest)]
    for place, group in enumerate(groups):
        if len(group) > 1:
            assert shared_length(group) >= len(shared) + least
        for other in groups[place + 1 :]:
            assert shared_length([group[0], other[0]]) < len(shared) + least


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 4)), min_size=1, max_size=6),
    st.integers(1, 4),
    st.integers(1, 20),
)
def test_a_question_whose_choices_repeat_it_is_a_group_of_its_own(sizes, least, apart):
    """Where they repeat so many tokens, and not elsewhere."""
    items = []
    for number, (own, count) in enumerate(sizes, start=10):
        ids = [5, 5, *[number] * own]
        rows = tuple(TokenRow([*ids, choice], ((0, len(ids), 7),)) for choice in range(count))
        items.append(Encoded(ask("x"), rows, 0))
    inner, rest = nested(items, 2, least=least, apart=apart)
    for each, (own, count) in zip(items, sizes, strict=True):
        repeats = own >= least and own * (count - 1) >= apart
        assert ([each] in inner, each in rest) == (repeats, not repeats)
