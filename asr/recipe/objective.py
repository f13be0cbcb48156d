"""The training objective on FunASR's own ParaformerStreaming, with what a small model needs to start at all.

Flat start: while the model knows nothing, cross-entropy on the CTC head at evenly spaced frames takes CTC's
place; from a plain start it stays on the blank plateau. CTC is summed per utterance and the other losses are per
token, hence the small weight of 0.06.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from funasr.models.transformer.embedding import StreamSinusoidalPositionEncoder
from torch import Tensor
from torch.nn import functional

from asr.recipe.batches import Batch

FLAT_UNTIL, CTC_FROM = 600, 300
"""Steps: the flat start fades out between the two while CTC fades in."""

CTC_SHARE = 0.45
"""Share of the training that CTC helps; then the decoder's loss stands alone (a sixth of the time saved)."""

CHUNKS = {
    "chunk_size": [9, 15, 9, 15, 12, 20],
    "stride": [6, 10, 6, 10, 8, 16],
    "pad_left": [0, 0, 0, 0, 0, 0],
    "encoder_att_look_back_factor": [4, 4, 1, 1, 1, 1],
    "decoder_att_look_back_factor": [1, 1, 1, 1, 1, 1],
}
"""Chunk shapes drawn per batch: [0,6,3] and [0,10,5] with a long and a short look-back, and the engine's own [0,8,4]
and [0,16,4] (its windows see five frames to the left and no cache)."""


class PrefixedPosition(StreamSinusoidalPositionEncoder):  # type: ignore[misc]
    """Position encoding that leaves the first ``prefix`` frames all zero, as the streaming path has them."""

    prefix = 0
    offset = 0

    def forward(self, x: Tensor, cache: dict[str, Any] | None = None) -> Tensor:
        """Encode positions from ``offset`` on, behind the prefix."""
        head, tail = x[:, : self.prefix], x[:, self.prefix :]
        encoded = super().forward(tail, cache or {"start_idx": self.offset})
        return torch.cat([head, encoded], dim=1)


@dataclass(frozen=True)
class Losses:
    """What one step reports (detached)."""

    total: float
    ctc: float
    decoder: float
    length: float
    accuracy: float


def prepare(model: Any) -> Any:
    """Fit a fresh or loaded model for training: prefix positions, chunk shapes, CIF in fp32."""
    model.encoder.embed = PrefixedPosition()
    for name, value in CHUNKS.items():
        setattr(model.encoder.overlap_chunk_cls, name, value)
    model.predictor.forward = partial(fire, model.predictor)
    return model


def fire(
    predictor: Any,
    hidden: Tensor,
    target_label: Tensor | None = None,
    mask: Tensor | None = None,
    ignore_id: int = -1,
    mask_chunk_predictor: Tensor | None = None,
    target_label_length: Tensor | None = None,
) -> tuple[Tensor, Tensor, Tensor, None]:
    """CifPredictorV2's training pass with FunASR's signature, in fp32 and safe against rounding.

    The library's own version indexes past its array when the scaled weights sum to a hair less than the number
    of characters. Here character k takes of frame t the overlap of [k, k+1] with the running sum before and
    after t, as one dense product.
    """
    assert mask is not None and mask_chunk_predictor is not None and target_label_length is not None
    with torch.autocast(hidden.device.type, enabled=False):
        hidden = hidden.float()
        context = torch.relu(predictor.cif_conv1d(predictor.pad(hidden.transpose(1, 2)))).transpose(1, 2)
        weights = torch.sigmoid(predictor.cif_output(context))
        weights = (weights * mask.transpose(1, 2).float() * mask_chunk_predictor).squeeze(-1)
        total = weights.sum(dim=-1)
        scaled = weights * ((target_label_length + 1e-4) / total.clamp(min=1e-6))[:, None]
        after = scaled.cumsum(dim=1)[:, None, :]
        before = after - scaled[:, None, :]
        number = torch.arange(int(target_label_length.max()), device=hidden.device)[None, :, None]
        share = (torch.minimum(after, number + 1.0) - torch.maximum(before, number.float())).clamp(min=0)
        return share @ hidden, total, scaled, None


def loss(model: Any, batch: Batch, step: int, offset: int, device: str, done: float = 0.0) -> tuple[Any, Losses]:
    """The joint loss of one batch; ``offset`` moves its positions, ``done`` is the share of training behind us."""
    speech = torch.from_numpy(batch.speech).to(device)
    lengths = torch.from_numpy(batch.lengths).to(device)
    text = torch.from_numpy(batch.text).to(device)
    text_lengths = torch.from_numpy(batch.text_lengths).to(device)
    embed = model.encoder.embed
    embed.prefix, embed.offset = batch.prefix, offset
    chunks = model.encoder.overlap_chunk_cls
    encoded, encoded_lengths, _ = model.encoder(speech, lengths, ind=chunks.random_choice(True, None))
    blend = min(1.0, max(0.0, (step - CTC_FROM) / (FLAT_UNTIL - CTC_FROM)))
    ctc = torch.zeros((), device=device)
    aligned = ctc
    if blend < 1 or done < CTC_SHARE:
        whole, whole_lengths = chunks.remove_chunk(encoded, encoded_lengths, chunk_outs=None)
        scores = functional.log_softmax(model.ctc.ctc_lo(whole).float(), dim=-1)
        if blend > 0:
            ctc = _ctc(scores, whole_lengths, text, text_lengths)
        if blend < 1:
            aligned = _flat(scores, text, text_lengths, torch.from_numpy(batch.borders).to(device))
    decoder, accuracy, _, _, length, _ = model._calc_att_predictor_loss(encoded, encoded_lengths, text, text_lengths)
    weight = model.ctc_weight
    total = weight * blend * ctc + (1 - blend) * aligned + (1 - weight) * decoder + length
    return total, Losses(
        float(total.detach()), float(ctc.detach()), float(decoder.detach()), float(length.detach()), float(accuracy)
    )


def _ctc(scores: Tensor, lengths: Tensor, text: Tensor, text_lengths: Tensor) -> Tensor:
    """CTC summed per utterance, averaged over the batch; utterances too short for their text count nothing."""
    return functional.ctc_loss(
        scores.transpose(0, 1), text.clamp(min=0), lengths, text_lengths, reduction="sum", zero_infinity=True
    ) / len(text)


def _flat(scores: Tensor, text: Tensor, text_lengths: Tensor, borders: Tensor) -> Tensor:
    """Cross-entropy at the frame each character would have if all took equally long."""
    places = torch.arange(text.shape[1], device=text.device)[None, :] + 0.5
    start, end = borders[:, :1], borders[:, 1:]
    at = start + places / text_lengths.clamp(min=1)[:, None] * (end - start)
    at = at.long().clamp(0, scores.shape[1] - 1)
    picked = torch.gather(scores, 1, at[:, :, None].expand(-1, -1, scores.shape[2]))
    return functional.nll_loss(picked.transpose(1, 2), text.clamp(min=-1), ignore_index=-1)
