"""``hotline demo``: three calls in front of the reader."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from voice.demo import play


def run(options: argparse.Namespace) -> int:
    """Play and save."""
    return 0 if asyncio.run(play(Path(options.out))) else 1
