"""Who calls and which number was called, read from SIP headers (RFC 3261 section 20, RFC 3323, RFC 3325)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from telephony.ports import CallerId

_SEPARATORS = re.compile(r"[\s().\-]")
_NAME_ADDR = re.compile(r'^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^>]*)>')
_CHINESE = re.compile(r"[\x20-\x7e\u3000-\u303f\u4e00-\u9fff\uff00-\uffef·]+")
_ANONYMOUS_USERS = frozenset({"anonymous", "restricted", "unavailable", "unknown", "private"})
_LANDLINE = re.compile(r"10\d{8}|[2-9]\d{8,10}")  # area code and subscriber number
_FREEPHONE = re.compile(r"[48]00\d{7}")
_PRIVATE = frozenset({"id", "user", "header"})


@dataclass(frozen=True)
class SipAddress:
    """A name-addr or addr-spec: display name (``""`` if none), scheme, user and host."""

    display: str
    scheme: str
    user: str
    host: str


def decode_text(text: str) -> str:
    """Turn header text that reached us byte by byte into words.

    Chinese trunks still send GBK display names. The stack passes a byte that is no UTF-8 on as the code point below
    256, but decodes where two bytes happen to be UTF-8, so the bytes are put back together before they are read as
    UTF-8 or GB 18030. Text that makes no Chinese either way is returned as it is.
    """
    if text.isascii() or _CHINESE.fullmatch(text):
        return text
    latin = any(c.isascii() and c.isalpha() for c in text)  # then "é" is a letter, not half of a character
    for raw_below in (0x100,) if latin else (0x100, 0x80):
        raw = b"".join(bytes([ord(c)]) if ord(c) < raw_below else c.encode("utf-8", "replace") for c in text)
        for encoding in ("utf-8", "gb18030"):
            words = raw.decode(encoding, "replace")
            if _CHINESE.fullmatch(words):
                return words
    return text


def parse_address(value: str) -> SipAddress | None:
    """Parse the first address of a From, To or P-Asserted-Identity value; ``None`` when it holds no URI."""
    match = _NAME_ADDR.match(value)
    display, uri = "", value.split(",")[0].strip()
    if match:
        quoted, bare, uri = match.groups()
        display = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare or ""
    scheme, colon, rest = uri.strip().partition(":")
    scheme = scheme.strip().lower()
    if not colon or scheme not in {"sip", "sips", "tel"}:
        return None
    rest = rest.split("?")[0]
    if scheme == "tel":
        return SipAddress(decode_text(display).strip(), scheme, rest.split(";")[0], "")
    user, at, host = rest.rpartition("@")
    user = user if at else ""
    user = unquote_to_bytes(user.split(";")[0].split(":")[0]).decode("utf-8", "replace")
    return SipAddress(decode_text(display).strip(), scheme, user, host.split(";")[0].strip())


def normalise_number(user: str) -> str | None:
    """The national significant number of a URI user part, or ``None`` when it is not a telephone number.

    ``+86``, ``0086`` and a bare ``86`` before a mobile number are removed, as is the trunk ``0`` that out-of-town
    mobiles get; short internal extensions stay as they are.
    """
    text = _SEPARATORS.sub("", user)
    plus = text.startswith("+")
    digits = text.removeprefix("+")
    if not digits.isascii() or not digits.isdigit():
        return None
    if plus and not digits.startswith("86"):
        return "+" + digits
    national = digits.removeprefix("0086") if not plus else digits.removeprefix("86")
    if len(national) == 13 and national.startswith("861"):
        national = national[2:]
    if re.fullmatch(r"01[3-9]\d{9}", national):
        national = national[1:]
    international = plus or digits.startswith("0086")
    if international and _LANDLINE.fullmatch(national) and not _FREEPHONE.fullmatch(national):
        national = "0" + national  # nationally a landline is dialled with its trunk 0
    return national


def caller_from_headers(headers: Mapping[str, str], peer: str = "") -> CallerId:
    """Build the caller's identity: P-Asserted-Identity if present, else From, else the bare ``peer`` URI.

    Header names are matched without case. ``Privacy: id`` (RFC 3323), a display name or user ``anonymous`` or the
    host ``anonymous.invalid`` hide the number even when the network asserted it.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    sender = parse_address(lower.get("from") or peer)
    asserted = parse_address(lower["p-asserted-identity"]) if lower.get("p-asserted-identity") else None
    privacy = {token.strip().lower() for token in re.split(r"[;,]", lower.get("privacy", ""))}
    anonymous = bool(privacy & _PRIVATE) or (sender is not None and _is_anonymous(sender))
    chosen = asserted or sender
    if chosen is None:
        return CallerId(None, None, anonymous, False)
    display = chosen.display or (sender.display if sender else "")
    if anonymous:
        return CallerId(None, None, True, asserted is not None)
    return CallerId(normalise_number(chosen.user), display or None, False, asserted is not None)


def called_from_headers(headers: Mapping[str, str]) -> str:
    """The number the caller dialled: P-Called-Party-ID (RFC 7315) if a proxy kept it, else To; ``""`` if neither."""
    lower = {name.lower(): value for name, value in headers.items()}
    for name in ("p-called-party-id", "to"):
        address = parse_address(lower[name]) if lower.get(name) else None
        if address is not None and address.user:
            return normalise_number(address.user) or address.user
    return ""


def _is_anonymous(address: SipAddress) -> bool:
    return (
        address.user.lower() in _ANONYMOUS_USERS
        or address.display.lower() in _ANONYMOUS_USERS
        or address.host.lower() == "anonymous.invalid"
    )
