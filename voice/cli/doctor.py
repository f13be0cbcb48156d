"""``hotline doctor``: check everything and say what to do."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict

from voice.config import load_settings
from voice.doctor import examine
from voice.finding import FAIL

_MARKS = {"ok": "✓", "warn": "!", "fail": "✗"}


def run(options: argparse.Namespace) -> int:
    """Print one line per check; 1 when something must be mended."""
    findings = asyncio.run(examine(load_settings()))
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            print(f"{_MARKS[finding.state]} {finding.name:18} {finding.text}")
    return 1 if any(finding.state == FAIL for finding in findings) else 0
