"""A first look at every INVITE, before the stack makes a call of it.

baresip-python 0.5.2a3 leaks a call for ever when an INVITE carries SDP but cannot open a dialog (no Contact, no From
tag, a broken Record-Route): the ghost keeps its place under the call cap, so as many such packets as the cap has
places block the line, and closing the stack then frees the ghost twice and aborts the process. No setting prevents
it, so a listener of our own is put in front of the stack's, through the C functions that the extension exports. It
answers 400 where the stack's own test for a dialog fails, and lets INVITEs wait (their sender repeats them) while
too many calls are unconfirmed, which is what a flood of well-formed ones would otherwise do to the cap.
"""

import ctypes
import logging
import sys
from collections.abc import Callable
from typing import Any

import baresip._native

logger = logging.getLogger(__name__)

_METHOD, _TO_TAG = 248, 776
"""Offsets in ``struct sip_msg`` of the pinned release (LP64; the same on x86_64 and aarch64)."""

_LISTENER = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)


class _Text(ctypes.Structure):
    """``struct pl``: a pointer and a length."""

    _fields_ = (("start", ctypes.c_void_p), ("length", ctypes.c_size_t))


class _Element(ctypes.Structure):
    """``struct le``: what every listener begins with."""

    _fields_ = (
        ("prev", ctypes.c_void_p),
        ("next", ctypes.c_void_p),
        ("list", ctypes.c_void_p),
        ("data", ctypes.c_void_p),
    )


class InviteGuard:
    """Installed while the stack runs; ``overloaded`` is asked on the SIP thread and must only read.

    :attr:`refused` and :attr:`postponed` count INVITEs.
    """

    def __init__(self, overloaded: Callable[[], bool]) -> None:
        self._overloaded = overloaded
        self._library: ctypes.CDLL | None = None
        self._sip: int | None = None
        self._listener = ctypes.c_void_p()
        self._callback = _LISTENER(self._on_request)  # kept: the stack calls it
        self.refused = 0
        self.postponed = 0

    def install(self) -> bool:
        """Put the guard first among the stack's listeners; False where the library does not offer its functions."""
        library = _load()
        if library is None:
            logger.warning("the SIP stack runs without a guard against malformed INVITEs; keep a SIP proxy in front")
            return False
        library.re_thread_enter()
        try:
            self._sip = library.uag_sip()
            error = library.sip_listen(ctypes.byref(self._listener), self._sip, True, self._callback, None)
            if error or not self._listener.value:
                return False
            element = _Element.from_address(self._listener.value)
            first, data = element.list, element.data
            library.list_unlink(self._listener)
            library.list_prepend(first, self._listener, data)
        finally:
            library.re_thread_leave()
        self._library = library
        return True

    def remove(self) -> None:
        """Take the listener away again; must be called before the stack stops."""
        if self._library is None:
            return
        self._library.re_thread_enter()
        try:
            self._library.mem_deref(self._listener)
        finally:
            self._library.re_thread_leave()
        self._library = None

    def _on_request(self, message: int, _argument: int | None) -> bool:
        """SIP thread. True means: dealt with, nobody else sees it."""
        library = self._library
        if library is None or _text(message + _METHOD) != b"INVITE" or _text(message + _TO_TAG):
            return False  # only what would make a new call is looked at
        if self._overloaded():
            self.postponed += 1
            return True
        dialog = ctypes.c_void_p()
        if library.sip_dialog_accept(ctypes.byref(dialog), message):
            self.refused += 1
            library.sip_treply(None, self._sip, message, 400, b"Bad Request")
            return True
        library.mem_deref(dialog)
        return False


def _text(address: int) -> bytes:
    """The first bytes of a ``struct pl``."""
    text = _Text.from_address(address)
    return ctypes.string_at(text.start, min(text.length, 16)) if text.start else b""


def _load() -> ctypes.CDLL | None:
    """The extension as a C library, its functions declared; ``None`` where it cannot be used that way."""
    if sys.maxsize < 2**32:
        return None
    pointer, integer, text = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "re_thread_enter": (None, []),
        "re_thread_leave": (None, []),
        "uag_sip": (pointer, []),
        "sip_listen": (integer, [pointer, pointer, ctypes.c_bool, _LISTENER, pointer]),
        "list_unlink": (None, [pointer]),
        "list_prepend": (None, [pointer, pointer, pointer]),
        "sip_dialog_accept": (integer, [pointer, pointer]),
        "sip_treply": (integer, [pointer, pointer, pointer, ctypes.c_uint16, text]),
        "mem_deref": (pointer, [pointer]),
    }
    try:
        library = ctypes.CDLL(str(baresip._native.__file__))
        for name, (result, arguments) in signatures.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError):
        return None
    return library
