"""Limits and clocks of the dialogue that operators may change: ``config/dialogue.yaml``."""

from __future__ import annotations

from dataclasses import dataclass, fields

from dialog.located_yaml import ConfigError, Located, read


@dataclass(frozen=True, slots=True)
class Settings:
    """Numbers the dialogue keeps to; those that are spoken are facts with the source ``config.*``."""

    reprompts: int = 2  # times a question is asked again before a person is offered
    no_input_s: float = 8.0  # open and yes/no questions

    complaint_days: int = 7  # the company's own clock for a complaint
    authority_phone: str = "12305"  # said only when asked
    authority_days: int = 30

    survey: bool = True
    transfer_attempts: int = 2  # times a person is tried before the honest alternatives
    queue_announce_s: int = 45  # seconds between two words about the queue
    queue_long_s: int = 120  # estimate from which a call back is offered

    abuse_limit: int = 3  # insults after which a person is offered each time


def parse_settings(data: bytes, file: str = "dialogue.yaml") -> Settings:
    """Read the file; keys that are left out keep their defaults.

    Raises:
        ConfigError: unknown key or impossible value, with its line.
    """
    root = read(data, file)
    root.only(*(field.name for field in fields(Settings)))
    values: dict[str, object] = {}
    for key, node in root.items():
        values[key] = _value(key, node)
    return Settings(**values)  # type: ignore[arg-type]  # checked key by key above


def _value(key: str, node: Located) -> object:
    default = getattr(Settings(), key)
    if isinstance(default, bool):
        word = node.text().lower()
        if word not in ("true", "false"):
            node.fail(f"{key} is a switch; write true or false")
        return word == "true"
    if isinstance(default, int):
        return node.whole(least=1)
    if isinstance(default, float):
        value = node.number()
        if not 1.0 <= value <= 60.0:
            node.fail(f"{key} is in seconds; write 1 to 60")
        return value
    return node.text()


__all__ = ["ConfigError", "Settings", "parse_settings"]
