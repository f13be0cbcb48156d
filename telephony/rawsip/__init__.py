"""A raw SIP/RTP client over UDP, written from the RFCs and independent of the stack it talks to.

It is the caller of `hotline call` and of the tests: what it measures, it measures on packets at its own socket.
"""

from telephony.rawsip.answerer import RawAnswerer
from telephony.rawsip.caller import CallRefused, RawCaller
from telephony.rawsip.rtp import ReceivedPacket, RtpPump, RtpStream, Timeline

__all__ = ["CallRefused", "RawAnswerer", "RawCaller", "ReceivedPacket", "RtpPump", "RtpStream", "Timeline"]
