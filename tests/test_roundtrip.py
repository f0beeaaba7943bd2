"""Prompts survive their tokenizer: damage ends the run, a tokenizer's own ways are notes."""

import json
import shutil
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import models
from builders import complaint
from project import USUAL_ARGS
from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers
from transformers import AutoTokenizer

from mcqtest import backends, demo
from mcqtest.backends import specials, tokenizer
from mcqtest.backends.checkpoint import Checkpoint
from mcqtest.backends.roundtrip import Loss, Reader
from mcqtest.backends.transformers import loading
from mcqtest.types import Prompt, Request

ENGLISH = "The following are questions about  tides.\n\nWhich wind?\nA. north\nB. south\nAnswer:"
KOREAN = "다음은 바람에 대한 문제입니다.\n\n어느 바람?\nA. 북풍\nB. 남풍\n정답:"


WIDE = "".join(chr(ord(each) + 0xFEE0) for each in "Wide")
"""Letters in forms of full width."""


def asked(*texts, task="sea/tides", header=""):
    """A request for each text."""
    prompts = [Prompt(header, (), text) for text in texts]
    return [Request(f"{i}", each, (" A",), f"{task}/{i}") for i, each in enumerate(prompts)]


@pytest.fixture
def folder(tmp_path):
    """The demo's tokenizer, beside its configuration, after a change to its settings."""

    def made(name="made", **settings):
        where = tmp_path / name
        where.mkdir()
        for each in ("config.json", "tokenizer.json", "tokenizer_config.json"):
            shutil.copy(demo.MODEL / each, where)
        path = where / "tokenizer_config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **settings}), "utf-8")
        return where

    return made


def edit(folder, change):
    """Change the tokenizer in a folder."""
    made = Tokenizer.from_file(str(folder / "tokenizer.json"))
    made = change(made) or made
    made.save(str(folder / "tokenizer.json"))
    return folder


def reader(folder, **options):
    """A tokenizer as both backends load it."""
    files = tokenizer.find(folder, options)
    with files.ready() as place:
        return Reader(AutoTokenizer.from_pretrained(place), files, options)


def notices(folder, requests, **options):
    """What is said of these requests."""
    read = reader(folder, **options)
    read.check(requests)
    return read.notices


# --- sound tokenizers ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", models.KINDS)
def test_sound_tokenizers_pass(tmp_path, kind):
    """Whatever they normalise; that lines are lost is told of those that lose them."""
    models.tokenizer(kind).save_pretrained(tmp_path)
    said = notices(tmp_path, asked(ENGLISH))
    lines = "sea/tides/0: the tokenizer makes line breaks spaces; the model sees one line"
    assert said == ([lines] if "wordpiece" in kind else [])


@pytest.mark.parametrize(
    "normalizer",
    [
        normalizers.NFKC(),
        normalizers.NFD(),
        normalizers.Lowercase(),
        normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents()]),
        normalizers.Strip(),
        normalizers.Prepend(" "),
    ],
    ids=["NFKC", "NFD", "lower", "accents", "strip", "prepend"],
)
def test_own_normalisation_is_no_loss(folder, normalizer):
    """Capitals, accents, forms and a space at the ends are the tokenizer's own affair."""
    where = edit(folder(), lambda made: setattr(made, "normalizer", normalizer))
    texts = f"  {ENGLISH}", f"{WIDE}, naïve café ½ x²\n{ENGLISH}", f"{KOREAN}\n"
    assert notices(where, [each for i in range(3) for each in asked(texts[i], task=f"a/{i}")]) == []


def test_a_script_that_is_not_known(tmp_path):
    """Unknown letters of another script are a note, however many they are."""
    models.tokenizer("unigram").save_pretrained(tmp_path)
    (said,) = notices(tmp_path, [*asked(KOREAN, task="sea/b"), *asked(ENGLISH, task="sea/a")])
    assert said.startswith("sea/b/0: the tokenizer does not know all characters of the prompt (")


def test_a_vocabulary_of_another_script():
    """One that knows no letter of ours has lost the few that a prompt has of them, and no more."""
    assert Loss("가나 다라 마바 사아 A.", "가나 다라 마바 사아").damage == ""
    assert Loss("one two three four", "o t t f").damage == "most of the text"


