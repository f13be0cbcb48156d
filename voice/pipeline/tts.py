"""The speaker (cache, edge, http, espeak) as a pipecat voice service."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from typing import Any

from pipecat.frames.frames import Frame, TTSAudioRawFrame
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService

from dialog.protocol import Say
from tts.speaker import Speaker
from voice.pipeline.playout import Playout


class SpeakerTTS(TTSService):
    """Speaks sentences at the pipeline's own rate.

    The fall-through between voices happens inside the speaker, which always yields sound: pipecat gives up a voice
    service after silent contexts, and a caller must never meet that.
    """

    def __init__(self, speaker: Speaker, playout: Playout, rate: int, **kwargs: Any) -> None:
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            max_consecutive_zero_audio_contexts=0,
            sample_rate=rate,
            settings=TTSSettings(model="shared", voice="chain", language="zh"),
            **kwargs,
        )
        self._speaker = speaker
        self._playout = playout
        self._manner: dict[str, tuple[bool, bool, bool]] = {}

    def plan(self, say: Say) -> None:
        """Remember how the sentences of a ``Say`` are to be spoken; pipecat passes on the text alone."""
        self._manner = {
            sentence.text: (say.slow, sentence.private, index > 0) for index, sentence in enumerate(say.sentences)
        }

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Yield the sound of one sentence."""
        slow, private, follows = self._manner.get(text, (False, True, False))
        at = self._playout.sentence()
        chunks = self._speaker.speak(text, rate=self.sample_rate, slow=slow, private=private, follows=follows)
        async with contextlib.aclosing(chunks):
            async for chunk in chunks:
                self._playout.handed(chunk, at)
                yield TTSAudioRawFrame(chunk.pcm, self.sample_rate, 1, context_id=context_id)
