"""What the embedded recogniser makes of the embedded voice: ``python -m bench.tts.heard [--show]``.

Prints the character error rate and the syllable error rate (tones left out: characters of the same sound count as
right) over sentences of the hotline, each spoken at 8 kHz through A-law as on the line.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np
from pypinyin import lazy_pinyin

from tts.build import espeak_voice
from tts.text import spoken

_ROOT = Path(__file__).parents[2]
_HANZI = re.compile(r"[^㐀-鿿]")
_QUIET = bytes(4800)


def _sentences() -> list[str]:
    """Return the whole sentences of the reading set."""
    lines = (_ROOT / "tests/tts/data/reading.tsv").read_text(encoding="utf-8").splitlines()
    written = [line.split("\t")[0] for line in lines if "\t" in line]
    return [text for text in written if text.endswith("。") and len(text) > 8]


def _a_law(pcm: bytes) -> bytes:
    """Return the sound after G.711 A-law (ITU-T G.711), as the caller gets it."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float64) / 32768
    a = 87.6
    size = np.abs(samples)
    small = size < 1 / a
    coded = np.where(small, a * size, 1 + np.log(np.maximum(a * size, 1e-12))) / (1 + np.log(a))
    coded = np.round(coded * 127) / 127 * (1 + np.log(a))
    heard = np.sign(samples) * np.where(coded < 1, coded / a, np.exp(coded - 1) / a)
    return np.asarray(heard * 32767, dtype="<i2").tobytes()


def _errors(said: list[str], heard: list[str]) -> int:
    """Return the edit distance."""
    row = list(range(len(heard) + 1))
    for i, left in enumerate(said, 1):
        before, row[0] = row[0], i
        for j, right in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
    return row[-1]


async def _speak(texts: list[str], folder: Path) -> list[Path]:
    voice = espeak_voice()
    files = []
    for number, text in enumerate(texts):
        pcm = b"".join([chunk.pcm async for chunk in voice.speak(spoken(text), 8000, 1.0)])
        path = folder / f"{number:03d}.wav"
        with wave.open(str(path), "wb") as sound:
            sound.setparams((1, 2, 8000, 0, "NONE", ""))
            sound.writeframes(_QUIET + _a_law(pcm) + _QUIET)
        files.append(path)
    await voice.close()
    return files


def main() -> None:
    """Speak, transcribe, compare."""
    parser = argparse.ArgumentParser(description="The embedded recogniser on the embedded voice")
    parser.add_argument("--show", action="store_true", help="print every sentence beside what was heard")
    show = parser.parse_args().show
    texts = _sentences()
    with tempfile.TemporaryDirectory() as folder:
        files = asyncio.run(_speak(texts, Path(folder)))
        command = [sys.executable, "-c", "from voice.cli import main; main()", "transcribe", *map(str, files)]
        answer = subprocess.run(command, capture_output=True, text=True, cwd=_ROOT, check=True).stdout
    heard = [line.partition("\t")[2] for line in answer.splitlines()]
    wrong = wrong_sounds = total = 0
    for text, line in zip(texts, heard, strict=True):
        said, got = _HANZI.sub("", spoken(text).text), _HANZI.sub("", line)
        wrong += _errors(list(said), list(got))
        wrong_sounds += _errors(lazy_pinyin(said), lazy_pinyin(got))
        total += len(said)
        if show:
            print(f"{said}\n{got}\n")
    print(f"{len(texts)} sentences, {total} characters: CER {wrong / total:.1%}, syllables {wrong_sounds / total:.1%}")


if __name__ == "__main__":
    main()
