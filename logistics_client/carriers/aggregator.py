"""What the clients of aggregators share: one account for all carriers, and a guess whose number it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, TypeVar

from logistics_client.carriers.brands import BrandOf, brand_by_format
from logistics_client.carriers.direct import DirectClient
from logistics_client.clock import Clock, system_clock
from logistics_client.transport import CarrierHttp

A = TypeVar("A")


class AggregatorClient(DirectClient[A]):
    """A client of an aggregator's interface; a subclass signs, asks and reads.

    Args:
        account: what the aggregator gave us.
        http: transport of this aggregator.
        clock: when a parcel was fetched.
        brand_of: guesses the company from the number; what it cannot tell is asked (and billed).
    """

    codes: ClassVar[Mapping[str, str]]  # how it names the companies

    def __init__(
        self, account: A, http: CarrierHttp, *, clock: Clock = system_clock, brand_of: BrandOf = brand_by_format
    ) -> None:
        super().__init__(account, http, clock=clock)
        self._brand_of = brand_of

    def _brand(self, number: str) -> str | None:
        """The company whose number this must be, where the aggregator knows it."""
        brand = self._brand_of(number)
        return brand if brand in self.codes else None
