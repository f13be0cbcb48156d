"""``hotline prerender``: fill the phrase cache before opening."""

from __future__ import annotations

import argparse
import asyncio

from dialog.engine import load_dialogue
from voice.config import Settings, load_hotlines, load_settings
from voice.speech import open_speaker

RATES = (8000, 16000)


def run(_options: argparse.Namespace) -> int:
    """Speak every fixed sentence of the wording files and every greeting once."""
    count = asyncio.run(_prerender(load_settings()))
    print(f"{count} phrases ready")
    return 0


async def _prerender(settings: Settings) -> int:
    hotlines = load_hotlines(settings.config_dir)
    phrases = list(dict.fromkeys(hotline.profile.greeting for hotline in hotlines.by_called.values()))
    phrases += load_dialogue(settings.config_dir).phrases()
    speaker = await open_speaker(settings)
    try:
        await speaker.prerender(phrases, rates=RATES)
    finally:
        await speaker.close()
    return len(phrases)
