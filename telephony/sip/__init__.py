"""The SIP endpoint on baresip: the only package of this room that knows the SIP stack."""

from telephony.sip.call import BaresipCall
from telephony.sip.config import SipConfig
from telephony.sip.endpoint import BaresipEndpoint

__all__ = ["BaresipCall", "BaresipEndpoint", "SipConfig"]
