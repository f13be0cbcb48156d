"""Delay of sound over the bridge: `python -m bench.telephony.mouth_to_ear --seconds 20`.

Beeps of ten pitches cross the hub in both directions; each is timed from the moment its first packet left one outside
socket until its first sample stood in a packet at the other, which is what the hotline adds. ``mouth_to_ear`` adds what
every telephone adds itself: 20 ms to fill a packet and 40 ms of jitter buffer at the ear.

``sip-chromium`` is a round trip through a real Chromium that plays what it hears into its own microphone track: its
jitter buffer, its audio graph, its encoder and the hub, there and back. A way takes about half of it.
"""

import argparse
import asyncio
import itertools
import json
import shutil
import time
from collections.abc import Awaitable, Callable, Sequence

import numpy as np

from bench.telephony.hub_load import BEEP_HZ, BEEP_S, PITCHES, RATE, Party, delays
from telephony.hub import Hub, HubClock, Mode, Role
from telephony.ports import SipCall
from telephony.rawsip import RawAnswerer, RawCaller, g711
from telephony.sip import BaresipEndpoint, SipConfig
from telephony.webrtc import WebEndpoint
from telephony.webrtc.arrivals import Arrivals
from telephony.webrtc.codec import open_codec
from telephony.webrtc.visitor import Visitor

