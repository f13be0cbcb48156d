"""The telephone legs of this process as Prometheus metrics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from telephony.sip import BaresipEndpoint


class TelephoneFigures(Collector):
    """Read from the endpoint when they are asked for."""

    def __init__(self, endpoint: BaresipEndpoint) -> None:
        self._endpoint = endpoint

    def collect(self) -> Iterable[Metric]:
        """Live legs, legs without sound by what was found, and ports that a former peer still sent to."""
        yield GaugeMetricFamily("hotline_sip_legs", "Live call legs, ringing ones included", self._endpoint.calls)
        silences = CounterMetricFamily(
            "hotline_sip_silences",
            "Legs without sound: silent for a second, mute (packets without sound), gone (given up)",
            labels=["found"],
        )
        for found in ("silent", "mute", "gone"):
            silences.add_metric([found], self._endpoint.faults[found])
        yield silences
        yield CounterMetricFamily(
            "hotline_rtp_strays",
            "Ports that were sent to after their call had ended; on the next call's port it would have been mute",
            self._endpoint.strays,
        )


@contextmanager
def telephone_figures(endpoint: BaresipEndpoint) -> Iterator[None]:
    """Show the figures on ``/metrics`` meanwhile."""
    figures = TelephoneFigures(endpoint)
    REGISTRY.register(figures)
    try:
        yield
    finally:
        REGISTRY.unregister(figures)
