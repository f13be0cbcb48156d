"""The shared recogniser as a pipecat service: speech with its pre-roll goes in, utterances come out."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any

from pipecat.frames.frames import (
    Frame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.frame_processor import FrameProcessorSetup
from pipecat.services.settings import STTSettings
from pipecat.services.stt_service import STTService
from pipecat.transcriptions.language import Language
from pipecat.utils.time import time_now_iso8601

from asr.ports import Recogniser, RecogniserStream, RecogniserUnavailable, Transcript
from voice.pipeline.frames import InterimFrame, UtteranceFrame

# Speech is reported 0.1 s after it began, a soft first consonant lies before that, and the recogniser steps every
# 480 ms: with this much, the second interim text is there when words over the bot are decided upon.
PRE_ROLL_MS = 400
FINAL_P99_S = 0.25


class RecogniserSTT(STTService):
    """Feeds the caller's speech, and only that, to one stream of the recogniser process."""

    def __init__(self, recogniser: Recogniser, **kwargs: Any) -> None:
        super().__init__(
            audio_passthrough=False,
            ttfs_p99_latency=FINAL_P99_S,
            settings=STTSettings(model="shared", language=Language.ZH),
            **kwargs,
        )
        self._recogniser = recogniser
        self._stream: RecogniserStream | None = None
        self._pre_roll: deque[bytes] = deque(maxlen=PRE_ROLL_MS // 20)
        self._speaking = False
        self._transcripts: asyncio.Queue[Transcript] = asyncio.Queue()
        self._pump: Any = None

    async def setup(self, setup: FrameProcessorSetup) -> None:  # type: ignore[override]  # as pipecat does
        """Open the call's stream; a recogniser that is away is tried again at the next speech."""
        await super().setup(setup)
        self._pump = self.create_task(self._push_transcripts())
        await self._open()

    async def cleanup(self) -> None:
        """Free the stream."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
        if self._pump is not None:
            await self.cancel_task(self._pump)
            self._pump = None
        await super().cleanup()  # type: ignore[no-untyped-call]

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Feed 20 ms; never waits for inference."""
        if self._speaking and self._stream is not None:
            self._stream.feed(audio)
        else:
            self._pre_roll.append(audio)
        yield None

    async def _open(self) -> None:
        try:
            self._stream = await self._recogniser.open_stream(self.sample_rate, self._transcripts.put_nowait)
        except RecogniserUnavailable:
            self._stream = None

    async def _handle_vad_user_started_speaking(self, frame: VADUserStartedSpeakingFrame) -> None:
        await super()._handle_vad_user_started_speaking(frame)
        if self._stream is None and self._recogniser.alive:
            await self._open()
        self._speaking = True
        if self._stream is not None and self._pre_roll:
            self._stream.feed(b"".join(self._pre_roll))
        self._pre_roll.clear()

    async def _handle_vad_user_stopped_speaking(self, frame: VADUserStoppedSpeakingFrame) -> None:
        await super()._handle_vad_user_stopped_speaking(frame)
        self._speaking = False
        if self._stream is not None:
            self._stream.finish()
        else:
            self._transcripts.put_nowait(Transcript("", (), final=True, lost=True))

    async def _push_transcripts(self) -> None:
        while True:
            transcript = await self._transcripts.get()
            if transcript.final:
                await self.push_frame(
                    UtteranceFrame(
                        transcript.text,
                        "",
                        time_now_iso8601(),
                        Language.ZH,
                        finalized=True,
                        tokens=transcript.tokens,
                        confidence=transcript.confidence,
                        lost=transcript.lost,
                    )
                )
            elif transcript.text:
                await self.push_frame(
                    InterimFrame(transcript.text, "", time_now_iso8601(), Language.ZH, confidence=transcript.confidence)
                )
