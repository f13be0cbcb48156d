"""``hotline call``: a caller in its own process."""

from __future__ import annotations

import argparse
import asyncio
import json
from pathlib import Path

from dialog.located_yaml import ConfigError
from dialog.scripts import Script
from ledger import Ledger
from telephony.rawsip import CallRefused, RawCaller
from tts.build import espeak_voice
from tts.voices.espeak.variants import EspeakSpeaker
from voice.caller.caller import SimulatedCaller
from voice.caller.expectations import needs_more_than_a_caller
from voice.caller.report import CallReport, judge, save
from voice.caller.script import Step, load_script, read_script, steps_from_lines
from voice.clock import SystemClock
from voice.config import Settings, load_settings
from voice.speech import open_speaker


def run(options: argparse.Namespace) -> int:
    """Call and report; 0 only when every line was answered and the answers were really heard."""
    number, steps = options.number, steps_from_lines(options.say)
    script = None
    if options.script:
        path = Path(options.script)
        scripted, steps = read_script(path)
        number = scripted or number
        script = _expected(path) if path.suffix in (".yaml", ".yml") else None
    if options.dtmf:
        steps.append(Step(keys=options.dtmf))
    settings = load_settings()
    try:
        report = asyncio.run(
            call_once(
                settings,
                to=options.to,
                number=number,
                called=options.called,
                voice=options.voice,
                steps=steps,
                codec=options.codec,
                loss=options.loss,
                save_to=Path(options.save) if options.save else None,
                script=script,
            )
        )
    except CallRefused as refused:
        if not options.json:
            raise
        report = CallReport(False, None, (), f"refused: {refused.status}")
    print(json.dumps(report.as_dict(), ensure_ascii=False) if options.json else as_text(report))
    return 0 if report.ok else 1


def _expected(path: Path) -> Script | None:
    """The expectations of a conversation file; a short file of turns alone has none.

    Raises:
        ConfigError: a caller alone cannot play it.
    """
    if "title:" not in path.read_text(encoding="utf-8"):
        return None
    script = load_script(path)
    reason = needs_more_than_a_caller(script)
    if reason:
        raise ConfigError(f"{path.name} cannot be played by telephone: {reason}; use hotline chat --script")
    return script


async def call_once(
    settings: Settings,
    *,
    to: str,
    number: str,
    called: str,
    voice: str,
    steps: list[Step],
    codec: str = "PCMA",
    loss: float = 0.0,
    save_to: Path | None = None,
    script: Script | None = None,
) -> CallReport:
    """Run one simulated call against a hotline that shares our data directory."""
    uri = to or f"sip:{called}@{settings.sip_listen}"
    speaking = espeak_voice(EspeakSpeaker(variant=voice, wpm=165))
    speaker = await open_speaker(settings)
    ledger = Ledger(settings.ledger_url, writer="caller")
    await ledger.start()
    try:
        async with RawCaller(uri, from_number=number, called=called, codec=codec, loss=loss) as raw:
            record = await SimulatedCaller(raw, speaking, steps).run()
        report = await judge(record, ledger, speaker, SystemClock(), script)
    finally:
        await speaking.close()
        await speaker.close()
        await ledger.close()
    if save_to is not None:
        save(record, report, save_to)
    return report


def as_text(report: CallReport) -> str:
    """The call for a reader: who said what, with the gap before each answer."""
    lines = [f"call {report.call_id or '(not found in the ledger)'}"]
    for turn in report.turns:
        if turn.said:
            lines.append(f"  caller        {turn.said}")
        gap = "   none" if turn.gap_ms is None else f"{turn.gap_ms:4d} ms"
        verdict = "" if turn.audio_ok else "   [not heard as written]"
        lines.append(f"  bot  {gap}  {turn.heard or '(nothing)'}{verdict}")
    lines.append(f"  end  {report.end}")
    lines += [f"  not as expected: {text}" for text in report.unmet]
    return "\n".join(lines)
