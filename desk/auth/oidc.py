"""Sign-in by another identity provider: OpenID Connect, authorization code with PKCE (RFC 7636), by configuration.

Account and identity are joined by issuer and subject only: a provider's e-mail address or name never opens an account
that exists here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.httpx_client import AsyncOAuth2Client  # type: ignore[import-untyped]
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncEngine

from desk.auth.accounts import AccountBook
from desk.auth.gate import Gate
from desk.auth.roles import Account, Role
from desk.auth.sessions import hashed
from desk.database import Audit, Clock, to_text
from desk.errors import Away, Conflict, DeskError, Forbidden
from desk.http import desk_router
from desk.schema import oidc_flows

logger = logging.getLogger(__name__)

FLOW = timedelta(minutes=10)
KEPT_S = 600.0
TIMEOUT_S = 8.0
LEEWAY_S = 60
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
COOKIE = "hotline-oidc"
CALLBACK = "/api/v1/oidc/callback"


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """``OIDC_*``.

    Attributes:
        issuer: address of the provider, without ``/.well-known``.
        client_id: our name there.
        client_secret: our secret there; empty for a public client, which PKCE alone protects.
        name: what the button says.
        scopes: what is asked for.
        role_claim: claim that holds a role or a list of groups.
        roles: our role by a value of that claim; empty takes our own four words.
        default_role: role of who has none of them; empty refuses.
    """

    issuer: str
    client_id: str
    client_secret: str = ""
    name: str = "统一登录"
    scopes: str = "openid profile"
    role_claim: str = "roles"
    roles: Mapping[str, str] = field(default_factory=dict)
    default_role: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom the provider vouches for."""

    subject: str
    name: str
    display: str
    role: Role | None


