"""``hotline serve``."""

from __future__ import annotations

import argparse

from voice.config import load_settings


def run(_options: argparse.Namespace) -> int:
    """Run the hotline until it is told to stop."""
    from voice.serve import run_loop, serve

    run_loop(serve(load_settings()))
    return 0
