"""What all calls of a process share."""

from __future__ import annotations

from dataclasses import dataclass

from asr.ports import Recogniser
from dialog.engine import Dialogue
from ledger import Ledger
from logistics_client.ports import Logistics
from telephony.hub import HubClock
from telephony.ports import SipEndpoint
from telephony.recorder import Recorder
from telephony.webrtc import WebEndpoint
from tts.speaker import Speaker
from voice.clock import Clock
from voice.config import Hotlines, Settings
from voice.floor.assembly import OpenFloor
from voice.language_model import LanguageModel
from voice.redial import Redial


@dataclass(frozen=True, slots=True)
class Services:
    """One of each, put together in ``voice.serve``."""

    settings: Settings
    hotlines: Hotlines
    dialogue: Dialogue
    ledger: Ledger
    logistics: Logistics
    recogniser: Recogniser
    speaker: Speaker
    endpoint: SipEndpoint
    hub_clock: HubClock
    recorder: Recorder
    clock: Clock
    web: WebEndpoint
    floor: OpenFloor
    redial: Redial
    model: LanguageModel | None = None
