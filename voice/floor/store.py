"""The floor in Redis: a picture of everything at once, and changes that happen as a whole or not at all.

Two designs were compared: one Lua script per move (offer, accept, sign out ...), which puts the policy where it cannot
be tested in milliseconds, and one general script that compares what a decision was based on and then writes. The second
is built: decisions are pure Python over a picture, and a decision that somebody else overtook is simply made again.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from typing import Any, TypeVar

from voice.floor.agents import Agent, State
from voice.floor.routing import Handling
from voice.floor.waiting import Waiting

# The braces keep every key on one node of a Redis cluster.
AGENTS, WAITING, CALLS, BEATS = "{floor}:agents", "{floor}:waiting", "{floor}:calls", "{floor}:beats"
TALKS = "{floor}:talks"
NEWS = "{floor}:news"
QUIET_S = 1.0
QUIET: Mapping[str, Any] = {"kind": "quiet"}

# ARGV: the news, then table, key, expected, wanted ("" means absent) for every change.
_SWAP = """
for i = 2, #ARGV, 4 do
  local now = redis.call('HGET', ARGV[i], ARGV[i + 1]) or ''
  if now ~= ARGV[i + 2] then return 0 end
end
for i = 2, #ARGV, 4 do
  if ARGV[i + 3] == '' then redis.call('HDEL', ARGV[i], ARGV[i + 1])
  else redis.call('HSET', ARGV[i], ARGV[i + 1], ARGV[i + 3]) end
end
redis.call('PUBLISH', KEYS[1], ARGV[1])
return 1
"""

Record = TypeVar("Record", Agent, Waiting)
_AGENT_FIELDS = frozenset(item.name for item in fields(Agent))
_WAITING_FIELDS = frozenset(item.name for item in fields(Waiting))


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call with people in it or on the way: its process, and what screens are told."""

    call_id: str
    owner: str
    agents: tuple[str, ...]
    call: Mapping[str, object]
    offer: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class View:
    """The whole floor at one moment; ``beats`` are the processes' counters."""

    agents: Mapping[str, Agent] = field(default_factory=dict)
    waiting: Mapping[str, Waiting] = field(default_factory=dict)
    calls: Mapping[str, LiveCall] = field(default_factory=dict)
    beats: Mapping[str, str] = field(default_factory=dict)
    handling: Handling = field(default_factory=Handling)


@dataclass(frozen=True, slots=True)
class Change:
    """One record as it must be found and as it is to become; None is absent."""

    before: Agent | Waiting | None
    after: Agent | Waiting | None

    def arguments(self) -> list[str]:
        """Table, key, expected and wanted text for the script."""
        record = self.after or self.before
        assert record is not None, "a change names a record"
        table, key = (AGENTS, record.agent_id) if isinstance(record, Agent) else (WAITING, record.call_id)
        return [table, key, _encode(self.before), _encode(self.after)]


class FloorStore:
    """The tables of the floor; every method may raise ``RedisError`` or ``OSError`` while Redis is away."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self._swap = redis.register_script(_SWAP)

    async def view(self) -> View:
        """Read everything at once."""
        async with self._redis.pipeline(transaction=True) as pipe:
            for table in (AGENTS, WAITING, CALLS, BEATS, TALKS):
                pipe.hgetall(table)
            agents, waiting, calls, beats, talks = await pipe.execute()
        handling = _texts(talks)
        return View(
            {key: _agent(text) for key, text in _texts(agents).items()},
            {key: _waiting(text) for key, text in _texts(waiting).items()},
            {key: _live_call(text) for key, text in _texts(calls).items()},
            _texts(beats),
            Handling(int(handling.get("count", 0)), float(handling.get("seconds", 0))),
        )

    async def swap(self, *changes: Change) -> bool:
        """Make all changes if every record is still as expected; False when one is not."""
        arguments = [text for change in changes for text in change.arguments()]
        return bool(await self._swap(keys=[NEWS], args=['{"kind": "changed"}', *arguments]))

    async def put_call(self, call: LiveCall) -> None:
        """Write what screens are told about a call; only its owner does."""
        await self._redis.hset(CALLS, call.call_id, json.dumps(asdict(call), ensure_ascii=False))

    async def drop_call(self, call_id: str) -> None:
        """Forget a call."""
        await self._redis.hdel(CALLS, call_id)

    async def beat(self, process: str, count: int) -> None:
        """Say that a process is alive."""
        await self._redis.hset(BEATS, process, count)

    async def forget(self, process: str) -> None:
        """Remove a process that stopped or died."""
        await self._redis.hdel(BEATS, process)

    async def talked(self, seconds: float) -> None:
        """Add one finished talk, wrap-up included, to the mean."""
        async with self._redis.pipeline(transaction=True) as pipe:
            pipe.hincrby(TALKS, "count", 1)
            pipe.hincrbyfloat(TALKS, "seconds", round(seconds, 1))
            await pipe.execute()

    async def tell(self, news: Mapping[str, object]) -> None:
        """Tell every process; what nobody listens to is lost, the tables are the truth."""
        await self._redis.publish(NEWS, json.dumps(news, ensure_ascii=False))

    async def news(self) -> AsyncIterator[Mapping[str, Any]]:
        """Yield what is told from now on; an empty mapping when listening begins, and ``quiet`` now and then."""
        async with self._redis.pubsub() as channel:
            await channel.subscribe(NEWS)
            while True:
                # Asked with a time limit: a quiet channel must not look like a connection that broke.
                message = await channel.get_message(timeout=QUIET_S)
                if message is None:
                    yield QUIET
                else:
                    yield json.loads(message["data"]) if message["type"] == "message" else {}


def _encode(record: Agent | Waiting | None) -> str:
    return "" if record is None else json.dumps(asdict(record), ensure_ascii=False, sort_keys=True)


@lru_cache(maxsize=1024)  # a look is made many times a second, and most records are as they were
def _agent(text: str) -> Agent:
    return _decode(Agent, _AGENT_FIELDS, text)


@lru_cache(maxsize=1024)
def _waiting(text: str) -> Waiting:
    return _decode(Waiting, _WAITING_FIELDS, text)


def _decode(kind: Callable[..., Record], names: frozenset[str], text: str) -> Record:
    """Read a record; fields of a newer version are dropped, so that versions may run side by side."""
    values: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in json.loads(text).items() if key in names
    }
    for name in ("state", "chosen"):
        if name in values:
            values[name] = State(values[name])
    return kind(**values)


def _live_call(text: str) -> LiveCall:
    data = json.loads(text)
    return LiveCall(data["call_id"], data["owner"], tuple(data["agents"]), data["call"], data["offer"])


def _texts(table: Mapping[Any, Any]) -> dict[str, str]:
    def text(value: Any) -> str:
        return value.decode() if isinstance(value, bytes) else str(value)

    return {text(key): text(value) for key, value in table.items()}
