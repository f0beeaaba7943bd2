r"""Make the demo's model in seven sizes, trained for a few minutes, to see how scores grow.

    python scripts/make_sizes.py OUT [--steps 600]
    for size in OUT/*/; do pytest --model=$size --data=demo --shots=0 --snapshot-update \
        --baselines-dir=recorded --run-dir=runs/$(basename $size); done
    mcqtest scaling runs/* --svg sizes.svg

They differ in width and depth alone: same questions in the same order, same number of steps. They
see questions without shots, so they are asked so. Needs what `make_demo.py` needs.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from random import Random

import torch

sys.path.insert(0, str(Path(__file__).parent))
import demo_questions as dq
import make_demo

SIZES = ((32, 2), (32, 3), (32, 4), (32, 6), (64, 2), (64, 3), (64, 4))
"""Width and layers."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=600)
    given = parser.parse_args()
    torch.use_deterministic_algorithms(mode=True)
    questions = dq.generate()
    tokenizer = make_demo.make_tokenizer(questions)
    for width, layers in SIZES:
        torch.manual_seed(dq.SEED)
        model = make_demo.make_model(len(tokenizer), width, layers)
        batches = make_demo.Batches(tokenizer, questions, Random(dq.SEED))
        make_demo.train(model, batches, given.steps)
        folder = given.out / f"w{width}-l{layers}"
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        print(folder, f"{sum(each.numel() for each in model.parameters()):,}", flush=True)


if __name__ == "__main__":
    main()
