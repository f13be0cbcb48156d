"""``hotline apikey``: keys for programs, made and ended at the machine itself."""

from __future__ import annotations

import argparse
import asyncio
import json

from desk.auth.api_keys import KeyBook
from desk.auth.roles import Role
from desk.database import create_tables, open_engine
from desk.errors import DeskError
from voice.clock import SystemClock
from voice.config import load_settings


def run(options: argparse.Namespace) -> int:
    """Make a key and print it once, or end one."""
    try:
        prefix, key = asyncio.run(_run(options))
    except DeskError as refusal:
        what = (
            "is no prefix of a key"
            if options.action == "revoke"
            else "cannot name a key, which takes 1 to 64 characters"
        )
        raise ValueError(f"{options.name!r} {what}; the desk lists all keys") from refusal
    if options.action == "revoke":
        print(json.dumps({"revoked": prefix}) if options.json else f"{prefix} is revoked")
    elif options.json:
        print(json.dumps({"prefix": prefix, "key": key}))
    else:
        print(f"{key}\n  keep it now, it is not shown again; its prefix {prefix} names it in lists")
    return 0


async def _run(options: argparse.Namespace) -> tuple[str, str]:
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = open_engine(settings.ledger_url)
    try:
        await create_tables(engine)
        keys = KeyBook(engine, SystemClock().now)
        if options.action == "revoke":
            await keys.revoke(options.name)
            return options.name, ""
        return await keys.create(options.name, Role(options.role))
    finally:
        await engine.dispose()
