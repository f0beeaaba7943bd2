"""Texts of the transformers backend: what the model's own loop gives, many at once."""

import math
from dataclasses import replace
from types import SimpleNamespace

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import models
import torch

from mcqtest.backends.transformers import generation, passes
from mcqtest.types import AnswerError, Decoding

SOME = [3, 9, 4, 1, 14, 4]


def texts(words=SOME, *, decoding=None, seed=0, **more):
    """Requests for texts."""
    decoding = decoding or Decoding(max_tokens=12)
    asked = models.requests(words, seed=seed, **more)
    return [replace(request, choices=(), decoding=decoding) for request in asked]


def answers(model, asked):
    """Response by key; none twice."""
    found = [(response.key, response) for response in model.run(asked)]
    assert len(dict(found)) == len(found)
    return dict(found)


def greedy(where, asked):
    """Token ids that the model's own greedy loop gives, by key."""
    reference = models.Reference(where)
    found = {}
    for request in asked:
        ids = reference.encode(request.prompt.text)
        with torch.inference_mode():
            whole = reference.model.generate(
                torch.tensor([ids]),
                attention_mask=torch.ones(1, len(ids), dtype=torch.long),
                do_sample=False,
                max_new_tokens=request.decoding.max_tokens,
                pad_token_id=0,
            )
        new = whole[0, len(ids) :].tolist()
        before = reference.tokenizer.decode(ids[-8:], skip_special_tokens=True)
        text = reference.tokenizer.decode(ids[-8:] + new, skip_special_tokens=True)
        truncated = new[-1] != 2
        text = text[len(before) :]
        found[request.key] = text.rstrip("\ufffd") if truncated else text, truncated
    return found


def compare(found, expected):
    assert {key: (each.text, each.truncated) for key, each in found.items()} == expected


CASES = {
    "llama": {},
    "qwen2-mixed": {"use_sliding_window": True, "sliding_window": 32, "max_window_layers": 1},
    "gpt2": {"n_layer": 2, "n_head": 4, "n_embd": 32, "n_positions": 512},
    "gemma2": {"head_dim": 8, "sliding_window": 32},  # shares through a mask
    "gemma3_text": {"head_dim": 8, "sliding_window": 32, "num_hidden_layers": 6},
    "mistral": {"sliding_window": 40},
    "phi3": {},
    "opt": {"ffn_dim": 64, "word_embed_proj_dim": 32},
    "bloom": {},  # cannot share
    "mamba": {},
}


@pytest.mark.parametrize("case", CASES)
def test_texts_are_those_of_the_models_own_loop(tmp_path, case):
    """Whatever the architecture, together or alone."""
    where = models.save(tmp_path, "bytes_bos", case.partition("-")[0], **CASES[case])
    asked = texts()
    expected = greedy(where, asked)
    compare(answers(models.backend(where), asked), expected)
    compare(answers(models.backend(where, share="0"), asked), expected)


@pytest.mark.parametrize("kind", models.KINDS)
def test_any_tokenizer(tmp_path, kind):
    where = models.save(tmp_path, kind)
    asked = texts([2, 5, 3])
    compare(answers(models.backend(where), asked), greedy(where, asked))


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    """A tiny Llama that rarely ends a text by itself."""
    return models.save(tmp_path_factory.mktemp("llama"), "bytes_bos")


@pytest.fixture
def grown(monkeypatch):
    """The tokens of each text that a model gave, by key; a text may be read as others."""
    found = {}
    response = generation.Text.response

    def noted(text):
        found[text.item.request.key] = text.ids
        return response(text)

    monkeypatch.setattr(generation.Text, "response", noted)
    return found


LONG = Decoding(max_tokens=40)


@pytest.mark.parametrize("rows", [1, 3, 5, 32])
@pytest.mark.parametrize("budget", ["1", "64", "1024"])
def test_any_number_of_rows_at_once(llama, rows, budget):
    """Rows that end make room for those that wait; no text depends on its company."""
    asked = texts([*SOME, 2, 8, 5, 30], decoding=LONG)
    model = models.backend(llama, batch_tokens=budget)
    model._generator._rows = rows
    compare(answers(model, asked), greedy(llama, asked))


def test_the_prefix_is_computed_once(llama, monkeypatch, grown):
    """Every token is fed once, apart from what is compared with plain scoring."""
    asked = texts([10] * 6, shots=5)
    model = models.backend(llama)
    answers(model, asked)
    fed = models.fed(monkeypatch)
    answers(model, asked)
    encoded = model._encoder.encode(asked)
    shared = fed[0]
    assert shared > 100
    fed_back = sum(len(ids) - 1 for ids in grown.values())
    assert sum(fed[1:]) == sum(item.length - shared for item in encoded) + fed_back


