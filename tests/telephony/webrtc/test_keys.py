"""RFC 4733: a key is one key however many packets tell of it."""

from telephony.webrtc.keys import KeyEvents


def event(code: int, duration: int = 160, end: bool = False) -> bytes:
    return bytes([code, (0x80 if end else 0) | 10]) + duration.to_bytes(2, "big")


def test_updates_and_repeated_ends_are_the_same_key() -> None:
    keys = KeyEvents()
    told = [keys.add(1000, event(5, 160 * n)) for n in range(1, 6)] + [keys.add(1000, event(5, 800, True))] * 3
    assert [key for key in told if key] == ["5"]


def test_the_same_key_again_has_another_time_and_lost_first_packets_do_not_lose_it() -> None:
    keys = KeyEvents()
    assert keys.add(1000, event(10)) == "*"
    assert keys.add(3000, event(10, 800, True)) == "*"
    assert keys.add(5000, event(11)) == "#"


def test_other_events_and_broken_payloads_are_no_keys() -> None:
    keys = KeyEvents()
    assert [keys.add(n, payload) for n, payload in enumerate((event(16), event(255), b"", b"\x05"))] == [None] * 4
    assert keys.add(9, event(15)) == "D"
