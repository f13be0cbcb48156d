"""Voice activity by webrtcvad, gated by level, inline on the event loop.

pipecat's base analyser makes one executor round trip per 20 ms and measures BS.1770 loudness even when no minimum is
set: 13 ms of CPU per call-second for nothing. Both hooks are internal to pipecat 1.14 and guarded by a test.
"""

from __future__ import annotations

import numpy as np
import webrtcvad
from pipecat.audio.vad.vad_analyzer import VADAnalyzer, VADParams, VADState

FRAME_MS = 20
START_S = 0.06
"""A word of one syllable has little more than this; what noise makes of it is no word, and is dropped."""

START_OVER_BOT_S = 0.1
"""While the bot speaks: every voice pauses it, and noise at 0.06 s did so 14 times a minute instead of 4."""

STOP_S = 0.16
AGGRESSIVENESS = 2

# About -50 dBFS: below this nothing on a telephone line is speech to us; webrtcvad alone fires on line hum.
FLOOR = 100.0


class WebRtcVadAnalyzer(VADAnalyzer):
    """20 ms frames at 8 or 16 kHz; confidence is 1.0 or 0.0. A voice over the bot's must last longer to count."""

    def __init__(self, *, floor: float = FLOOR) -> None:
        super().__init__(params=VADParams(confidence=0.5, start_secs=START_S, stop_secs=STOP_S, min_volume=0.0))
        self.start_s = START_S
        self._webrtc = webrtcvad.Vad(AGGRESSIVENESS)
        self._floor = floor

    def set_params(self, params: VADParams) -> None:
        """Take parameters over without losing who speaks; their ``start_secs`` is for a silent bot."""
        super().set_params(params)
        self._vad_start_frames = round(self.start_s * 1000 / FRAME_MS)

    def over_bot(self, speaks: bool) -> None:
        """Say whether the bot is speaking now."""
        self.start_s = START_OVER_BOT_S if speaks else START_S
        self._vad_start_frames = round(self.start_s * 1000 / FRAME_MS)

    def num_frames_required(self) -> int:
        """Samples per frame."""
        return self.sample_rate * FRAME_MS // 1000

    def voice_confidence(self, buffer: bytes) -> float:
        """1.0 when the frame is voiced and above the floor."""
        samples = np.frombuffer(buffer, np.int16).astype(np.float32)
        if float(np.sqrt(np.mean(samples * samples))) < self._floor:
            return 0.0
        return 1.0 if self._webrtc.is_speech(buffer, self.sample_rate) else 0.0

    async def analyze_audio(self, buffer: bytes) -> VADState:
        """Analyse on the loop: webrtcvad takes microseconds."""
        return self._run_analyzer(buffer)

    def _get_smoothed_volume(self, audio: bytes) -> float:
        return 1.0


def require_vad() -> None:
    """Prove at start that voice activity can be detected; without it the hotline would never hear a turn end.

    Raises:
        RuntimeError: webrtcvad is missing or broken.
    """
    try:
        answer = webrtcvad.Vad(AGGRESSIVENESS).is_speech(bytes(320), 8000)
    except Exception as error:
        raise RuntimeError("voice activity detection does not work; reinstall webrtcvad-wheels (make setup)") from error
    if answer:
        raise RuntimeError("voice activity detection hears speech in silence; reinstall webrtcvad-wheels (make setup)")