class Oidc:
    """Speaks with the provider."""

    def __init__(self, settings: OidcSettings, engine: AsyncEngine, clock: Clock) -> None:
        self.settings = settings
        self._engine = engine
        self._clock = clock
        self._known: tuple[float, Mapping[str, Any], KeySet] | None = None
        self._tls: ssl.SSLContext | None = None

    async def begin(self, redirect_uri: str, following: str) -> tuple[str, str]:
        """Remember a new flow; return the provider's address to go to and the state that its answer must carry.

        Raises:
            Away: the provider does not answer.
        """
        metadata, _ = await self._provider()
        verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
        async with await self._client(redirect_uri) as client:
            url, state = client.create_authorization_url(
                metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        now = self._clock()
        row = {
            "state_hash": hashed(state),
            "nonce": nonce,
            "verifier": verifier,
            "next": following,
            "expires_at": to_text(now + FLOW),
        }
        async with self._engine.begin() as connection:
            await connection.execute(delete(oidc_flows).where(oidc_flows.c.expires_at < to_text(now)))
            await connection.execute(insert(oidc_flows).values(row))
        return str(url), str(state)

    async def finish(self, redirect_uri: str, state: str, code: str) -> tuple[Identity, str]:
        """Exchange the code, once; return whom it names and where the browser wanted to go.

        Raises:
            Forbidden: the flow is unknown, used or too old, or the provider's word is not good.
            Away: the provider does not answer.
        """
        taken = (
            delete(oidc_flows)
            .where(oidc_flows.c.state_hash == hashed(state), oidc_flows.c.expires_at > to_text(self._clock()))
            .returning(oidc_flows)
        )
        async with self._engine.begin() as connection:
            flow = (await connection.execute(taken)).mappings().first()
        if flow is None:
            raise Forbidden("登录已过期,请重新登录。", code="stale_flow")
        metadata, _ = await self._provider()
        try:
            async with await self._client(redirect_uri) as client:
                token = await client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=flow["verifier"])
        except (AuthlibBaseError, httpx.HTTPError, ValueError) as error:
            logger.warning("the identity provider gave no token: %s", type(error).__name__)
            raise Forbidden("统一登录没有成功,请重试。", code="no_token") from error
        return await self._identity(str(token.get("id_token") or ""), flow["nonce"]), flow["next"]

    async def _client(self, redirect_uri: str) -> Any:
        settings = self.settings
        return AsyncOAuth2Client(
            settings.client_id,
            settings.client_secret or None,
            scope=settings.scopes,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic" if settings.client_secret else "none",
            timeout=TIMEOUT_S,
            verify=await self._certificates(),
        )

    async def _certificates(self) -> ssl.SSLContext:
        """Read them once, in a thread: it takes some 50 ms of a core, and calls share the loop."""
        if self._tls is None:
            self._tls = await asyncio.to_thread(httpx.create_ssl_context)
        return self._tls

    async def _identity(self, id_token: str, nonce: str) -> Identity:
        try:
            claims = (await self._decoded(id_token)).claims
            audience = {"essential": True, "value": self.settings.client_id}
            registry = jwt.JWTClaimsRegistry(
                now=int(self._clock().timestamp()),
                leeway=LEEWAY_S,
                iss={"essential": True, "value": self.settings.issuer},
                aud=audience,  # type: ignore[arg-type]  # joserfc's own TypedDict, written inline elsewhere
                exp={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            registry.validate(claims)
        except (JoseError, ValueError) as error:
            logger.warning("the identity provider's token is not good: %s", type(error).__name__)
            raise Forbidden("统一登录的凭证无效,请联系管理员。", code="bad_token") from error
        name = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
        return Identity(str(claims["sub"]), name, str(claims.get("name") or name)[:64], self._role(claims))

    async def _decoded(self, id_token: str) -> Any:
        _, keys = await self._provider()
        try:
            return jwt.decode(id_token, keys, algorithms=ALGORITHMS)
        except (JoseError, ValueError):
            _, keys = await self._provider(again=True)  # the provider may have changed its keys
            return jwt.decode(id_token, keys, algorithms=ALGORITHMS)

    def _role(self, claims: Mapping[str, Any]) -> Role | None:
        """The strongest role that the claim gives."""
        held = claims.get(self.settings.role_claim) or []
        values = [held] if isinstance(held, str) else [str(value) for value in held]
        given = {self.settings.roles.get(value, "" if self.settings.roles else value) for value in values}
        for role in (Role.ADMIN, Role.SUPERVISOR, Role.OPERATIONS, Role.AGENT):
            if role.value in given:
                return role
        return Role(self.settings.default_role) if self.settings.default_role else None

    async def _provider(self, *, again: bool = False) -> tuple[Mapping[str, Any], KeySet]:
        if self._known is not None and not again and time.monotonic() - self._known[0] < KEPT_S:
            return self._known[1], self._known[2]
        base = self.settings.issuer.rstrip("/")
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S, verify=await self._certificates()) as client:
                metadata = (await client.get(f"{base}/.well-known/openid-configuration")).raise_for_status().json()
                if metadata["issuer"] != self.settings.issuer:
                    raise ValueError("the provider calls itself something else")
                keys = (await client.get(metadata["jwks_uri"])).raise_for_status().json()
            self._known = (time.monotonic(), metadata, KeySet.import_key_set(keys))
        except (httpx.HTTPError, json.JSONDecodeError, KeyError, ValueError, TypeError, JoseError) as error:
            logger.warning("the identity provider cannot be used: %s", type(error).__name__)
            raise Away("统一登录暂时不可用,请稍后再试,或使用密码登录。") from error
        return self._known[1], self._known[2]


class OidcRoutes:
    """``/api/v1/oidc``: to the provider and back."""

    def __init__(self, gate: Gate, oidc: Oidc, accounts: AccountBook, audit: Audit) -> None:
        self._gate = gate
        self._oidc = oidc
        self._accounts = accounts
        self._audit = audit

    def router(self) -> APIRouter:
        """Return the routes."""
        router = desk_router()
        router.add_api_route("/api/v1/oidc/start", self.start, methods=["GET"], response_model=None)
        router.add_api_route(CALLBACK, self.callback, methods=["GET"], response_model=None)
        return router

    async def start(self, request: Request, next: str = "/desk/") -> Response:
        """Send the browser to the provider."""
        following = next if _is_ours(next) else "/desk/"
        url, state = await self._oidc.begin(self._redirect_uri(request), following)
        response = RedirectResponse(url, 302)
        response.set_cookie(
            COOKIE,
            state,
            max_age=int(FLOW.total_seconds()),
            path="/api/v1/oidc",
            httponly=True,
            samesite="lax",
            secure=self._gate.origins.is_https(request),
        )
        return response

    async def callback(self, request: Request, state: str = "", code: str = "") -> Response:
        """Take the browser back; a failure ends on the sign-in page with its sentence."""
        try:
            if not state or not code or request.cookies.get(COOKIE) != state:
                raise Forbidden("登录没有完成,请重新登录。", code="stale_flow")
            identity, following = await self._oidc.finish(self._redirect_uri(request), state, code)
            account = await self._account(identity)
        except DeskError as refusal:
            response = RedirectResponse(f"/desk/sign-in?error={quote(refusal.sentence)}", 303)
            response.delete_cookie(COOKIE, path="/api/v1/oidc")
            return response
        address = request.client.host if request.client else ""
        browser = request.headers.get("user-agent", "")
        key = await self._gate.sessions.open(account, address=address, browser=browser)
        response = RedirectResponse(following, 303)
        response.delete_cookie(COOKIE, path="/api/v1/oidc")
        self._gate.set_cookie(request, response, key)
        await self._audit.note(account.account_id, "sign_in.oidc", "", {"address": address})
        return response

    def _redirect_uri(self, request: Request) -> str:
        return f"{self._gate.origins.base(request)}{CALLBACK}"

    async def _account(self, identity: Identity) -> Account:
        """Find or make the account, and give it the role that the provider says now."""
        issuer = self._oidc.settings.issuer
        account = await self._accounts.by_subject(issuer, identity.subject)
        if account is not None and account.disabled:
            raise Forbidden("账号已停用,请联系管理员。")
        if identity.role is None:
            raise Forbidden("您的账号没有本系统的角色,请联系管理员。", code="no_role")
        if account is None:
            return await self._create(identity, issuer, identity.role)
        if account.role is not identity.role:
            return await self._accounts.change(account.account_id, {"role": identity.role})
        return account

    async def _create(self, identity: Identity, issuer: str, role: Role) -> Account:
        subject = (issuer, identity.subject)
        plain = "".join(char for char in identity.name if char.isascii() and (char.isalnum() or char in "_.@-"))[:50]
        for name in (plain if len(plain) >= 2 else "oidc", f"{plain or 'oidc'}-{secrets.token_hex(4)}"):
            try:
                account, _ = await self._accounts.create(name, display=identity.display, role=role, subject=subject)
            except Conflict:
                continue  # the name belongs to somebody else here
            return account
        raise Forbidden("无法建立账号,请联系管理员。")


def _is_ours(path: str) -> bool:
    """Whether a browser that follows this stays on our pages."""
    return path.startswith(("/desk", "/embed/desk")) and not any(bad in path for bad in ("\\", "//", "\r", "\n", "@"))