def test_several_samples_of_one_prompt(llama):
    """Their prompt is computed once; each draws by its own seed."""
    asked = [
        replace(texts([5])[0], key=str(seed), decoding=Decoding(30, temperature=1.5, seed=seed))
        for seed in range(6)
    ]
    model = models.backend(llama)
    found = answers(model, asked)
    assert len({each.text for each in found.values()}) == 6
    assert answers(models.backend(llama), asked) == found
    for request in asked:  # whatever it is batched with
        assert answers(model, [request]) == {request.key: found[request.key]}
    other = models.backend(llama, share="0")
    assert answers(other, asked) == found


@pytest.mark.parametrize("share", ["1", "0"])
def test_tokens_of_a_text_have_the_probabilities_of_plain_scoring(llama, share):
    """Where they are wanted, and the texts are the same; each stands where it was written."""
    decoding = Decoding(12, logprobs=True)
    found = answers(models.backend(llama, share=share), asked := texts(decoding=decoding))
    compare(found, greedy(llama, asked))
    reference = models.Reference(llama)
    for request in asked:
        text, told = found[request.key].text, found[request.key].spelled
        ids = torch.tensor([reference.encode(request.prompt.text)])
        whole = reference.model.generate(ids, do_sample=False, max_new_tokens=12)
        logprobs = reference.model(whole).logits[0].double().log_softmax(-1)
        places = range(ids.shape[1], ids.shape[1] + len(told))
        expected = [logprobs[at - 1, whole[0, at]].item() for at in places]
        assert [each for _, each in told] == pytest.approx(expected, abs=1e-4)
        assert told[-1][0] == len(text)
    assert not any(each.spelled for each in answers(models.backend(llama), texts()).values())


def test_a_narrow_nucleus_is_greedy(llama):
    asked = texts(decoding=Decoding(12, temperature=1.0, top_p=1e-6, seed=3))
    compare(answers(models.backend(llama), asked), greedy(llama, asked))


def drawn(logits, **decoding):
    """The tokens that a text draws from these logits, again and again."""
    request = SimpleNamespace(decoding=Decoding(1, temperature=1.0, **decoding))
    text = generation.Text(SimpleNamespace(request=request, longest=1), None, frozenset(), 9)
    return {text.draw(torch.tensor(logits), 0) for _ in range(200)}


@pytest.mark.parametrize(
    ("top_p", "tokens"), [(0.2, 1), (0.25, 1), (0.3, 2), (0.5, 2), (0.75, 3), (0.8, 4), (1.0, 4)]
)
def test_the_nucleus_is_the_smallest_set(top_p, tokens):
    """Of four equal tokens two have half of the probability exactly, and no third is drawn."""
    assert drawn([0.0] * 4, top_p=top_p) == {*range(tokens)}


@pytest.mark.parametrize(
    ("top_k", "top_p", "tokens"), [(1, 1, 1), (3, 1, 3), (3, 0.5, 1), (9, 0.9, 3)]
)
def test_among_so_many(top_k, top_p, tokens):
    """The nucleus is that of the most probable tokens that are left."""
    logits = [math.log(share) for share in (0.45, 0.3, 0.15, 0.1)]
    assert len(set(drawn(logits, top_k=top_k, top_p=top_p))) == tokens


def test_the_nucleus_holds_the_most_probable():
    """Wherever they stand, and nothing impossible even where all may be drawn."""
    logits = [-2.0, 3.0, -math.inf, 3.0, 0.0]
    assert drawn(logits, top_p=0.9) == {1, 3}
    assert drawn(logits, top_p=1.0) <= {0, 1, 3, 4}