def test_what_a_limit_left_behind(tmp_path):
    """A tokenizer saved with truncation and padding is used, and compared, without."""
    models.tokenizer("bytes_limited").save_pretrained(tmp_path)
    assert notices(tmp_path, asked(ENGLISH * 9)) == []


# --- damage --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["LlamaTokenizerFast", "LlamaTokenizer", "XGLMTokenizer", None])
def test_a_class_of_another_kind(folder, name):
    """A byte-level tokenizer under a class of SentencePiece's is used as it is written."""
    where = folder(tokenizer_class=name)
    words = reader(where)
    words.check(asked(ENGLISH))
    expected = AutoTokenizer.from_pretrained(demo.MODEL)(ENGLISH)["input_ids"]
    assert specials.token_ids(words._tokenizer, [ENGLISH]) == [expected]
    assert words.notices[0].startswith("tokenizer.json is used as it is written: ")


def test_marks_under_a_class_of_bytes(tmp_path):
    """The other way round."""
    models.tokenizer("unigram").save_pretrained(tmp_path)
    path = tmp_path / "tokenizer_config.json"
    settings = {**json.loads(path.read_text()), "tokenizer_class": "GPT2Tokenizer"}
    path.write_text(json.dumps(settings), "utf-8")
    assert tokenizer.find(tmp_path, {}).as_written
    assert "tokenizer.json is used" in notices(tmp_path, asked(ENGLISH))[0]


@pytest.mark.parametrize("name", ["PreTrainedTokenizerFast", "Qwen2Tokenizer", "OwnTokenizer"])
def test_a_class_that_fits(folder, name):
    """Changes neither the tokenizer nor the key of what is stored."""
    where = folder(tokenizer_class=name)
    assert notices(where, asked(ENGLISH)) == []
    assert backends.setup("transformers", Checkpoint(where, "x"), {}).tokenizer == ""


def test_another_class_is_another_key(folder):
    """Answers to spoilt prompts that an older version stored are not taken for these."""
    where = folder(tokenizer_class="LlamaTokenizer")
    chosen = backends.setup("transformers", Checkpoint(where, "x"), {})
    assert chosen.tokenizer == tokenizer.find(where, {}).content


def spoil(folder, change):
    """A reader whose tokenizer was changed after it was loaded, as a class may."""
    read = reader(folder)
    change(read._tokenizer.backend_tokenizer)
    return read


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        (lambda t: setattr(t, "normalizer", normalizers.Replace(" ", "")), "the spaces"),
        (lambda t: setattr(t, "normalizer", normalizers.Replace("\n", " ")), "the line breaks"),
        (
            lambda t: setattr(t, "normalizer", normalizers.Replace(pattern("[a-z]"), "")),
            "most of the text",
        ),
        (
            lambda t: setattr(t, "pre_tokenizer", pre_tokenizers.Metaspace()),
            "the spaces",
        ),
    ],
    ids=["spaces", "lines", "letters", "marks"],
)
def test_damage_by_a_class(folder, change, lost):
    """What tokenizer.json keeps and the loaded tokenizer loses ends the run, with a way out."""
    where = folder()
    said = complaint(spoil(where, change).check, asked(ENGLISH))
    assert said.startswith(f"sea/tides/0: the tokenizer (TokenizersBackend) loses {lost} of the ")
    way = f"--backend-option tokenizer={where / 'tokenizer.json'}"
    assert said.endswith(f"tokenizer.json as it is written keeps them: {way}")


def pattern(text):
    """A regular expression for a normalizer."""
    from tokenizers import Regex

    return Regex(text)


def test_damage_in_the_file_itself(folder):
    """Nothing keeps the spaces: the files are wrong, and no option helps."""
    where = edit(folder(), lambda t: setattr(t, "normalizer", normalizers.Replace(" ", "")))
    said = complaint(reader(where).check, asked(ENGLISH))
    assert "loses the spaces of the prompt ('The following are questions about  tides' be" in said
    assert said.endswith("; copy the tokenizer's files that the model was trained with")


