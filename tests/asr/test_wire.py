from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.errors import ProtocolError
from asr.ports import Token, Transcript
from asr.wire import MAX_PAYLOAD, Kind, Message, Unpacker, pack, pack_json, pack_transcript, unpack_transcript

messages = st.lists(
    st.tuples(st.sampled_from(list(Kind)), st.integers(0, 2**32 - 1), st.binary(max_size=50)), max_size=8
)


@given(messages, st.lists(st.integers(1, 40), min_size=1))
def test_any_split_of_the_bytes_gives_the_same_messages(sent: list[tuple[Kind, int, bytes]], sizes: list[int]) -> None:
    data = b"".join(pack(*message) for message in sent)
    unpacker, got, at, turn = Unpacker(), [], 0, 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        got += list(unpacker.feed(data[at : at + size]))
        at, turn = at + size, turn + 1
    assert got == [Message(*message) for message in sent]


@pytest.mark.parametrize("final", [True, False])
def test_a_transcript_survives_the_wire(final: bool) -> None:
    said = Transcript("顺丰", (Token("顺", 40, 200, 0.91), Token("丰", 200, 380, 0.5)), final, 2, 0.705, 12.5, True)
    (message,) = Unpacker().feed(pack_transcript(9, said))
    assert (message.stream, unpack_transcript(message)) == (9, said)


def test_a_length_that_nobody_sends_is_refused_before_it_is_buffered() -> None:
    header = pack(Kind.AUDIO, 1)[:5] + (MAX_PAYLOAD + 1).to_bytes(4, "big")
    with pytest.raises(ProtocolError, match="too long"):
        list(Unpacker().feed(header))


@pytest.mark.parametrize("payload", [b"", b"[1]", b"{", b"\xff"])
def test_what_is_not_an_object_is_a_protocol_error(payload: bytes) -> None:
    with pytest.raises(ProtocolError):
        Message(Kind.OPEN, 1, payload).json()


def test_a_transcript_without_its_fields_is_a_protocol_error() -> None:
    (message,) = Unpacker().feed(pack_json(Kind.FINAL, 1, {"text": "好"}))
    with pytest.raises(ProtocolError, match="lacks a field"):
        unpack_transcript(message)
