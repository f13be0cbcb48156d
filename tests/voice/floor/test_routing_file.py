"""The routing file: what is shipped is valid, what is wrong names its line, whom an agent may name."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialog.located_yaml import ConfigError
from voice.config import PROJECT
from voice.floor.agents import Agent, Refused, State
from voice.floor.routing_file import Routing, load_routing, parse_routing
from voice.floor.targets import read_target

FULL = """
ring_s: 15
overflow: {uri: "sip:overflow@10.0.0.5", after_s: 60}
outside: "sip:{number}@10.0.0.5:5060"
privacy: {uri: "sip:{number}@10.0.0.6", ring_s: 18}
telephones: {值班经理: "sip:manager@10.0.0.5"}
"""


def test_the_shipped_file_is_valid_and_everything_can_be_set(tmp_path: Path) -> None:
    assert load_routing(PROJECT / "config").rules.ring_s == 20
    assert load_routing(tmp_path) == Routing()
    full = parse_routing(FULL.encode())
    assert (full.overflow, full.overflow_after_s, full.privacy_ring_s) == ("sip:overflow@10.0.0.5", 60, 18)
    assert full.outside("13800138000") == "sip:13800138000@10.0.0.5:5060"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ring_s: 3\n", 1),
        ("acw_s: 10\nring_s: soon\n", 2),
        ("overflow:\n  uri: overflow\n", 2),
        ("outside: sip:me@host\n", 1),
        ("rings: 3\n", 1),
        ("fallback:\n  merchant: general\n", 2),
    ],
)
def test_a_wrong_file_names_its_line(text: str, line: int) -> None:
    with pytest.raises(ConfigError) as error:
        parse_routing(text.encode())
    assert str(error.value).startswith(f"routing.yaml:{line}:")


def test_an_agent_a_group_a_telephone_and_a_number_can_be_named() -> None:
    agents = {"a1": Agent("a1", "小李", ("complaint",), home="p"), "a2": Agent("a2", "小王", (), state=State.OFFLINE)}
    routing = parse_routing(FULL.encode())
    assert read_target("小李", agents, routing).agent_id == "a1"
    assert read_target("agent:a1", agents, routing).agent_id == "a1"
    assert read_target("complaint", agents, routing).skill == "complaint"
    assert read_target("值班经理", agents, routing).uri == "sip:manager@10.0.0.5"
    assert read_target("138-0013-8000", agents, routing).uri == "sip:13800138000@10.0.0.5:5060"
    with pytest.raises(Refused, match="自己"):
        read_target("a1", agents, routing, me="a1")
    for nobody in ("a2", "sip:anybody@evil.example", "", "skill:merchant", "<script>"):
        with pytest.raises(Refused):
            read_target(nobody, agents, routing)
    with pytest.raises(Refused, match="outside"):
        read_target("13800138000", agents, Routing())
