"""The gate of every route: who asks, by which cookie or key, from which page, and whether the role suffices."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from desk.auth.api_keys import KeyBook
from desk.auth.origin import SAFE_METHODS, Origins
from desk.auth.roles import Account, Role
from desk.auth.sessions import LIFE, SessionBook
from desk.errors import Forbidden, NotSignedIn

SECURE_COOKIE = "__Host-hotline"
PLAIN_COOKIE = "hotline-session"  # on plain http, where browsers refuse the __Host- prefix
FRAMED_COOKIE = "__Host-hotline-embed"  # for the widget inside a page of another site

Require = Callable[..., Callable[[Request], Awaitable[Account]]]
"""``require(*roles)`` gives the FastAPI dependency that returns the signed-in ``Account``."""


class Gate:
    """Lets requests in; one per desk."""

    def __init__(self, sessions: SessionBook, keys: KeyBook, origins: Origins) -> None:
        self.sessions = sessions
        self.keys = keys
        self.origins = origins

    def require(self, *roles: Role | str, first_password: bool = False) -> Callable[[Request], Awaitable[Account]]:
        """Return a dependency that gives the account, when one of ``roles`` is held (none: anybody signed in).

        Args:
            roles: roles that may pass; administrators always may.
            first_password: also let in who still has to change a one-time password.

        Raises (from the dependency):
            NotSignedIn: no session and no key, or one that is over.
            Forbidden: the role does not suffice, another site's page asks, or the password must be changed first.
        """
        wanted = tuple(Role(role) for role in roles)

        async def dependency(request: Request) -> Account:
            account = await self.account(request)
            if request.method not in SAFE_METHODS and not account.is_program and not self.origins.is_ours(request):
                raise Forbidden("请求不是从本系统页面发出的,已拒绝。", code="foreign_origin")
            if account.must_change and not first_password:
                raise Forbidden("请先修改初始密码。", code="must_change_password")
            if not account.may(*wanted):
                raise Forbidden("您的角色没有这个权限。", code="wrong_role")
            request.state.account = account
            return account

        return dependency

    async def account(self, connection: HTTPConnection) -> Account:
        """Return who asks.

        Raises:
            NotSignedIn: nobody we know.
        """
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            account = await self.keys.account(token.strip())
        else:
            account = await self._by_cookie(connection)
        if account is None:
            raise NotSignedIn("请先登录,或登录已过期。")
        return account

    async def _by_cookie(self, connection: HTTPConnection) -> Account | None:
        # A browser that has both shows the widget's own session inside its frame and the desk's outside of it.
        for name in (SECURE_COOKIE, FRAMED_COOKIE) if self.origins.is_https(connection) else (PLAIN_COOKIE,):
            key = connection.cookies.get(name)
            account = await self.sessions.account(key) if key else None
            if account is not None:
                return account
        return None

    def set_cookie(self, connection: HTTPConnection, response: Response, key: str, *, framed: bool = False) -> None:
        """Hand the session to the browser; an empty key takes it back."""
        life = int(LIFE.total_seconds()) if key else 0
        if not self.origins.is_https(connection):
            name, rest = PLAIN_COOKIE, "SameSite=Lax"
        elif framed:
            name, rest = FRAMED_COOKIE, "Secure; SameSite=None; Partitioned"
        else:
            name, rest = SECURE_COOKIE, "Secure; SameSite=Lax"
        response.headers.append("Set-Cookie", f"{name}={key}; Path=/; Max-Age={life}; HttpOnly; {rest}")


def account_of(request: Request) -> Account:
    """FastAPI dependency: the account that ``require`` let in on this route."""
    account = request.state.account
    assert isinstance(account, Account)  # set by Gate.require, which every route of the desk names
    return account


Me = Annotated[Account, Depends(account_of)]
"""The parameter of a route that wants to know who asks."""