TELEPHONE_MS = 60.0
CHROMIUM_ARGS = (
    "--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)  # fmt: skip
MIRROR = """async () => {
  const context = (window.context = new AudioContext({ latencyHint: "interactive" }));
  const out = context.createMediaStreamDestination();
  const pc = (window.pc = new RTCPeerConnection());
  pc.createDataChannel("hotline");
  const audio = new Audio();
  pc.ontrack = ({ track }) => {
    const stream = new MediaStream([track]);
    audio.srcObject = stream;
    audio.muted = true;
    audio.play();
    context.createMediaStreamSource(stream).connect(out);
  };
  const way = pc.addTransceiver(out.stream.getAudioTracks()[0], { direction: "sendrecv" });
  if ("jitterBufferTarget" in way.receiver) way.receiver.jitterBufferTarget = 20;
  await pc.setLocalDescription();
  while (pc.iceGatheringState !== "complete") await new Promise((go) => setTimeout(go, 20));
  return pc.localDescription.sdp;
}"""


class WebParty:
    """A visitor that beeps and hears, with the same two lists as a telephone's :class:`Party`."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.beeps = visitor, list[float]()

    async def beep_for(self, seconds: float, offset: float) -> None:
        """One beep per second, as the telephones do."""
        start = time.monotonic() + offset
        rate = self.visitor.rate
        for number in itertools.count():
            await asyncio.sleep(max(0.0, start + number - time.monotonic()))
            if number >= seconds:
                return
            hertz = BEEP_HZ * (4 + number % PITCHES)
            said = len(self.visitor.said_at)
            wave = 9000 * np.sin(2 * np.pi * hertz * np.arange(round(rate * BEEP_S)) / rate)
            self.visitor.say(wave.astype(np.int16).tobytes())
            await asyncio.sleep(0.2)
            self.beeps.append(self.visitor.said_at[said])

    def onsets(self) -> list[tuple[float, int]]:
        """When each beep was heard, and its pitch."""
        codec = open_codec(self.visitor.codec)
        stream, sound, where = Arrivals(codec.decode, codec.rate), bytearray(), list[tuple[int, float]]()
        for arrival, packet in self.visitor.packets:
            where.append((len(sound) // 2, arrival))
            sound += stream.add(packet.sequence_number, packet.payload)
        samples = np.frombuffer(bytes(sound), np.int16)
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > 3000)
        if not loud.size:
            return []
        found = []
        firsts = [first for first, _ in where]
        for start in loud[np.concatenate(([True], np.diff(loud) > codec.rate // 4))]:
            spectrum = np.abs(np.fft.rfft(samples[start : start + round(codec.rate * BEEP_S * 0.8)], codec.rate))
            first, arrival = where[int(np.searchsorted(firsts, start, side="right")) - 1]
            moment = arrival + (int(start) - first) / codec.rate
            found.append((moment, round(int(np.argmax(spectrum)) / BEEP_HZ) - 4))
        return found


class Bench:
    """One endpoint of each kind and one clock, shared by all cases."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.sip = BaresipEndpoint(SipConfig(port=0, rtp_ports=(42000, 42999), max_calls=8))
        self.web, self.clock = WebEndpoint(), HubClock()
        self.uri = ""
        self._came: asyncio.Queue[SipCall] = asyncio.Queue()

    async def start(self) -> None:
        """Listen."""
        self.sip.on_incoming(self._came.put_nowait)
        self.uri = (await self.sip.start())[0].partition(";")[0]

    async def sip_sip(self) -> dict[str, object]:
        """Telephone to telephone."""
        async with RawAnswerer() as phone, RawCaller(self.uri) as caller:
            hub = await self._called_by(caller)
            hub.attach(Role.AGENT, await self.sip.dial(phone.uri))
            hub.set_mode(Mode.BRIDGED)
            agent = await phone.calls.get()
            return await self._both_ways(hub, Party(caller.rtp, []), Party(agent.rtp, []))

    async def sip_web(self, codec: str) -> dict[str, object]:
        """Telephone to an agent's browser."""
        async with RawCaller(self.uri) as caller:
            hub = await self._called_by(caller)
            visitor = Visitor((codec,))
            leg, answer = await self.web.softphone(await visitor.offer())
            await visitor.accept(answer)
            hub.attach(Role.AGENT, leg)
            hub.set_mode(Mode.BRIDGED)
            figures = await self._both_ways(hub, Party(caller.rtp, []), WebParty(visitor))
            await visitor.close()
            await leg.hangup()
            return figures

    async def sip_chromium(self) -> dict[str, object]:
        """Telephone to a browser that mirrors, and back to the telephone: a round trip."""
        from playwright.async_api import async_playwright

        path = shutil.which("chromium")
        async with async_playwright() as playwright, RawCaller(self.uri) as caller:
            browser = await playwright.chromium.launch(executable_path=path, headless=True, args=list(CHROMIUM_ARGS))
            page = await browser.new_page()
            hub = await self._called_by(caller)
            leg, answer = await self.web.softphone(await page.evaluate(MIRROR))
            await page.evaluate("sdp => pc.setRemoteDescription({ type: 'answer', sdp })", answer)
            await leg.answer()
            hub.attach(Role.AGENT, leg)
            hub.set_mode(Mode.BRIDGED)
            await asyncio.sleep(2.0)  # the browser's buffer settles
            party, since = Party(caller.rtp, []), time.monotonic()
            await party.beep_for(self.seconds, 0.0)
            await asyncio.sleep(1.0)
            trip = [delay for _, delay in delays(party.beeps, party.onsets(), since)]
            await browser.close()
            await leg.hangup()
            self.clock.remove(hub)
        return {"round_trip_ms": spread(trip), "beeps": f"{len(trip)} of {len(party.beeps)}"}

    async def accept(self) -> dict[str, object]:
        """An agent accepts with the softphone connected since the ringing: gates open to first sound at both ears."""
        async with RawCaller(self.uri) as caller:
            hub = await self._called_by(caller)
            visitor = Visitor(("PCMA",))
            leg, answer = await self.web.softphone(await visitor.offer())
            await visitor.accept(answer)
            hub.attach(Role.AGENT, leg)
            speech = (9000 * np.sin(2 * np.pi * 440 * np.arange(RATE * 60) / RATE)).astype(np.int16).tobytes()
            visitor.say(speech)
            speaking = asyncio.ensure_future(caller.send(speech))
            took = []
            for _ in range(max(5, round(self.seconds / 2))):
                hub.set_mode(Mode.HELD)
                await asyncio.sleep(0.7)
                opened = time.monotonic()
                hub.set_mode(Mode.BRIDGED)
                await asyncio.sleep(0.6)
                ears = first_sound(visitor, opened), first_sound_at_telephone(caller, opened)
                took.append(max((ear - opened) * 1000 for ear in ears))
            speaking.cancel()
            await visitor.close()
            await leg.hangup()
            self.clock.remove(hub)
        return {"both_hear_ms": spread(took), "times": len(took)}

    async def _called_by(self, caller: RawCaller) -> Hub:
        calling = asyncio.ensure_future(caller.call())
        call = await self._came.get()
        await call.answer()
        await calling
        hub = Hub(RATE)
        hub.attach(Role.CALLER, call)
        self.clock.add(hub)
        return hub

    async def _both_ways(self, hub: Hub, caller: Party, agent: "Party | WebParty") -> dict[str, object]:
        await asyncio.sleep(1.0)
        since = time.monotonic()
        await asyncio.gather(caller.beep_for(self.seconds, 0.0), agent.beep_for(self.seconds, 0.5))
        await asyncio.sleep(1.0)
        there = [delay for _, delay in delays(caller.beeps, agent.onsets(), since)]
        back = [delay for _, delay in delays(agent.beeps, caller.onsets(), since)]
        self.clock.remove(hub)
        heard = f"{len(there) + len(back)} of {len(caller.beeps) + len(agent.beeps)}"
        return {
            "caller_to_agent_ms": spread(there),
            "agent_to_caller_ms": spread(back),
            "mouth_to_ear_p95_ms": round(max(spread(there)[1], spread(back)[1]) + TELEPHONE_MS, 1),
            "beeps": heard,
        }

    async def close(self) -> None:
        """Release everything."""
        await self.clock.close()
        await self.web.close()
        await self.sip.close()


def first_sound(visitor: Visitor, since: float) -> float:
    """When the first loud packet after ``since`` came to a browser."""
    codec = open_codec(visitor.codec)
    for arrival, packet in visitor.packets:
        if arrival > since and np.abs(np.frombuffer(codec.decode(packet.payload), np.int16).astype(int)).max() > 3000:
            return arrival
    return float("inf")


def first_sound_at_telephone(caller: RawCaller, since: float) -> float:
    """When the first loud packet after ``since`` came to a telephone."""
    for packet in caller.rtp.packets:
        sound = np.frombuffer(g711.decode(packet.payload, packet.payload_type), np.int16)
        if packet.arrival > since and np.abs(sound.astype(int)).max() > 3000:
            return packet.arrival
    return float("inf")


def spread(values: Sequence[float]) -> tuple[float, float]:
    """Median and 95th percentile."""
    if not values:
        return float("nan"), float("nan")
    return round(float(np.percentile(values, 50)), 1), round(float(np.percentile(values, 95)), 1)


async def run(seconds: float, names: Sequence[str]) -> dict[str, object]:
    """Every case in turn."""
    bench = Bench(seconds)
    await bench.start()
    cases: dict[str, Callable[[], Awaitable[dict[str, object]]]] = {
        "sip-sip": bench.sip_sip,
        "sip-web-PCMA": lambda: bench.sip_web("PCMA"),
        "sip-web-OPUS": lambda: bench.sip_web("OPUS"),
        "sip-chromium": bench.sip_chromium,
        "accept": bench.accept,
    }
    figures: dict[str, object] = {}
    for name in names or cases:
        if name == "sip-chromium" and not shutil.which("chromium"):
            figures[name] = "no Chromium on this machine; install it with: apt-get install chromium"
            continue
        figures[name] = await cases[name]()
    await bench.close()
    return figures


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument(
        "cases", nargs="*", help="sip-sip, sip-web-PCMA, sip-web-OPUS, sip-chromium, accept; default all"
    )
    arguments = parser.parse_args()
    print(json.dumps(asyncio.run(run(arguments.seconds, arguments.cases)), indent=1))


if __name__ == "__main__":
    main()
