"""Order, loss, restart: what the hub's queue is given."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from telephony.webrtc.arrivals import MAX_CONCEALED, REORDER_PACKETS, Arrivals
from tests.telephony.sounds import samples

FRAME = 320


def stream() -> Arrivals:
    return Arrivals(lambda payload: payload * FRAME, 8000)


def packet(number: int) -> bytes:
    return bytes([1 + number % 250])


def test_packets_in_order_pass_at_once_over_the_turn_of_the_numbers() -> None:
    arrivals = stream()
    for number in range(65_530, 65_545):
        assert arrivals.add(number % 65_536, packet(number)) == packet(number) * FRAME


def test_a_swapped_pair_is_put_right_and_nothing_is_lost() -> None:
    arrivals = stream()
    arrivals.add(10, packet(10))
    assert arrivals.add(12, packet(12)) == b""
    assert arrivals.add(11, packet(11)) == packet(11) * FRAME + packet(12) * FRAME
    assert arrivals.lost == arrivals.late == 0


def test_a_lost_packet_is_made_from_the_sound_before_it_so_that_time_is_kept() -> None:
    arrivals = Arrivals(lambda payload: np.full(FRAME // 2, payload[0] * 100, np.int16).tobytes(), 8000)
    arrivals.add(1, b"\x10")
    sound = b"".join(arrivals.add(number, b"\x20") for number in range(3, 3 + REORDER_PACKETS + 1))
    assert len(sound) == (1 + REORDER_PACKETS + 1) * FRAME
    filled = samples(sound[:FRAME])
    assert filled[0] == 1600
    assert 800 < filled[-1] < 1300  # fading
    assert arrivals.lost == 1
    assert samples(sound[-FRAME:])[-1] == 3200


def test_what_is_lost_for_longer_than_a_syllable_is_silence() -> None:
    arrivals = Arrivals(lambda payload: np.full(FRAME // 2, payload[0] * 100, np.int16).tobytes(), 8000)
    arrivals.add(1, b"\x10")
    sound = b"".join(arrivals.add(number, b"\x20") for number in range(7, 7 + REORDER_PACKETS + 1))
    assert any(sound[: 3 * FRAME]) and not any(sound[3 * FRAME : 5 * FRAME])
    assert arrivals.lost == 5


def test_frames_of_another_length_pass_and_are_followed_by_silence() -> None:
    arrivals = Arrivals(lambda payload: payload * 3 * FRAME, 8000)
    assert arrivals.add(1, b"\x10") == b"\x10" * 3 * FRAME
    sound = b"".join(arrivals.add(number, b"\x20") for number in range(3, 3 + REORDER_PACKETS + 1))
    assert not any(sound[: 3 * FRAME]) and sound[3 * FRAME :] == b"\x20" * 9 * FRAME


def test_a_late_packet_is_not_played_after_its_time() -> None:
    arrivals = stream()
    for number in (1, 3, 4, 5):
        arrivals.add(number, packet(number))
    assert arrivals.add(2, packet(2)) == b""
    assert arrivals.late == 1


def test_a_long_gap_is_not_filled_for_ever_and_a_far_number_is_a_new_stream() -> None:
    arrivals = stream()
    arrivals.add(1, packet(1))
    filled = b"".join(arrivals.add(number, packet(number)) for number in range(50, 53))
    assert len(filled) <= (MAX_CONCEALED + 3) * FRAME
    assert arrivals.add(9_000, packet(9_000)) == packet(9_000) * FRAME


def test_a_keys_packet_holds_its_place_and_makes_no_sound() -> None:
    arrivals = stream()
    arrivals.add(1, packet(1))
    assert arrivals.add(2, None) == b""
    assert arrivals.add(3, packet(3)) == packet(3) * FRAME
    assert arrivals.lost == 0


@given(st.lists(st.tuples(st.integers(0, 65_535), st.binary(max_size=2) | st.none()), max_size=60))
def test_no_sequence_of_numbers_breaks_it_or_makes_it_grow(packets: list[tuple[int, bytes | None]]) -> None:
    arrivals = stream()
    for number, payload in packets:
        arrivals.add(number, payload)
        assert len(arrivals._waiting) <= REORDER_PACKETS
