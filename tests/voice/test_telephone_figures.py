"""What /metrics says of telephone legs."""

from __future__ import annotations

from prometheus_client import generate_latest

from telephony.sip import BaresipEndpoint, SipConfig
from voice.telephone_figures import telephone_figures


def test_legs_silences_and_strays_are_told_as_long_as_the_endpoint_runs() -> None:
    endpoint = BaresipEndpoint(SipConfig())
    endpoint.faults["mute"] += 2
    with telephone_figures(endpoint):
        text = generate_latest().decode()
        assert 'hotline_sip_silences_total{found="mute"} 2.0' in text
        assert 'hotline_sip_silences_total{found="gone"} 0.0' in text
        assert "hotline_sip_legs 0.0" in text and "hotline_rtp_strays_total 0.0" in text
    assert "hotline_sip_legs" not in generate_latest().decode()
