"""``hotline turn``: whether a caller has finished speaking, by meaning."""

from __future__ import annotations

import argparse
import json
import sys

from dialog.turns import turn_state
from voice.cli.understand import expectation


def run(options: argparse.Namespace) -> int:
    """One JSON line per input line."""
    expect = expectation(options.expect)
    for line in sys.stdin:
        text = line.rstrip("\n")
        print(json.dumps({"text": text, "state": turn_state(text, expect)}, ensure_ascii=False), flush=True)
    return 0
