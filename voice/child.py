"""A hotline in a process of its own, for the demo and the benches."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from voice.config import Settings

START_S = 60.0
_COMMAND = "import sys; from voice.cli import main; sys.exit(main(['serve']))"


@asynccontextmanager
async def hotline_process(settings: Settings, **env: str) -> AsyncIterator[str]:
    """Run ``hotline serve`` while the context lasts; yields its SIP URI.

    Raises:
        RuntimeError: it did not get ready.
    """
    environment = os.environ | {
        "DATA_DIR": str(settings.data_dir),
        "SIP_LISTEN": settings.sip_listen,
        "HTTP_LISTEN": settings.http_listen,
        "RTP_PORTS": settings.rtp_ports,
        **env,
    }
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _COMMAND, env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield await _ready(server)
    finally:
        if server.returncode is None:
            server.terminate()
        await server.wait()


async def _ready(server: asyncio.subprocess.Process) -> str:
    assert server.stdout is not None
    async with asyncio.timeout(START_S):
        while not (line := (await server.stdout.readline()).decode()).startswith("ready "):
            if not line:
                raise RuntimeError("the hotline did not start; run `hotline doctor`")
    return line.split()[1]
