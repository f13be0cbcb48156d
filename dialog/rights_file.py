"""Reads ``config/who_may_hear.yaml``: one row per caller class, one cell per item."""

from __future__ import annotations

from dialog.identity import Item, Leave, Rights
from dialog.located_yaml import Located, read
from logistics_client.vocabulary import CallerClass


def parse_rights(data: bytes, file: str = "who_may_hear.yaml") -> Rights:
    """Read the table; every class and every item must be there, so that nothing is allowed by an oversight.

    Raises:
        ConfigError: with its line.
    """
    root = read(data, file)
    root.only(*(name.value for name in CallerClass))
    return Rights({name: _row(root.need(name.value)) for name in CallerClass})


def _row(node: Located) -> dict[Item, Leave]:
    node.only(*(item.value for item in Item))
    return {item: _cell(node.need(item.value)) for item in Item}


def _cell(node: Located) -> Leave:
    word = node.text().lower()
    if word not in {leave.value for leave in Leave}:
        node.fail(f"{word} is no right; write yes, send, confirm or no")
    return Leave(word)
