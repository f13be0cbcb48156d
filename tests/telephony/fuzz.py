"""Hostile datagrams: the torture messages of RFC 4475, mutated and random ones, the same for every seed."""

import random
from collections.abc import Iterator
from pathlib import Path

TORTURE = sorted((Path(__file__).parent / "data" / "rfc4475").glob("*.dat"))

_INVITE = (
    "INVITE sip:95000@127.0.0.1 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{n:x};rport\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:138@127.0.0.1>;tag={n:x}\r\nTo: <sip:95000@127.0.0.1>\r\n"
    "Call-ID: {n:x}@fuzz\r\nCSeq: 1 INVITE\r\nContact: <sip:138@127.0.0.1:9>\r\n"
    "Content-Type: application/sdp\r\nContent-Length: {length}\r\n\r\n{sdp}"
)
_SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 8\r\n"


def datagrams(count: int, seed: int) -> Iterator[bytes]:
    """The torture messages first, then ``count`` mutations of them, of fresh INVITEs, and pure noise."""
    originals = [path.read_bytes() for path in TORTURE]
    yield from originals
    rng = random.Random(seed)
    for _ in range(count):
        kind = rng.random()
        if kind < 0.1:
            yield rng.randbytes(rng.randrange(1, 1400))
        elif kind < 0.4:
            text = _INVITE.format(n=rng.getrandbits(64), length=len(_SDP), sdp=_SDP)
            yield mutate(text.encode(), rng)
        else:
            yield mutate(rng.choice(originals), rng)


def mutate(data: bytes, rng: random.Random) -> bytes:
    """One to four small damages: flipped, removed, repeated bytes, swapped or repeated lines, a cut."""
    damaged = bytearray(data)
    for _ in range(rng.randrange(1, 5)):
        if not damaged:
            break
        at = rng.randrange(len(damaged))
        kind = rng.randrange(6)
        if kind == 0:
            damaged[at] = rng.randrange(256)
        elif kind == 1:
            del damaged[at : at + rng.randrange(1, 20)]
        elif kind == 2:
            damaged[at:at] = damaged[at : at + 10] * rng.randrange(1, 40)
        elif kind == 3:
            lines = bytes(damaged).split(b"\r\n")
            rng.shuffle(lines)
            damaged = bytearray(b"\r\n".join(lines))
        elif kind == 4:
            damaged = damaged[:at]
        else:
            damaged[at:at] = rng.randbytes(rng.randrange(1, 8))
    return bytes(damaged[:60000])
