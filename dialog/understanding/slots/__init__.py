"""Slots of the contract, each read by a small grammar of its own.

``waybill_no waybill_tail4 phone_tail4 contact_phone order_no number`` · ``carrier goods_type goods_value insured`` ·
``caller_role`` (receiver, sender, helper, merchant, staff) · ``new_address address_note location_hint`` ·
``time_window`` · ``issue_desc``. Values are text as spoken, numbers as digits, ``insured`` is yes or no.
"""

from __future__ import annotations

from collections.abc import Collection

from dialog.protocol import Expectation, ExpectKind
from dialog.understanding.slots.numbers import number_slots
from dialog.understanding.slots.parcel import parcel_slots
from dialog.understanding.slots.people import caller_role
from dialog.understanding.slots.places import place_slots
from dialog.understanding.slots.times import time_window

_DESCRIBED = frozenset(
    {
        "damage",
        "wrong_item",
        "complaint",
        "perishable",
        "fee_cod",
        "lost",
        "signed_not_received",
        "doorstep",
        "fraud_check",
        "claim",
    }
)
_TIMED = frozenset({"change_time", "change_address", "pickup_order", "pickup_urge", "urge_delivery", "doorstep", "eta"})
_SHORTEST_ISSUE = 6
_LONGEST_ISSUE = 60


def fill(
    text: str, flat: str, intents: Collection[str], expect: Expectation, candidates: tuple[str, ...]
) -> dict[str, str]:
    """All slots of one utterance.

    Args:
        text: as heard or typed, already cut to a sensible length.
        flat: the same text normalised.
        intents: what the utterance was understood to want; some slots only make sense with some of them.
        expect: the question in the air.
        candidates: the caller's own parcels' numbers.

    """
    found = number_slots(text, intents, expect, candidates)
    found |= parcel_slots(text, flat, expect)
    found |= place_slots(text, intents, expect)
    role = caller_role(flat)
    if role:
        found["caller_role"] = role
    window = time_window(text)
    asked = "time" in expect.name or expect.kind is ExpectKind.CHOICE  # 「下午三点给我回电」 answers an offer
    if window and (_TIMED & set(intents) or asked or not intents):
        found["time_window"] = window
    if _DESCRIBED & set(intents) and len(flat) >= _SHORTEST_ISSUE:
        found["issue_desc"] = text.strip()[:_LONGEST_ISSUE]
    return found
