"""Offers from strangers: what is refused, with which sentence, and what is taken out."""

import pytest

from telephony.webrtc.offer import MAX_CANDIDATES, MAX_SDP_BYTES, OfferRefused, check_offer, tune_answer
from tests.telephony.webrtc.offers import OFFER, without

VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:2\r\na=rtpmap:96 VP8/90000\r\n"
CANDIDATE = "a=candidate:1 1 udp 2113937151 192.0.2.10 {} typ host\r\n"


def test_a_browsers_offer_passes_without_the_candidates_that_would_only_cost_time() -> None:
    clean = check_offer(OFFER).sdp
    candidates = [line for line in clean.split("\r\n") if line.startswith("a=candidate")]
    assert candidates == ["a=candidate:1 1 udp 2113937151 192.0.2.10 41000 typ host generation 0 network-cost 999"]
    assert clean.replace(candidates[0], "") == without("a=candidate").replace("a=ice-ufrag", "\r\na=ice-ufrag", 1)


@pytest.mark.parametrize(
    ("offer", "says"),
    [
        ("", "one audio section"),
        ("hello", "one audio section"),
        ("v=0\r\nm=audio\r\n", "session description"),
        ("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 999999\r\n", "session description"),
        (OFFER.replace("a=fmtp:111", "a=fmtp:77"), "session description"),
        (OFFER.replace("a=setup:actpass", "a=setup:sideways"), "session description"),
        (OFFER + VIDEO, "no video"),
        (OFFER + OFFER[OFFER.index("m=audio") :], "one audio section"),
        (without("m=audio"), "session description|one audio"),
        (without("a=ice-pwd"), "ICE user"),
        (without("a=fingerprint"), "fingerprint"),
        (without("a=setup"), "fingerprint"),
        (without("a=rtcp-mux"), "rtcp-mux"),
        (without("a=mid"), "a=mid"),
        (OFFER.replace("opus", "speex").replace("PCMU", "GSM").replace("PCMA", "iLBC"), "none of the codecs"),
        (OFFER + "a=x:" + "y" * MAX_SDP_BYTES, "larger than 32 KiB"),
        (OFFER + "".join(CANDIDATE.format(port) for port in range(2000, 2000 + MAX_CANDIDATES)), "candidates"),
        ("\0" * 100, "session description|one audio"),
        ("m=audio " * 2000, "session description|one audio"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_one_sentence(offer: str, says: str) -> None:
    with pytest.raises(OfferRefused, match=says) as refusal:
        check_offer(offer)
    text = str(refusal.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert len(text) < 160


@pytest.mark.parametrize("address", ["239.1.1.1", "0.0.0.0", "ff02::1", "example.com", "x" * 300])
def test_candidates_that_are_no_host_are_left_out(address: str) -> None:
    clean = check_offer(OFFER + f"a=candidate:9 1 udp 1 {address} 5000 typ host\r\n").sdp
    assert address not in clean.replace("IN IP4 0.0.0.0", "")


def test_the_answer_asks_for_wide_band_mono_and_leaves_other_codecs_alone() -> None:
    answer = "m=audio 9 X 111\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:8 PCMA/8000\r\n"
    tuned = tune_answer(answer)
    assert "a=fmtp:111 useinbandfec=1;maxplaybackrate=16000" in tuned
    assert tuned.count("a=fmtp") == 1
    assert tune_answer("a=rtpmap:8 PCMA/8000\r\n") == "a=rtpmap:8 PCMA/8000\r\n"


@pytest.mark.parametrize(
    ("prefer", "chosen"), [(("OPUS", "PCMA"), "OPUS"), (("PCMA", "OPUS"), "PCMA"), (("G722",), "OPUS"), ((), "OPUS")]
)
def test_one_codec_is_chosen_in_our_order(prefer: tuple[str, ...], chosen: str) -> None:
    offer = check_offer(OFFER)
    assert offer.codecs == {"OPUS", "PCMA", "PCMU"}
    assert offer.choose(prefer) == chosen
