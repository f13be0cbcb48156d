"""The merchant of the contract: 200 parcels on the way, in trouble and done."""

from __future__ import annotations

from datetime import datetime

from logistics_client.sandbox.story import Story
from logistics_client.sandbox.world import merchant_parcels
from logistics_client.vocabulary import CallerClass


def merchant_story(now: datetime) -> Story:
    """Return the merchant's story at ``now``."""
    return Story(CallerClass.MERCHANT, surname="唐", merchant_name="海风优选", consignments=merchant_parcels(now))
