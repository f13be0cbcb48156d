"""One call's hub: 20 ms per tick, every leg's sound mixed for every other leg, every track recorded and tapped."""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from telephony.hub.comfort import ComfortNoise
from telephony.hub.legs import BotLeg, Leg, LiveLeg, MusicLeg
from telephony.hub.pcm import mix
from telephony.hub.roles import PEOPLE, Mode, Role, Stance, hearing
from telephony.hub.tuning import FRAME_MS, HubTuning

Tap = Callable[[bytes, int], None]
TRACKS = ("caller", "heard", "bot", "agent")
"""``heard`` is everything the caller heard: bot, music and people, exactly as sent."""


class TrackSink(Protocol):
    """Takes one frame of every track per tick, ``None`` for silence; must not block."""

    def append(self, caller: bytes | None, heard: bytes | None, bot: bytes | None, agent: bytes | None) -> None:
        """Add 20 ms to every track."""


class Hub:
    """The legs of one call and their mix rules; driven by :class:`telephony.hub.HubClock` or a test's own ticks.

    ``rate`` is the rate of everything inside (8000 for G.711, 16000 for G.722). Not thread-safe: one event loop.
    """

    def __init__(self, rate: int, tuning: HubTuning | None = None) -> None:
        self.rate = rate
        self.ticks = 0
        self._tuning = tuning or HubTuning()
        self._frame_bytes = rate * FRAME_MS // 1000 * 2
        self._silence = bytes(self._frame_bytes)
        self._mode, self._stance = Mode.BOT, Stance.LISTEN
        self._rules = hearing(self._mode, self._stance)
        self._live: dict[Role, LiveLeg] = {}
        self._voices: dict[Role, BotLeg] = {}
        self._music: MusicLeg | None = None
        self._sent_voice: dict[Role, deque[int]] = {Role.BOT: deque(maxlen=16), Role.WHISPER: deque(maxlen=16)}
        self._taps: dict[str, list[Tap]] = {track: [] for track in TRACKS}
        self._recorder: TrackSink | None = None
        self._comfort: ComfortNoise | None = None

    @property
    def mode(self) -> Mode:
        """The current mix rule."""
        return self._mode

    def attach(self, role: Role, leg: Leg) -> None:
        """Join a person's leg; what queued up in it before is discarded. One leg per role."""
        if role not in PEOPLE:
            raise ValueError(f"{role} is a voice in memory: use attach_voice or attach_music")
        self._live[role] = LiveLeg(leg, role, self.rate, self._tuning)

    def attach_voice(self, role: Role, voice: BotLeg) -> None:
        """Join the bot's voice (``BOT``, towards the caller) or a whisper (``WHISPER``, towards the agent)."""
        if role not in self._sent_voice:
            raise ValueError(f"{role} is not a voice")
        if voice.rate != self.rate:
            raise ValueError(f"the voice speaks at {voice.rate} Hz, the hub runs at {self.rate} Hz")
        self._voices[role] = voice
        self._sent_voice[role].clear()
        voice.connect(lambda: self._unheard(role), lambda: self._cut(role))

    def comfort_caller(self) -> None:
        """Let the caller hear an open line instead of dead air from now on; no voice's samples count it."""
        self._comfort = ComfortNoise(self.rate)

    def attach_music(self, music: MusicLeg | None) -> None:
        """Set the hold music, or none."""
        self._music = music

    def detach(self, role: Role) -> None:
        """Remove a leg or voice; unknown roles are ignored."""
        self._live.pop(role, None)
        voice = self._voices.pop(role, None)
        if voice is not None:
            voice.close()

    def mute(self, role: Role, muted: bool = True) -> None:
        """Silence a person towards everybody (recording included)."""
        if role in self._live:
            self._live[role].muted = muted

    def set_mode(self, mode: Mode, stance: Stance | None = None) -> None:
        """Change who hears whom; a leg that begins to hear a person loses what was queued for it before."""
        before = self._rules
        self._mode, self._stance = mode, stance if stance is not None else self._stance
        self._rules = hearing(self._mode, self._stance)
        for role, leg in self._live.items():
            if (self._rules[role] - before[role]) & PEOPLE:
                leg.flush()

    def record(self, recorder: TrackSink | None) -> None:
        """Record every track from the next tick on, or stop."""
        self._recorder = recorder

    def subscribe(self, track: str, tap: Tap) -> Callable[[], None]:
        """Call ``tap(pcm, tick)`` with exactly 20 ms per tick of ``caller``, ``heard``, ``bot`` or ``agent``.

        ``tick`` counts from 0 at the hub's start. Returns a function that ends the subscription.
        """
        taps = self._taps[track]
        taps.append(tap)

        def unsubscribe() -> None:
            if tap in taps:
                taps.remove(tap)

        return unsubscribe

    def tick(self, ticks: int = 1) -> None:
        """Advance by ``ticks`` frames; more than one after a stall.

        People's queued sound fills every late frame of the recording and of the taps; their listeners get only the
        newest frames, and in-memory voices lose nothing: they wait until they can be heard.
        """
        for leg in self._live.values():
            leg.take_in()
            leg.make_plan(ticks)
        for left in range(ticks, 0, -1):
            self._one_tick(left)
        for leg in self._live.values():
            leg.send()

    def close(self) -> None:
        """End the call's sound: writers waiting on a voice go on, taps and recorder are dropped."""
        for voice in self._voices.values():
            voice.close()
        self._live.clear()
        self._voices.clear()
        self._taps = {track: [] for track in TRACKS}
        self._recorder = None

    def _one_tick(self, left: int) -> None:
        frames: dict[Role, bytes | None] = {role: leg.pop() for role, leg in self._live.items()}
        for role, listener in ((Role.BOT, Role.CALLER), (Role.WHISPER, Role.AGENT)):
            frames[role] = self._pull_voice(role, listener, left)
        frames[Role.MUSIC] = self._pull_music(frames, left)
        heard: bytes | None = None
        for role, leg in self._live.items():
            if leg.plan.frames >= left:
                sent = mix([f for source in self._rules[role] if (f := frames.get(source)) is not None])
                if role is Role.CALLER:
                    heard = sent = self._comfort.instead_of(sent) if self._comfort is not None else sent
                leg.add(sent)
        self._deliver(frames.get(Role.CALLER), heard, frames[Role.BOT], frames.get(Role.AGENT))
        self.ticks += 1

    def _pull_voice(self, role: Role, listener: Role, left: int) -> bytes | None:
        """A voice advances only when its listener hears it and can take the frame."""
        leg, voice = self._live.get(listener), self._voices.get(role)
        if leg is None or leg.plan.frames < left or voice is None:
            return None
        if role not in self._rules[listener]:
            self._sent_voice[role].append(0)
            return None
        before = voice.pulled_samples
        frame = voice.pop()
        self._sent_voice[role].append(voice.pulled_samples - before)
        return frame

    def _pull_music(self, frames: dict[Role, bytes | None], left: int) -> bytes | None:
        """Music rests while the bot speaks, and stands still while nobody hears it."""
        leg = self._live.get(Role.CALLER)
        if self._music is None or leg is None or leg.plan.frames < left or frames[Role.BOT] is not None:
            return None
        return self._music.pop() if Role.MUSIC in self._rules[Role.CALLER] else None

    def _deliver(self, *frames: bytes | None) -> None:
        if self._recorder is not None:
            self._recorder.append(*frames)
        for track, frame in zip(TRACKS, frames, strict=True):
            for tap in tuple(self._taps[track]):
                tap(frame if frame is not None else self._silence, self.ticks)

    def _unheard(self, role: Role) -> int:
        """Samples of a voice that are still in its listener's ring."""
        leg = self._live.get(Role.CALLER if role is Role.BOT else Role.AGENT)
        return self._tail(role, leg.queued_ms) if leg is not None else 0

    def _cut(self, role: Role) -> int:
        """Empty the listener's ring of a voice, unless a person's sound is in it; returns the samples cut."""
        listener = Role.CALLER if role is Role.BOT else Role.AGENT
        leg = self._live.get(listener)
        if leg is None or self._rules[listener] & PEOPLE:
            return 0
        cut = self._tail(role, leg.flush())
        self._sent_voice[role].clear()
        return cut

    def _tail(self, role: Role, queued_ms: float) -> int:
        samples, left = 0.0, queued_ms
        for sent in reversed(self._sent_voice[role]):
            if left <= 0:
                break
            samples += sent * min(1.0, left / FRAME_MS)
            left -= FRAME_MS
        return round(samples)
