import asyncio
import socket

import numpy as np
import pytest

from telephony.rawsip import RawAnswerer, RawCaller, ReceivedPacket, RtpStream, g711
from telephony.rawsip.message import AudioSdp, SipMessage, parse, parse_sdp, reply_to
from telephony.rawsip.rtp import build_timeline
from telephony.rawsip.udp import DatagramSink

from .sounds import constant, samples, tone


@pytest.mark.parametrize("law", [g711.PCMA, g711.PCMU])
def test_g711_keeps_speech_within_its_own_quantisation(law: int) -> None:
    sound = samples(tone(440, 0.2, level=20000)).astype(np.float64)
    heard = samples(g711.decode(g711.encode(tone(440, 0.2, level=20000), law), law)).astype(np.float64)
    noise = heard - sound
    assert 10 * np.log10(np.mean(sound**2) / np.mean(noise**2)) > 35  # ITU-T G.712 asks for 33 dB


@pytest.mark.parametrize("law", [g711.PCMA, g711.PCMU])
def test_every_g711_code_survives_a_round_trip(law: int) -> None:
    codes = bytes(range(256))
    pcm = g711.decode(codes, law)
    assert g711.decode(g711.encode(pcm, law), law) == pcm


def test_known_g711_values() -> None:
    assert g711.decode(b"\xd5\x55\xaa\x2a", g711.PCMA) == np.array([8, -8, 32256, -32256], np.int16).tobytes()
    assert g711.decode(b"\xff\x7f\x80\x00", g711.PCMU) == np.array([0, 0, 32124, -32124], np.int16).tobytes()
    assert g711.encode(bytes(320), g711.PCMA) == g711.SILENCE[g711.PCMA]
    assert g711.encode(bytes(320), g711.PCMU) == g711.SILENCE[g711.PCMU]


def test_messages_survive_the_wire_and_compact_headers_are_read() -> None:
    message = SipMessage("INVITE sip:a@b SIP/2.0", [("Via", "x"), ("Call-ID", "1")], "v=0\r\n")
    read = parse(message.encode())
    assert read is not None
    assert (read.method, read.get("call-id"), read.get("content-length"), read.body) == ("INVITE", "1", "5", "v=0\r\n")
    compact = parse(b"SIP/2.0 486 Busy Here\r\nv: x\r\nv: y\r\ni: 9\r\nCSeq: 3 BYE\r\n\r\n")
    assert compact is not None
    assert (compact.status, compact.reason, compact.method) == (486, "Busy Here", "BYE")
    assert (compact.all("via"), compact.get("call-id")) == (["x", "y"], "9")


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", bytes(range(256))])
def test_what_is_no_sip_message_is_none(data: bytes) -> None:
    assert parse(data) is None


def test_a_reply_copies_the_request_and_tags_a_new_to_once() -> None:
    request = parse(
        b"OPTIONS sip:a@b SIP/2.0\r\nVia: 1\r\nVia: 2\r\nFrom: f\r\nTo: t\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n"
    )
    assert request is not None
    reply = parse(reply_to(request, 200, "OK", tag="z").encode())
    assert reply is not None
    assert (reply.all("via"), reply.get("to"), reply.get("cseq")) == (["1", "2"], "t;tag=z", "1 OPTIONS")
    tagged = SipMessage("BYE sip:a SIP/2.0", [("to", "t;tag=y")])
    assert reply_to(tagged, 200, "OK", tag="z").headers == [("To", "t;tag=y")]


def test_sdp_survives_the_wire() -> None:
    sdp = AudioSdp("192.0.2.1", 4000, (8, 0), "sendonly", 97)
    assert parse_sdp(sdp.encode()) == sdp
    assert parse_sdp("v=0\r\n") is None


def packet(sequence: int, arrival: float, timestamp: int, level: int = 1000, ssrc: int = 1) -> ReceivedPacket:
    payload = g711.encode(constant(level, 1), g711.PCMA)
    return ReceivedPacket(arrival, sequence, timestamp & 0xFFFFFFFF, ssrc, g711.PCMA, payload)


def levels(pcm: bytes) -> list[int]:
    """The rough level of each 20 ms."""
    return [round(int(frame[0]) / 1000) for frame in samples(pcm).reshape(-1, 160)]


def test_lost_packets_are_silence_and_reordered_ones_find_their_place() -> None:
    start = 0xFFFFFF60  # the timestamp wraps
    order = [0, 2, 1, 4]
    timeline = build_timeline([packet(n, 10 + n * 0.02, start + 160 * n, 1000 * (n + 1)) for n in order])
    assert levels(timeline.pcm) == [1, 2, 3, 0, 5]
    assert timeline.start == 10
    assert timeline.heard_at(0) == 10
    assert timeline.heard_at(4 * 160 + 80) == pytest.approx(10.09)


