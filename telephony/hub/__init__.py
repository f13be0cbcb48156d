"""The audio hub: joins the legs of one call by mix rules on one 20 ms timeline; free of SIP and WebRTC types."""

from telephony.hub.clock import HubClock, TickSchedule
from telephony.hub.hub import Hub, TrackSink
from telephony.hub.legs import BotLeg, Leg, MusicLeg
from telephony.hub.roles import Mode, Role, Stance, hearing
from telephony.hub.tuning import HubTuning

__all__ = [
    "BotLeg",
    "Hub",
    "HubClock",
    "HubTuning",
    "Leg",
    "Mode",
    "MusicLeg",
    "Role",
    "Stance",
    "TickSchedule",
    "TrackSink",
    "hearing",
]
