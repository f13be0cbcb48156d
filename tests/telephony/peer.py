"""A second SIP stack in its own process: answers, dials, plays a tone, tells what it hears.

Started by :class:`PeerProcess`; one JSON command per line on stdin, one JSON answer per line on stdout.
"""

import asyncio
import json
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from telephony.hub import BotLeg, Hub, HubClock, Role
from telephony.ports import DialFailed, SipCall
from telephony.sip import BaresipEndpoint, SipConfig
from tests.ports import rtp_range

from .sounds import pitch, tone

ROOT = Path(__file__).resolve().parents[2]


class Peer:
    """The child's side."""

    def __init__(self) -> None:
        self._clock = HubClock()
        self._endpoint: BaresipEndpoint | None = None
        self._call: SipCall | None = None
        self._bot = BotLeg(8000)
        self._heard = bytearray()
        self._keys: list[str] = []
        self._answering: list[asyncio.Task[None]] = []
        self._talking = asyncio.Event()

    async def start(self, codecs: list[str], follow_refer: bool) -> dict[str, Any]:
        config = SipConfig(
            port=0, rtp_ports=rtp_range(26), codecs=tuple(codecs), realtime=False, follow_refer=follow_refer
        )
        self._endpoint = BaresipEndpoint(config)
        self._endpoint.on_incoming(lambda call: self._answering.append(asyncio.create_task(self._answer(call))))
        return {"uris": await self._endpoint.start()}

    async def dial(self, uri: str, number: str) -> dict[str, Any]:
        assert self._endpoint is not None
        try:
            call = await self._endpoint.dial(uri, from_number=number, timeout=5)
        except DialFailed as error:
            return {"reason": error.reason, "code": error.code}
        self._talk(call)
        return {"codec": call.info.codec, "rate": call.rate}

    async def talking(self) -> dict[str, Any]:
        """Wait until an inbound call is answered and on the hub."""
        await asyncio.wait_for(self._talking.wait(), 5)
        self._talking.clear()
        return {}

    async def play(self, hertz: float, seconds: float) -> dict[str, Any]:
        self._bot.write(tone(hertz, seconds, self._bot.rate))
        return {}

    async def heard(self) -> dict[str, Any]:
        """The pitch of the last 0.4 s."""
        rate = self._bot.rate
        return {"pitch": pitch(bytes(self._heard)[-2 * rate * 2 // 5 :], rate)}

    async def keys(self) -> dict[str, Any]:
        return {"keys": "".join(self._keys)}

    async def press(self, digits: str) -> dict[str, Any]:
        assert self._call is not None
        await self._call.send_dtmf(digits)
        return {}

    async def hangup(self) -> dict[str, Any]:
        assert self._call is not None
        await self._call.hangup()
        return {}

    async def closed(self) -> dict[str, Any]:
        assert self._call is not None
        return {"cause": await asyncio.wait_for(asyncio.shield(self._call.closed), 5)}

    async def close(self) -> None:
        await self._clock.close()
        if self._endpoint is not None:
            await self._endpoint.close()

    async def _answer(self, call: SipCall) -> None:
        await call.answer()
        self._talk(call)
        self._talking.set()

    def _talk(self, call: SipCall) -> None:
        self._call = call
        self._keys.clear()
        self._heard.clear()
        call.on_dtmf(self._keys.append)
        hub, self._bot = Hub(call.rate), BotLeg(call.rate)
        hub.attach(Role.CALLER, call)
        hub.attach_voice(Role.BOT, self._bot)
        hub.subscribe("caller", lambda pcm, _tick: self._heard.extend(pcm))
        self._clock.add(hub)
        call.on_closed(lambda _cause: self._clock.remove(hub))


class PeerProcess:
    """The test's side: ``await peer.ask("dial", uri=..., number=...)``."""

    def __init__(self, *codecs: str, follow_refer: bool = False) -> None:
        self._codecs, self._follow_refer = codecs, follow_refer
        self._process: asyncio.subprocess.Process | None = None
        self.uris: list[str] = []

    async def __aenter__(self) -> "PeerProcess":
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.telephony.peer", stdin=pipe, stdout=pipe, cwd=ROOT
        )
        started = await self.ask("start", codecs=list(self._codecs), follow_refer=self._follow_refer)
        self.uris = started["uris"]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), 10)

    async def ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([command, arguments]).encode() + b"\n")
        answer = await asyncio.wait_for(self._process.stdout.readline(), 15)
        result: dict[str, Any] = json.loads(answer)
        return result


async def main() -> None:
    peer = Peer()
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            command, arguments = json.loads(line)
            answer = await getattr(peer, command)(**arguments)
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
    finally:
        await peer.close()


if __name__ == "__main__":
    asyncio.run(main())
