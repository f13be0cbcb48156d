"""Logging: one line per record, personal data masked, pipecat's own log kept to warnings."""

from __future__ import annotations

import logging
import re
import sys

from loguru import logger as loguru_logger

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_LONG_NUMBER = re.compile(r"(?<![\d.])(\+?\d{3})\d{3,}(\d{2})(?![\d.])")


def mask(text: str) -> str:
    """Hide the middle of every run of eight digits or more, as in phone numbers and waybills."""
    return _LONG_NUMBER.sub(r"\1****\2", text)


class MaskingFormatter(logging.Formatter):
    """Appends a record's attributes and masks numbers in the whole line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the masked line."""
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        line = super().format(record)
        if extra:
            line += " " + " ".join(f"{key}={value}" for key, value in extra.items())
        return mask(line)


def set_up_logging(*, verbose: bool = False) -> None:
    """Log to stderr; ``verbose`` shows our own information too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s %(name)s %(message)s", "%H:%M:%S"))
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler], force=True)
    loguru_logger.remove()
    loguru_logger.add(_write_masked, level="ERROR")


def _write_masked(message: object) -> None:
    sys.stderr.write(mask(str(message)))
