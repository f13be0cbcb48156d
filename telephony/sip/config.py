"""Settings of the SIP endpoint and how they become the stack's configuration text."""

from dataclasses import dataclass

from baresip import Account, Config

EXPOSED_HEADERS = (
    "From",
    "To",
    "P-Asserted-Identity",
    "P-Called-Party-ID",
    "Privacy",
    "Diversion",
    "History-Info",
    "User-Agent",
    "X-Order",
    "X-Src-Ip",
)
WILDCARDS = frozenset({"0.0.0.0", "::"})


@dataclass(frozen=True)
class SipConfig:
    """How to listen for calls.

    ``host`` and ``port`` are where UDP and TCP listen (the next free port is taken when this one is in use);
    ``rtp_ports`` is the inclusive UDP range for media, two ports per leg, and as many again so that the ports of legs
    that ended rest for half a minute; ``max_calls`` caps call legs, both directions and ringing ones included, so it
    must be at least twice the number of conversations when calls are bridged; ``jitter_ms`` is the fixed play-out delay
    and the bound of the jitter buffer (40 on a LAN trunk, 60 over the internet); ``rtp_timeout_s`` ends a call that
    sends no audio; ``lost_after_s`` gives up a person whom we called and whose line is without sound and RTCP, or mute,
    for so long (0: never); ``realtime`` asks for SCHED_RR on the media threads; ``advertise`` is the address written
    into Contact headers when ``host`` is a wildcard (the stack then answers on that address and not on loopback);
    ``follow_refer`` lets a peer make us call a number of its choice, which for a hotline is toll fraud.
    """

    host: str = "127.0.0.1"
    port: int = 5060
    rtp_ports: tuple[int, int] = (20000, 21999)
    max_calls: int = 64
    transports: tuple[str, ...] = ("udp", "tcp")
    codecs: tuple[str, ...] = ("pcma/8000/1", "pcmu/8000/1", "g722/16000/1")
    jitter_ms: tuple[int, int] = (40, 160)
    rtp_timeout_s: int = 20
    lost_after_s: float = 6.0
    realtime: bool = True
    advertise: str | None = None
    follow_refer: bool = False

    def stack_config(self, port: int) -> Config:
        """The stack's configuration for listening on ``port``.

        Every line answers a measured default that hurts: an RTP range of 1024-49152, a cap of two calls, a 100 ms
        jitter buffer. Unknown keys are ignored silently by the stack, so tests assert the effects.
        """
        low, high = self.rtp_ports
        return Config(
            net_interface=None if self.host in WILDCARDS else self.host,
            max_concurrent_calls=self.max_calls,
            rtp_timeout=self.rtp_timeout_s,
            expose_headers=EXPOSED_HEADERS,
            native_log_level="error",
            extra_config_text=(
                f"sip_listen {_bracketed(self.host)}:{port}\n"
                f"rtp_ports {low}-{high}\n"
                "audio_jitter_buffer_type fixed\n"
                f"audio_jitter_buffer_ms {self.jitter_ms[0]}-{self.jitter_ms[1]}\n"
            ),
        )

    def account(self, transport: str, address: str) -> Account:
        """The account that answers any called number on one transport.

        ``catchall`` accepts every DID; the bare ``video_codecs`` switches video off, which otherwise makes the
        stack send a re-INVITE 50-150 ms after each answer.
        """
        return Account(
            user="hotline",
            domain=_bracketed(address),
            password="",
            reg_interval=0,
            transport=transport,  # type: ignore[arg-type] # validated by the stack's own Account
            audio_codecs=self.codecs,
            extra_params=("catchall=yes", "video_codecs"),
        )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
