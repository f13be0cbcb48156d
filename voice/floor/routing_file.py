"""``config/routing.yaml``: ring times, skill groups, overflow and telephones; read with line numbers in errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dialog.located_yaml import ConfigError, Located, read
from voice.floor.agents import Refused
from voice.floor.routing import RoutingRules

_URI = re.compile(r"sips?:[A-Za-z0-9_.!~*'()&=+$,;?/%{}-]+@[A-Za-z0-9_.\[\]:-]+(;[A-Za-z0-9_=.-]+)*", re.ASCII)
NO_LINE = "没有配置外呼线路，请在 config/routing.yaml 填写 trunk.uri。"
_MOVED = {"outside": "trunk.uri", "privacy": "trunk.privacy_uri and trunk.privacy_ring_s"}


@dataclass(frozen=True, slots=True)
class Trunk:
    """Every line outwards, SIP URIs with ``{number}`` in them.

    ``uri`` carries agents' call-backs, consultations and transfers to numbers (empty: none). ``privacy_uri`` carries
    calls to outlets and couriers through a platform that shows neither side the other's number (empty: they are never
    rung); ``privacy_ring_s`` is how long those ring before the bot is back.
    """

    uri: str = ""
    privacy_uri: str = ""
    privacy_ring_s: float = 20.0

    def to(self, number: str) -> str:
        """The URI of an outside number.

        Raises:
            Refused: there is no line outwards.
        """
        if not self.uri:
            raise Refused(NO_LINE)
        return self.uri.replace("{number}", number)

    def hidden(self, number: str) -> str:
        """The URI of an outlet or courier, both numbers hidden; empty without such a line."""
        return self.privacy_uri.replace("{number}", "".join(sign for sign in number if sign.isdigit()))


@dataclass(frozen=True, slots=True)
class Routing:
    """How callers reach people.

    ``overflow`` is rung when a caller waited ``overflow_after_s`` (empty: never); ``trunk`` reaches numbers outside.
    A person's line without sound and without RTCP for ``lost_after_s`` is broken (0: never).
    """

    rules: RoutingRules = field(default_factory=RoutingRules)
    overflow: str = ""
    overflow_after_s: float = 120.0
    lost_after_s: float = 6.0
    trunk: Trunk = field(default_factory=Trunk)
    telephones: Mapping[str, str] = field(default_factory=dict)


def load_routing(config_dir: Path) -> Routing:
    """Read ``routing.yaml``; a missing file means the defaults.

    Raises:
        ConfigError: an entry is wrong; the text names its line.
    """
    path = config_dir / "routing.yaml"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Routing()
    except OSError as error:
        raise ConfigError(f"{path.name} cannot be read in {config_dir}; correct its rights") from error
    return parse_routing(data, path.name)


def parse_routing(data: bytes, file: str = "routing.yaml") -> Routing:
    """Read the file's text.

    Raises:
        ConfigError: an entry is wrong; the text names its line.
    """
    root = read(data, file)
    for key, new in _MOVED.items():
        if (node := root.get(key)) is not None:
            node.fail(f"{key} is no key here; write {new}")
    root.only(
        *("ring_s", "acw_s", "widen_after_s", "handling_s", "lost_after_s", "fallback", "overflow", "trunk"),
        "telephones",
        "telephones",
    )
    normal = RoutingRules()
    rules = RoutingRules(
        ring_s=_seconds(root, "ring_s", normal.ring_s, 5, 60),
        acw_s=_seconds(root, "acw_s", normal.acw_s, 0, 600),
        widen_after_s=_seconds(root, "widen_after_s", normal.widen_after_s, 0, 600),
        handling_s=_seconds(root, "handling_s", normal.handling_s, 10, 3600),
        fallback=_groups(root.get("fallback")),
    )
    overflow = root.get("overflow")
    if overflow is not None:
        overflow.only("uri", "after_s")
    return Routing(
        rules,
        overflow=_uri(overflow.need("uri")) if overflow else "",
        overflow_after_s=_seconds(overflow, "after_s", 120.0, 0, 3600),
        lost_after_s=_seconds(root, "lost_after_s", Routing().lost_after_s, 0, 60),
        trunk=_trunk(root.get("trunk")),
        telephones={name: _uri(node) for name, node in phones.items()} if (phones := root.get("telephones")) else {},
    )


def _trunk(node: Located | None) -> Trunk:
    if node is None:
        return Trunk()
    node.only("uri", "privacy_uri", "privacy_ring_s")
    ring_s = _seconds(node, "privacy_ring_s", Trunk().privacy_ring_s, 5, 60)
    return Trunk(_template(node.get("uri")), _template(node.get("privacy_uri")), ring_s)


def _seconds(node: Located | None, key: str, default: float, least: float, most: float) -> float:
    value = node.get(key) if node is not None else None
    if value is None:
        return default
    if not least <= value.number() <= most:
        value.fail(f"{key} is in seconds; write {least:g} to {most:g}")
    return value.number()


def _groups(node: Located | None) -> Mapping[str, tuple[str, ...]]:
    if node is None:
        return {}
    return {skill: tuple(entry.text() for entry in helpers.sequence()) for skill, helpers in node.items()}


def _uri(node: Located) -> str:
    text = node.text()
    if text and not _URI.fullmatch(text):
        node.fail(f"{text!r} is no SIP address; write for example sip:overflow@10.0.0.5:5060")
    return text


def _template(node: Located | None) -> str:
    if node is None or not node.text():
        return ""
    if "{number}" not in node.text():
        node.fail("the address needs {number} where the number goes, for example sip:{number}@10.0.0.5:5060")
    return _uri(node)
