"""``/api/v1/bulletins``: written by one person, approved by another, withdrawn by anybody who leads."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from logistics_client.bulletins import BulletinState, BulletinStore, Kept
from logistics_client.vocabulary import Bulletin
from logistics_client.web.people import LEADS, Person, Require
from logistics_client.web.route import Refusal, room_router

Place = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class NewBulletin(BaseModel):
    """A bulletin as it is written; ``recovers_at`` left out means 待定."""

    model_config = ConfigDict(extra="forbid")

    cause: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)]
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None = None
    recovers_at: AwareDatetime | None = None
    brand: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)] | None = None
    province: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)] | None = None
    hub: Place | None = None
    line: Place | None = None
    outlet: Place | None = None


def bulletin_router(store: BulletinStore, require: Require) -> APIRouter:
    """Make the routes.

    Args:
        store: the table.
        require: who may ask.
    """
    router = room_router("/api/v1/bulletins")
    anyone, leads = Depends(require()), Depends(require(*LEADS))

    @router.get("", dependencies=[anyone])
    async def listed(live: bool = False) -> dict[str, Any]:
        """All bulletins with their paper trail, newest first; ``live`` leaves those that callers hear now."""
        kept = await store.all()
        heard = {bulletin.bulletin_id for bulletin in await store.live()}
        rows = [shown(item, live=item.bulletin.bulletin_id in heard) for item in kept]
        return {"bulletins": [row for row in rows if row["live"] or not live]}

    @router.post("", status_code=201)
    async def write(body: NewBulletin, person: Person = leads) -> dict[str, Any]:
        """Write a bulletin; nobody hears of it before somebody else approved it."""
        written = await store.write(Bulletin("", **body.model_dump()), person.name)
        return await _one(store, written.bulletin_id)

    @router.post("/{bulletin_id}/approve")
    async def approve(bulletin_id: str, person: Person = leads) -> dict[str, Any]:
        """Let callers hear a bulletin; its author cannot, nor can a program."""
        if person.is_program:
            raise Refusal(403, "program", "公告要由人审批。")
        await store.approve(bulletin_id, person.name)
        return await _one(store, bulletin_id)

    @router.post("/{bulletin_id}/withdraw")
    async def withdraw(bulletin_id: str, person: Person = leads) -> dict[str, Any]:
        """Take a bulletin back; a second time changes nothing."""
        await store.withdraw(bulletin_id, person.name)
        return await _one(store, bulletin_id)

    return router


async def _one(store: BulletinStore, bulletin_id: str) -> dict[str, Any]:
    heard = {bulletin.bulletin_id for bulletin in await store.live()}
    return shown(await store.get(bulletin_id), live=bulletin_id in heard)


def shown(kept: Kept, *, live: bool) -> dict[str, Any]:
    """Return a bulletin as the interface shows it."""
    bulletin = kept.bulletin
    moments = {
        "starts_at": bulletin.starts_at,
        "ends_at": bulletin.ends_at,
        "recovers_at": bulletin.recovers_at,
        "written_at": kept.written_at,
        "approved_at": kept.approved_at,
        "withdrawn_at": kept.withdrawn_at,
    }
    return {
        "bulletin_id": bulletin.bulletin_id,
        "state": kept.state.value,
        "live": live and kept.state is BulletinState.APPROVED,
        "cause": bulletin.cause,
        "brand": bulletin.brand,
        "province": bulletin.province,
        "hub": bulletin.hub,
        "line": bulletin.line,
        "outlet": bulletin.outlet,
        "author": bulletin.author,
        "approver": bulletin.approver,
        "withdrawn_by": kept.withdrawn_by,
        **{name: moment.isoformat() if moment else None for name, moment in moments.items()},
    }
