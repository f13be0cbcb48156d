"""The caller's ear: follows the received packets and tells when the bot speaks and when it has finished."""

from __future__ import annotations

import asyncio
import time

import numpy as np

from telephony.rawsip import RawCaller, g711
from voice.caller.listening import VOICED_RMS

POLL_S = 0.02
FINISHED_S = 1.0
"""A pause this long means that the bot waits for an answer; between sentences it pauses for a third of that."""


class Ear:
    """Measures every received packet once, as it arrives."""

    def __init__(self, caller: RawCaller) -> None:
        self._caller = caller
        self._seen = 0
        self.last_voiced: float | None = None

    async def speech_after(self, moment: float, timeout: float) -> bool:
        """Wait for sound that begins after ``moment`` (monotonic); False when none came or the call ended."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and not self._caller.ended.done():
            self._listen()
            if self.last_voiced is not None and self.last_voiced > moment:
                return True
            await asyncio.sleep(POLL_S)
        return False

    async def silence(self, timeout: float) -> bool:
        """Wait until the bot has finished; False when the call ended or the bot never stopped."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline and not self._caller.ended.done():
            self._listen()
            if self.last_voiced is not None and time.monotonic() - self.last_voiced > FINISHED_S:
                return True
            await asyncio.sleep(POLL_S)
        return False

    def _listen(self) -> None:
        packets = self._caller.rtp.packets
        for packet in packets[self._seen :]:
            samples = np.frombuffer(g711.decode(packet.payload, packet.payload_type), np.int16).astype(np.float32)
            if len(samples) and float(np.sqrt(np.mean(samples * samples))) > VOICED_RMS:
                self.last_voiced = packet.arrival
        self._seen = len(packets)
