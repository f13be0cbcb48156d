"""What people ask of live calls: a row that is committed, run once by the process that owns the call, and answered.

A page on any machine may act on a call of any process; every act has a name and a time, and an acknowledged command is
never lost. Redis only wakes the two sides up: without it they look into the table every half second.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from redis.exceptions import RedisError
from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.exc import SQLAlchemyError

from ledger.events import Event
from ledger.schema import commands, live_calls
from ledger.store import Ledger, LedgerUnavailable

logger = logging.getLogger(__name__)

VERBS = frozenset(
    [
        *("accept", "answer", "decline", "hold", "resume", "mute", "unmute", "hangup", "to_bot", "keys"),
        *("consult", "confer", "hand_on", "drop_consult", "transfer", "supervise", "leave"),
    ]
)
"""What may be asked of a live call; ``answer`` is the REST word for ``accept``, ``leave`` ends a supervisor's part."""

CHANNEL = "hotline:commands"
LOOK_S = 0.5
QUIET_S = 1.0
TAKEN_WITHIN_S = 2.0
FINISHED_WITHIN_S = 10.0

GONE = "这通电话已经结束，操作没有执行。"
SILENT = "负责这通电话的服务没有回应，操作没有执行，请稍后再试。"
DIED = "负责这通电话的服务已中断，操作没有执行。"
STILL_RUNNING = "操作仍在进行，请看通话状态。"
FAULT = "操作没有成功，通话不受影响，请再试一次。"
UNKNOWN_VERB = "没有这个操作。"


