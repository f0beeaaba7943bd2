"""Every kind of folder in docs/checkpoints.md: it loads, or gets the sentence of the page."""

import os
import re
from pathlib import Path

import pytest
from builders import complaint

pytest.importorskip("tokenizers")
pytest.importorskip("torch")
pytest.importorskip("transformers")

import folders
import models
import torch
from transformers import AutoModelForImageTextToText

from mcqtest.backends import adapter, load, setup
from mcqtest.backends.checkpoint import installed

PAGE = (Path(__file__).parent.parent / "docs" / "checkpoints.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| (.+?) \| (loads.*?|`\.\.\..+?`) \|$", PAGE, re.MULTILINE))
"""Kind -> ``loads``, and with what; or a part of the sentence in backticks."""


@pytest.mark.skipif(os.environ.get("TOX_ENV_NAME") != "tests", reason="asks the environment")
def test_nothing_is_skipped_where_everything_is_tested():
    """The environment `tests` has what the extras adapters, quantised and gguf name."""
    extras = {"peft", "accelerate", "compressed-tensors", "torchao", "gguf"}
    assert {each for each in extras if installed(each)} == extras, "extras of tests in tox.ini"


def needed(name):
    """The library that a kind needs, where it is one of its own."""
    return next((lib for begins, lib in folders.NEEDED.items() if name.startswith(begins)), None)


def asked(folder):
    """The backend with what --model names."""
    model = adapter.probe(adapter.find(str(folder), base=Path.cwd()), {})
    return load(model, setup("transformers", model, {"device": "cpu"}))


def reference(folder):
    """What `transformers` itself computes."""
    made = models.Reference.__new__(models.Reference)
    try:
        return models.Reference(folder)
    except ValueError:
        made.model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
        made.tokenizer = models.AutoTokenizer.from_pretrained(folder)
        return made


def test_every_row_is_made():
    """No row of the page is without a maker, and no maker without a row."""
    assert {*ROWS} == {*folders.MAKERS}
    assert len(ROWS) >= 20


@pytest.mark.parametrize("name", folders.MAKERS)
def test_what_a_kind_of_folder_gives(tmp_path, name):
    """Right answers, as many as there are questions; or one line that names it and what to do."""
    library, says = needed(name), ROWS[name]
    if library and not installed(library):
        pytest.skip(f"{library} is not installed")
    folder = folders.MAKERS[name](tmp_path / "ship")
    if not says.startswith("loads"):
        said = complaint(asked, folder)
        assert str(folder) in said
        assert says.strip("`.") in said
        return
    assert (library is None) == ("with" not in says)
    assert library is None or f"`{library}`" in says
    requests = models.requests([3, 9, 5])
    # bitsandbytes looks at all numbers of a pass to round each, and the reference's are more
    tolerance = 0.05 if library == "bitsandbytes" else 1e-4
    expected = _expected(name, folder, requests)
    assert models.difference(models.answers(asked(folder), requests), expected) < tolerance


def _expected(name, folder, requests):
    if "LoRA" in name:
        base = folder.parent / "base"
        merged = folders.adapters.merged(folder.parent / "merged", base, folder)
        return models.Reference(merged).answers(requests)
    if "GGUF" in name:
        return models.Reference(folder.parent / "plain").answers(requests)
    return reference(folder).answers(requests)
