"""Which template a checkpoint's files have, and whether it is asked in a chat by itself."""

import json

import pytest
from builders import complaint

from mcqtest.backends import tokenizer
from mcqtest.backends.templates import find

CHATML = "{% for turn in messages %}<|im_start|>{{ turn.content }}<|im_end|>{% endfor %}"
IDS = {"<|endoftext|>": 7, "<|im_end|>": 9, "</s>": 2}


@pytest.fixture
def folder(tmp_path):
    """A folder of a checkpoint, as far as its template is concerned."""
    added = [{"id": number, "content": content} for content, number in IDS.items()]
    (tmp_path / "tokenizer.json").write_text(json.dumps({"added_tokens": added}))
    return tmp_path


def told(folder, **settings):
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def stops(folder, *tokens):
    ids = [IDS[token] for token in tokens]
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": ids}))


def found(folder):
    return find(tokenizer.find(folder, {}), folder)


def test_no_template(folder):
    assert found(folder) is None
    told(folder, chat_template=None)
    assert found(folder) is None


def test_which_template_counts(folder):
    """A file of its own before what tokenizer_config.json says, however that says it."""
    told(folder, chat_template="one")
    assert found(folder).text == "one"
    told(
        folder,
        chat_template=[
            {"name": "tool_use", "template": "two"},
            {"name": "default", "template": "three"},
        ],
    )
    assert found(folder).text == "three"
    (folder / "chat_template.jinja").write_text("four")
    assert found(folder).text == "four"


def test_templates_without_a_default(folder):
    """Files with names replace the settings altogether, and so the default may be gone."""
    told(folder, chat_template="one")
    (folder / "additional_chat_templates").mkdir()
    (folder / "additional_chat_templates/rag.jinja").write_text("two")
    assert "chat templates are rag, and none is called default" in found(folder).trouble
    assert found(folder).default == (False, "none of its chat templates is the default")


@pytest.mark.parametrize("nothing", [None, "", 5, {"a": 1}])
def test_what_is_no_template(folder, nothing):
    """Is none under a name, either."""
    for told_as in (nothing, [{"name": "default", "template": nothing}], {"default": nothing}):
        told(folder, chat_template=told_as if told_as != {"a": 1} else {"default": told_as})
        assert found(folder) is None


def test_a_template_of_a_processor(folder):
    """Tokenizers do not read it: plain text is asked, and the reason told."""
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": CHATML}))
    why = "its chat template stands in chat_template.json alone, which tokenizers do not read"
    assert found(folder).default == (False, why)
    assert "save it as chat_template.jinja" in found(folder).trouble
    told(folder, chat_template="one")
    assert found(folder).text == "one"


def test_fingerprints_are_of_the_text(folder):
    told(folder, chat_template="one")
    before = found(folder).fingerprint
    (folder / "chat_template.jinja").write_text("one")
    assert found(folder).fingerprint == before
    (folder / "chat_template.jinja").write_text("one ")
    assert found(folder).fingerprint != before


def test_who_is_asked_in_a_chat(folder):
    """Whose generation config ends turns as the template does; base models ship templates, too."""
    told(folder, chat_template=CHATML, eos_token="<|endoftext|>")
    assert found(folder).default == (
        False,
        "it has a chat template, and no generation_config.json that ends turns",
    )
    stops(folder, "<|endoftext|>")
    assert found(folder).default == (
        False,
        (
            "generation_config.json ends texts with '<|endoftext|>', which its chat template never "
            "writes: so do base models"
        ),
    )
    stops(folder, "<|endoftext|>", "<|im_end|>")
    assert found(folder).default == (
        True,
        "generation_config.json ends turns with '<|im_end|>', as its chat template does",
    )


def test_a_template_may_name_the_end_of_a_text(folder):
    """As ``eos_token``, whose text the settings know."""
    told(
        folder, chat_template="{{ messages[0].content + eos_token }}", eos_token={"content": "</s>"}
    )
    stops(folder, "</s>")
    assert found(folder).turn_end == "</s>"


def test_options_that_a_template_does_not_know(folder):
    """A misspelt one would be passed over in silence."""
    told(folder, chat_template="{% if enable_thinking %}{{ messages }}{% endif %}")
    found(folder).check({"enable_thinking": "true"})
    said = complaint(found(folder).check, {"enable_thinkng": "true"})
    assert "--chat-option enable_thinkng" in said
    assert "did you mean enable_thinking?" in said
