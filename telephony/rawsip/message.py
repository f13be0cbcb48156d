"""SIP messages as text (RFC 3261 section 7) and the SDP of one audio stream (RFC 8866, RFC 3264)."""

import re
from dataclasses import dataclass, field

from telephony.rawsip.g711 import PCMA, PCMU

_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact", "l": "content-length"}
TELEPHONE_EVENT = 101
"""The dynamic payload type we offer for RFC 4733 digits."""


@dataclass
class SipMessage:
    """A request or response; header names in lower case, in order of appearance."""

    start: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: str = ""

    @property
    def method(self) -> str:
        """Request method, or the method of the CSeq for a response."""
        if self.is_response:
            return self.get("cseq").partition(" ")[2].strip()
        return self.start.partition(" ")[0]

    @property
    def is_response(self) -> bool:
        """True for a status line."""
        return self.start.startswith("SIP/2.0 ")

    @property
    def status(self) -> int:
        """Status code of a response, 0 for a request."""
        return int(self.start.split(" ")[1]) if self.is_response else 0

    @property
    def reason(self) -> str:
        """Reason phrase of a response."""
        return self.start.split(" ", 2)[2] if self.is_response else ""

    def get(self, name: str) -> str:
        """First value of a header, ``""`` when absent."""
        return next((value for key, value in self.headers if key == name), "")

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for key, value in self.headers if key == name]

    def encode(self) -> bytes:
        """The message on the wire, with its Content-Length."""
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers)]
        body = self.body.encode("latin-1", "replace")
        head = "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])
        return head.encode("latin-1", "replace") + body


def parse(data: bytes) -> SipMessage | None:
    """Parse one datagram; ``None`` when it is not a SIP message."""
    head, _, body = data.decode("latin-1").partition("\r\n\r\n")
    start, *lines = head.split("\r\n")
    if "SIP/2.0" not in start:
        return None
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            key = name.strip().lower()
            headers.append((_COMPACT.get(key, key), value.strip()))
    return SipMessage(start, headers, body)


def reply_to(
    request: SipMessage, status: int, reason: str, body: str = "", *, contact: str = "", tag: str = ""
) -> SipMessage:
    """A response with the headers RFC 3261 section 8.2.6.2 says must be copied; ``tag`` marks a new To."""
    copied = []
    for name, value in request.headers:
        if name in ("via", "from", "to", "call-id", "cseq", "record-route"):
            new_tag = f";tag={tag}" if name == "to" and tag and ";tag=" not in value else ""
            copied.append((name.title(), value + new_tag))
    if contact:
        copied.append(("Contact", contact))
    if body:
        copied.append(("Content-Type", "application/sdp"))
    return SipMessage(f"SIP/2.0 {status} {reason}", copied, body)


@dataclass(frozen=True)
class AudioSdp:
    """The one audio stream of a session description: where to send, with which payload types."""

    host: str
    port: int
    payload_types: tuple[int, ...]
    direction: str = "sendrecv"
    event_type: int | None = TELEPHONE_EVENT

    def encode(self, version: int = 1) -> str:
        """SDP text offering or answering this stream."""
        names = {PCMU: "PCMU/8000", PCMA: "PCMA/8000"}
        types = [*self.payload_types, *([self.event_type] if self.event_type is not None else [])]
        lines = [
            "v=0",
            f"o=- 1 {version} IN IP4 {self.host}",
            "s=-",
            f"c=IN IP4 {self.host}",
            "t=0 0",
            f"m=audio {self.port} RTP/AVP {' '.join(map(str, types))}",
            *(f"a=rtpmap:{kind} {names[kind]}" for kind in self.payload_types),
        ]
        if self.event_type is not None:
            lines += [f"a=rtpmap:{self.event_type} telephone-event/8000", f"a=fmtp:{self.event_type} 0-15"]
        return "\r\n".join([*lines, "a=ptime:20", f"a={self.direction}", ""])


def parse_sdp(text: str) -> AudioSdp | None:
    """Read host, port, payload types and direction of the first audio stream."""
    media = re.search(r"^m=audio (\d+) RTP/\S+ ([\d ]+)", text, re.MULTILINE)
    host = re.search(r"^c=IN IP[46] (\S+)", text, re.MULTILINE)
    if media is None or host is None:
        return None
    event = re.search(r"^a=rtpmap:(\d+) telephone-event/8000", text, re.MULTILINE | re.IGNORECASE)
    direction = re.search(r"^a=(sendrecv|sendonly|recvonly|inactive)", text, re.MULTILINE)
    event_type = int(event[1]) if event else None
    types = tuple(int(kind) for kind in media[2].split() if int(kind) != event_type)
    return AudioSdp(host[1], int(media[1]), types, direction[1] if direction else "sendrecv", event_type)
