"""An offer as Chromium makes it, shortened, for tests that need no connection."""

FINGERPRINT = "sha-256 " + ":".join(["AB"] * 32)

OFFER = "\r\n".join(
    [
        "v=0",
        "o=- 4611732567821 2 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0 1",
        "a=msid-semantic: WMS",
        "m=audio 41000 UDP/TLS/RTP/SAVPF 111 63 9 0 8 126",
        "c=IN IP4 192.0.2.10",
        "a=rtcp:9 IN IP4 0.0.0.0",
        "a=candidate:1 1 udp 2113937151 192.0.2.10 41000 typ host generation 0 network-cost 999",
        "a=candidate:2 1 udp 2113937151 0b1c2d3e-1111-2222-3333-444455556666.local 41001 typ host generation 0",
        "a=candidate:3 1 tcp 1518280447 192.0.2.10 9 typ host tcptype active generation 0",
        "a=ice-ufrag:Ab1c",
        "a=ice-pwd:AbCdEfGhIjKlMnOpQrStUvWx",
        "a=ice-options:trickle",
        f"a=fingerprint:{FINGERPRINT}",
        "a=setup:actpass",
        "a=mid:0",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 minptime=10;useinbandfec=1",
        "a=rtpmap:63 red/48000/2",
        "a=rtpmap:9 G722/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:126 telephone-event/8000",
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
        "c=IN IP4 0.0.0.0",
        "a=ice-ufrag:Ab1c",
        "a=ice-pwd:AbCdEfGhIjKlMnOpQrStUvWx",
        f"a=fingerprint:{FINGERPRINT}",
        "a=setup:actpass",
        "a=mid:1",
        "a=sctp-port:5000",
        "a=max-message-size:262144",
        "",
    ]
)


def without(line_start: str) -> str:
    return "\r\n".join(line for line in OFFER.split("\r\n") if not line.startswith(line_start))
