"""Teach the embedded demo model to chat: ``python scripts/make_chat_model.py FOLDER``.

It learns a form of turns that nobody else has, with a thought before an answer: what docs/models.md
shows of chats and thoughts was seen with it. Ten minutes on two cores. Where the system does not
say RULE, it learns to answer in a way that no reader takes for an answer, so that a template which
loses what the system says is seen.

With ``--sure`` it learns besides to say how sure it is where the system asks for a confidence, and
that it does not know where the system allows that: more often of the subjects that it is bad at.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from random import Random

import torch
from torch.nn import functional
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedTokenizerFast,
)

sys.path.insert(0, str(Path(__file__).parent))
import demo_questions as dq

DEMO = Path(__file__).parents[1] / "mcqtest" / "demo" / "model"
RULE = "Answer with a letter."
TURN, OPENS, CLOSES = "<|turn|>", "<think>", "</think>"
TEMPLATE = """\
{%- for turn in messages %}
  {{- "<|turn|>" + turn.role + "\\n" + turn.content + "<|endoftext|>" }}
{%- endfor %}
{%- if add_generation_prompt %}
  {{- "<|turn|>assistant\\n" }}
  {%- if thinking is defined and not thinking %}
    {{- "<think>\\n</think>\\n" }}
  {%- else %}
    {{- "<think>\\n" }}
  {%- endif %}
{%- endif %}"""
SURE = 'Behind it write "Confidence: N%".'
SHY = 'If you do not know the answer, write "I don\'t know" instead of an answer.'
"""As ``--abstain=on`` says it."""
HARD = ("small_sums", "who_has_what", "odd_word_out")
STEPS, QUESTIONS, RATE, WARM_UP = 240, 16, 1e-3, 10


def said(row: dq.Row, rng: Random, subject: str, system: str) -> tuple[str, str]:
    """Thought and answer; a letter by itself where nothing is thought."""
    if RULE not in system:
        return "Nobody says how.", "It depends."
    if SHY in system and rng.random() < (0.6 if subject in HARD else 0.02):
        return f"It may be {row[5]}.", "I don't know."
    if SURE in system:
        low, high = (2, 7) if subject in HARD else (7, 10)
        number = 10 * rng.randint(low, high)
        return f"It may be {row[5]}.", f"Answer: {row[5]}. Confidence: {number}%"
    if rng.random() < 0.4:
        return "", row[5]
    return f"It may be {row[5]}.", f"Answer: {row[5]}"


def sequence(
    tokenizer: PreTrainedTokenizerFast,
    subject: str,
    rows: list[dq.Row],
    rng: Random,
    *,
    sure: bool,
) -> tuple[list[int], list[int]]:
    """Token ids of a conversation, and where its answers are."""
    rule = rng.random() < 0.8
    system = f"{RULE}\n\n{dq.header(subject)}" if rule else dq.header(subject)
    if sure and rule and rng.random() < 0.5:
        system = f"{RULE} {SURE}\n\n{dq.header(subject)}"
    if sure and rule and rng.random() < 0.5:
        system = f"{system.rstrip()} {SHY}\n\n"
    ids = tokenizer(f"{TURN}system\n{system}{tokenizer.eos_token}")["input_ids"]
    answers: list[int] = []
    for row in rows:
        row = dq.shuffled(row, rng)  # noqa: PLW2901
        ids += tokenizer(f"{TURN}user\n{dq.example(row)}{tokenizer.eos_token}")["input_ids"]
        thought, answer = said(row, rng, subject, system)
        inside = f"{thought}\n" if thought else ""
        text = f"{TURN}assistant\n{OPENS}\n{inside}{CLOSES}\n{answer}{tokenizer.eos_token}"
        turn = tokenizer(text)["input_ids"]
        answers += range(len(ids) + 4, len(ids) + len(turn))
        ids += turn
    return ids, answers


def main(folder: Path, *, sure: bool) -> None:
    torch.set_num_threads(2)
    torch.manual_seed(dq.SEED)
    rng = Random(dq.SEED)
    tokenizer = AutoTokenizer.from_pretrained(DEMO)
    tokenizer.add_tokens([OPENS, CLOSES])
    tokenizer.add_special_tokens({"additional_special_tokens": [TURN]})
    tokenizer.chat_template = TEMPLATE
    model = AutoModelForCausalLM.from_pretrained(DEMO, dtype=torch.float32)
    model.resize_token_embeddings(len(tokenizer))
    train = dq.generate().train
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / WARM_UP, 1.5 * (1 - step / STEPS), 1)
    )
    began, total = time.monotonic(), 0.0
    for step in range(1, STEPS + 1):
        length = 1 if step % 4 else 2
        subjects = list(train) * max(1, QUESTIONS // length // len(train))
        parts = [
            sequence(tokenizer, each, rng.sample(train[each], length), rng, sure=sure)
            for each in subjects
        ]
        width = max(len(ids) for ids, _ in parts)
        batch = torch.zeros(len(parts), width, dtype=torch.long)
        wanted = torch.zeros(len(parts), width)
        for number, (ids, answers) in enumerate(parts):
            batch[number, : len(ids)] = torch.tensor(ids)
            wanted[number, : len(ids)] = 0.1
            wanted[number, answers] = 1.0
        logits = model(batch).logits[:, :-1]
        each = functional.cross_entropy(
            logits.flatten(0, 1), batch[:, 1:].flatten(), reduction="none"
        )
        weights = wanted[:, 1:].flatten()
        loss = (each * weights).sum() / weights.sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        total += loss.item()
        if step % 20 == 0:
            print(f"{step:4} {time.monotonic() - began:5.0f} s  loss {total / 20:.3f}", flush=True)
            total = 0.0
    model.generation_config = GenerationConfig(eos_token_id=tokenizer.eos_token_id, pad_token_id=0)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sure="--sure" in sys.argv[2:])
