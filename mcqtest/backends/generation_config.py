"""How a checkpoint's generation config says that texts are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mcqtest.backends.headers import read_object
from mcqtest.types import McqtestError

_TAKEN = ("temperature", "top_p", "top_k")
"""What `mcqtest.types.Decoding` has as well."""

_NEUTRAL: Mapping[str, tuple[object, ...]] = {
    "min_p": (0,),
    "typical_p": (1,),
    "epsilon_cutoff": (0,),
    "eta_cutoff": (0,),
    "repetition_penalty": (1,),
    "no_repeat_ngram_size": (0,),
    "num_beams": (1,),
    "bad_words_ids": (),
    "suppress_tokens": (),
    "sequence_bias": (),
}
"""What else changes which token comes next -> values without effect."""


def told(folder: Path) -> dict[str, str]:
    """The fields of a decoding that generation_config.json states, as text; what it does not state
    is left out, and a temperature is 1 then. Raises `McqtestError` where it does not sample, or in
    a way that is not ours.
    """
    path = folder / "generation_config.json"
    config = read_object(path, "generation configuration") if path.is_file() else {}
    if config.get("do_sample") is not True:
        raise McqtestError(
            f"--decoding from=generation_config: {path} draws no tokens (do_sample); leave the "
            "option out, or say how with --decoding temperature=T"
        )
    found = {key: str(config[key]) for key in _TAKEN if config.get(key) is not None}
    found.setdefault("temperature", "1.0")
    others = [
        f"{key}={config[key]}"
        for key, neutral in _NEUTRAL.items()
        if config.get(key) not in (None, [], *neutral)
    ]
    if others:
        ours = " ".join(f"--decoding {key}={value}" for key, value in found.items())
        raise McqtestError(
            f"--decoding from=generation_config: {path} also says {', '.join(others)}, which is "
            f"not applied here; without it that is {ours}"
        )
    return found
