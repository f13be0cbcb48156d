"""A Paraformer of the published online model's size, with random weights: ``python -m bench.asr.real_size``.

Proves that a model of 220 million parameters exported by FunASR itself (``model.onnx``, ``decoder.onnx`` and
their ``_quant`` forms) loads, and what it costs in memory and time on this machine, fp32 and int8. Its text is
nonsense: accuracy needs the real weights. Needs the ``funasr`` extra, 8 GB of memory and 3 GB of disk.
"""

from __future__ import annotations

import argparse
import copy
import functools
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import yaml

VOCABULARY = 8404
WIDTH, LAYERS, DECODERS = 512, 50, 16
BATCHES = (1, 4, 8)


def config(width: int, layers: int, decoders: int) -> dict[str, Any]:
    """``config.yaml`` of an online Paraformer of these dimensions."""
    from asr.recipe.network import MODEL_CONFIG

    made = copy.deepcopy(MODEL_CONFIG)
    made["encoder_conf"] |= {"output_size": width, "linear_units": 4 * width, "num_blocks": layers}
    made["encoder_conf"] |= {"chunk_size": [12, 15], "stride": [8, 10]}
    made["decoder_conf"] |= {"linear_units": 4 * width, "num_blocks": decoders, "att_layer_num": decoders}
    made["predictor_conf"] |= {"idim": width}
    made["model_conf"] |= {"ctc_weight": 0.0}
    return made


def write_random_model(folder: Path, width: int, layers: int, decoders: int, vocabulary: int) -> int:
    """A model directory with random weights that FunASR loads; returns the number of parameters."""
    import torch
    from funasr.models.paraformer_streaming.model import ParaformerStreaming

    from asr.recipe.network import FEATURES, mvn_text

    made = config(width, layers, decoders)
    tokens = ["<blank>", "<s>", "</s>", *(chr(0x4E00 + at) for at in range(vocabulary - 4)), "<unk>"]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(made, sort_keys=False), encoding="utf-8")
    (folder / "tokens.json").write_text(json.dumps(tokens, ensure_ascii=False), encoding="utf-8")
    (folder / "am.mvn").write_text(mvn_text(np.full(FEATURES, 10.0, np.float32), np.full(FEATURES, 4.0, np.float32)))
    parts = {key: value for key, value in made.items() if not key.startswith(("frontend", "tokenizer", "model"))}
    model = ParaformerStreaming(input_size=FEATURES, vocab_size=vocabulary, **parts, **made["model_conf"])
    torch.save(model.state_dict(), folder / "model.pt")
    return sum(value.numel() for value in model.parameters())


def export(folder: Path) -> None:
    """FunASR's own export, which on this torch needs the older exporter."""
    import torch

    from asr.funasr_backend import load_auto_model

    newer = torch.onnx.export
    torch.onnx.export = functools.partial(newer, dynamo=False)
    try:
        load_auto_model(str(folder)).export(type="onnx", quantize=True, device="cpu")
    finally:
        torch.onnx.export = newer


def measure(folder: Path, precision: str) -> None:
    """Load and time one precision; prints one JSON line (run in a process of its own for the memory)."""
    from asr.backend import Step
    from asr.decode import load_onnx

    began = time.perf_counter()
    backend = load_onnx(folder, precision)
    result: dict[str, Any] = {"precision": precision, "load_s": round(time.perf_counter() - began, 1)}
    rng = np.random.default_rng(1)
    for batch in BATCHES:
        utterances = [backend.new_utterance(8000, 0) for _ in range(batch)]
        for _ in range(2):
            pcm = rng.normal(0, 3000, backend.chunk_ms * 8).astype("<i2").tobytes()
            backend.run([Step(one, pcm, False) for one in utterances])
        before = time.process_time()
        for _ in range(5):
            pcm = rng.normal(0, 3000, backend.chunk_ms * 8).astype("<i2").tobytes()
            backend.run([Step(one, pcm, False) for one in utterances])
        spent = (time.process_time() - before) / 5
        result[f"batch_{batch}_ms_per_chunk"] = round(1000 * spent / batch, 1)
        result[f"batch_{batch}_cpu_per_audio_s"] = round(1000 * spent / batch / backend.chunk_ms, 3)
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    result["peak_rss_mb"] = int(status["VmHWM"].split()[0]) // 1024
    result["rss_mb"] = int(status["VmRSS"].split()[0]) // 1024
    print(json.dumps(result))


def main() -> int:
    """Make, export and measure; print a JSON line per precision."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/bench/asr"))
    parser.add_argument("--folder", type=Path, help="keep the exported model here (default: thrown away)")
    parser.add_argument("--measure", choices=("fp32", "int8"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.folder, options.measure)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch) / "paraformer"
        if not (folder / "decoder_quant.onnx").exists():
            count = write_random_model(folder, WIDTH, LAYERS, DECODERS, VOCABULARY)
            print(f"{count / 1e6:.1f} million parameters", flush=True)
            began = time.perf_counter()
            export(folder)
            print(f"exported in {time.perf_counter() - began:.0f} s", flush=True)
        lines = []
        for precision in ("fp32", "int8"):
            command = [sys.executable, "-m", "bench.asr.real_size", "--folder", str(folder), "--measure", precision]
            lines.append(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())
            print(lines[-1], flush=True)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "real_size.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
