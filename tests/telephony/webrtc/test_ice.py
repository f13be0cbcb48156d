"""STUN and TURN servers from one line."""

import base64
import hashlib
import hmac

import pytest

from telephony.webrtc.ice import CREDENTIAL_LIFE_S, IceServer, for_browser, parse_ice_servers


def test_no_text_is_no_server() -> None:
    assert parse_ice_servers("") == ()
    assert for_browser(()) == []


def test_each_form_is_read_and_told_to_the_browser() -> None:
    servers = parse_ice_servers("stun:stun.example.org:3478, turn:anna:pass:word@turn.example.org:3478?transport=tcp")
    assert servers == (
        IceServer("stun:stun.example.org:3478"),
        IceServer("turn:turn.example.org:3478?transport=tcp", "anna", "pass:word"),
    )
    assert for_browser(servers) == [
        {"urls": "stun:stun.example.org:3478"},
        {"urls": "turn:turn.example.org:3478?transport=tcp", "username": "anna", "credential": "pass:word"},
    ]


def test_a_shared_secret_gives_every_visitor_a_password_that_expires() -> None:
    (told,) = for_browser(parse_ice_servers("turns:*:key@[2001:db8::1]"), now=1_000.9)
    assert told["username"] == str(1_000 + CREDENTIAL_LIFE_S)
    digest = hmac.new(b"key", told["username"].encode(), hashlib.sha1).digest()
    assert base64.b64decode(told["credential"]) == digest
    assert "key" not in told["urls"]


@pytest.mark.parametrize(
    "text", ["stun", "http://x", "stun:", "turn:host", "stun:a:b@host", "stun:h?transport=udp", "stun:h;x", "turn:a@h"]
)
def test_a_wrong_entry_says_how_one_is_written(text: str) -> None:
    with pytest.raises(ValueError, match=r"ICE_SERVERS: .*stun:host:3478"):
        parse_ice_servers(text)
