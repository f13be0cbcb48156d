"""The speaker (cache, edge, http, espeak) as a pipecat voice service."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Any

from pipecat.frames.frames import Frame, TTSAudioRawFrame
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService

from dialog.protocol import Say
from tts.speaker import Speaker
from voice.pipeline.playout import Playout
from voice.speech import Fault, faults_go_to


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
        self._ahead: set[Any] = set()
        self.on_fault: Callable[[Fault], None] | None = None
        self.on_sound: Callable[[], None] = lambda: None

    def plan(self, say: Say) -> None:
        """Remember how the sentences of a ``Say`` are to be spoken; pipecat passes on the text alone.

        A networked voice is asked for all of them at once: the first is heard while the others are made.
        """
        if self._speaker.networked and len(say.sentences) > 1:
            self._begin(say, first=1)
        self._manner = {
            sentence.text: (say.slow, sentence.private, index > 0) for index, sentence in enumerate(say.sentences)
        }

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Yield the sound of one sentence."""
        slow, private, follows = self._manner.get(text, (False, True, False))
        at = self._playout.sentence()
        chunks = self._speaker.speak(text, rate=self.sample_rate, slow=slow, private=private, follows=follows)
        faults_go_to(self.on_fault)
        async with contextlib.aclosing(chunks):
            async for chunk in chunks:
                self._playout.handed(chunk, at)
                self.on_sound()
                yield TTSAudioRawFrame(chunk.pcm, self.sample_rate, 1, context_id=context_id)

    def prepare(self, say: Say) -> None:
        """Have the beginning of a likely reply ready; all of it where a networked voice makes it."""
        self._begin(say, first=0)

    async def cleanup(self) -> None:
        """Stop what is made ahead."""
        for task in tuple(self._ahead):
            await self.cancel_task(task)
        await super().cleanup()  # type: ignore[no-untyped-call]

    def _begin(self, say: Say, *, first: int) -> None:
        last = None if self._speaker.networked else first + 1
        task = self.create_task(self._make(say, first, last))
        self._ahead.add(task)
        task.add_done_callback(self._ahead.discard)

    async def _make(self, say: Say, first: int, last: int | None) -> None:
        faults_go_to(self.on_fault)
        for sentence in say.sentences[first:last]:
            await self._speaker.prepare([sentence.text], rate=self.sample_rate, slow=say.slow, private=sentence.private)
