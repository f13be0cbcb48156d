"""Both codecs keep a tone's pitch and level, frame by frame."""

import numpy as np
import pytest

from telephony.webrtc.codec import CodecError, Decimator, Opus, open_codec
from tests.telephony.sounds import pitch, samples, tone


@pytest.mark.parametrize("name", ["opus", "PCMA", "PCMU"])
def test_a_tone_comes_back_with_its_pitch_and_level(name: str) -> None:
    codec = open_codec(name)
    pcm = tone(440, 0.6, codec.rate)
    size = codec.rate // 50 * 2
    payloads = [codec.encode(pcm[at : at + size]) for at in range(0, len(pcm), size)]
    assert all(payloads)
    heard = b"".join(codec.decode(payload) for payload in payloads)
    settled = heard[len(heard) // 3 :]
    assert pitch(settled, codec.rate) == pytest.approx(440, abs=2)
    assert np.std(samples(settled).astype(float)) == pytest.approx(8000 / np.sqrt(2), rel=0.08)
    assert len(heard) == pytest.approx(len(pcm), abs=2 * size)


def test_opus_of_a_voice_is_a_quarter_of_aiortcs_bits() -> None:
    codec = Opus()
    size = sum(len(codec.encode(tone(300, 0.02, codec.rate))) for _ in range(50))
    assert size * 8 < 40_000


def test_what_is_no_opus_packet_is_told_and_the_next_one_still_decodes() -> None:
    codec = Opus()
    with pytest.raises(CodecError):
        codec.decode(b"\xff\xff\xff")
    assert codec.decode(b"") == b""
    assert len(codec.decode(codec.encode(tone(440, 0.02, 16000)))) == pytest.approx(640, abs=320)


def test_the_decimator_is_the_same_in_pieces_and_lets_nothing_fold_back() -> None:
    high = samples(tone(14_000, 0.4, 48_000))
    low = samples(tone(1_000, 0.4, 48_000))
    assert np.abs(samples(Decimator().process(high))[100:].astype(int)).max() < 80
    whole = Decimator().process(low)
    pieces = Decimator()
    assert b"".join(pieces.process(low[at : at + 960]) for at in range(0, low.size, 960)) == whole
    assert np.abs(samples(whole)[100:].astype(int)).max() == pytest.approx(8000, rel=0.02)
