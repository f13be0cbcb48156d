"""Browsers as legs of a call, over aiortc: :class:`WebCall` is a :class:`telephony.ports.SipCall` like a telephone's.

aiortc is used directly and not through pipecat's SmallWebRTC transport: that one ends in a pipecat pipeline, and a leg
has to end in the hub, where it can be bridged, recorded and outlive its connection. What the two would share is the
peer connection itself, which is aiortc's.
"""

from telephony.webrtc.call import CALLER_CODECS, SOFTPHONE_CODECS, WebCall
from telephony.webrtc.endpoint import LineBusy, WebEndpoint
from telephony.webrtc.ice import IceServer, for_browser, parse_ice_servers
from telephony.webrtc.offer import OfferRefused, check_offer

__all__ = [
    "CALLER_CODECS",
    "SOFTPHONE_CODECS",
    "IceServer",
    "LineBusy",
    "OfferRefused",
    "WebCall",
    "WebEndpoint",
    "check_offer",
    "for_browser",
    "parse_ice_servers",
]
