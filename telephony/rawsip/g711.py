"""G.711 A-law and µ-law (ITU-T G.711) as look-up tables over 16-bit PCM."""

import numpy as np
import numpy.typing as npt

Int16 = npt.NDArray[np.int16]
Bytes8 = npt.NDArray[np.uint8]

PCMU, PCMA = 0, 8
"""RTP payload types (RFC 3551 table 4)."""

PAYLOAD_TYPES = {"PCMU": PCMU, "PCMA": PCMA}


def _decode_alaw() -> Int16:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    low = (mantissa << 4) + 8
    high = ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0)
    magnitude = np.where(exponent == 0, low, high)
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _decode_ulaw() -> Int16:
    code = ~np.arange(256) & 0xFF
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _invert(decoded: Int16) -> Bytes8:
    """The nearest code for every 16-bit sample, indexed by ``sample + 32768``."""
    order = np.argsort(decoded, kind="stable")
    levels = decoded[order].astype(np.int32)
    edges = (levels[:-1] + levels[1:]) // 2
    samples = np.arange(-32768, 32768)
    return order[np.searchsorted(edges, samples, side="right")].astype(np.uint8)


_DECODE = {PCMA: _decode_alaw(), PCMU: _decode_ulaw()}
_ENCODE = {name: _invert(table) for name, table in _DECODE.items()}
SILENCE = {PCMA: b"\xd5" * 160, PCMU: b"\xff" * 160}
"""20 ms of silence."""


def decode(payload: bytes, payload_type: int) -> bytes:
    """G.711 payload to s16 PCM; ``payload_type`` is 0 (µ-law) or 8 (A-law)."""
    return _DECODE[payload_type][np.frombuffer(payload, np.uint8)].tobytes()


def encode(pcm: bytes, payload_type: int) -> bytes:
    """S16 PCM to G.711 payload, one byte per sample."""
    samples = np.frombuffer(pcm, np.int16).astype(np.int32) + 32768
    return _ENCODE[payload_type][samples].tobytes()
