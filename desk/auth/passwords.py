"""Passwords: argon2id in threads, a few at a time, and what a good one looks like."""

from __future__ import annotations

import asyncio
import secrets

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError

from desk.errors import BadRequest

MIN_LENGTH = 10
MAX_LENGTH = 200
# One hash takes 64 MiB and about 0.2 s of a core; the calls of the same machine must not feel a crowd that signs in.
AT_ONCE = 2
# Letters and digits that are not mistaken for each other when read from a screen.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXYZ234679"


class Passwords:
    """Hashes and checks; an unknown name costs as much time as a wrong password."""

    def __init__(self, hasher: PasswordHash | None = None) -> None:
        self._hasher = hasher or PasswordHash.recommended()
        self._turnstile = asyncio.Semaphore(AT_ONCE)
        self._nobody = ""

    async def hashed(self, password: str) -> str:
        """Return the argon2id hash."""
        async with self._turnstile:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def matches(self, password: str, stored: str | None) -> bool:
        """Whether the password belongs to the hash; None is compared with a hash that nothing matches."""
        if not self._nobody:
            self._nobody = await self.hashed(secrets.token_urlsafe(24))
        async with self._turnstile:
            try:
                good = await asyncio.to_thread(self._hasher.verify, password[:MAX_LENGTH], stored or self._nobody)
            except PwdlibError:
                return False
        return good and stored is not None


def one_time_password() -> str:
    """Return a password to be read from a screen once and changed at the first sign-in (85 bits)."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(3))


def check_new(password: str, name: str) -> None:
    """Refuse what is guessed first.

    Raises:
        BadRequest: too short, too long, one repeated character, or the account's own name.
    """
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise BadRequest(f"新密码需要 {MIN_LENGTH} 到 {MAX_LENGTH} 个字符。")
    if len(set(password)) < 4 or password.isdigit():
        raise BadRequest("新密码太简单,请混用字母、数字或符号。")
    if name.casefold() in password.casefold():
        raise BadRequest("新密码不能包含登录名。")
