"""Child process in the peer's own environment: lm-evaluation-harness writes on from the same texts.

A file, run by the peer's Python: it must import nothing of this package but the file beside it.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def main(spec: Path, answer: Path) -> None:
    """``spec``: engine, arguments, batch_size, device, prompts by key, tokens."""
    asked = json.loads(spec.read_text("utf-8"))
    sys.path.insert(0, str(Path(__file__).parent))
    import peer  # type: ignore[import-not-found]  # the file beside this one

    if asked["engine"] == "vllm":
        peer.prepare_vllm()
    from lm_eval.api.instance import Instance
    from lm_eval.api.registry import get_model

    model = get_model(asked["engine"]).create_from_arg_obj(
        asked["arguments"], {"batch_size": asked["batch_size"], "device": asked["device"]}
    )
    # Nothing but the end of a text or its length ends it, as with us.
    how = {"until": [], "max_gen_toks": asked["tokens"], "do_sample": False}
    requests = [
        Instance("generate_until", {}, (text, how), number)
        for number, text in enumerate(asked["prompts"].values())
    ]
    started = time.perf_counter()
    texts = model.generate_until(requests)
    found = {
        "seconds": time.perf_counter() - started,
        "texts": dict(zip(asked["prompts"], texts, strict=True)),
        "versions": peer.versions(asked["engine"]),
    }
    answer.write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":  # vllm starts processes that import this file
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    main(*map(Path, sys.argv[1:]))
