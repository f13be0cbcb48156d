"""Putting one call's pipeline together, with pipecat's settings for low overhead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.workers.runner import WorkerRunner

from asr.ports import Recogniser
from telephony.hub import BotLeg, Hub
from tts.speaker import Speaker
from voice.clock import Clock
from voice.pipeline.dialogue import DialogueProcessor
from voice.pipeline.playout import Playout
from voice.pipeline.stt import RecogniserSTT
from voice.pipeline.transport import HubInput, HubOutput
from voice.pipeline.tts import SpeakerTTS
from voice.pipeline.vad import WebRtcVadAnalyzer
from voice.turns.policy import TurnPolicy


@dataclass(slots=True)
class CallPipeline:
    """One call's pipeline; ``run`` returns when it was cancelled."""

    worker: PipelineWorker
    runner: WorkerRunner
    dialogue: DialogueProcessor
    ear: HubInput

    def deafen(self, deaf: bool) -> None:
        """Hear silence instead of the caller, or hear again."""
        self.ear.deaf = deaf

    async def run(self) -> None:
        """Run until cancelled; a runner per call, because a shared one never forgets finished workers."""
        await self.runner.add_workers(self.worker)
        await self.runner.run()

    async def cancel(self) -> None:
        """End the pipeline at once."""
        await self.worker.cancel()


def build_pipeline(
    *,
    hub: Hub,
    leg: BotLeg,
    recogniser: Recogniser,
    speaker: Speaker,
    policy: TurnPolicy,
    clock: Clock,
    call_ms: Callable[[], int],
) -> CallPipeline:
    """Build the pipeline of one call on its hub."""
    hub.comfort_caller()
    playout = Playout(leg)
    tts = SpeakerTTS(speaker, playout, hub.rate)
    vad = WebRtcVadAnalyzer()
    dialogue = DialogueProcessor(
        policy=policy, tts=tts, playout=playout, leg=leg, vad=vad, clock=clock, call_ms=call_ms
    )
    ear = HubInput(hub)
    pipeline = Pipeline(
        [
            ear,
            VADProcessor(vad_analyzer=vad),
            RecogniserSTT(recogniser),
            dialogue,
            tts,
            HubOutput(leg, dialogue.played),
        ]
    )
    worker = PipelineWorker(
        pipeline,
        params=PipelineParams(audio_in_sample_rate=hub.rate, audio_out_sample_rate=hub.rate),
        enable_rtvi=False,
        enable_turn_tracking=False,
        idle_timeout_secs=None,
        cancel_timeout_secs=5,
    )
    return CallPipeline(worker, WorkerRunner(handle_sigint=False), dialogue, ear)


async def warm_up(speaker: Speaker, recogniser: Recogniser, clock: Clock) -> None:
    """Build and tear down one pipeline before the first call: pipecat's lazy imports block the loop for a second."""
    from dialog.protocol import Expectation  # local: only the warm-up needs a policy of its own
    from dialog.turns import TurnReading

    hub = Hub(8000)
    leg = BotLeg(8000)

    def read(_text: str, _expect: Expectation) -> TurnReading:
        return TurnReading("finished")

    policy = TurnPolicy(read_turn=read, number_complete=lambda _text, _expect: False)
    call = build_pipeline(
        hub=hub, leg=leg, recogniser=recogniser, speaker=speaker, policy=policy, clock=clock, call_ms=lambda: 0
    )
    running = asyncio.create_task(call.run())
    await asyncio.sleep(0.2)
    await call.cancel()
    await running
    hub.close()
