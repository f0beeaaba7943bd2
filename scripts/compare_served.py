"""Whether a served model answers as the same one does in this process, on real servers.

    tox exec -e vllm -- python scripts/compare_served.py --data DIR [--llama PYTHON]

Makes a tiny random model, serves it on loopback with vLLM and with ``transformers serve`` (which
needs accelerate, fastapi and uvicorn besides), asks it and transformers the same questions through
pytest, and prints how far log-probabilities are apart and what the gate says. ``--llama`` names
a Python of an environment with xllamacpp, gguf and safetensors: llama.cpp's server then has the
embedded demo model. Starting vLLM takes a minute. No test; figures of it stand in docs/models.md.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

QUIET = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}
VLLM = {"VLLM_CPU_KVCACHE_SPACE": "1", "TORCH_COMPILE_DISABLE": "1", "VLLM_NO_USAGE_STATS": "1"}
SUBJECTS = "anatomy or astronomy or sociology or philosophy or nutrition"
READER = """
def first(text, choices):
    return sum(map(ord, text)) % len(choices)
"""
"""A random model writes no answers; the gate needs some."""
LLAMA = """
import sys
import time
import xllamacpp

given = xllamacpp.CommonParams()
given.hostnames = ["127.0.0.1"]
given.model.path, given.model_alias = sys.argv[1], {"demo"}
given.port, given.n_ctx, given.n_parallel, given.n_gpu_layers = int(sys.argv[-1]), 8192, 4, 0
given.cpuparams.n_threads = given.cpuparams_batch.n_threads = 1
if "exact" in sys.argv:
    given.flash_attn_type = type(given.flash_attn_type)(0)
    given.cache_type_k = given.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
server = xllamacpp.Server(given)
time.sleep(1e6)
"""
"""llama.cpp's own server, as it is, or with attention in float32."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of MMLU and MMLU-Pro")
    parser.add_argument("--limit", type=int, default=100, help="questions of each of five subjects")
    parser.add_argument("--texts", type=int, default=4, help="texts of each category")
    parser.add_argument("--skip", default="", help="vllm, transformers, or vllm,transformers")
    parser.add_argument("--llama", default="", metavar="PYTHON", help="ask llama.cpp as well")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = given.work = Path(folder)
        (work / "anyhow.py").write_text(READER, "utf-8")
        if given.llama:
            of_llama(given)
            given.work = work
        if given.skip == "vllm,transformers":
            return
        import chats

        shape = {"hidden_size": 64, "num_attention_heads": 2, "num_key_value_heads": 2}
        model = chats.save(work / "tiny", chats.QWEN25, max_position_embeddings=2048, **shape)
        for chat in ("off", "on"):
            ask(given, "letters", chat, model, "transformers")
            ask(given, "texts", chat, model, "transformers")
        if given.skip != "vllm":
            with vllm(model) as url:
                for chat, ways in (
                    ("off", ("logprob_token_ids", "echo", "echo+1")),
                    ("on", ("logprob_token_ids", "prompt_logprobs")),
                ):
                    for way in ways:
                        compare(given, "letters", chat, "tiny", url, f"letters={way}")
                    compare(given, "texts", chat, "tiny", url)
        if given.skip != "transformers":
            with serve(model) as url:
                for chat in ("off", "on"):
                    compare(given, "texts", chat, str(model), url)


def of_llama(given: argparse.Namespace) -> None:
    """The embedded demo model, which has no chat template, at llama.cpp's server."""
    from mcqtest.demo import MODEL

    given.work = given.work / "llama"
    given.work.mkdir()
    shutil.copyfile(given.work.parent / "anyhow.py", given.work / "anyhow.py")
    file = given.work / "demo.gguf"
    command = [given.llama, str(ROOT / "scripts" / "make_gguf.py"), str(MODEL), str(file)]
    subprocess.run(command, check=True)
    for what in ("letters", "texts"):
        ask(given, what, "off", MODEL, "transformers")
    for how in ("exact", "usual"):
        with _server(["-c", LLAMA, str(file), how], {}, given.llama) as url:
            print(f"llama.cpp, {how}:")
            for what in ("letters", "texts"):
                compare(given, what, "off", "demo", url)


