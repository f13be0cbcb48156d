"""``make demo``: three calls in front of the reader, with sound, transcript and gaps saved."""

from __future__ import annotations

import asyncio
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tts.build import espeak_voice
from tts.text.spoken import spoken
from tts.voices.espeak.variants import EspeakSpeaker
from voice.caller.listening import trim
from voice.caller.report import CallReport
from voice.caller.script import Step
from voice.child import hotline_process
from voice.cli.call import as_text, call_once
from voice.config import Settings, load_settings
from voice.robot_agent import RobotAgent

AGENT_WORDS = "您好，我是人工客服，您的情况我已经看到了，我马上联系网点给您送。"


@dataclass(frozen=True, slots=True)
class Story:
    """One call of the demo."""

    name: str
    title: str
    number: str
    voice: str
    steps: tuple[Step, ...]


STORIES = (
    Story(
        "stuck-parcel",
        "包裹滞留中转场: where it is, why, and when it moves",
        "13800138000",
        "f4",
        (Step(text="我的快递到哪了"), Step(text="不用了谢谢")),
    ),
    Story(
        "urge",
        "催派: a work order with a promised time",
        "13800138001",
        "m7",
        (Step(text="帮我催一下"), Step(text="没有了再见")),
    ),
    Story(
        "hand-over",
        "转人工: the agent knows before saying hello",
        "13800138006",
        "m7",
        (Step(text="我要转人工"), Step(silence_s=12.0)),
    ),
)


async def play(out: Path) -> bool:
    """Start a hotline of our own, call it three times, and save everything; True when every call went well."""
    with tempfile.TemporaryDirectory(prefix="hotline-demo-") as folder:
        settings = load_settings(
            data_dir=Path(folder), sip_listen="127.0.0.1:5160", http_listen="127.0.0.1:8180", rtp_ports="22000-22999"
        )
        agent = asyncio.create_task(_agent())
        try:
            async with hotline_process(settings, AGENT_SIP="sip:agent@127.0.0.1:5170") as sip:
                reports = [await _tell(story, settings, sip, out) for story in STORIES]
        finally:
            agent.cancel()
            await asyncio.gather(agent, return_exceptions=True)
    _write_table(reports, out)
    return all(report.answered and all(turn.heard for turn in report.turns) for report in reports)


async def _agent() -> None:
    voice = espeak_voice(EspeakSpeaker(variant="m3", wpm=175))
    try:
        chunks = voice.speak(spoken(AGENT_WORDS), 8000, 1.0)
        speech = trim(b"".join([chunk.pcm async for chunk in chunks]))
    finally:
        await voice.close()
    robot = RobotAgent(
        "127.0.0.1", 5170, answer="accept", speech=speech, stay_s=14.0, say=lambda line: print(f"  [agent] {line}")
    )
    await robot.run()


async def _tell(story: Story, settings: Settings, sip: str, out: Path) -> CallReport:
    print(f"\n=== {story.title}", flush=True)
    report = await call_once(
        settings,
        to=sip,
        number=story.number,
        called="95000",
        voice=story.voice,
        steps=list(story.steps),
        save_to=out / story.name,
    )
    print(as_text(report), flush=True)
    return report


def _write_table(reports: list[CallReport], out: Path) -> None:
    rows = ["| call | caller said | gap ms | heard as written |", "| --- | --- | ---: | --- |"]
    for story, report in zip(STORIES, reports, strict=True):
        for turn in report.turns:
            gap = "-" if turn.gap_ms is None else str(turn.gap_ms)
            rows.append(f"| {story.name} | {turn.said or '(answer)'} | {gap} | {'yes' if turn.audio_ok else 'no'} |")
    out.mkdir(parents=True, exist_ok=True)
    (out / "gaps.md").write_text("\n".join(rows) + "\n", encoding="utf-8")
    calls = [report.as_dict() for report in reports]
    (out / "calls.json").write_text(json.dumps(calls, ensure_ascii=False, indent=1), encoding="utf-8")
    print("\n" + "\n".join(rows) + f"\n\nsound, transcripts and this table: {out}")