def test_a_tokenizer_that_draws_lots(folder):
    """No two runs would ask the same."""

    def drop(tokenizer):
        tokenizer.model.dropout = 0.25

    said = complaint(reader(edit(folder(), drop)).check, asked(ENGLISH))
    assert "tokenizer.json: its dropout is 0.25, so that no two runs ask the same; set" in said


def test_every_task_is_tried(folder):
    """One that is spoilt is found among sound ones."""
    read = spoil(folder(), lambda t: setattr(t, "normalizer", normalizers.Replace("바람", "")))
    requests = [*asked(ENGLISH, task="a/b"), *asked(KOREAN, task="c/d")]
    read.check(requests[:1])
    assert read.notices == []
    read.check(requests)
    assert [each.split(":")[0] for each in read.notices] == ["c/d/0", "c/d/0"]


def test_other_tokens_of_the_same_text(folder):
    """Where nothing is lost but other tokens are made, both ways are told."""
    where = folder()
    splits = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(False)]
    )
    read = spoil(where, lambda t: setattr(t, "pre_tokenizer", splits))
    read.check(asked("which of 100 and 2000 and 12345 is it?\nAnswer:"))
    (said,) = read.notices
    assert said == (
        "sea/tides/0: TokenizersBackend makes other tokens of the prompt than tokenizer.json as "
        f"it is written; --backend-option tokenizer={where / 'tokenizer.json'} takes that"
    )


def test_a_decoder_that_is_missing_is_no_damage(folder):
    """Spaces that only the way back loses are not lost to the model."""
    where = edit(folder(), lambda t: setattr(t, "decoder", decoders.BPEDecoder()))
    assert Loss("one two three four", "Ġone Ġtwo Ġthree Ġfour").damage == ""
    reader(where)


# --- special tokens ------------------------------------------------------------------------------


def test_special_tokens_inside_questions(folder):
    """Are told with their place, once, and how many there are."""
    texts = ["one <|endoftext|> two", "one two", "a <|endoftext|>"]
    (said,) = notices(folder(), asked(*texts))
    assert said == (
        "sea/tides/0 and 1 more: the question's text holds '<|endoftext|>', which the tokenizer "
        "takes for a special token and not for text"
    )


@pytest.mark.parametrize(
    "requests",
    [
        asked("<|endoftext|>one", "<|endoftext|>two"),
        asked("one", "two", header="<|endoftext|>"),
        asked("<|endoftext >", "< |endoftext|>", "<|pad|>"),
    ],
    ids=["style", "header", "similar"],
)
def test_special_tokens_that_are_meant(folder, requests):
    """Those of the style's own, and what only looks like one, are not."""
    assert notices(folder(), requests) == []


def test_special_tokens_that_are_split(folder):
    """A tokenizer that reads them as text is believed."""
    where = folder(split_special_tokens=True)
    assert notices(where, asked("one <|endoftext|> two", "one two")) == []


# --- BOS -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "bos", "before"),
    [
        ("bytes", "auto", []),
        ("bytes", "yes", [1]),
        ("bytes", "no", []),
        ("bytes_bos_eos", "auto", [1]),
        ("bytes_bos_eos", "yes", [1]),
        ("bytes_bos_eos", "no", []),
        ("llama", "no", []),
    ],
)
def test_bos_is_an_option(tmp_path, kind, bos, before):
    """As the tokenizer writes it, once, or not; both of what is fed and of what is read."""
    folder = models.save(tmp_path, kind)
    made = models.backend(folder, bos=bos)
    (encoded,) = made._encoder.encode(models.requests([5]))
    own = models.tokenizer(kind)(encoded.request.prompt.text, add_special_tokens=False)
    assert encoded.rows[0].ids == before + own["input_ids"]


def test_bos_twice(tmp_path):
    """Is refused, unless the option says how many."""
    words = models._template(models._bytes(), "<s> <s> $A")
    made = models.PreTrainedTokenizerFast(tokenizer_object=words, bos_token="<s>")
    made.save_pretrained(tmp_path)
    said = complaint(reader, tmp_path)
    assert said.startswith(f"{tmp_path}: the tokenizer writes '<s>' 2 times before a prompt")
    assert reader(tmp_path, bos="yes").before == [1]
    assert reader(tmp_path, bos="no").before == []