def test_a_new_source_is_placed_by_its_arrival() -> None:
    first = [packet(n, 5 + n * 0.02, 160 * n, 1000) for n in range(2)]
    second = [packet(n, 5.1 + n * 0.02, 999_000 + 160 * n, 2000, ssrc=2) for n in range(2)]
    assert levels(build_timeline(first + second).pcm) == [1, 1, 0, 0, 0, 2, 2]


def test_late_frames_are_counted_as_in_the_contracts() -> None:
    arrivals = [0.0, 0.02, 0.061, 0.08, 0.12]
    timeline = build_timeline([packet(n, at, 160 * n) for n, at in enumerate(arrivals)])
    assert timeline.late_frames() == 1


def test_nothing_received_is_an_empty_timeline() -> None:
    assert build_timeline([]).pcm == b""


async def stream_between(loss: float, frames: int) -> tuple[int, list[ReceivedPacket]]:
    sender, receiver = RtpStream("127.0.0.1", loss=loss, seed=3), RtpStream("127.0.0.1")
    receiver.sending = False
    receiver.start(("127.0.0.1", sender.port))
    sender.start(("127.0.0.1", receiver.port))
    first, last = await sender.send(constant(1000, frames))
    assert last - first == pytest.approx((frames - 1) * 0.02, abs=0.05)
    await asyncio.sleep(0.02)
    await sender.close()
    await receiver.close()
    return sender.sent, receiver.packets


async def test_loss_is_injected_and_deterministic() -> None:
    (clean, _), (lossy, got), (again, _) = await asyncio.gather(
        stream_between(0, 20), stream_between(0.3, 20), stream_between(0.3, 20)
    )
    assert lossy < clean
    assert abs(lossy - again) <= 1
    assert len(got) == pytest.approx(lossy, abs=1)


async def test_a_neighbours_rtcp_is_no_sound() -> None:
    sender, receiver = RtpStream("127.0.0.1"), RtpStream("127.0.0.1")
    receiver.sending = False
    receiver.start(("127.0.0.1", sender.port))
    report = b"\x80\xc8\x00\x06" + bytes(24)  # an SR without report blocks
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as neighbour:
        neighbour.sendto(report, ("127.0.0.1", receiver.port))
    sender.start(("127.0.0.1", receiver.port))
    await sender.send(constant(1000, 3))
    await asyncio.sleep(0.02)
    await sender.close()
    await receiver.close()
    assert {packet.payload_type for packet in receiver.packets} == {g711.PCMA}


async def test_what_is_no_sip_uri_is_refused() -> None:
    with pytest.raises(ValueError, match="not a SIP URI"):
        RawCaller("127.0.0.1:5060")


async def test_a_bye_is_repeated_until_it_is_answered_and_nothing_is_sent_after_the_end() -> None:
    byes: list[SipMessage] = []
    answered = asyncio.Event()
    loop = asyncio.get_running_loop()

    def take(data: bytes, sender: tuple[str, int]) -> None:
        message = parse(data)
        if message is not None and message.method == "BYE" and not message.is_response:
            byes.append(message)
            if len(byes) == 2:
                peer.sendto(reply_to(message, 200, "OK").encode(), sender)
                answered.set()

    peer, _ = await loop.create_datagram_endpoint(lambda: DatagramSink(take), local_addr=("127.0.0.1", 0))
    try:
        async with RawAnswerer() as phone:
            host, port = peer.get_extra_info("sockname")
            invite = SipMessage(
                f"INVITE {phone.uri} SIP/2.0",
                [
                    ("Via", f"SIP/2.0/UDP {host}:{port};branch=z9hG4bK1"),
                    ("From", "<sip:a@127.0.0.1>;tag=1"),
                    ("To", f"<{phone.uri}>"),
                    ("Call-ID", "one"),
                    ("CSeq", "1 INVITE"),
                    ("Contact", f"<sip:a@{host}:{port}>"),
                    ("Content-Type", "application/sdp"),
                ],
                AudioSdp(host, port, (g711.PCMA,)).encode(1),
            )
            where = phone.uri.partition("@")[2].split(":")
            peer.sendto(invite.encode(), (where[0], int(where[1])))
            call = await asyncio.wait_for(phone.calls.get(), 2)
            phone.hangup(call)
            await asyncio.wait_for(answered.wait(), 3)
            await asyncio.sleep(0.05)
            assert call.repeating is not None and call.repeating.cancelled()
            assert len(byes) == 2 and not call.rtp.sending
    finally:
        peer.close()
