"""The shape of the embedded model and the files FunASR loads it from.

A directory with ``config.yaml``, ``tokens.json``, ``am.mvn`` and ``model.pt`` is all that
``funasr.AutoModel(model=directory)`` needs. The dimensions are those of a 2.5 M parameter ParaformerStreaming.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

FEATURES = 560
"""Numbers per frame: 80 mel bands, 7 frames stacked (LFR), one frame every 60 ms."""

WIDTH = 128
"""Width of encoder and decoder."""

BLANK, SOS, EOS = 0, 1, 2
"""Token ids of CTC's blank and of the sentence borders."""

SPECIAL_HEAD = ("<blank>", "<s>", "</s>")
SPECIAL_TAIL = ("<unk>",)
LETTERS = "abcdefghijklmnopqrstuvwxyz"

MODEL_CONFIG: dict[str, Any] = {
    "model": "ParaformerStreaming",
    "model_conf": {
        "ctc_weight": 0.06,
        "lsm_weight": 0.05,
        "length_normalized_loss": True,
        "predictor_weight": 1.0,
        "predictor_bias": 1,
        "sampling_ratio": 0.5,
    },
    "encoder": "SANMEncoderChunkOpt",
    "encoder_conf": {
        "output_size": WIDTH,
        "attention_heads": 4,
        "linear_units": 512,
        "num_blocks": 6,
        "dropout_rate": 0.0,
        "positional_dropout_rate": 0.0,
        "attention_dropout_rate": 0.0,
        "input_layer": "pe_online",
        "pos_enc_class": "SinusoidalPositionEncoder",
        "normalize_before": True,
        "kernel_size": 11,
        "sanm_shfit": 0,
        "selfattention_layer_type": "sanm",
        "chunk_size": [9, 15],
        "stride": [6, 10],
        "pad_left": [0, 0],
        "encoder_att_look_back_factor": [4, 4],
        "decoder_att_look_back_factor": [1, 1],
    },
    "decoder": "ParaformerSANMDecoder",
    "decoder_conf": {
        "attention_heads": 4,
        "linear_units": 512,
        "num_blocks": 2,
        "att_layer_num": 2,
        "dropout_rate": 0.0,
        "positional_dropout_rate": 0.0,
        "self_attention_dropout_rate": 0.0,
        "src_attention_dropout_rate": 0.0,
        "kernel_size": 11,
        "sanm_shfit": 5,
    },
    "predictor": "CifPredictorV2",
    "predictor_conf": {"idim": WIDTH, "threshold": 1.0, "l_order": 1, "r_order": 1, "tail_threshold": 0.45},
    "frontend": "WavFrontendOnline",
    "frontend_conf": {
        "fs": 16000,
        "window": "hamming",
        "n_mels": 80,
        "frame_length": 25,
        "frame_shift": 10,
        "lfr_m": 7,
        "lfr_n": 6,
        "dither": 0.0,
    },
    "tokenizer": "CharTokenizer",
    "tokenizer_conf": {"unk_symbol": "<unk>", "split_with_space": True},
}
"""``config.yaml`` as FunASR reads it (its own spelling of ``sanm_shfit``)."""


def token_list(characters: Sequence[str]) -> list[str]:
    """The model's vocabulary: borders, the 26 letters, the given characters, the unknown."""
    return [*SPECIAL_HEAD, *LETTERS, *characters, *SPECIAL_TAIL]


def mvn_text(mean: NDArray[np.float32], std: NDArray[np.float32]) -> str:
    """``am.mvn`` in Kaldi's nnet text form: shift by ``-mean``, then scale by ``1/std`` (560 numbers each)."""
    shift = " ".join(f"{value:.6f}" for value in -mean)
    scale = " ".join(f"{value:.6f}" for value in 1.0 / std)
    size = len(mean)
    return (
        f"<Nnet>\n<Splice> {size} {size}\n[ 0 ]\n<AddShift> {size} {size}\n<LearnRateCoef> 0 [ {shift} ]\n"
        f"<Rescale> {size} {size}\n<LearnRateCoef> 0 [ {scale} ]\n</Nnet>\n"
    )


def write_directory(folder: Path, tokens: Sequence[str], mean: NDArray[np.float32], std: NDArray[np.float32]) -> None:
    """Write the three text files of a model directory; the weights are added by ``export``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(MODEL_CONFIG, sort_keys=False), encoding="utf-8")
    (folder / "tokens.json").write_text(json.dumps(list(tokens), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    (folder / "am.mvn").write_text(mvn_text(mean, std), encoding="utf-8")


def read_text_files(folder: Path) -> tuple[list[str], NDArray[np.float32], NDArray[np.float32]]:
    """Tokens, mean and standard deviation of a directory ``write_directory`` wrote."""
    tokens = json.loads((folder / "tokens.json").read_text(encoding="utf-8"))
    rows = [
        np.array(line.split("[")[1].split("]")[0].split(), np.float32)
        for line in (folder / "am.mvn").read_text(encoding="utf-8").splitlines()
        if line.startswith("<LearnRateCoef>")
    ]
    return tokens, -rows[0], 1.0 / rows[1]


def build(vocabulary: int) -> Any:
    """A ParaformerStreaming of this shape with fresh random weights (needs funasr and torch)."""
    import funasr  # noqa: F401  (fills its registers of encoders and decoders)
    from funasr.models.paraformer_streaming.model import ParaformerStreaming

    conf = {key: value for key, value in MODEL_CONFIG.items() if not key.startswith(("frontend", "tokenizer"))}
    model_conf = conf.pop("model_conf")
    conf.pop("model")
    return ParaformerStreaming(input_size=FEATURES, vocab_size=vocabulary, **conf, **model_conf)