@contextmanager
def vllm(model: Path) -> Iterator[str]:
    command = ["-m", "vllm.entrypoints.openai.api_server", "--model", str(model)]
    command += ["--served-model-name", "tiny", "--enforce-eager", "--dtype", "float32"]
    with _server([*command, "--generation-config", "vllm"], VLLM) as url:
        yield url


@contextmanager
def serve(model: Path) -> Iterator[str]:
    command = ["-m", "transformers.cli.transformers", "serve", str(model)]
    with _server([*command, "--device", "cpu", "--dtype", "float32"], {}) as url:
        yield url


@contextmanager
def _server(
    command: Sequence[str], environment: dict[str, str], python: str = sys.executable
) -> Iterator[str]:
    """Started, waited for, and stopped."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [python, *command, "--host", "127.0.0.1", "--port", str(port)],
        env={**os.environ, **QUIET, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(600):
            with suppress(urllib.error.URLError, ConnectionError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health").close()
                break
            assert process.poll() is None, f"{command[1]} does not start"
            time.sleep(0.5)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        process.wait(60)


def ask(
    given: argparse.Namespace, what: str, chat: str, model: Path | str, *more: str
) -> tuple[Path, str]:
    """Run pytest; where its answers are, and its verdict. The first run of each kind records."""
    work = given.work
    name = f"{what}-{chat}" + "".join(f"-{each}" for each in more).replace("/", "_")[-60:]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--chat={chat}"]
    command += [f"--data={given.data.resolve()}", f"--run-dir={work / name}", f"--model={model}"]
    command += [f"--baselines-dir={work / 'baselines'}"]
    if what == "letters":
        cases = "test_mmlu.py"
        command += ["--shots=1", f"--limit={given.limit}", "-k", SUBJECTS]
    else:
        cases = "test_mmlu_pro.py"
        command += ["--shots=0", f"--limit={given.texts}", "--decoding=max_tokens=24"]
        command += ["--method=cot", "--reader=anyhow:first", "-k", "not law"]
    if more[0] == "transformers":
        command += ["--backend=transformers", "--model-name=here", "--snapshot-update"]
    else:
        command += ["--backend=openai", f"--backend-option=base_url={more[0]}", "--baseline=here"]
        command += [f"--backend-option={each}" for each in more[1:]]
    path = os.pathsep.join([str(ROOT), str(work)])
    done = subprocess.run(
        [*command, str(ROOT / "benchmarks" / cases)],
        env={**os.environ, **QUIET, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    words = ("RECORDED", "PARTIAL", "MAY", "ERROR", "NOT", "UNDECIDED", "NO LOSS")
    lines = [each for each in done.stdout.splitlines() if each.startswith(words)]
    lines += [each for each in done.stderr.splitlines() if each.startswith(words)]
    return work / name, lines[-1] if lines else done.stdout[-500:]


def compare(
    given: argparse.Namespace,
    what: str,
    chat: str,
    model: str,
    url: str,
    *options: str,
) -> None:
    here = _answers(given.work / f"{what}-{chat}-transformers")
    folder, verdict = ask(given, what, chat, model, url, *options)
    there = _answers(folder)
    assert here, f"nothing was recorded of {what}"
    if here.keys() != there.keys():
        found = f"{len(there)} of {len(here)} answered"
    elif what == "letters":
        pairs = [(here[each]["logprobs"], there[each]["logprobs"]) for each in here]
        far = max(abs(a - b) for one, two in pairs for a, b in zip(one, two, strict=True))
        found = f"{len(here)} questions, largest difference {far:.1e}"
    else:
        equal = sum(here[each]["text"] == there[each]["text"] for each in here)
        found = f"{equal} of {len(here)} texts are equal"
    how = "in a chat" if chat == "on" else "in plain text"
    print(f"{model}, {what} {how} {' '.join(options)}: {found}\n  {verdict[:240]}", flush=True)


def _answers(folder: Path) -> dict[str, dict]:
    """Stored responses by the question's name."""
    lines = [
        json.loads(line)
        for path in (folder / "responses").glob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]
    return {each["name"]: each for each in lines}


if __name__ == "__main__":
    main()
