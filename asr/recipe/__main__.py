"""``python -m asr.recipe``: make the embedded model from nothing, step by step, going on where it stopped."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from asr.recipe import corpus, network
from asr.recipe.text import load_grammar

MODEL = Path(__file__).resolve().parents[1] / "model"
SHARDS = 42
STATISTICS = 4
"""Shards that mean and standard deviation are taken from."""


def main() -> int:
    """Read the command line and run the stages; return the exit status."""
    options = _options()
    began = time.monotonic()
    work: Path = options.work
    work.mkdir(parents=True, exist_ok=True)
    if options.stage in ("all", "corpus"):
        _corpus(work, options.shards, began)
    if options.stage in ("all", "train"):
        from asr.recipe import train

        _progress(began, "train", "two processes on CPU, one on CUDA; checkpoints every three minutes")
        if options.start is not None:
            _adopt(options.start, work / "model")
        plan = train.Plan(steps=options.steps, minutes=options.minutes, rate=options.rate, start=options.start)
        train.train(work, plan)
    if options.stage in ("all", "export"):
        _export(work, options.out, options.weights, began)
    if options.stage in ("all", "export", "language"):
        _language(options.out, began)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m asr.recipe", description=__doc__)
    parser.add_argument("stage", nargs="?", default="all", choices=("all", "corpus", "train", "export", "language"))
    parser.add_argument("--work", type=Path, default=Path("build/asr"), help="where sound and checkpoints lie")
    parser.add_argument("--out", type=Path, default=MODEL, help="where the model goes")
    parser.add_argument("--weights", choices=("average", "last"), default="average", help="which to export")
    parser.add_argument("--shards", type=int, default=SHARDS, help="1.3 hours of speech each")
    parser.add_argument("--steps", type=int, default=19000, help="training steps")
    parser.add_argument("--rate", type=float, default=1.5e-3, help="highest learning rate")
    parser.add_argument("--start", type=Path, help="go on from the weights of this model directory")
    parser.add_argument("--minutes", type=float, default=0.0, help="stop training after this long, 0 = by steps")
    return parser.parse_args()


def _progress(began: float, stage: str, text: str) -> None:
    print(f"[{(time.monotonic() - began) / 60:5.1f} min] {stage}: {text}", flush=True)


def _corpus(work: Path, count: int, began: float) -> None:
    _, characters = load_grammar()
    workers = max(1, (os.cpu_count() or 2))
    made: list[Path] = []
    for shard in corpus.make_shards(work / "shards", count, workers):
        made.append(shard)
        _progress(began, "corpus", f"{len(made)} of {count} shards")
    if not (work / "model" / "am.mvn").exists():
        mean, std = corpus.statistics(sorted(made)[:STATISTICS])
        network.write_directory(work / "model", network.token_list(characters), mean, std)
    _progress(began, "corpus", f"{len(characters)} characters")


def _adopt(start: Path, target: Path) -> None:
    """Weights only fit the tokens and the statistics they were trained with."""
    target.mkdir(parents=True, exist_ok=True)
    for name in ("config.yaml", "tokens.json", "am.mvn"):
        shutil.copyfile(start / name, target / name)


def _export(work: Path, out: Path, weights: str, began: float) -> None:
    from asr.recipe import export, train

    out.mkdir(parents=True, exist_ok=True)
    for name in ("config.yaml", "tokens.json", "am.mvn"):
        shutil.copyfile(work / "model" / name, out / name)
    model = train.trained_model(work, weights)
    export.write_weights(model, out)
    export.write_onnx(model, out)
    _progress(began, "export", str(out))


def _language(out: Path, began: float) -> None:
    from asr.recipe import export, language

    grammar, _ = load_grammar()
    language.make(grammar, out)
    size = export.shipped_bytes(out)
    _progress(began, "language", f"{out} ({size / 2**20:.1f} MiB of weights)")
    if size > export.SHIPPED_LIMIT:
        raise SystemExit(f"the weights take {size} bytes, more than {export.SHIPPED_LIMIT}: narrow the vocabulary")


if __name__ == "__main__":
    sys.exit(main())
