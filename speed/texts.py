"""``python -m speed texts``: texts behind a shared prefix, against others that write them.

Greedy, from the same prompts on the same checkpoint. ``shots`` are prompts of MMLU, written
on by `transformers`' own ``generate`` in batches padded on the left; ``cot``, ``chat`` and
``thinking`` are MMLU-Pro's, chain of thought, as a chat, and as a chat whose template opens
the thinking, and the other is the peer.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from speed import environment, process
from speed.letters import checkpoint, engine
from speed.table import Table, seconds

KINDS = {"shots": "college_medicine", "cot": "health", "chat": "health", "thinking": "health"}
"""What is asked, and of which task."""

_CHATS = ("chat", "thinking")
_OPENED = "<think>\n"
"""How a template opens the thinking; our texts begin with it, the peer's behind it."""


_OURS = {"ours": "mcqtest", "again": "mcqtest, a second run"}
"""A second one knows what was found of the architecture."""

_TEMPLATE = (  # ChatML
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\nOPENED{% endif %}"
)

Found = dict[str, Any]
"""What a child process found."""


def tables(options: argparse.Namespace) -> list[Table]:
    work: Path = options.cache
    model = checkpoint(options.shape, "float32", "cpu", options.data, work)
    if options.kind in _CHATS:
        model = _chatting(model, options.kind)
    spec = {"checkpoint": str(model), "data": str(options.data), "limit": options.prompts}
    spec |= {"tokens": options.tokens, "kind": options.kind, "backend": options.backend, "size": 0}
    rounds: list[dict[str, Found]] = []
    ours = options.python
    for number in range(1, options.rounds + 1):
        with tempfile.TemporaryDirectory(dir=work) as place:
            found = {
                name: process.child("texts", {**spec, "place": place}, work=work, python=ours)
                for name in ("ours", "again")
            }
        for size in options.batch_sizes:
            found[size] = _other(options, spec, size, found["ours"]["prompts"])
        spent = ", ".join(f"{name}: {each['seconds']:.2f} s" for name, each in found.items())
        print(f"round {number}: {spent}", flush=True)
        rounds.append(found)
    return [_table(options, rounds)]


def _chatting(model: Path, kind: str) -> Path:
    """The same checkpoint with a chat template."""
    folder = process.folder(model.with_name(f"{model.name}-{kind}"))
    for file in model.iterdir():
        place = folder / file.name
        if not place.exists():
            place.symlink_to(file)
    template = _TEMPLATE.replace("OPENED", _OPENED if kind == "thinking" else "")
    (folder / "chat_template.jinja").write_text(template, "utf-8")
    return folder


def _other(
    options: argparse.Namespace, spec: Mapping[str, Any], size: str, prompts: Mapping[str, str]
) -> Found:
    """What the other wrote, in batches of ``size``."""
    work: Path = options.cache
    if options.kind == "shots":
        return dict(process.child("texts", {**spec, "size": int(size)}, work=work))
    python = environment.peer(work, options.backend, "cpu", options.peer_python)
    asked = engine(options.backend, Path(spec["checkpoint"]), "float32", "cpu", size)
    asked |= {"tokens": spec["tokens"], "prompts": dict(prompts)}
    return dict(process.child("peer_texts", asked, work=work, python=python))


def _table(options: argparse.Namespace, rounds: Sequence[Mapping[str, Found]]) -> Table:
    ours = rounds[0]["ours"]
    other = "generate" if options.kind == "shots" else "peer"
    rows = []
    for name in rounds[0]:
        spent = statistics.median(each[name]["seconds"] for each in rounds)
        ratios = [each[name]["seconds"] / each["ours"]["seconds"] for each in rounds]
        memory = statistics.median(each[name]["process_mib"] for each in rounds)
        texts = rounds[0][name]["texts"]
        same = sum(texts[key] == ours["texts"][key] for key in texts)
        title = _OURS.get(name, f"{other}, batches of {name}")
        ratio = f"{statistics.median(ratios):.2f}"
        rows.append((title, seconds(spent), ratio, str(same), f"{memory:,.0f}"))
    head = ("", "seconds", "/ mcqtest", "same texts", "peak memory, MiB")
    what = {"shots": "five-shot prompts", "cot": "prompts for a chain of thought"}
    asked = f"{options.prompts} {what.get(options.kind, 'chats')} of {KINDS[options.kind]}"
    note = (
        f"{asked}, {ours['prompt']:,} "
        f"tokens each on average, {options.tokens} greedy tokens each; {ours['versions']}"
    )
    theirs = {each["versions"] for name, each in rounds[0].items() if name not in _OURS}
    if "reused" in ours:
        note += f"; {ours['reused']:.0%} of what vLLM was given was in its cache"
    notes = [note, *(f"peer: {each}" for each in theirs if other == "peer")]
    title = f"Texts, {options.kind}: {options.shape}, {options.backend}, float32 on cpu"
    return Table(title, head, rows, notes)


