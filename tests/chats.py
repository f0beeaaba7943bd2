"""Chat templates in the shape of well-known families, written for these tests, and tokenizers that
have their marks.

Each does what the models' own does to turns: which marks stand where, what becomes of the system's
message, who opens a thought. None is a copy.
"""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

import models
from transformers import GenerationConfig, PreTrainedTokenizerFast


class Family(NamedTuple):
    """A template, and the tokens that it is about."""

    template: str
    specials: tuple[str, ...]
    """Tokens that are dropped where texts are decoded without special ones."""
    eos: str
    bos: str | None = None
    words: tuple[str, ...] = ()
    """Added tokens that are none of these."""


LLAMA3 = Family(
    """{{ bos_token }}
{%- set system = "" %}
{%- if messages[0]["role"] == "system" %}
  {%- set system = messages[0]["content"] | trim %}
  {%- set messages = messages[1:] %}
{%- endif %}
{%- set today = strftime_now("%d %b %Y") %}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{{- "Today Date: " + today + "\\n\\n" + system + "<|eot_id|>" }}
{%- for turn in messages %}
  {{- "<|start_header_id|>" + turn.role + "<|end_header_id|>\\n\\n" }}
  {{- (turn.content | trim) + "<|eot_id|>" }}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- "<|start_header_id|>assistant<|end_header_id|>\\n\\n" }}
{%- endif %}""",
    ("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    "<|eot_id|>",
    "<|begin_of_text|>",
)

_CHATML = """{%- for turn in messages %}
  {{- "<|im_start|>" + turn.role + "\\n" + turn.content + "<|im_end|>\\n" }}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- "<|im_start|>assistant\\n" }}
{%- endif %}"""

QWEN25 = Family(
    """{%- if messages[0]["role"] != "system" %}
  {{- "<|im_start|>system\\nYou answer questions.<|im_end|>\\n" }}
{%- endif %}"""
    + _CHATML,
    ("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
    "<|im_end|>",
)

QWEN3 = Family(
    """{%- for turn in messages %}
  {%- set content = turn.content %}
  {%- if turn.role == "assistant" %}
    {%- set content = content.split("</think>")[-1].lstrip("\\n") %}
    {%- if loop.last %}
      {%- set content = "<think>\\n\\n</think>\\n\\n" + content %}
    {%- endif %}
  {%- endif %}
  {{- "<|im_start|>" + turn.role + "\\n" + content + "<|im_end|>\\n" }}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- "<|im_start|>assistant\\n" }}
  {%- if enable_thinking is defined and enable_thinking is false %}
    {{- "<think>\\n\\n</think>\\n\\n" }}
  {%- endif %}
{%- endif %}""",
    ("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
    "<|im_end|>",
    words=("<think>", "</think>"),
)

_GEMMA = """{{ bos_token }}
{%- set first = "" %}
{%- if messages[0].role == "system" %}SYSTEM{% endif %}
{%- for turn in messages %}
  {%- if (turn.role == "user") != (loop.index0 % 2 == 0) %}
    {{- raise_exception("Turns of user and assistant must take turns") }}
  {%- endif %}
  {%- set role = "model" if turn.role == "assistant" else turn.role %}
  {{- "<start_of_turn>" + role + "\\n" }}
  {{- (first if loop.first else "") + (turn.content | trim) + "<end_of_turn>\\n" }}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- "<start_of_turn>model\\n" }}
{%- endif %}"""
_GEMMA_TOKENS = ("<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>")

GEMMA2 = Family(
    _GEMMA.replace("SYSTEM", '{{ raise_exception("No role of a system") }}'),
    _GEMMA_TOKENS,
    "<end_of_turn>",
    "<bos>",
)
GEMMA3 = Family(
    _GEMMA.replace(
        "SYSTEM",
        '{% set first = messages[0].content + "\\n\\n" %}{% set messages = messages[1:] %}',
    ),
    _GEMMA_TOKENS,
    "<end_of_turn>",
    "<bos>",
)

MISTRAL = Family(
    """{{ bos_token }}
{%- set system = "" %}
{%- if messages[0].role == "system" %}
  {%- set system = messages[0].content + "\\n\\n" %}
  {%- set messages = messages[1:] %}
{%- endif %}
{%- for turn in messages %}
  {%- if (turn.role == "user") != (loop.index0 % 2 == 0) %}
    {{- raise_exception("After a user comes an assistant") }}
  {%- endif %}
  {%- if turn.role == "user" %}
    {{- "[INST]" + (system if loop.last else "") + turn.content + "[/INST]" }}
  {%- else %}
    {{- turn.content + eos_token }}
  {%- endif %}
{%- endfor %}""",
    ("<s>", "</s>", "[INST]", "[/INST]"),
    "</s>",
    "<s>",
)

PHI4 = Family(
    """{%- for turn in messages %}
  {{- "<|im_start|>" + turn.role + "<|im_sep|>" + turn.content + "<|im_end|>" }}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- "<|im_start|>assistant<|im_sep|>" }}
{%- endif %}""",
    ("<|endoftext|>", "<|im_start|>", "<|im_sep|>", "<|im_end|>"),
    "<|im_end|>",
)

DEEPSEEK_R1 = Family(
    """{{ bos_token }}
{%- if messages[0].role == "system" %}
  {{- messages[0].content }}
  {%- set messages = messages[1:] %}
{%- endif %}
{%- for turn in messages %}
  {%- if turn.role == "user" %}
    {{- "<\uff5cUser\uff5c>" + turn.content }}
  {%- else %}
    {{- "<\uff5cAssistant\uff5c>" + turn.content.split("</think>")[-1] + eos_token }}
  {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- "<\uff5cAssistant\uff5c><think>\\n" }}
{%- endif %}""",
    (
        "<\uff5cbegin▁of▁sentence\uff5c>",
        "<\uff5cend▁of▁sentence\uff5c>",
        "<\uff5cUser\uff5c>",
        "<\uff5cAssistant\uff5c>",
    ),
    "<\uff5cend▁of▁sentence\uff5c>",
    "<\uff5cbegin▁of▁sentence\uff5c>",
    words=("<think>", "</think>"),
)

GPT_OSS = Family(
    """{{- "<|start|>system<|message|>Current date: " + strftime_now("%Y-%m-%d") }}
{{- "\\n\\nReasoning: " + (reasoning_effort or "medium") + "<|end|>" }}
{%- if messages[0].role == "system" %}
  {{- "<|start|>developer<|message|># Instructions\\n\\n" + messages[0].content + "<|end|>" }}
  {%- set messages = messages[1:] %}
{%- endif %}
{%- for turn in messages %}
  {%- if "<|channel|>" in turn.content %}
    {{- raise_exception("A channel's mark in what somebody says") }}
  {%- endif %}
  {%- if turn.role == "user" %}
    {{- "<|start|>user<|message|>" + turn.content + "<|end|>" }}
  {%- else %}
    {{- "<|start|>assistant<|channel|>final<|message|>" + turn.content }}
    {{- "<|return|>" if loop.last and not add_generation_prompt else "<|end|>" }}
  {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- "<|start|>assistant" }}
{%- endif %}""",
    ("<|start|>", "<|message|>", "<|channel|>", "<|end|>", "<|return|>", "<|endoftext|>"),
    "<|return|>",
)

GLM45 = Family(
    """{{- "[gMASK]<sop>" }}
{%- for turn in messages %}
  {%- if turn.role == "user" %}
    {{- "<|user|>\\n" + turn.content }}
    {%- if enable_thinking is defined and not enable_thinking %}{{ "/nothink" }}{% endif %}
  {%- elif turn.role == "assistant" %}
    {{- "<|assistant|>\\n<think></think>\\n" + turn.content.split("</think>")[-1].strip() }}
  {%- else %}
    {{- "<|system|>\\n" + turn.content }}
  {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- "<|assistant|>" }}
  {%- if enable_thinking is defined and not enable_thinking %}{{ "\\n<think></think>" }}{% endif %}
{%- endif %}""",
    ("<|endoftext|>", "[gMASK]", "<sop>", "<|system|>", "<|user|>", "<|assistant|>"),
    "<|user|>",
    words=("<think>", "</think>"),
)
"""No mark ends a turn: that of the next one does."""

GRANITE = Family(
    """{%- if messages[0].role == "system" %}
  {%- set system = messages[0].content %}
  {%- set messages = messages[1:] %}
{%- else %}
  {%- set system = "Today is " + strftime_now("%B %d, %Y") + ". You answer questions." %}
  {%- if thinking %}
    {%- set system = system + " Think first, behind 'Here is my thought process:', and answer" %}
    {%- set system = system + " behind 'Here is my response:'." %}
  {%- endif %}
{%- endif %}
{{- "<|start_of_role|>system<|end_of_role|>" + system + "<|end_of_text|>\\n" }}
{%- for turn in messages %}
  {{- "<|start_of_role|>" + turn.role + "<|end_of_role|>" + turn.content + "<|end_of_text|>\\n" }}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- "<|start_of_role|>assistant<|end_of_role|>" }}
{%- endif %}""",
    ("<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"),
    "<|end_of_text|>",
)

COMMAND_A = Family(
    """{{- bos_token }}
{%- for turn in messages %}
  {%- set who = {"system": "SYSTEM", "user": "USER", "assistant": "CHATBOT"}[turn.role] %}
  {{- "<|START_OF_TURN_TOKEN|><|" + who + "_TOKEN|>" }}
  {%- if turn.role == "assistant" %}
    {{- "<|START_RESPONSE|>" + turn.content + "<|END_RESPONSE|>" }}
  {%- else %}
    {{- turn.content }}
  {%- endif %}
  {{- "<|END_OF_TURN_TOKEN|>" }}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>" }}
  {{- "<|START_THINKING|>" }}
  {%- if reasoning is defined and not reasoning %}{{ "<|END_THINKING|>" }}{% endif %}
{%- endif %}""",
    (
        *("<BOS_TOKEN>", "<|START_OF_TURN_TOKEN|>", "<|END_OF_TURN_TOKEN|>"),
        *("<|SYSTEM_TOKEN|>", "<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>"),
        *("<|START_THINKING|>", "<|END_THINKING|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>"),
    ),
    "<|END_RESPONSE|>",
    "<BOS_TOKEN>",
)

LLAMA4 = Family(
    """{{- bos_token }}
{%- for turn in messages %}
  {{- "<|header_start|>" + turn.role + "<|header_end|>\\n\\n" }}
  {%- if turn.content is string %}
    {{- turn.content }}
  {%- else %}
    {%- for part in turn.content %}{{ part.text }}{% endfor %}
  {%- endif %}
  {{- "<|eot|>" }}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- "<|header_start|>assistant<|header_end|>\\n\\n" }}
{%- endif %}""",
    ("<|begin_of_text|>", "<|header_start|>", "<|header_end|>", "<|eot|>"),
    "<|eot|>",
    "<|begin_of_text|>",
)

FAMILIES = {
    "llama3": LLAMA3,
    "qwen25": QWEN25,
    "qwen3": QWEN3,
    "gemma2": GEMMA2,
    "gemma3": GEMMA3,
    "mistral": MISTRAL,
    "phi4": PHI4,
    "deepseek_r1": DEEPSEEK_R1,
    "gpt_oss": GPT_OSS,
    "glm45": GLM45,
    "granite": GRANITE,
    "command_a": COMMAND_A,
    "llama4": LLAMA4,
}


@cache
def tokenizer(family: Family) -> PreTrainedTokenizerFast:
    """Byte-level BPE with the family's marks and its template; it writes a BOS before any text
    where there is one, as most do. Do not change it.
    """
    made = copy.deepcopy(models.tokenizer("bytes_bos" if family.bos else "bytes"))
    made.add_tokens(list(family.words))
    made.add_special_tokens({"additional_special_tokens": list(family.specials)})
    made.bos_token, made.eos_token = family.bos, family.eos
    if family.bos and family.bos != "<s>":
        models._template(made.backend_tokenizer, "<s> $A")
    made.chat_template = family.template
    return made


def save(folder: Path, family: Family, architecture: str = "llama", **config) -> Path:
    """A random model with the family's tokenizer and template, which ends turns as that does."""
    words = tokenizer(family)
    models.save(folder, architecture=architecture, **{"vocab_size": len(words), **config})
    words.save_pretrained(folder)
    end = words.convert_tokens_to_ids(family.eos)
    GenerationConfig(eos_token_id=[end], do_sample=False).save_pretrained(folder)
    return folder


def retell(folder: Path, template: str) -> Path:
    """Give a saved model another template."""
    (folder / "chat_template.jinja").write_text(template, "utf-8")
    return folder


def settings(folder: Path, name: str, **changes) -> None:
    """Change a JSON file of a saved model; None removes a key."""
    path = folder / name
    told = {**json.loads(path.read_text("utf-8")), **changes}
    told = {key: value for key, value in told.items() if value is not None}
    path.write_text(json.dumps(told), "utf-8")
