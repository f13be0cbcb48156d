"""``hotline transcribe``: sound files to text."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from asr.errors import AsrError
from asr.files import open_transcriber
from voice.config import load_settings


def run(options: argparse.Namespace) -> int:
    """One line per file; a file that cannot be read is one sentence on stderr, the others go on."""
    settings = load_settings()
    failed = 0
    with open_transcriber(settings.model_dir, settings.asr_backend) as transcribe:
        for name in options.files:
            try:
                text = transcribe(Path(name))
            except (AsrError, OSError) as error:
                sys.stderr.write(f"hotline transcribe: {name}: {error}\n")
                failed += 1
                continue
            print(json.dumps({"path": name, "text": text}, ensure_ascii=False) if options.json else f"{name}\t{text}")
    return 1 if failed else 0
