"""What a browser offers: checked before aiortc sees it, cleaned of what would only cost time; and our answer tuned."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from aiortc.sdp import SessionDescription

from telephony.ports import TelephonyError

MAX_SDP_BYTES = 32 * 1024
MAX_CANDIDATES = 60
CODECS = {"opus": "OPUS", "pcma": "PCMA", "pcmu": "PCMU"}
"""The codecs taken, by their name in SDP."""

_OPUS_ANSWER = "useinbandfec=1;maxplaybackrate=16000;stereo=0;sprop-stereo=0"


class OfferRefused(TelephonyError):  # noqa: N818 - an outcome, in the words of the field
    """The offer cannot be answered; the text says why."""


@dataclass(frozen=True)
class Offer:
    """An offer as we pass it on, without candidates that cannot be used, and the names of its codecs that we take."""

    sdp: str
    codecs: frozenset[str]

    def choose(self, prefer: Sequence[str]) -> str:
        """The first codec of ``prefer`` that was offered, else any of the offered ones.

        We answer with this one alone: of several in an answer a browser may send any.
        """
        return next((name for name in prefer if name in self.codecs), min(self.codecs))


def check_offer(sdp: str) -> Offer:
    """Read an offer.

    Raises:
        OfferRefused: too large, no SDP, or not one sound section with a codec, a fingerprint and ICE credentials.
    """
    if len(sdp.encode("utf-8", "replace")) > MAX_SDP_BYTES:
        raise OfferRefused(f"the offer is larger than {MAX_SDP_BYTES // 1024} KiB; send plain audio only.")
    clean = _without_useless_candidates(sdp)
    try:
        session = SessionDescription.parse(clean)
    except Exception as error:  # the parser asserts, indexes and converts: on hostile text it raises anything
        raise OfferRefused("the offer is no session description (RFC 8866); send RTCPeerConnection's own.") from error
    audio = [media for media in session.media if media.kind == "audio"]
    rest = [media for media in session.media if media.kind != "audio"]
    if len(audio) != 1 or len(rest) > 1 or any(media.kind != "application" for media in rest):
        raise OfferRefused("the offer must have one audio section and at most one data channel, no video.")
    for media in session.media:
        if media.ice is None or not media.ice.usernameFragment or not media.ice.password:
            raise OfferRefused("the offer lacks its ICE user and password (a=ice-ufrag, a=ice-pwd).")
        if media.dtls is None or not media.dtls.fingerprints:
            raise OfferRefused("the offer lacks its DTLS fingerprint (a=fingerprint and a=setup); send plain WebRTC.")
    if not audio[0].rtcp_mux or not audio[0].rtp.muxId:
        raise OfferRefused("the offer lacks a=rtcp-mux or a=mid in its audio section.")
    codecs = frozenset(CODECS[name] for codec in audio[0].rtp.codecs if (name := codec.name.lower()) in CODECS)
    if not codecs:
        raise OfferRefused("the offer has none of the codecs opus, PCMA and PCMU.")
    return Offer(clean, codecs)


def tune_answer(sdp: str) -> str:
    """Ask for mono Opus at wide band with its own error correction: the hotline hears up to 8 kHz."""
    match = re.search(r"a=rtpmap:(\d+) opus/48000/2\r\n", sdp)
    if match is None:
        return sdp
    return sdp.replace(match[0], f"{match[0]}a=fmtp:{match[1]} {_OPUS_ANSWER}\r\n", 1)


def _without_useless_candidates(sdp: str) -> str:
    """Drop TCP candidates, and names: a name under .local takes a second to resolve and is found out by its checks."""
    lines, candidates = [], 0
    for line in sdp.splitlines():
        if line.startswith("a=candidate:"):
            if not _usable(line):
                continue
            candidates += 1
            if candidates > MAX_CANDIDATES:
                raise OfferRefused(f"the offer has more than {MAX_CANDIDATES} candidates.")
        if line != "a=end-of-candidates":  # checks of addresses that we were not told may still come
            lines.append(line)
    return "\r\n".join(lines) + "\r\n"


def _usable(line: str) -> bool:
    fields = line.split()
    if len(fields) < 8 or fields[2].lower() != "udp":
        return False
    try:
        address = ipaddress.ip_address(fields[4])
    except ValueError:
        return False
    return not (address.is_multicast or address.is_unspecified)
