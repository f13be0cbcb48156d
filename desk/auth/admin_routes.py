"""``/api/v1/accounts`` and ``/api/v1/api-keys``: what administrators do."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.auth.accounts import AccountBook
from desk.auth.gate import Gate, Me
from desk.auth.roles import Role
from desk.database import Audit
from desk.http import desk_router
from desk.schema import audit as audit_table


class NewAccount(BaseModel):
    """An account to be made."""

    name: str = Field(max_length=64)
    display: str = Field(max_length=64)
    role: Role = Role.AGENT
    skills: list[str] = Field(default_factory=list, max_length=20)
    device: str = Field(default="browser", max_length=200)


class AccountChange(BaseModel):
    """What is to be changed; what is left out stays."""

    display: str | None = Field(default=None, max_length=64)
    role: Role | None = None
    skills: list[str] | None = Field(default=None, max_length=20)
    device: str | None = Field(default=None, max_length=200)
    disabled: bool | None = None


class NewKey(BaseModel):
    """A key to be made; programs read as supervisors or operations do."""

    name: str = Field(max_length=64)
    role: Role = Role.OPERATIONS


class AdminRoutes:
    """The routes of the account administration."""

    def __init__(self, gate: Gate, accounts: AccountBook, audit: Audit, engine: AsyncEngine) -> None:
        self._gate = gate
        self._accounts = accounts
        self._audit = audit
        self._engine = engine

    def router(self) -> APIRouter:
        """Return the routes."""
        router = desk_router()
        admin = [Depends(self._gate.require(Role.ADMIN))]
        leads = [Depends(self._gate.require(Role.SUPERVISOR, Role.OPERATIONS))]
        add: Any = router.add_api_route
        add("/api/v1/accounts", self.all, methods=["GET"], dependencies=leads)
        add("/api/v1/accounts", self.create, methods=["POST"], dependencies=admin, status_code=201)
        add("/api/v1/accounts/{account_id}", self.change, methods=["PATCH"], dependencies=admin)
        add("/api/v1/accounts/{account_id}/reset-password", self.reset, methods=["POST"], dependencies=admin)
        add("/api/v1/accounts/{account_id}/sign-out", self.force_out, methods=["POST"], dependencies=admin)
        add("/api/v1/api-keys", self.keys, methods=["GET"], dependencies=admin)
        add("/api/v1/api-keys", self.create_key, methods=["POST"], dependencies=admin, status_code=201)
        add("/api/v1/api-keys/{prefix}", self.revoke_key, methods=["DELETE"], dependencies=admin)
        add("/api/v1/audit", self.audit, methods=["GET"], dependencies=admin)
        return router

    async def all(self) -> dict[str, object]:
        """List every account."""
        return {"accounts": [account.shown() for account in await self._accounts.all()]}

    async def create(self, body: NewAccount, me: Me) -> dict[str, object]:
        """Create an account; its one-time password is in this answer and nowhere else."""
        account, password = await self._accounts.create(
            body.name, display=body.display, role=body.role, skills=tuple(body.skills), device=body.device
        )
        await self._audit.note(me.account_id, "account.created", account.account_id, {"role": body.role.value})
        return {"account": account.shown(), "one_time_password": password}

    async def change(self, account_id: str, body: AccountChange, me: Me) -> dict[str, object]:
        """Change an account; a disabled one, or one with another role, is signed out at once."""
        values = body.model_dump(exclude_none=True)
        account = await self._accounts.change(account_id, values)
        if account.disabled or body.role is not None:
            await self._gate.sessions.end_all(account_id)
        await self._audit.note(me.account_id, "account.changed", account_id, {"fields": sorted(values)})
        return {"account": account.shown()}

    async def reset(self, account_id: str, me: Me) -> dict[str, object]:
        """Give a new one-time password and end all sessions."""
        password = await self._accounts.reset_password(account_id)
        await self._gate.sessions.end_all(account_id)
        await self._audit.note(me.account_id, "password.reset", account_id)
        return {"one_time_password": password}

    async def force_out(self, account_id: str, me: Me) -> dict[str, object]:
        """End all sessions of an account; its desk closes at once."""
        await self._accounts.get(account_id)
        ended = await self._gate.sessions.end_all(account_id)
        await self._audit.note(me.account_id, "account.signed_out", account_id, {"sessions": ended})
        return {"sessions_ended": ended}

    async def keys(self) -> dict[str, object]:
        """List API keys by prefix."""
        return {"api_keys": list(await self._gate.keys.all())}

    async def create_key(self, body: NewKey, me: Me) -> dict[str, object]:
        """Make a key; it is in this answer and nowhere else."""
        prefix, key = await self._gate.keys.create(body.name, body.role)
        await self._audit.note(me.account_id, "api_key.created", prefix, {"role": body.role.value})
        return {"prefix": prefix, "key": key}

    async def revoke_key(self, prefix: str, me: Me) -> dict[str, object]:
        """End a key at once."""
        await self._gate.keys.revoke(prefix)
        await self._audit.note(me.account_id, "api_key.revoked", prefix)
        return {"done": True}

    async def audit(self, limit: int = 100) -> dict[str, object]:
        """Show who did what at the desk, newest first."""
        query = select(audit_table).order_by(audit_table.c.id.desc()).limit(max(1, min(limit, 500)))
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return {"audit": [dict(row) for row in rows]}
