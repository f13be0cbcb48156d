"""A robot agent on a telephone: answers hand-overs, so that one person can see everything."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from telephony.rawsip import RawAnswerer
from telephony.rawsip.answerer import RING_FOREVER, AnsweredCall
from voice.caller.listening import voiced_span

STATUS = {"accept": 200, "busy": 486, "decline": 603, "ring": RING_FOREVER}

# A whisper is short; the agent begins to speak when it has been quiet for this long after the whisper.
LISTEN_S = 4.0
TALK_EVERY_S = 6.0


class RobotAgent:
    """Listens on one address and treats every call alike."""

    def __init__(self, host: str, port: int, *, answer: str, speech: bytes, stay_s: float, say: Callable[[str], None]):
        self._answerer = RawAnswerer(local=host, port=port, status=STATUS[answer], ring_s=1.0)
        self._speech = speech
        self._stay_s = stay_s
        self._say = say
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until cancelled."""
        async with self._answerer:
            self._say(f"robot agent ready {self._answerer.uri}")
            while True:
                call = await self._answerer.calls.get()
                task = asyncio.create_task(self._serve(call))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _serve(self, call: AnsweredCall) -> None:
        self._say("a call came in: " + (call.invite.get("x-hotline-call") or "no call id"))
        try:
            async with asyncio.timeout(self._stay_s):
                await self._talk(call)
        except TimeoutError:
            self._answerer.hangup(call)
            self._say("the robot agent hung up")
            return
        self._say(f"the call ended: {call.ended.result()}")

    async def _talk(self, call: AnsweredCall) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(call.ended), LISTEN_S)
        heard = voiced_span(call.received().pcm)
        self._say("whisper heard" if heard else "no whisper was heard")
        while not call.ended.done():
            sent = asyncio.ensure_future(call.send(self._speech))
            waiting: set[asyncio.Future[Any]] = {sent, call.ended}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(call.ended), TALK_EVERY_S)
            sent.cancel()
