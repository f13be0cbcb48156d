"""``/api/v1/session``: sign in, who am I, change the password, sign out."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from desk.auth.accounts import AccountBook
from desk.auth.attempts import Attempts
from desk.auth.gate import Gate, Me
from desk.database import Audit
from desk.errors import Forbidden, NotSignedIn
from desk.http import desk_router


class SignIn(BaseModel):
    """Name and password; ``framed`` is the widget inside another site's page."""

    name: str = Field(max_length=64)
    password: str = Field(max_length=200)
    framed: bool = False


class NewPassword(BaseModel):
    """The old password and the new one."""

    old: str = Field(max_length=200)
    new: str = Field(max_length=200)


class SessionRoutes:
    """The routes of one's own session."""

    def __init__(self, gate: Gate, accounts: AccountBook, attempts: Attempts, audit: Audit, oidc_name: str) -> None:
        self._gate = gate
        self._accounts = accounts
        self._attempts = attempts
        self._audit = audit
        self._oidc_name = oidc_name

    def router(self) -> APIRouter:
        """Return the routes."""
        router = desk_router()
        mine = [Depends(self._gate.require(first_password=True))]
        router.add_api_route("/api/v1/session/options", self.options, methods=["GET"])
        router.add_api_route("/api/v1/session", self.sign_in, methods=["POST"])
        router.add_api_route("/api/v1/session", self.show, methods=["GET"], dependencies=mine)
        router.add_api_route("/api/v1/session", self.sign_out, methods=["DELETE"], dependencies=mine)
        router.add_api_route("/api/v1/session/password", self.password, methods=["POST"], dependencies=mine)
        return router

    async def options(self, request: Request) -> dict[str, object]:
        """Tell a page what it may offer for signing in, and who is signed in already; nobody is no error here."""
        oidc = {"name": self._oidc_name, "url": "/api/v1/oidc/start"} if self._oidc_name else None
        try:
            account = (await self._gate.account(request)).shown()
        except NotSignedIn:
            account = None
        return {"password": True, "oidc": oidc, "account": account}

    async def sign_in(self, body: SignIn, request: Request, response: Response) -> dict[str, object]:
        """Open a session; the answer says whether the one-time password must be changed first."""
        if not self._gate.origins.is_ours(request):
            raise Forbidden("请求不是从本系统页面发出的,已拒绝。", code="foreign_origin")
        address = request.client.host if request.client else ""
        await self._attempts.begin(body.name, address)
        account = await self._accounts.authenticate(body.name, body.password)
        if account is None:
            await self._audit.note("", "sign_in.refused", body.name[:64], {"address": address})
            raise NotSignedIn("登录名或密码不正确。", code="wrong_password")
        await self._attempts.good(body.name, address)
        browser = request.headers.get("user-agent", "")
        key = await self._gate.sessions.open(account, address=address, browser=browser)
        self._gate.set_cookie(request, response, key, framed=body.framed)
        await self._audit.note(account.account_id, "sign_in", "", {"address": address})
        return {"account": account.shown()}

    async def show(self, account: Me) -> dict[str, object]:
        """Tell who is signed in."""
        return {"account": account.shown()}

    async def sign_out(self, request: Request, response: Response, account: Me) -> dict[str, object]:
        """End this session."""
        await self._gate.sessions.end(account.session)
        self._gate.set_cookie(request, response, "")
        await self._audit.note(account.account_id, "sign_out")
        return {"done": True}

    async def password(self, body: NewPassword, request: Request, account: Me) -> dict[str, object]:
        """Choose a new password; every other session of the account ends."""
        if account.is_program:
            raise Forbidden("程序密钥没有密码。")
        address = request.client.host if request.client else ""
        await self._attempts.begin(account.name, address)
        await self._accounts.change_password(account, body.old, body.new)
        await self._attempts.good(account.name, address)
        await self._gate.sessions.end_all(account.account_id, but=account.session)
        await self._audit.note(account.account_id, "password.changed")
        return {"account": (await self._accounts.get(account.account_id)).shown()}