class CommandRefused(Exception):  # noqa: N818 - an outcome, in the words of the field
    """A command that cannot be issued; the text is one Chinese sentence for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that a person asked of a live call; ``by`` is the account's id."""

    id: str
    call_id: str
    verb: str
    by: str
    arguments: Mapping[str, object]
    issued_at: datetime


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How it went; ``text`` is one Chinese sentence when it was refused."""

    ok: bool
    text: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


class CommandBook:
    """Issues, takes and finishes commands; ``owner`` names this process, anew at every start.

    A row goes ``issued`` -> ``taken`` -> ``done``, or from the first two to ``refused``; each step is one conditional
    update, so two processes can never both run a command and none runs one that its issuer has given up.
    """

    def __init__(self, ledger: Ledger, redis: Any, *, owner: str, now: Callable[[], datetime]) -> None:
        self.owner = owner
        self._ledger = ledger
        self._redis = redis
        self._now = now
        self._work = asyncio.Event()
        self._answers: dict[str, asyncio.Event] = {}
        self._listener: asyncio.Task[None] | None = None
        self._server: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._closing = False

    async def start(self) -> None:
        """Listen for wake-ups."""
        self._listener = asyncio.create_task(self._listen(), name="command-wake-ups")

    async def close(self) -> None:
        """Stop listening, and refuse what was asked of this process and not begun."""
        self._closing = True
        self._work.set()
        if self._server is not None:
            # Asked, not cancelled: the database driver may swallow a cancellation that arrives inside its clean-up.
            await self._server
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
            self._listener = None
        await self.bury(self.owner)

    # --- who runs a call ---------------------------------------------------------------------------------------------

    async def own(self, call_id: str) -> None:
        """Say that this process runs the call; commands reach it from now on."""
        row = {"call_id": call_id, "owner": self.owner, "since": _text(self._now())}
        await self._execute(delete(live_calls).where(live_calls.c.call_id == call_id), insert(live_calls).values(**row))

    async def disown(self, call_id: str) -> None:
        """Say that the call is over; what was asked of it and not begun is refused."""
        await self._execute(delete(live_calls).where(live_calls.c.call_id == call_id))
        await self._refuse(commands.c.call_id == call_id, GONE)

    async def owner_of(self, call_id: str) -> str | None:
        """The process that runs a call; None when it is over or unknown."""
        rows = await self._rows(select(live_calls.c.owner).where(live_calls.c.call_id == call_id))
        return str(rows[0][0]) if rows else None

    async def live(self) -> dict[str, str]:
        """Every live call with the process that runs it."""
        return {
            str(call_id): str(owner)
            for call_id, owner in await self._rows(select(live_calls.c.call_id, live_calls.c.owner))
        }

    async def bury(self, owner: str) -> list[str]:
        """Forget a dead process: its open commands are refused; returns the calls that died with it."""
        lost = [
            str(row[0]) for row in await self._rows(select(live_calls.c.call_id).where(live_calls.c.owner == owner))
        ]
        await self._execute(delete(live_calls).where(live_calls.c.owner == owner))
        await self._refuse(commands.c.owner == owner, DIED)
        return lost

    # --- the person's side -------------------------------------------------------------------------------------------

    async def issue(
        self, call_id: str, verb: str, *, by: str, arguments: Mapping[str, object] | None = None
    ) -> Command:
        """Commit a command to the process that owns the call.

        Raises:
            CommandRefused: unknown verb, or no such live call.
            LedgerUnavailable: the database is away; nothing was asked.
        """
        if verb not in VERBS:
            raise CommandRefused(UNKNOWN_VERB)
        command = Command(f"k-{secrets.token_hex(8)}", call_id, verb, by, dict(arguments or {}), self._now())
        values = {
            "id": literal(command.id),
            "call_id": literal(call_id),
            "owner": live_calls.c.owner,
            "issued_by": literal(by),
            "verb": literal(verb),
            "arguments": literal(command.arguments, commands.c.arguments.type),
            "issued_at": literal(_text(command.issued_at)),
            "state": literal("issued"),
        }
        # One statement: the call cannot end between looking up its owner and the insert.
        source = select(*values.values()).where(live_calls.c.call_id == call_id)
        if not await self._execute(insert(commands).from_select(list(values), source)):
            raise CommandRefused(GONE)
        await self._wake(command.id)
        return command

    async def result(
        self, command_id: str, *, taken_within_s: float = TAKEN_WITHIN_S, within_s: float = FINISHED_WITHIN_S
    ) -> CommandResult:
        """Wait for the answer; a command that nobody took in time is withdrawn, so that it cannot run later."""
        answered = self._answers.setdefault(command_id, asyncio.Event())
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            while True:
                state, result = await self._answer(command_id)
                if result is not None:
                    return result
                waited = loop.time() - began
                if state == "issued" and waited >= taken_within_s:
                    await self._refuse(commands.c.id == command_id, SILENT, only_issued=True)
                elif waited >= within_s:
                    return CommandResult(False, STILL_RUNNING)
                else:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(answered.wait(), LOOK_S)
                    answered.clear()
        finally:
            self._answers.pop(command_id, None)

    async def perform(
        self, call_id: str, verb: str, *, by: str, arguments: Mapping[str, object] | None = None
    ) -> CommandResult:
        """Issue and wait; a refusal comes back as a result, never as an exception."""
        try:
            command = await self.issue(call_id, verb, by=by, arguments=arguments)
        except CommandRefused as refusal:
            return CommandResult(False, str(refusal))
        return await self.result(command.id)

    # --- the call's side ---------------------------------------------------------------------------------------------

    def serve(self, run: Callable[[Command], Awaitable[CommandResult]]) -> None:
        """Run every command for this process's calls, each in a task of its own, until :meth:`close`.

        ``run`` turns what cannot be done into a refused result; an exception is a fault and is answered as one.
        """
        self._server = asyncio.create_task(self._serve(run), name="commands")

    async def take(self) -> list[Command]:
        """Take every command issued to this process, oldest first; each is handed out exactly once."""
        issued = select(commands).where(commands.c.owner == self.owner, commands.c.state == "issued")
        taken = []
        for row in await self._rows(issued.order_by(commands.c.issued_at)):
            mine = update(commands).where(commands.c.id == row.id, commands.c.state == "issued").values(state="taken")
            if await self._execute(mine):
                at = datetime.fromisoformat(row.issued_at)
                taken.append(Command(row.id, row.call_id, row.verb, row.issued_by, row.arguments, at))
        return taken

    async def finish(self, command: Command, result: CommandResult) -> None:
        """Write the answer, keep the act in the call's ledger, and wake the person's side up."""
        data = {"ok": result.ok, "text": result.text, "data": dict(result.data)}
        values = {"state": "done", "finished_at": _text(self._now()), "result": data}
        await self._execute(
            update(commands).where(commands.c.id == command.id, commands.c.state == "taken").values(**values)
        )
        act = {"id": command.id, "verb": command.verb, "by": command.by, "ok": result.ok, "text": result.text}
        self._ledger.post(Event("command", command.call_id, self._now(), act))
        await self._wake(command.id)

    async def _serve(self, run: Callable[[Command], Awaitable[CommandResult]]) -> None:
        while not self._closing:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._work.wait(), LOOK_S)
            self._work.clear()
            try:
                taken = await self.take()
            except LedgerUnavailable as error:
                logger.error("commands wait: %s", error)
                continue
            for command in taken:
                task = asyncio.create_task(self._run(command, run))
                self._running.add(task)
                task.add_done_callback(self._running.discard)

    async def _run(self, command: Command, run: Callable[[Command], Awaitable[CommandResult]]) -> None:
        try:
            result = await run(command)
        except Exception:
            logger.exception("a command failed: %s", command.verb)
            result = CommandResult(False, FAULT)
        try:
            await self.finish(command, result)
        except LedgerUnavailable as error:
            logger.error("the answer to a command is lost: %s", error)

    # --- table and wake-ups ------------------------------------------------------------------------------------------

    async def _answer(self, command_id: str) -> tuple[str, CommandResult | None]:
        rows = await self._rows(select(commands.c.state, commands.c.result).where(commands.c.id == command_id))
        if not rows:
            return "refused", CommandResult(False, GONE)
        state, result = rows[0]
        if result is None:
            return str(state), None
        return str(state), CommandResult(bool(result["ok"]), str(result["text"]), result.get("data") or {})

    async def _refuse(self, which: Any, text: str, *, only_issued: bool = False) -> None:
        open_states = ("issued",) if only_issued else ("issued", "taken")
        result = {"ok": False, "text": text, "data": {}}
        values = {"state": "refused", "finished_at": _text(self._now()), "result": result}
        if await self._execute(update(commands).where(which, commands.c.state.in_(open_states)).values(**values)):
            await self._wake("")

    async def _execute(self, *statements: Any) -> int:
        """Run statements in one transaction; returns the rows that the last one touched."""
        try:
            async with self._ledger.engine.begin() as connection:
                touched = 0
                for statement in statements:
                    touched = (await connection.execute(statement)).rowcount
                return int(touched)
        except (SQLAlchemyError, OSError) as error:
            raise LedgerUnavailable("the table of commands cannot be written; check the database") from error

    async def _rows(self, query: Any) -> Sequence[Any]:
        try:
            async with self._ledger.engine.connect() as connection:
                return (await connection.execute(query)).all()
        except (SQLAlchemyError, OSError) as error:
            raise LedgerUnavailable("the table of commands cannot be read; check the database") from error

    async def _wake(self, command_id: str) -> None:
        self._woken(command_id)
        with contextlib.suppress(RedisError, OSError):  # the other side looks by itself twice a second
            await self._redis.publish(CHANNEL, command_id)

    def _woken(self, command_id: str) -> None:
        self._work.set()
        for waiting in [self._answers[command_id]] if command_id in self._answers else self._answers.values():
            waiting.set()

    async def _listen(self) -> None:
        while not self._closing:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(CHANNEL)
                    while not self._closing:
                        # Asked with a time limit: a quiet channel must not look like a connection that broke.
                        message = await channel.get_message(timeout=QUIET_S)
                        if message is not None and message["type"] == "message":
                            data = message["data"]
                            self._woken(data.decode() if isinstance(data, bytes) else str(data))
            except (RedisError, OSError) as error:
                logger.info("wake-ups for commands pause: %s", type(error).__name__)
            await asyncio.sleep(LOOK_S)


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
