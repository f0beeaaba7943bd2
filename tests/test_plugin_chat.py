"""Whole runs in a chat: which way a benchmark is asked, and what becomes of another template."""

import json
from pathlib import Path

import pytest
from project import USUAL, mistake, sentences, wrong

TEMPLATE = (
    "{% for turn in messages %}<|turn|>{{ turn.role }}: {{ turn.content }}<|end|>{% endfor %}"
    "{% if thinking %}<think>{% endif %}"
)


def chatty(project, name="a", *, template=TEMPLATE, stops=True, **model):
    """A model with a chat template, whose generation config ends turns so, with ``stops``."""
    path = project.model(name, wrong=USUAL, **model)
    project.write(f"{path}/tokenizer_config.json", json.dumps({"chat_template": template}))
    added = [{"id": 1, "content": "<|end|>"}, {"id": 2, "content": "<|endoftext|>"}]
    project.write(f"{path}/tokenizer.json", json.dumps({"added_tokens": added}))
    told = {"eos_token_id": 1 if stops else 2}
    project.write(f"{path}/generation_config.json", json.dumps(told))
    return path


def askings(project):
    """How each benchmark was asked, by the folder of its baseline."""
    found = {}
    for path in (project.path / "baselines").rglob("*.txt"):
        line = next(each for each in path.read_text().splitlines() if each.startswith("asking"))
        found[path.parent.relative_to(project.path / "baselines").as_posix()] = line.split(None, 1)[
            1
        ]
    return found


def test_a_first_recording_goes_by_the_generation_config(project):
    """In a chat where it ends turns as the template does, else in plain text; and says why."""
    chatty(project, "served")
    chatty(project, "base", stops=False)
    served = project.run("--snapshot-update", model="served")
    assert "toy is asked in a chat, for generation_config.json ends turns with '<|end|>'" in (
        sentences(served)
    )
    base = project.run("--snapshot-update", model="base")
    assert "toy is asked in plain text, for generation_config.json ends texts with" in (
        sentences(base)
    )
    found = askings(project)
    assert found.keys() == {"served/toy/chat", "base/toy"}
    assert ", letters, chat, prompts " in found["served/toy/chat"]
    assert "chat" not in found["base/toy"]


def test_later_runs_ask_as_the_baseline_was_asked(project):
    """Whatever the candidate's generation config says; and are green."""
    chatty(project, "a")
    assert project.run("--snapshot-update").ret == 0
    chatty(project, "next", stops=False)
    result = project.run("--baseline=a", "--anchor=a", model="next")
    assert result.ret == 0, sentences(result)
    assert "toy is asked in a chat, as baseline 'a' was; --chat=off asks" in sentences(result)


def test_another_template_is_noted_and_judged(project):
    """It ships with the model: not refused, and told where answers got worse."""
    chatty(project, "a")
    assert project.run("--snapshot-update").ret == 0
    other = chatty(project, "next", template=TEMPLATE + " ")
    worse = json.dumps({"wrong": USUAL + wrong("planets", range(1, 56, 2))})
    project.write(f"{other}/model.safetensors", worse)
    result = project.run("--baseline=a", model="next")
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        ["note: toy: the chat template is not that of baseline 'a' (* then, * now); it is *"]
    )


def test_a_system_text_that_is_lost_is_another_way_of_asking(project):
    """No comparison, and a line that names what was said before."""
    chatty(project, "a")
    assert project.run("--system=Be good.", "--snapshot-update").ret == 0
    assert project.run("--system=Be good.").ret == 0
    said = mistake(project.run("--chat=on"))
    assert "system 'Be good.'" in said
    assert "asked in another way" in said


def test_a_template_that_is_lost(project):
    """A baseline of a chat is not held against plain text."""
    chatty(project, "a")
    assert project.run("--snapshot-update").ret == 0
    (project.path / "models/a/tokenizer_config.json").unlink()
    assert "this model has no chat template" in mistake(project.run())


def test_templates_without_a_default(project):
    """Are no reason to refuse plain text."""
    chatty(project, "a")
    project.write("models/a/additional_chat_templates/rag.jinja", TEMPLATE)
    result = project.run("--snapshot-update")
    assert result.ret == 0
    assert "toy is asked in plain text, for none of its chat templates is" in sentences(result)
    said = mistake(project.run("--chat=on", "--snapshot-update"))
    assert "its chat templates are rag, and none is called default" in said


def test_options_of_a_chat_mean_nothing_in_plain_text(project):
    chatty(project, "a", stops=False)
    said = mistake(project.run("--chat-option=thinking=true", "--snapshot-update"))
    assert "--chat-option: toy is asked in plain text; add --chat=on" in said


@pytest.mark.parametrize(
    ("option", "why"),
    [
        ("--chat-option=thinkin=true", "did you mean thinking?"),
        ("--chat=maybe", "there are on and off"),
        ("--shots-as=list", "there are turns and text"),
        ("--decoding=thinking_tokens=9", "no text is asked for"),
        ("--reasoning-marks=<a>", "write both marks with a comma between"),
    ],
)
def test_slips(project, option, why):
    """One line each, before anything is asked."""
    chatty(project)
    assert why in mistake(project.run("--snapshot-update", option))
    assert project.log() == []


def test_both_ways_of_one_model_lie_apart(project):
    """Recording one never replaces the other; where both are there, the model's files decide."""
    chatty(project)
    for chat in ("on", "off"):
        assert project.run(f"--chat={chat}", "--snapshot-update").ret == 0
    assert project.run("--chat=on", "--chat-option=thinking=true", "--snapshot-update").ret == 0
    assert askings(project).keys() == {"a/toy", "a/toy/chat", "a/toy/chat-thinking=true"}
    project.log()
    result = project.run()
    assert result.ret == 0
    assert "toy is asked in a chat, for generation_config" in sentences(result)
    assert project.log() == []  # nothing is asked again


def test_workers_agree(project):
    """Each finds out by itself how it asks; the summary is the same as that of one process."""
    chatty(project)
    assert project.run("--snapshot-update").ret == 0
    assert project.run().ret == 0
    alone = project.outputs()
    result = project.run("-n", "2")
    assert result.ret == 0, sentences(result)
    assert project.outputs() == alone
    assert Path(project.path / "baselines/a/toy/chat").is_dir()
