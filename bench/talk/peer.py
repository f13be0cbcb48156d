"""A peer to be measured beside the hotline: the same dialogue, voice and model behind a pipecat pipeline of its own.

``stock`` is pipecat as its examples build it: Silero in the aggregator, default turn strategies (smart turn), a
segmented FunASR service per call, observers on. ``tuned`` follows its documentation: voice activity inline, no
observers, one shared streaming recogniser, a speech time-out. Both speak through the embedded voice without a cache.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from typing import Any

from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMContextFrame,
    OutputAudioRawFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings, TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.transcriptions.language import Language
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_output import BaseOutputTransport
from pipecat.transports.base_transport import TransportParams
from pipecat.turns.user_start.vad_user_turn_start_strategy import VADUserTurnStartStrategy
from pipecat.turns.user_stop.speech_timeout_user_turn_stop_strategy import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

from asr.client import Client
from asr.ports import Recogniser
from asr.supervisor import Supervisor
from dialog.engine import load_dialogue
from dialog.protocol import CallStarted, Heard, Say, Staffing, Transfer
from ledger import Ledger
from logistics_client.ports import Logistics
from telephony.admission import Admission
from telephony.hub import BotLeg, Hub, HubClock, Role
from telephony.hub.resample import StreamResampler
from telephony.ports import SipCall
from telephony.sip import BaresipEndpoint, SipConfig
from tts.build import espeak_voice
from tts.ports import Voice
from tts.text.spoken import spoken
from voice.clock import SystemClock
from voice.config import Address, load_hotlines, load_settings
from voice.conversation import Conversation
from voice.effects import EffectRunner
from voice.parcels import open_logistics
from voice.pipeline.stt import RecogniserSTT
from voice.pipeline.vad import WebRtcVadAnalyzer

MODEL_RATE = 16000
AHEAD_MS = 60.0


class PeerInput(BaseInputTransport):
    """The caller's sound into the pipeline the way pipecat's own transports push it."""

    def __init__(self, hub: Hub, rate: int) -> None:
        super().__init__(TransportParams(audio_in_enabled=True))
        self._hub, self._rate = hub, rate
        self._resampler = StreamResampler(hub.rate, rate)
        self._arrived: asyncio.Queue[bytes] = asyncio.Queue()

    async def start(self, frame: Any) -> None:
        """Begin."""
        await super().start(frame)
        self._hub.subscribe("caller", lambda pcm, _tick: self._arrived.put_nowait(pcm))
        self.create_task(self._pump())
        await self.set_transport_ready(frame)

    async def _pump(self) -> None:
        while True:
            pcm = self._resampler.process(await self._arrived.get())
            await self.push_audio_frame(InputAudioRawFrame(audio=pcm, sample_rate=self._rate, num_channels=1))


class PeerOutput(BaseOutputTransport):
    """The bot's sound to its leg, flushed on interruption."""

    def __init__(self, leg: BotLeg) -> None:
        super().__init__(TransportParams(audio_out_enabled=True, audio_out_end_silence_secs=0))
        self._leg = leg

    async def start(self, frame: Any) -> None:
        """Begin."""
        await super().start(frame)
        await self.set_transport_ready(frame)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Act on the frames that concern this stage, pass on the others."""
        if isinstance(frame, InterruptionFrame):
            self._leg.flush()
        await super().process_frame(frame, direction)

    async def write_audio_frame(self, frame: OutputAudioRawFrame) -> bool:
        """Write one frame, waiting while enough is queued."""
        await self._leg.wait_below(AHEAD_MS)
        self._leg.write(frame.audio)
        return True


class PeerTTS(TTSService):
    """The embedded voice, no cache."""

    def __init__(self, voice: Voice, rate: int) -> None:
        settings = TTSSettings(model="espeak", voice="f2", language="zh")
        super().__init__(push_start_frame=True, push_stop_frames=True, sample_rate=rate, settings=settings)
        self._voice = voice

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Yield the sound of one sentence."""
        async for chunk in self._voice.speak(spoken(text), self.sample_rate, 1.0):
            yield TTSAudioRawFrame(chunk.pcm, self.sample_rate, 1, context_id=context_id)


