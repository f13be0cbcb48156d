"""Failures as one sentence: what went wrong and what to do about it."""

from __future__ import annotations

from asr.errors import AsrError
from asr.ports import RecogniserUnavailable
from dialog.located_yaml import ConfigError
from ledger import LedgerUnavailable
from logistics_client.errors import LogisticsError
from telephony.ports import TelephonyError
from telephony.rawsip import CallRefused

EXPECTED = (
    AsrError,
    CallRefused,
    ConfigError,
    LedgerUnavailable,
    LogisticsError,
    OSError,
    RecogniserUnavailable,
    RuntimeError,
    TelephonyError,
    ValueError,
)


def one_sentence(error: BaseException) -> str | None:
    """The sentence for an expected failure; None for a bug, which deserves its traceback."""
    if not isinstance(error, EXPECTED):
        return None
    return " ".join(str(error).split()) or type(error).__name__
