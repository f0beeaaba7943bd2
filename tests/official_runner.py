"""Programmatic tasks as the official package itself runs them, on a model of plain transformers.

A program, started by `tests/test_parity_programs.py` in a process of its own, that writes what the
tasks return as JSON. Nothing of mcqtest is imported: each text is generated alone by the library's
own loop, and each continuation is scored by a forward pass of its own.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import sys
from itertools import takewhile
from pathlib import Path

import numpy as np
import torch
from bigbench_package import official
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig


def model_of(folder, tokens):
    """An official model: the checkpoint in ``folder``, with texts of so many tokens."""
    from bigbench.models.model_utils import postprocess_output
    from scipy.special import logsumexp

    tokenizer = AutoTokenizer.from_pretrained(folder)
    network = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    greedy = GenerationConfig(
        do_sample=False, max_new_tokens=tokens, pad_token_id=0, eos_token_id=tokenizer.eos_token_id
    )

    def ids(text):
        return tokenizer(text, add_special_tokens=False)["input_ids"]

    def text(prompt):
        start = torch.tensor([ids(prompt) or [tokenizer.eos_token_id]])
        whole = network.generate(
            start, attention_mask=torch.ones_like(start), generation_config=greedy
        )
        return tokenizer.decode(whole[0, start.shape[1] :], skip_special_tokens=True)

    def likely(prompt, targets):
        """Of each: the sum over the tokens behind those that all of them share with the prompt."""
        whole = {each: ids(prompt + each) for each in targets if each}
        own = ids(prompt)
        alike = takewhile(lambda at: len({*at}) == 1, zip(own, *whole.values(), strict=False))
        shared = len([*alike])
        found = {"": 0.0}
        for each, written in whole.items():
            fed = torch.tensor([written if prompt else [tokenizer.eos_token_id, *written]])
            logs = network(fed).logits[0].log_softmax(-1)
            late = fed.shape[1] - len(written) + shared
            found[each] = sum(float(logs[at - 1, fed[0, at]]) for at in range(late, fed.shape[1]))
        return [found[each] for each in targets]

    class Plain(official("model").Model):
        def generate_text(self, inputs, max_length=None, stop_string=None, output_regex=None):
            one = isinstance(inputs, str)
            with torch.inference_mode():
                texts = [text(each) for each in ([inputs] if one else inputs)]
            texts = postprocess_output(texts, max_length, stop_string, output_regex)
            return texts[0] if one else texts

        def cond_log_prob(self, inputs, targets, absolute_normalization=False):
            one = isinstance(inputs, str)
            pairs = [(inputs, targets)] if one else zip(inputs, targets, strict=True)
            with torch.inference_mode():
                rows = [np.array(likely(*each)) for each in pairs]
            if not absolute_normalization:
                rows = [row - logsumexp(row) for row in rows]
            return list(rows[0]) if one else [list(row) for row in rows]

        def model_data(self):
            return official("model").ModelData("plain", "plain", 0, 0, 0, 0, 0, "", {})

    return Plain()


def scores_of(name, model, limit):
    """What the package's runner writes down of a task: `bigbench/evaluate_task.py`."""
    from bigbench.models.query_logging_model import QueryLoggingModel

    random.seed(0)
    np.random.seed(0)  # noqa: NPY002  what tasks use
    task = official("util").load_programmatic_task(f"bigbench.benchmark_tasks.{name}.task")
    logged = QueryLoggingModel(model)
    scores = task.evaluate_model(logged, max_examples=limit)
    scores = scores if isinstance(scores, list) else [scores]
    whole = official("results").add_aggregate_scores(task_name=name, scores=[*scores])
    return {
        "normalized": {
            each.number_of_shots: each.score_dict["normalized_aggregate_score"]
            for each in whole
            if each.subtask_description == name
        },
        "parts": [
            {
                "score": float(each.score_dict[each.preferred_score]),
                "low": float(each.low_score),
                "high": float(each.high_score),
                "preferred": each.preferred_score,
                "shots": each.number_of_shots,
            }
            for each in scores
            if each.subtask_description != name or len(scores) == 1
        ],
        "queries": sum(len(each.samples) for each in logged.queries),
    }


def main():
    folder, limits, tokens, out = sys.argv[1:]
    model, found = model_of(folder, int(tokens)), {}
    with contextlib.redirect_stdout(io.StringIO()):
        for name, limit in json.loads(limits).items():
            found[name] = scores_of(name, model, limit)
    Path(out).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main()