def main(spec: Path, answer: Path) -> None:
    """Child process: ``size`` 0 is mcqtest, else the size of the batches of ``generate``."""
    asked = json.loads(spec.read_text("utf-8"))
    from mcqtest import backends
    from mcqtest.backends.checkpoint import Checkpoint
    from speed.ours import count_reused

    requests = _requests(asked)
    reused = None
    place = Checkpoint(Path(asked["checkpoint"]), "speed")
    options = {"dtype": "float32"}
    if asked["backend"] == "transformers":
        options["device"] = "cpu"
    chosen = replace(backends.setup(asked["backend"], place, options), place=asked.get("place", ""))
    tokenizer = _tokenizer(asked["checkpoint"])
    prompts = {each.key: _spelled(each.prompt, tokenizer) for each in requests}
    if asked["size"] == 0:
        model = backends.load(place, chosen)
        reused = count_reused() if asked["backend"] == "vllm" else None
        started = time.perf_counter()
        texts = {each.key: (each.text or "").removeprefix(_OPENED) for each in model.run(requests)}
    else:
        texts, started = _generate(asked, prompts)
    spent = time.perf_counter() - started
    lengths = [len(tokenizer(each)["input_ids"]) for each in prompts.values()]
    found = {"seconds": spent, "texts": texts, "versions": str(chosen), "prompts": prompts}
    found["prompt"] = round(statistics.mean(lengths))
    if reused is not None:
        found["reused"] = reused()
    answer.write_text(json.dumps(found), "utf-8")


def _requests(asked: Mapping[str, Any]) -> list[Any]:
    """As the plugin would send them; texts end by their length alone."""
    from benchmarks.test_mmlu_pro import MMLU_PRO
    from mcqtest.prompts import Talk
    from mcqtest.run.plan import plan
    from mcqtest.run.way import Way
    from mcqtest.types import Decoding
    from speed.subjects import TASKS

    tasks = TASKS if asked["kind"] == "shots" else {task.name: task for task in MMLU_PRO.tasks}
    talk = Talk(template="speed") if asked["kind"] in _CHATS else None
    found = plan(
        tasks[KINDS[asked["kind"]]],
        root=Path(asked["data"]),
        identity="speed",
        way=Way(limit=asked["limit"], talk=talk),
    )
    decoding = Decoding(max_tokens=asked["tokens"])
    return [replace(each, choices=(), decoding=decoding) for each in found.requests]


def _spelled(prompt: Any, tokenizer: Any) -> str:
    """The whole text that a model goes on from."""
    if not hasattr(prompt, "messages"):
        return str(prompt.text)
    messages = [{"role": role, "content": content} for role, content in prompt.messages]
    return str(tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True))


def _tokenizer(folder: str) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder, padding_side="left")


def _generate(asked: Mapping[str, Any], prompts: Mapping[str, str]) -> tuple[dict[str, str], float]:
    import torch
    from transformers import AutoModelForCausalLM

    tokenizer = _tokenizer(asked["checkpoint"])
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    model = AutoModelForCausalLM.from_pretrained(asked["checkpoint"], dtype=torch.float32).eval()
    started = time.perf_counter()
    ordered = sorted(prompts.items(), key=lambda each: -len(each[1]))
    texts: dict[str, str] = {}
    for start in range(0, len(ordered), asked["size"]):
        batch = ordered[start : start + asked["size"]]
        fed = tokenizer([text for _, text in batch], return_tensors="pt", padding=True)
        with torch.inference_mode():
            whole = model.generate(
                **fed,
                do_sample=False,
                max_new_tokens=asked["tokens"],
                pad_token_id=tokenizer.pad_token_id,
            )
        new = whole[:, fed["input_ids"].shape[1] :]
        for (key, _), ids in zip(batch, new, strict=True):
            texts[key] = tokenizer.decode(ids, skip_special_tokens=True)
    return texts, started


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