@pytest.mark.parametrize("share", ["0", "1"])
def test_stop_strings(llama, share):
    """A text ends before the first stop string, and is then whole."""
    asked = texts(decoding=LONG)
    whole = answers(models.backend(llama), asked)
    for first, request in enumerate(asked):
        text = whole[request.key].text
        stop = text[len(text) // 2 :][:3]
        others = ("never\nthere", text[-2:])
        stopping = replace(request, decoding=replace(LONG, stop=(*others, stop)))
        company = [*asked[:first], stopping, *asked[first + 1 :]]
        found = answers(models.backend(llama, share=share), company)[request.key]
        assert found.text == text[: min(text.find(each) for each in (others[1], stop))]
        assert not found.truncated


def test_a_text_ends_with_the_context(tmp_path, grown):
    """What does not fit is truncated, and a prompt that leaves no room is an error."""
    where = models.save(tmp_path, "bytes_bos", max_position_embeddings=150)
    model = models.backend(where)
    (request,) = texts([40], shots=0, decoding=Decoding(1000))
    (item,) = model._encoder.encode([request])
    found = answers(model, [request])[request.key]
    assert found.truncated
    assert len(grown[request.key]) == 150 - item.length > 0
    (request,) = texts([200], shots=0, decoding=Decoding(1000))
    with pytest.raises(AnswerError, match="longer than the model's context"):
        answers(model, [request])


def test_shots_are_dropped_for_the_texts_room(tmp_path):
    """A prompt and all tokens of its text fit together."""
    where = models.save(tmp_path, "bytes_bos", max_position_embeddings=400)
    model = models.backend(where)
    (request,) = texts([3], shots=3, decoding=Decoding(8))
    (fewer,) = model._encoder.encode([replace(request, prompt=request.prompt.without(1))])
    for room, shots in ((400 - fewer.length, 2), (401 - fewer.length, 1)):
        asked = replace(request, decoding=Decoding(room))
        assert answers(model, [asked])[request.key].shots == shots
    assert answers(model, [request])[request.key].shots == 3


def test_texts_and_letters_in_one_stream(llama):
    """Requests of both kinds behind one prefix."""
    mixed = models.requests(SOME)
    mixed[1::2] = texts()[1::2]
    model = models.backend(llama)
    found = answers(model, mixed)
    letters = answers(models.backend(llama), models.requests(SOME))
    alone = answers(models.backend(llama), texts())
    for request in mixed:
        if request.decoding:
            assert found[request.key] == alone[request.key]
        else:
            expected = letters[request.key].logprobs
            assert found[request.key].logprobs == pytest.approx(expected, abs=1e-4)


def test_known_texts_are_not_asked(llama):
    asked = texts()
    whole = answers(models.backend(llama), asked)
    asked[1:3] = [replace(request, known=True) for request in asked[1:3]]
    found = answers(models.backend(llama), asked)
    assert found == {key: whole[key] for key in found}
    assert len(found) == len(asked) - 2


def test_out_of_memory_halves_the_rows(llama, monkeypatch):
    """Texts that were growing are begun anew, fewer at once; nothing is lost."""
    asked = texts(decoding=LONG)
    expected = greedy(llama, asked)
    go_on = passes.go_on
    rows = []

    def small(model, tokens, *rest):
        rows.append(len(tokens))
        if len(tokens) > 2:
            raise torch.OutOfMemoryError("out of memory")
        return go_on(model, tokens, *rest)

    model = models.backend(llama)
    monkeypatch.setattr(passes, "go_on", small)
    compare(answers(model, asked), expected)
    assert max(rows) > 2

    def none(*arguments):
        raise torch.OutOfMemoryError("out of memory")

    monkeypatch.setattr(passes, "go_on", none)
    with pytest.raises(AnswerError, match="with this text alone"):
        answers(model, asked)


def test_a_model_that_grows_texts_wrongly_is_found_out(llama, monkeypatch):
    """A first text is compared with plain scoring; then each is generated alone."""
    asked = texts()
    begin = passes.begin

    def shifted(model, rows, prefix):
        logits, own = begin(model, rows, prefix)
        for part in own.parts:
            part.lengths -= 1  # the last token of each prompt is lost
        return logits, own

    monkeypatch.setattr(passes, "begin", shifted)
    model = models.backend(llama)
    compare(answers(model, asked), greedy(llama, asked))
    (notice,) = model.notices
    assert "other probabilities than in plain scoring" in notice


def test_who_stops_early_loses_one_batch(llama, monkeypatch):
    """Texts come out as they end: no more are begun and not yet given than grow at once."""
    model = models.backend(llama)
    model._generator._rows = rows = 4
    begun = []
    first = model._generator._text
    monkeypatch.setattr(model._generator, "_text", lambda item: begun.append(item) or first(item))
    many = texts([3, 9, 4, 1, 14, 4] * 5)
    asked = [
        replace(request, decoding=Decoding(max_tokens=3 + number % 9))
        for number, request in enumerate(many)
    ]
    lost = [len(begun) - given for given, _ in enumerate(model.run(asked), start=1)]
    assert len(lost) == len(asked)
    assert max(lost) < rows
    assert lost[0] < len(asked) // 2


@pytest.mark.parametrize("share", ["0", "1"])
def test_weights_that_are_no_numbers(tmp_path, share):
    where = models.save(tmp_path, "bytes_bos")
    model = models.backend(where, share=share)
    model._model.model.norm.weight.data[:] = float("nan")
    with pytest.raises(AnswerError, match=r"sea/tides0/\d: the model's next token is not a number"):
        answers(model, texts())


def test_settings_of_the_checkpoint_are_not_used(tmp_path):
    """A penalty or a temperature that lies beside the weights changes no text."""
    where = models.save(tmp_path, "bytes_bos")
    asked = texts([4, 5])
    expected = greedy(where, asked)
    made = generation.GenerationConfig(
        repetition_penalty=3.0, do_sample=True, temperature=5.0, eos_token_id=2
    )
    made.save_pretrained(where)
    for share in "01":
        compare(answers(models.backend(where, share=share), asked), expected)


def test_every_end_of_text_counts(tmp_path, grown):
    """A checkpoint may name several tokens that end a text."""
    where = models.save(tmp_path, "bytes_bos")
    asked = texts(decoding=LONG)
    model = models.backend(where)
    whole = answers(model, asked)
    ids = grown[asked[0].key]
    generation.GenerationConfig(eos_token_id=[2, ids[5]]).save_pretrained(where)
    for share in "01":
        found = answers(models.backend(where, share=share), asked)[asked[0].key]
        assert not found.truncated
        assert whole[asked[0].key].text.startswith(found.text)
        assert len(found.text) < len(whole[asked[0].key].text)


def test_texts_that_reach_scaled_positions_are_computed_alone(tmp_path):
    """One text that grows beyond the original length would change its company's positions."""
    rope = {
        "rope_type": "longrope",
        "rope_theta": 10_000.0,
        "original_max_position_embeddings": 120,
    }
    rope |= {"short_factor": [1.0] * 4, "long_factor": [8.0] * 4}
    where = models.save(
        tmp_path, "bytes_bos", "phi3", rope_parameters=rope, original_max_position_embeddings=120
    )
    asked = texts([3, 4, 20], shots=0, decoding=Decoding(70))
    found = answers(models.backend(where), asked)
    for request in asked:
        compare({request.key: found[request.key]}, greedy(where, [request]))


def test_the_check_waits_for_a_token_that_was_fed_back(llama, monkeypatch):
    """A first text of one token says nothing of how texts grow."""
    asked = texts(decoding=LONG)
    asked[2] = replace(asked[2], decoding=Decoding(1))
    go_on = passes.go_on
    monkeypatch.setattr(
        passes,
        "go_on",
        lambda model, tokens, positions, *rest: go_on(
            model, tokens, [place + 3 for place in positions], *rest
        ),
    )
    model = models.backend(llama)
    compare(answers(model, asked), greedy(llama, asked))
    assert model.notices


def test_a_stop_string_may_be_a_special_token(llama, monkeypatch):
    """It ends the text, though it is not part of what is shown."""
    request = texts([5])[0]
    model = models.backend(llama)
    model._generator._ends = frozenset()
    order = iter([40, 41, 2, 43])
    monkeypatch.setattr(generation, "choose", lambda texts, logits: [next(order) for _ in texts])
    model._generator._checked = True
    stopping = replace(request, decoding=Decoding(9, stop=("</s>",)))
    found = answers(model, [stopping])[request.key]
    assert not found.truncated
    assert "</s>" not in found.text


def test_out_of_memory_with_a_text_alone(llama, monkeypatch):
    def none(*arguments, **more):
        raise torch.OutOfMemoryError("out of memory")

    model = models.backend(llama, share="0")
    monkeypatch.setattr(model._model, "generate", none)
    with pytest.raises(AnswerError, match=r"sea/tides0/\d: out of memory on cpu with this text"):
        answers(model, texts())


def test_letters_need_nothing_that_texts_need(llama):
    """A model without settings for texts, as code that comes with a checkpoint may be."""
    model = models.backend(llama)
    del model._model.generation_config
    models.answers(model, models.requests(SOME))
    assert "_generator" not in vars(model)
    compare(answers(model, texts()), greedy(llama, texts()))


@pytest.mark.parametrize(
    "wrong", [{"max_tokens": 0}, {"temperature": -1}, {"top_p": 0}, {"top_p": 2}, {"stop": ("",)}]
)
def test_impossible_decodings(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Decoding(**{"max_tokens": 5, **wrong})
