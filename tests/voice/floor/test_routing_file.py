"""The routing file: what is shipped is valid, what is wrong names its line, whom an agent may name."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialog.located_yaml import ConfigError
from voice.config import PROJECT, load_hotlines
from voice.floor.agents import Agent, Refused, State
from voice.floor.routing_file import Routing, load_routing, parse_routing
from voice.floor.targets import read_target

FULL = """
ring_s: 15
lost_after_s: 0
overflow: {uri: "sip:overflow@10.0.0.5", after_s: 60}
trunk:
  uri: "sip:{number}@10.0.0.5:5060"
  privacy_uri: "sip:{number}@10.0.0.6"
  privacy_ring_s: 18
telephones: {值班经理: "sip:manager@10.0.0.5"}
"""


def test_the_shipped_file_is_valid_and_everything_can_be_set(tmp_path: Path) -> None:
    assert load_routing(PROJECT / "config").rules.ring_s == 20
    assert load_routing(tmp_path) == Routing()
    full = parse_routing(FULL.encode())
    assert (full.overflow, full.overflow_after_s, full.trunk.privacy_ring_s) == ("sip:overflow@10.0.0.5", 60, 18)
    assert (full.lost_after_s, Routing().lost_after_s) == (0, 6)
    assert full.trunk.to("13800138000") == "sip:13800138000@10.0.0.5:5060"
    assert full.trunk.hidden("0571-5550 0051") == "sip:057155500051@10.0.0.6"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("ring_s: 3\n", 1),
        ("acw_s: 10\nring_s: soon\n", 2),
        ("overflow:\n  uri: overflow\n", 2),
        ("trunk:\n  uri: sip:me@host\n", 2),
        ("trunk: {uri: 'sip:{number}@x', ring_s: 20}\n", 1),
        ("trunk: {privacy_uri: 'sip:{number}@x', privacy_ring_s: 100}\n", 1),
        ("rings: 3\n", 1),
        ("fallback:\n  merchant: general\n", 2),
    ],
)
def test_a_wrong_file_names_its_line(text: str, line: int) -> None:
    with pytest.raises(ConfigError) as error:
        parse_routing(text.encode())
    assert str(error.value).startswith(f"routing.yaml:{line}:")


@pytest.mark.parametrize(
    ("key", "new"), [("outside", "trunk.uri"), ("privacy", "trunk.privacy_uri and trunk.privacy_ring_s")]
)
def test_a_key_of_other_days_says_what_to_write(key: str, new: str) -> None:
    with pytest.raises(ConfigError, match=f"{key} is no key here; write {new}"):
        parse_routing(f'ring_s: 20\n{key}: "sip:{{number}}@x"\n'.encode())


def test_the_line_outwards_is_no_key_of_a_hotline(tmp_path: Path) -> None:
    shipped = (PROJECT / "config" / "hotlines.yaml").read_text("utf-8")
    (tmp_path / "hotlines.yaml").write_text(shipped + '    outbound: "sip:{number}@x"\n', "utf-8")
    with pytest.raises(ConfigError, match=r"hotlines.yaml:\d+: .*trunk.uri in routing.yaml"):
        load_hotlines(tmp_path)


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
    with pytest.raises(Refused, match="trunk"):
        read_target("13800138000", agents, Routing())
