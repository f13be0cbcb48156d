"""The closed list of intents: what callers want, and what they say to lead the talk."""

from __future__ import annotations

SERVICE_INTENTS = (
    "track",
    "track_by_phone",
    "eta",
    "urge_delivery",
    "stuck_hub",
    "stuck_outlet",
    "signed_not_received",
    "pod_photo",
    "locker_station",
    "doorstep",
    "change_address",
    "change_time",
    "intercept_return",
    "refuse",
    "lost",
    "damage",
    "wrong_item",
    "perishable",
    "claim",
    "customs",
    "complaint",
    "courier_contact",
    "pickup_order",
    "pickup_urge",
    "fee_cod",
    "price_time",
    "outlet_info",
    "progress_followup",
    "fraud_check",
    "authority",
    "safety",
    "human",
    "faq",
)
"""What the hotline can be asked for."""

DIALOGUE_INTENTS = (
    "affirm",
    "deny",
    "repeat",
    "hold",
    "slower",
    "bye",
    "give_number",
    "correct",
    "backchannel",
    "abuse",
    "no_recording",
    "out_of_domain",
)
"""What callers say about the talk itself."""

ALL_INTENTS = SERVICE_INTENTS + DIALOGUE_INTENTS
