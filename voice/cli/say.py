"""``hotline say``: speech to a file, or the words as they will be spoken."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import wave
from pathlib import Path

from tts.text.spoken import spoken
from voice.config import load_settings
from voice.speech import open_speaker


def run(options: argparse.Namespace) -> int:
    """Print or speak."""
    texts = [line.rstrip("\n") for line in sys.stdin] if options.text == "-" else [options.text]
    if options.print_words:
        for text in texts:
            print(spoken(text).text)
        return 0
    if not options.output:
        sys.stderr.write("hotline say: name a file with -o FILE.wav, or use --print\n")
        return 2
    seconds = asyncio.run(_speak(texts, Path(options.output), options.rate, options.slow))
    if options.json:
        print(json.dumps({"file": options.output, "seconds": round(seconds, 3), "rate": options.rate}))
    else:
        print(f"{options.output}  {seconds:.2f} s")
    return 0


async def _speak(texts: list[str], target: Path, rate: int, slow: bool) -> float:
    speaker = await open_speaker(load_settings())
    pcm = b""
    try:
        for text in texts:
            pcm += b"".join([chunk.pcm async for chunk in speaker.speak(text, rate=rate, slow=slow)])
    finally:
        await speaker.close()
    with wave.open(str(target), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(pcm)
    return len(pcm) / 2 / rate
