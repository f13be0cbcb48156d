"""From trained weights to what is shipped: fp16 ``model.pt`` and int8 ONNX, checked after writing."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from asr.recipe.network import MODEL_CONFIG

OPSET = 14
SHIPPED_LIMIT = 12 * 1024 * 1024
"""Bytes the committed weights may take together."""


def write_weights(model: Any, folder: Path) -> None:
    """Write ``model.pt`` (fp16; FunASR's loader copies it into fp32 parameters)."""
    import torch

    state = {
        name: value.half() if value.dtype == torch.float32 else value for name, value in model.state_dict().items()
    }
    torch.save(state, folder / "model.pt")


def write_onnx(model: Any, folder: Path) -> None:
    """Write ``encoder.onnx``/``decoder.onnx`` (fp32) and their ``.int8.onnx`` forms.

    The encoder is stateless: a window of features in (normalised, scaled, position encoded), encoder output
    and CIF weights out. The decoder carries its FSMN memory as ``in_cache_*`` inputs and outputs.
    """
    import torch
    from funasr.models.paraformer_streaming.export_meta import export_rebuild_model

    parts = export_rebuild_model(
        copy.deepcopy(model).eval(),
        type="onnx",
        encoder=MODEL_CONFIG["encoder"],
        decoder=MODEL_CONFIG["decoder"],
        predictor=MODEL_CONFIG["predictor"],
    )
    for part, name in zip(parts, ("encoder", "decoder"), strict=True):
        part.eval()
        path = folder / f"{name}.onnx"
        torch.onnx.export(
            part,
            part.export_dummy_inputs(),
            str(path),
            do_constant_folding=True,
            opset_version=OPSET,
            input_names=part.export_input_names(),
            output_names=part.export_output_names(),
            dynamic_axes=part.export_dynamic_axes(),
            dynamo=False,  # the new exporter cannot convert the decoder's dynamic axes
        )
        _quantise(path, folder / f"{name}.int8.onnx")


def _quantise(source: Path, target: Path) -> None:
    """Dynamic int8 of the matrix products; the output layer stays fp32, as FunASR's own export does."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    names = [node.name for node in onnx.load(str(source)).graph.node]
    quantize_dynamic(
        model_input=str(source),
        model_output=str(target),
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QUInt8,
        nodes_to_exclude=[name for name in names if "output" in name],
    )


def shipped_bytes(folder: Path) -> int:
    """Size in bytes of the files that are committed; a directory without a language model is complete, too."""
    names = ("model.pt", "encoder.int8.onnx", "decoder.int8.onnx", "language.npz")
    return sum(path.stat().st_size for name in names if (path := folder / name).exists())
