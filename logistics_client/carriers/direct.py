"""What the clients of single carriers share: account, transport, clock, and how rows of one waybill become a parcel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from logistics_client.carriers.common import parcel_of, same_waybill, usable
from logistics_client.clock import Clock, system_clock
from logistics_client.transport import CarrierHttp, text
from logistics_client.vocabulary import Parcel, TraceEvent

A = TypeVar("A")
Row = Mapping[str, Any]


class DirectClient(Generic[A]):
    """A client of one carrier's own interface; a subclass signs, asks and reads.

    Args:
        account: what the carrier gave us.
        http: transport of this carrier.
        clock: when a parcel was fetched.
    """

    name: str

    def __init__(self, account: A, http: CarrierHttp, *, clock: Clock = system_clock) -> None:
        self._account = account
        self._http = http
        self._clock = clock

    async def close(self) -> None:
        """Release connections."""
        await self._http.close()

    def _parcel(
        self,
        number: str,
        rows: Sequence[Row],
        event: Callable[[Row], TraceEvent | None],
        *,
        named: Sequence[str] = (),
    ) -> Parcel:
        """Put the parcel together.

        Args:
            number: the waybill that was asked for.
            rows: the carrier's rows, in any order.
            event: reads one row.
            named: fields in which a row names its waybill.

        Raises:
            NoDataYetError: no rows.
            BadReplyError: rows that cannot be read, or another waybill's.
        """
        for row in rows if named else ():
            same_waybill(text(row, *named), number, self.name)
        return parcel_of(number, self.name, usable(map(event, rows), len(rows), self.name), fetched_at=self._clock())
