"""The sandbox callers of the contract, as the dialogue is told about them at a given moment."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from functools import lru_cache

from logistics_client.sandbox.callers import STORIES, mothers_parcel, storm_bulletin
from logistics_client.sandbox.story import Story
from logistics_client.urgency import most_urgent_first
from logistics_client.vocabulary import CallerClass, CallerProfile, Parcel

CHINA = timezone(timedelta(hours=8))
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=CHINA)
UNKNOWN = "13900000001"  # a caller without parcels
_MOST = 20  # parcels that a profile carries


@lru_cache
def profile(number: str | None, now: datetime = NOON) -> CallerProfile:
    """Build the profile of a caller; numbers without a story are unknown."""
    story = STORIES[number](now) if number in STORIES else Story(CallerClass.UNKNOWN)
    parcels = most_urgent_first((c.parcel for c in story.consignments), now, story.bulletins)
    return CallerProfile(
        story.caller_class,
        number,
        parcels[:_MOST],
        parcels_total=len(parcels),
        orders=story.orders,
        bulletins=(storm_bulletin(now),),
        merchant_name=story.merchant_name,
        surname=story.surname,
        fetched_at=now,
    )


def first_parcel(number: str, now: datetime = NOON) -> Parcel:
    """The most urgent parcel of a caller."""
    return profile(number, now).parcels[0]


@lru_cache
def unknown_parcel(now: datetime) -> Parcel:
    """A parcel of none of the callers: found by its number, 3679 on its label's phone."""
    return mothers_parcel(now).parcel


@lru_cache
def every_parcel(now: datetime) -> tuple[Parcel, ...]:
    """All parcels of all stories."""
    return (*(parcel for number in STORIES for parcel in profile(number, now).parcels), unknown_parcel(now))
