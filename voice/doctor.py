"""Checks of everything a call needs; each one says what to do when it fails."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from dialog.engine import load_dialogue
from ledger import Ledger
from telephony.sip.listen import port_is_free
from voice import doctor_settings
from voice.clock import SystemClock
from voice.config import PROJECT, Address, ConfigError, Settings, load_hotlines
from voice.finding import FAIL, OK, WARN, Check, Finding
from voice.parcels import open_logistics
from voice.pipeline.vad import require_vad
from voice.speech import open_speaker

EDGE_HOST = "speech.platform.bing.com"


async def examine(settings: Settings, checks: Sequence[tuple[str, Check]] | None = None) -> list[Finding]:
    """Run every check; one that breaks is a finding, not an end."""
    findings = []
    for name, check in CHECKS if checks is None else checks:
        try:
            findings.append(await check(settings))
        except Exception as error:  # a check that breaks is a finding
            findings.append(Finding(name, FAIL, " ".join(str(error).split()) or type(error).__name__))
    return findings


async def _configuration(settings: Settings) -> Finding:
    load_hotlines(settings.config_dir)
    dialogue = load_dialogue(settings.config_dir)
    return Finding("configuration", OK, f"{settings.config_dir}: {len(dialogue.scenes)} scenes")


async def _sip_port(settings: Settings) -> Finding:
    address = Address.parse(settings.sip_listen)
    if port_is_free(address.host, address.port):
        return Finding("sip port", OK, f"SIP_LISTEN {settings.sip_listen} is free")
    return Finding(
        "sip port", WARN, f"SIP_LISTEN {settings.sip_listen} is in use (a running hotline?); the next free one is taken"
    )


async def _http_port(settings: Settings) -> Finding:
    address = Address.parse(settings.http_listen)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if probe.connect_ex((address.host, address.port)) == 0:
            return Finding(
                "http port", WARN, f"HTTP_LISTEN {settings.http_listen} is in use; the next free one is taken"
            )
    return Finding("http port", OK, f"HTTP_LISTEN {settings.http_listen} is free")


async def _vad(_settings: Settings) -> Finding:
    require_vad()
    return Finding("voice activity", OK, "webrtcvad works")


async def _model(settings: Settings) -> Finding:
    if settings.asr_backend == "ws":
        return Finding("recogniser model", OK, f"ASR_BACKEND=ws asks {settings.model_dir}")
    if settings.asr_backend == "onnx":
        from asr.decode import load_onnx

        started = time.monotonic()
        await asyncio.to_thread(load_onnx, Path(settings.model_dir))
        text = f"{settings.model_dir} loads in {time.monotonic() - started:.1f} s"
        if Path(settings.model_dir) == PROJECT / "asr" / "model":
            text += (
                "; trained on synthetic speech: real callers need ASR_BACKEND=funasr ASR_MODEL=paraformer-zh-streaming"
            )
            return Finding("recogniser model", WARN, text)
        return Finding("recogniser model", OK, text)
    return Finding("recogniser model", OK, f"ASR_BACKEND={settings.asr_backend} with {settings.model_dir}")


async def _voice(settings: Settings) -> Finding:
    speaker = await open_speaker(settings)
    try:
        started = time.monotonic()
        length = sum([len(chunk.pcm) async for chunk in speaker.speak("您好，测试。", private=True)]) / 16000
    finally:
        await speaker.close()
    if length < 0.5:
        return Finding("voice", FAIL, "espeak-ng makes no sound; reinstall espeakng-loader (make setup)")
    return Finding("voice", OK, f"espeak-ng spoke {length:.1f} s in {(time.monotonic() - started) * 1000:.0f} ms")


async def _edge(settings: Settings) -> Finding:
    if "edge" not in settings.engines:
        return Finding("network voice", OK, "edge-tts is not in TTS_ENGINES")
    try:
        async with asyncio.timeout(3):
            _, writer = await asyncio.open_connection(EDGE_HOST, 443)
        writer.close()
    except (OSError, TimeoutError):
        return Finding(
            "network voice",
            WARN,
            "edge-tts cannot be reached, espeak-ng speaks; allow HTTPS out, or TTS_ENGINES=espeak",
        )
    return Finding("network voice", OK, "edge-tts can be reached")


async def _redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding("redis", OK, "embedded; set REDIS_URL for several processes")
    from redis.asyncio import Redis

    client: Any = Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=2)
    try:
        info = await client.info("persistence")
    finally:
        await client.aclose()
    if not info.get("aof_enabled"):
        return Finding("redis", WARN, "REDIS_URL runs without AOF; start it with --appendonly yes")
    return Finding("redis", OK, "REDIS_URL answers, AOF is on")


async def _database(settings: Settings) -> Finding:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(settings.ledger_url, writer="doctor")
    await ledger.start()
    await ledger.close()
    kind = settings.ledger_url.split(":", 1)[0]
    return Finding("database", OK, f"{kind} can be written; events are committed before they count")


async def _carrier(settings: Settings) -> Finding:
    async with AsyncExitStack() as stack:
        logistics = await open_logistics(settings, stack)
        profile = await logistics.identify("13800138000")
    if not profile.carrier_reachable:
        return Finding("carrier", FAIL, f"CARRIER={settings.carrier} does not answer; check CARRIER_URL and its keys")
    if settings.carrier == "sandbox":
        return Finding("carrier", WARN, "the sandbox carrier with invented parcels; set CARRIER for real ones")
    return Finding("carrier", OK, f"CARRIER={settings.carrier} answers")


async def _agents(settings: Settings) -> Finding:
    hotlines = load_hotlines(settings.config_dir)
    if settings.agent_sip or hotlines.default.agent_sip:
        return Finding("agents", OK, f"hand-overs ring {settings.agent_sip or hotlines.default.agent_sip}")
    return Finding("agents", WARN, "nobody to hand over to; set agent_sip in config/hotlines.yaml or AGENT_SIP")


async def _holidays(settings: Settings) -> Finding:
    missing = load_hotlines(settings.config_dir).missing_holidays(SystemClock().now().date())
    if missing:
        return Finding("holidays", WARN, f"{missing}; until then those days have the hours of plain weekdays")
    return Finding("holidays", OK, "opening hours know this year's holidays, or do not depend on them")


async def _licences(settings: Settings) -> Finding:
    if not (PROJECT / "NOTICE").exists():
        raise ConfigError("NOTICE is missing; restore it, it names the licences of voices and codecs")
    voices = "espeak-ng is GPL and runs in a child process"
    if "edge" in settings.engines:
        voices += "; edge-tts is an online service with terms of its own"
    return Finding("licences", OK, voices)


CHECKS: tuple[tuple[str, Check], ...] = (
    ("configuration", _configuration),
    ("sip port", _sip_port),
    ("http port", _http_port),
    ("voice activity", _vad),
    ("recogniser model", _model),
    ("voice", _voice),
    ("network voice", _edge),
    ("redis", _redis),
    ("database", _database),
    ("carrier", _carrier),
    ("agents", _agents),
    ("holidays", _holidays),
    *doctor_settings.CHECKS,
    ("licences", _licences),
)
"""In the order of the report."""
