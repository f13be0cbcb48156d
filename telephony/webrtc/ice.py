"""STUN and TURN servers from one line of configuration, for aiortc and for the browser."""

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

_ENTRY = re.compile(
    r"(?P<scheme>stun|stuns|turn|turns):(?://)?(?:(?P<user>[^:@\s]+):(?P<secret>[^@\s]+)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>\d{1,5}))?(?P<query>\?transport=(?:udp|tcp))?"
)
EXPIRING = "*"
CREDENTIAL_LIFE_S = 3600


@dataclass(frozen=True)
class IceServer:
    """One STUN or TURN server.

    With ``username`` ``*`` the ``credential`` is a secret shared with the TURN server, and every visitor gets a name
    and a password that expire (the "TURN REST API" scheme, coturn's ``use-auth-secret``).
    """

    url: str
    username: str = ""
    credential: str = ""

    def login(self, now: float) -> tuple[str, str]:
        """User name and password to give out at ``now`` (Unix seconds); empty for STUN."""
        if self.username != EXPIRING:
            return self.username, self.credential
        name = str(int(now) + CREDENTIAL_LIFE_S)
        digest = hmac.new(self.credential.encode(), name.encode(), hashlib.sha1).digest()
        return name, base64.b64encode(digest).decode()


def parse_ice_servers(text: str) -> tuple[IceServer, ...]:
    """Read ``stun:host:3478, turn:user:password@host:3478?transport=udp``; empty text is no server.

    Raises:
        ValueError: an entry is none of these; the text says how one is written.
    """
    servers = []
    for entry in filter(None, (part.strip() for part in text.split(","))):
        match = _ENTRY.fullmatch(entry)
        turn = entry.startswith("turn")
        if match is None or turn != bool(match["user"]) or (match["query"] and not turn):
            raise ValueError(
                "ICE_SERVERS: an entry is written stun:host:3478 or turn:user:password@host:3478?transport=udp "
                "(turn:*:secret@host for passwords that expire); separate entries with commas"
            )
        port = f":{match['port']}" if match["port"] else ""
        url = f"{match['scheme']}:{match['host']}{port}{match['query'] or ''}"
        servers.append(IceServer(url, match["user"] or "", match["secret"] or ""))
    return tuple(servers)


def for_browser(servers: Sequence[IceServer], now: float | None = None) -> list[dict[str, str]]:
    """The list as a page gives it to ``RTCPeerConnection``."""
    moment = time.time() if now is None else now
    told = []
    for server in servers:
        username, credential = server.login(moment)
        login = {"username": username, "credential": credential} if username else {}
        told.append({"urls": server.url, **login})
    return told