def test_bos_that_a_prompt_has_already(tmp_path):
    """A prompt that begins with one is not given another."""
    models.tokenizer("bytes_bos").save_pretrained(tmp_path)
    said = complaint(reader(tmp_path).check, asked(f"<s>{ENGLISH}"))
    assert said == (
        "sea/tides/0: the prompt begins with '<s>', and the tokenizer writes another before it; "
        "add --backend-option bos=no"
    )
    reader(tmp_path, bos="no").check(asked(f"<s>{ENGLISH}"))


def promised(folder, kind, value, name="TokenizersBackend"):
    """A tokenizer whose settings say something of a BOS."""
    models.tokenizer(kind).save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    more = {"add_bos_token": value, "tokenizer_class": name}
    path.write_text(json.dumps({**json.loads(path.read_text()), **more}), "utf-8")
    return folder


@pytest.mark.parametrize("name", ["LlamaTokenizerFast", "GemmaTokenizer"])
def test_bos_that_is_promised(tmp_path, name):
    """A tokenizer that no longer writes what its class wrote in training is refused."""
    where = promised(tmp_path, "bytes", True, name)
    said = complaint(reader, where)
    assert said.startswith(f"{where}: tokenizer_config.json says add_bos_token, and the tokenizer")
    assert reader(where, bos="yes").before == [1]
    assert reader(where, bos="no").before == []


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("bytes_bos", False, "'<s>' stands before a prompt, and tokenizer_config.json says "),
        ("bytes", True, "'<s>' does not stand before a prompt, and tokenizer_config.json says "),
    ],
)
def test_bos_against_what_is_said(tmp_path, kind, value, said):
    """A tokenizer of a class that never cared what its settings say is a note."""
    where = promised(tmp_path, kind, value)
    (note,) = notices(where, asked(ENGLISH))
    assert note.startswith(said)
    other = "yes" if value else "no"
    assert note.endswith(f"{json.dumps(value)}; --backend-option bos={other} keeps to that")
    assert notices(where, asked(ENGLISH), bos="yes") == notices(where, asked(ENGLISH), bos="no")


@pytest.mark.parametrize(("kind", "value"), [("bytes", False), ("bytes_bos", True)])
def test_bos_as_it_is_said(tmp_path, kind, value):
    """Settings and tokenizer agree: nothing is told."""
    assert notices(promised(tmp_path, kind, value), asked(ENGLISH)) == []


@pytest.mark.parametrize(
    ("token", "said"), [("<bos>", "Gemma"), ("<|begin_of_text|>", "Llama 3"), ("<s>", None)]
)
def test_bos_that_a_family_is_trained_with(folder, token, said):
    """A tokenizer of a family that always has one, and does not write it, is told."""
    where = folder(bos_token=token)
    notes = notices(where, asked(ENGLISH))
    assert [said in each for each in notes] == ([True] if said else [])
    assert notices(where, asked(ENGLISH), bos="yes") == []


def test_a_tokenizer_without_bos(folder):
    """Has none to write."""
    assert complaint(reader, folder(), bos="yes") == (
        "--backend-option bos=yes: this tokenizer has no BOS token; leave it out"
    )


# --- another tokenizer, or none ------------------------------------------------------------------


def without(folder):
    """The folder of a model whose tokenizer was left behind."""
    for path in folder.glob("tokenizer*"):
        path.unlink()
    return folder


def test_no_tokenizer(tmp_path):
    """One sentence names the folder and the option."""
    where = without(models.save(tmp_path / "model"))
    assert complaint(models.backend, where) == (
        f"{where}: no tokenizer (tokenizer.json, tokenizer.model, or vocab.json with merges.txt); "
        "copy its files beside config.json, or name another folder that has them with "
        "--backend-option tokenizer=PATH"
    )


