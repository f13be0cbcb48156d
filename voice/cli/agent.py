"""``hotline agent``: a robot agent on a telephone."""

from __future__ import annotations

import argparse
import asyncio

from tts.build import espeak_voice
from tts.text.spoken import spoken
from tts.voices.espeak.variants import EspeakSpeaker
from voice.caller.listening import trim
from voice.config import Address
from voice.robot_agent import RobotAgent


def run(options: argparse.Namespace) -> int:
    """Answer hand-overs until interrupted."""
    address = Address.parse(options.listen)
    asyncio.run(_run(address, options))
    return 0


async def _run(address: Address, options: argparse.Namespace) -> None:
    voice = espeak_voice(EspeakSpeaker(variant="m3", wpm=175))
    try:
        speech = trim(b"".join([chunk.pcm async for chunk in voice.speak(spoken(options.say), 8000, 1.0)]))
    finally:
        await voice.close()
    agent = RobotAgent(
        address.host,
        address.port,
        answer=options.answer,
        speech=speech,
        stay_s=options.stay,
        say=lambda line: print(line, flush=True),
    )
    await agent.run()
