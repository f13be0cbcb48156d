"""Finding a port to listen on before the SIP stack, which reports a clash only as "Address already in use"."""

import errno
import socket

from telephony.ports import PortTaken

_TRIES = 50


def port_is_free(host: str, port: int) -> bool:
    """Tell whether UDP and TCP can both be bound to ``host:port`` right now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(family, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno in (errno.EADDRINUSE, errno.EACCES):
                    return False
                raise PortTaken(
                    f"cannot listen on {host}: {error.strerror}; set SIP_LISTEN to an address of this machine."
                ) from error
    return True


def free_sip_port(host: str, wanted: int) -> int:
    """The first port from ``wanted`` upwards that is free for UDP and TCP; ``wanted`` 0 lets the system choose.

    Raises :class:`PortTaken` when the next 50 ports are all in use or ``host`` is not an address of this machine.
    """
    if wanted == 0:
        return _any_port(host)
    for port in range(wanted, min(wanted + _TRIES, 65536)):
        if port_is_free(host, port):
            return port
    raise PortTaken(
        f"ports {wanted} to {min(wanted + _TRIES, 65536) - 1} on {host} are all in use; set SIP_LISTEN to a free port."
    )


def _any_port(host: str) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(_TRIES):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((host, 0))
            except OSError as error:
                raise PortTaken(
                    f"cannot listen on {host}: {error.strerror}; set SIP_LISTEN to an address of this machine."
                ) from error
            port = int(probe.getsockname()[1])
        if port_is_free(host, port):
            return port
    raise PortTaken(f"no free port on {host}; set SIP_LISTEN to a free port.")


def local_address_towards(host: str = "192.0.2.1") -> str:
    """The local address the system would send from towards ``host`` (no packet is sent); loopback if none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
