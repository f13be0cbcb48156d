"""One-time codes: six digits by SMS to the order's own phone, said or keyed back by who holds that phone.

A caller's number can be forged; that somebody reads a text on the order's phone cannot. A code is for one purpose and
one parcel, lives five minutes, may be guessed at three times, and works once. Only its HMAC is kept. NIST SP 800-63B,
section 5.1.3: out-of-band verifiers.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Column, Index, Integer, String, Table, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from logistics_client.clock import Clock, system_clock
from logistics_client.database import metadata, to_text
from logistics_client.errors import RateLimitedError, UnavailableError
from logistics_client.links.sms import SmsGateway
from logistics_client.links.wording import code_message
from logistics_client.vocabulary import CodeCheck, OrderKind

LIFE = timedelta(minutes=5)
GUESSES = 3
MOST_TEXTS = 3  # per parcel within a quarter of an hour: more would be a nuisance to the order's phone
QUARTER = timedelta(minutes=15)

one_time_codes = Table(
    "one_time_codes",
    metadata,
    Column("code_id", String(24), primary_key=True),
    Column("subject", String(64), nullable=False),  # purpose and waybill
    Column("mac", String(64), nullable=False),
    Column("sent_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False),
    Column("guesses", Integer, nullable=False),
    Column("done_at", String(40)),
    Index("one_time_codes_subject", "subject", "sent_at"),
)


class OneTimeCodes:
    """Sends codes and checks what was said.

    Args:
        engine: our database.
        sms: the gateway.
        brand: signs the texts.
        key: secret of the codes.
        clock: our clock.
    """

    def __init__(
        self, engine: AsyncEngine, sms: SmsGateway, *, brand: str, key: str, clock: Clock = system_clock
    ) -> None:
        self._engine = engine
        self._sms = sms
        self._brand = brand
        self._key = hashlib.sha256(b"hotline-code\0" + key.encode()).digest()
        self._clock = clock

    async def send(self, purpose: OrderKind, waybill: str, *, phone: str) -> None:
        """Text a new code; earlier ones for the same purpose no longer work. Returning is the gateway's receipt.

        Args:
            purpose: what it allows: the kind of order that is opened on its strength.
            waybill: for which parcel.
            phone: the order's own number, never one that was only said.

        Raises:
            RateLimitedError: enough texts were sent about this parcel.
            LogisticsError: no receipt, so nobody may say that a code was sent.
        """
        now, subject = self._clock(), f"{purpose}:{waybill}"
        code_id, code = secrets.token_hex(12), f"{secrets.randbelow(10**6):06d}"
        table = one_time_codes.c
        try:
            async with self._engine.begin() as connection:
                await connection.execute(delete(one_time_codes).where(table.expires_at < to_text(now - QUARTER)))
                recent = select(func.count()).where(table.subject == subject, table.sent_at > to_text(now - QUARTER))
                if (await connection.execute(recent)).scalar_one() >= MOST_TEXTS:
                    raise RateLimitedError("enough codes were sent about this parcel; offer a person", carrier="sms")
                await connection.execute(
                    update(one_time_codes)
                    .where(table.subject == subject, table.done_at.is_(None))
                    .values(done_at=to_text(now))
                )
                await connection.execute(insert(one_time_codes).values(self._row(code_id, subject, code, now)))
        except (SQLAlchemyError, OSError) as error:
            raise UnavailableError("the code could not be kept; check the database", carrier="sms") from error
        await self._sms.send(phone, code_message(self._brand, waybill, code), message_id=f"code-{code_id}")

    async def check(self, purpose: OrderKind, waybill: str, said: str) -> CodeCheck:
        """Tell whether these are the six digits that were texted last.

        They are right once only, and never after three wrong guesses.

        Raises:
            UnavailableError: the database cannot be read.
        """
        now, table = self._clock(), one_time_codes.c
        alive = (
            (table.subject == f"{purpose}:{waybill}")
            & table.done_at.is_(None)
            & (table.expires_at > to_text(now))
            & (table.guesses < GUESSES)
        )
        try:
            async with self._engine.begin() as connection:
                # Counted before it is compared: guesses at the same time each take one of the three.
                taken = await connection.execute(
                    update(one_time_codes)
                    .where(alive)
                    .values(guesses=table.guesses + 1)
                    .returning(table.code_id, table.mac)
                )
                row = taken.first()
                if row is None:
                    return CodeCheck.SPENT
                if not hmac.compare_digest(row.mac, self._mac(row.code_id, said)):
                    return CodeCheck.WRONG
                used = await connection.execute(
                    update(one_time_codes)
                    .where(table.code_id == row.code_id, table.done_at.is_(None))
                    .values(done_at=to_text(now))
                )
                return CodeCheck.RIGHT if used.rowcount == 1 else CodeCheck.SPENT
        except (SQLAlchemyError, OSError) as error:
            raise UnavailableError("the code could not be checked; check the database", carrier="sms") from error

    def _row(self, code_id: str, subject: str, code: str, now: datetime) -> dict[str, str | int]:
        return {
            "code_id": code_id,
            "subject": subject,
            "mac": self._mac(code_id, code),
            "sent_at": to_text(now),
            "expires_at": to_text(now + LIFE),
            "guesses": 0,
        }

    def _mac(self, code_id: str, code: str) -> str:
        return hmac.new(self._key, f"{code_id}:{code}".encode(), hashlib.sha256).hexdigest()