def test_settings_alone_are_no_tokenizer(tmp_path):
    """A class that would make an empty vocabulary of nothing is not asked to."""
    where = models.save(tmp_path / "model")
    (where / "tokenizer.json").unlink()
    assert "no tokenizer (" in complaint(models.backend, where)


@pytest.mark.parametrize("file", ["", "tokenizer.json"])
def test_a_tokenizer_from_elsewhere(tmp_path, file):
    """Gives the same answers, under a key that holds its content and not its place."""
    whole = models.save(tmp_path / "whole", "bytes_bos")
    right = models.answers(models.backend(whole), models.requests([3, 5]))
    bare = without(models.save(tmp_path / "bare", "bytes_bos"))
    given = {"tokenizer": str(whole / file)}
    assert models.answers(models.backend(bare, **given), models.requests([3, 5])) == right
    key = backends.setup("transformers", Checkpoint(bare, "x"), given).identity("w")
    moved = {"tokenizer": str(shutil.copytree(whole, tmp_path / "moved") / file)}
    assert backends.setup("transformers", Checkpoint(bare, "x"), moved).identity("w") == key
    path = tmp_path / "moved" / "tokenizer.json"
    path.write_text(path.read_text("utf-8") + "\n", "utf-8")
    assert backends.setup("transformers", Checkpoint(bare, "x"), moved).identity("w") != key


def test_a_tokenizer_that_changes_meanwhile(tmp_path):
    """Is not taken for the one that was counted."""
    where = models.save(tmp_path / "model")
    chosen = backends.setup("transformers", Checkpoint(where, "x"), {"tokenizer": str(where)})
    (where / "vocab.txt").write_text("one")
    assert "was written to while it was read" in complaint(chosen.files, where)


def test_a_tokenizer_that_is_not_there(tmp_path):
    """Is refused before anything is loaded."""
    where = models.save(tmp_path / "model")
    said = complaint(backends.setup, "auto", Checkpoint(where, "x"), {"tokenizer": "nowhere"})
    assert said.startswith("--backend-option tokenizer=nowhere: no such folder (")


def test_a_tokenizer_that_does_not_load(folder):
    """Says which it was, and that the file may be used by itself."""
    where = folder(tokenizer_class="T5Tokenizer", auto_map={})
    for path in demo.MODEL.glob("*.safetensors"):
        shutil.copy(path, where)
    said = complaint(models.backend, where)
    assert said.startswith(f"{where}: transformers cannot load its tokenizer (TypeError: ")
    assert said.endswith(
        f"tokenizer={where / 'tokenizer.json'} takes tokenizer.json as it is written"
    )


# --- a whole run ---------------------------------------------------------------------------------


def test_nothing_is_asked_of_a_model_whose_prompts_are_damaged(pytester, folder):
    """Exit code 4 and one line; nothing is stored, recorded or judged."""
    where = edit(folder(), lambda t: setattr(t, "normalizer", normalizers.Replace(" ", "")))
    for path in demo.MODEL.glob("*.safetensors"):
        shutil.copy(path, where)
    benchmark = Path(__file__).parents[1] / "benchmarks" / "test_demo.py"
    run, baselines = pytester.path / "run", pytester.path / "baselines"
    result = pytester.runpytest_subprocess(
        *(*USUAL_ARGS, benchmark, f"--model={where}", "--data=demo", "-k", "sums or words"),
        *("--snapshot-update", f"--run-dir={run}", f"--baselines-dir={baselines}"),
    )
    assert result.ret == 4
    said = result.stdout.str()
    assert said.count("loses the spaces of the prompt") == 1
    assert "NOT RECORDED: made: demo/" in said
    assert not list((run / "responses").glob("*"))
    assert not list(baselines.glob("made/*"))


@pytest.mark.parametrize("value", [[], {}, "long"])
def test_a_setting_that_is_looked_at_when_it_is_used(tmp_path, value):
    """Is one line as well, and that before anything is asked."""
    folder = shutil.copytree(demo.MODEL, tmp_path / "model")
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "model_max_length": value}))
    said = complaint(loading.tokenizer, tokenizer.find(folder, {}), remote=False)
    assert said.startswith(f"{folder}: transformers cannot load its tokenizer (TypeError: ")