class PeerDialogue(LLMService):
    """The hotline's dialogue where pipecat has its language model; also the conversation's mouth and line."""

    def __init__(self) -> None:
        super().__init__(settings=LLMSettings(model="dialogue"))
        self.conversation: Conversation | None = None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Act on the frames that concern this stage, pass on the others."""
        await super().process_frame(frame, direction)
        if isinstance(frame, LLMContextFrame):
            message = frame.context.get_messages()[-1]
            text = str(message["content"]) if isinstance(message, dict) and message.get("role") == "user" else ""
            if text and self.conversation is not None:
                self.conversation.heard(Heard(SystemClock().now(), text.replace(" ", "")))
            return
        await self.push_frame(frame, direction)

    def say(self, say: Say) -> None:
        """Speak, and count it as heard."""
        self.create_task(self._speak(say))

    async def _speak(self, say: Say) -> None:
        for sentence in say.sentences:
            await self.push_frame(TTSSpeakFrame(sentence.text))
        if self.conversation is not None:
            self.conversation.spoken(say, say.text, interrupted=False)

    def hang_up(self, cause: str) -> None:
        """The caller hangs up first in this bench."""

    def transfer(self, transfer: Transfer) -> None:
        """Nobody is called in this bench."""

    def leave_queue(self, request_id: str) -> None:
        """There is no queue in this bench."""

    def stop_recording(self) -> None:
        """Nothing is recorded in this bench."""


class Peer:
    """One peer process: takes calls until it is told to stop."""

    def __init__(self, kind: str, folder: str, address: str, rtp: str, calls: int) -> None:
        self._kind, self._calls = kind, calls
        self._settings = load_settings(data_dir=folder, sip_listen=address, rtp_ports=rtp)
        self._stack = AsyncExitStack()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve."""
        async with self._stack:
            settings = self._settings
            self._clock, self._dialogue = SystemClock(), load_dialogue(settings.config_dir)
            self._ledger = Ledger(settings.ledger_url, writer="peer")
            await self._ledger.start()
            self._stack.push_async_callback(self._ledger.close)
            self._logistics: Logistics = await open_logistics(settings, self._stack)
            self._voice: Voice = espeak_voice()
            self._stack.push_async_callback(self._voice.close)
            self._hub_clock = HubClock()
            self._stack.push_async_callback(self._hub_clock.close)
            self._recogniser = await self._shared_recogniser() if self._kind == "tuned" else None
            if self._kind == "stock":
                await asyncio.to_thread(_warm, str(settings.model_dir))
            at = Address.parse(settings.sip_listen)
            config = SipConfig(host=at.host, port=at.port, rtp_ports=settings.rtp_range, max_calls=self._calls + 2)
            endpoint = BaresipEndpoint(config, Admission(self._calls))
            uris = await endpoint.start()
            self._stack.push_async_callback(endpoint.close)
            endpoint.on_incoming(self._incoming)
            sys.stdout.write(f"ready {uris[0].replace(';transport=udp', '').replace('sip:', 'sip:95000@')}\n")
            sys.stdout.flush()
            stop = asyncio.Event()
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
            await stop.wait()

    async def _shared_recogniser(self) -> Recogniser:
        path = self._settings.data_dir.resolve() / "asr.sock"
        supervisor = Supervisor(path, self._settings.model_dir)
        await supervisor.start()
        self._stack.push_async_callback(supervisor.stop)
        client = Client(path)
        client.start()
        self._stack.push_async_callback(client.stop)
        await client.ready(20)
        return client

    def _incoming(self, call: SipCall) -> None:
        task = asyncio.create_task(self._serve(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, call: SipCall) -> None:
        profile = await self._logistics.identify(call.info.caller.number)
        await call.answer()
        hub = Hub(call.rate)
        leg = BotLeg(hub.rate)
        hub.attach(Role.CALLER, call)
        hub.attach_voice(Role.BOT, leg)
        self._hub_clock.add(hub)
        brain = PeerDialogue()
        worker = self._stock(hub, leg, brain) if self._kind == "stock" else self._tuned(hub, leg, brain)
        effects = EffectRunner(call.info.call_id, call.info.caller.number, self._logistics, self._ledger, self._clock)
        effects.know(profile.parcels)
        conversation = Conversation(
            call.info.call_id,
            dialogue=self._dialogue,
            ledger=self._ledger,
            effects=effects,
            mouth=brain,
            clock=self._clock,
        )
        conversation.attach(brain)
        brain.conversation = conversation
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(worker)
        running = asyncio.create_task(runner.run())
        await asyncio.sleep(0.5)
        hotline = load_hotlines(self._settings.config_dir).choose(call.info.called)
        staffing = Staffing(True, True)
        started = CallStarted(self._clock.now(), call.info.call_id, profile, replace(hotline.profile), staffing)
        conversation.start(started)
        with suppress(asyncio.CancelledError):
            await asyncio.shield(call.closed)
        self._hub_clock.remove(hub)
        hub.close()
        await worker.cancel()
        await running
        await conversation.close()

    def _stock(self, hub: Hub, leg: BotLeg, brain: PeerDialogue) -> PipelineWorker:
        from pipecat.services.funasr.stt import FunASRSTTService  # torch: the other peer runs without it

        settings = FunASRSTTService.Settings(model=str(self._settings.model_dir), language=Language.ZH)
        params = LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer())
        pair = LLMContextAggregatorPair(LLMContext(), user_params=params)
        stages = [PeerInput(hub, MODEL_RATE), FunASRSTTService(settings=settings), pair.user(), brain]
        stages += [PeerTTS(self._voice, hub.rate), PeerOutput(leg), pair.assistant()]
        rates = PipelineParams(audio_in_sample_rate=MODEL_RATE, audio_out_sample_rate=hub.rate)
        return PipelineWorker(Pipeline(stages), params=rates)

    def _tuned(self, hub: Hub, leg: BotLeg, brain: PeerDialogue) -> PipelineWorker:
        assert self._recogniser is not None
        strategies = UserTurnStrategies(start=[VADUserTurnStartStrategy()], stop=[SpeechTimeoutUserTurnStopStrategy()])
        params = LLMUserAggregatorParams(user_turn_strategies=strategies)
        pair = LLMContextAggregatorPair(LLMContext(), user_params=params)
        stages = [PeerInput(hub, hub.rate), VADProcessor(vad_analyzer=WebRtcVadAnalyzer())]
        stages += [RecogniserSTT(self._recogniser), pair.user(), brain]
        stages += [PeerTTS(self._voice, hub.rate), PeerOutput(leg), pair.assistant()]
        rates = PipelineParams(audio_in_sample_rate=hub.rate, audio_out_sample_rate=hub.rate)
        return PipelineWorker(
            Pipeline(stages), params=rates, enable_rtvi=False, enable_turn_tracking=False, idle_timeout_secs=None
        )


def _warm(model: str) -> None:
    """Import torch and load the model once, as any deployment would before its first call."""
    from pipecat.services.funasr.stt import FunASRSTTService

    FunASRSTTService(settings=FunASRSTTService.Settings(model=model, language=Language.ZH))


def main() -> None:
    """Run one peer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("stock", "tuned"))
    parser.add_argument("--folder", required=True)
    parser.add_argument("--sip", default="127.0.0.1:5271")
    parser.add_argument("--rtp", default="27000-27999")
    parser.add_argument("--calls", type=int, default=25)
    options = parser.parse_args()
    import uvloop

    uvloop.run(Peer(options.kind, options.folder, options.sip, options.rtp, options.calls).run())


if __name__ == "__main__":
    main()
