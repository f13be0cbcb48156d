"""``hotline transcribe``: sound files to text."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from asr.backend import Backend
from asr.errors import AsrError
from asr.files import transcribe
from voice.config import ConfigError, load_settings


def run(options: argparse.Namespace) -> int:
    """One line per file; a file that cannot be read is one sentence on stderr, the others go on."""
    settings = load_settings()
    backend = _backend(settings.asr_backend, settings.model_dir)
    failed = 0
    for name in options.files:
        try:
            text = transcribe(Path(name), backend)
        except (AsrError, OSError) as error:
            sys.stderr.write(f"hotline transcribe: {name}: {error}\n")
            failed += 1
            continue
        print(json.dumps({"path": name, "text": text}, ensure_ascii=False) if options.json else f"{name}\t{text}")
    return 1 if failed else 0


def _backend(name: str, model: str) -> Backend:
    if name == "onnx":
        from asr.decode import load_onnx

        return load_onnx(Path(model))
    if name == "funasr":
        from asr.funasr_backend import load_funasr

        return load_funasr(model)
    raise ConfigError(f"ASR_BACKEND={name} cannot read files; use onnx or funasr")
