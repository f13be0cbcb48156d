"""pipecat transports over one call's hub: the caller's tap comes in, the bot's leg goes out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from pipecat.frames.frames import (
    CancelFrame,
    EndFrame,
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    OutputAudioRawFrame,
    StartFrame,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams

from telephony.hub import BotLeg, Hub
from voice.pipeline.echo import EchoGuard
from voice.pipeline.frames import SayEndFrame

# What the pipeline keeps in the bot's leg: enough to ride out a stall of the loop, little enough to stop at once.
AHEAD_MS = 60.0

# A write waits while the caller is listened to, and nobody reads too slowly on our own clock: pipecat's ten seconds
# would take a long pause for a dead line and leave the bot without a voice for the rest of the call.
WRITE_TIMEOUT_S = 3600.0


def transport_params() -> TransportParams:
    """Audio both ways, 20 ms frames, no trailing silence."""
    return TransportParams(
        audio_in_enabled=True,
        audio_out_enabled=True,
        audio_out_10ms_chunks=2,
        audio_out_end_silence_secs=0,
        audio_out_write_timeout_secs=WRITE_TIMEOUT_S,
    )


class HubInput(BaseInputTransport):
    """Pushes the caller's 20 ms frames into the pipeline, on the hub's clock.

    ``push_audio_frame`` of the base puts a queue, a task and a ``wait_for`` between the line and the VAD; frames are
    pushed directly instead (measured by pipecat's own overhead bench: half of the CPU of a call).
    """

    def __init__(self, hub: Hub, **kwargs: Any) -> None:
        super().__init__(transport_params(), **kwargs)
        self._hub = hub
        self._unsubscribe: list[Callable[[], None]] = []
        self._frames: asyncio.Queue[tuple[bytes, bytes]] = asyncio.Queue(maxsize=50)
        self._sent = b""
        self._echo = EchoGuard(hub.rate)
        self._pump: Any = None
        self.dropped = 0
        self.deaf = False  # a person has the call: voice activity and recogniser get silence, and cost nothing

    async def start(self, frame: StartFrame) -> None:
        """Listen to the caller."""
        await super().start(frame)
        self._unsubscribe = [self._hub.subscribe("caller", self._tap), self._hub.subscribe("heard", self._tap_sent)]
        self._pump = self.create_task(self._push_frames())
        await self.set_transport_ready(frame)

    async def stop(self, frame: EndFrame) -> None:
        """Stop listening."""
        await self._silence()
        await super().stop(frame)

    async def cancel(self, frame: CancelFrame) -> None:
        """Stop listening at once."""
        await self._silence()
        await super().cancel(frame)

    async def push_audio_frame(self, frame: InputAudioRawFrame) -> None:
        """Push without the base's queue."""
        await self.push_frame(frame)

    def _create_audio_task(self) -> None:
        """Do without the base's audio task: frames are pushed directly."""

    def _tap(self, pcm: bytes, _tick: int) -> None:
        if self._frames.full():
            # A second behind: stale sound helps nobody, the newest words count.
            self._frames.get_nowait()
            self.dropped += 1
        self._frames.put_nowait((bytes(len(pcm)) if self.deaf else pcm, self._sent))

    def _tap_sent(self, pcm: bytes, _tick: int) -> None:
        self._sent = pcm

    async def _push_frames(self) -> None:
        while True:
            pcm, sent = await self._frames.get()
            if sent:
                self._echo.far(sent)
            pcm = self._echo.near(pcm)
            await self.push_audio_frame(InputAudioRawFrame(audio=pcm, sample_rate=self._hub.rate, num_channels=1))

    async def _silence(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []
        if self._pump is not None:
            await self.cancel_task(self._pump)
            self._pump = None


class HubOutput(BaseOutputTransport):
    """Writes the bot's voice to its leg of the hub, paced by the hub's clock.

    ``on_played`` is called with the id of a ``Say`` when its last sample was played to the caller.
    """

    def __init__(self, leg: BotLeg, on_played: Callable[[str], None], **kwargs: Any) -> None:
        super().__init__(transport_params(), **kwargs)
        self._leg = leg
        self._on_played = on_played
        self._cuts = 0

    async def start(self, frame: StartFrame) -> None:
        """Be ready to speak."""
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Cut what is queued before the base handles an interruption."""
        if isinstance(frame, InterruptionFrame):
            self._cuts += 1
            self._leg.flush()
        await super().process_frame(frame, direction)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        """Write one frame, waiting while enough is queued."""
        cuts = self._cuts
        await self._leg.wait_below(AHEAD_MS)
        # The base keeps its audio task across interruptions: a frame that waited here may belong to the past.
        if cuts == self._cuts:
            self._leg.write(frame.audio)
        return True

    async def write_transport_frame(self, frame: Frame) -> None:
        """Report a ``Say`` as played once the leg ran empty."""
        if isinstance(frame, SayEndFrame):
            cuts = self._cuts
            await self._leg.wait_below(0)
            if cuts == self._cuts:
                self._on_played(frame.say_id)
