import pytest

from telephony.caller_id import (
    called_from_headers,
    caller_from_headers,
    decode_text,
    normalise_number,
    parse_address,
)


@pytest.mark.parametrize(
    ("user", "number"),
    [
        ("13800138000", "13800138000"),
        ("+8613800138000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("013800138000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("+862788886666", "02788886666"),
        ("+861088886666", "01088886666"),
        ("02788886666", "02788886666"),
        ("+864008123123", "4008123123"),
        ("95554", "95554"),
        ("+85291234567", "+85291234567"),
        ("1001", "1001"),
        ("alice", None),
        ("", None),
        ("１３８", None),
    ],
)
def test_numbers_are_read_as_a_caller_would_write_them(user: str, number: str | None) -> None:
    assert normalise_number(user) == number


@pytest.mark.parametrize(
    ("value", "display", "user", "host"),
    [
        ('"张三" <sip:138@10.0.0.1:5060;user=phone>;tag=1', "张三", "138", "10.0.0.1:5060"),
        ("Bob <sip:bob@x>", "Bob", "bob", "x"),
        ("sip:bob@x;tag=9", "", "bob", "x"),
        ('"a \\"quoted\\" name, here" <sip:1@x>', 'a "quoted" name, here', "1", "x"),
        ("<tel:+8613800138000;phone-context=x>", "", "+8613800138000", ""),
        ("<sip:%31%33@x>", "", "13", "x"),
        ("<sip:x>", "", "", "x"),
    ],
)
def test_addresses_are_parsed(value: str, display: str, user: str, host: str) -> None:
    address = parse_address(value)
    assert address is not None
    assert (address.display, address.user, address.host) == (display, user, host)


@pytest.mark.parametrize("value", ["", "nonsense", "<http://x>", '"unclosed <sip:'])
def test_what_is_no_address_is_none(value: str) -> None:
    assert parse_address(value) is None


def test_display_names_in_gbk_and_utf8_are_read() -> None:
    for encoding in ("gb18030", "utf-8"):
        assert decode_text("快递员".encode(encoding).decode("latin-1")) == "快递员"
    assert decode_text("已经是字") == "已经是字"
    assert decode_text("ÀîŮʿ") == "李女士"  # two of its GBK bytes happen to be UTF-8
    assert decode_text("José") == "José"
    assert decode_text("Li Ming") == "Li Ming"


def test_the_network_is_believed_before_the_from_header() -> None:
    headers = {"From": '"王" <sip:999@x>', "P-Asserted-Identity": "<sip:+8613800138000@carrier>"}
    caller = caller_from_headers(headers)
    assert (caller.number, caller.asserted, caller.display) == ("13800138000", True, "王")
    assert caller_from_headers({"from": "<sip:999@x>"}).asserted is False


@pytest.mark.parametrize(
    "headers",
    [
        {"From": '"Anonymous" <sip:anonymous@anonymous.invalid>'},
        {"From": "<sip:13800138000@x>", "Privacy": "id"},
        {"From": "<sip:anonymous@anonymous.invalid>", "P-Asserted-Identity": "<sip:13800138000@x>"},
    ],
)
def test_a_withheld_number_stays_withheld(headers: dict[str, str]) -> None:
    caller = caller_from_headers(headers)
    assert caller.anonymous
    assert caller.number is None
    assert caller.display is None


def test_a_caller_without_headers_is_the_peer_uri_or_nobody() -> None:
    assert caller_from_headers({}, "sip:13800138001@x").number == "13800138001"
    assert caller_from_headers({}).number is None


def test_the_called_number_comes_from_the_proxy_then_from_to() -> None:
    assert called_from_headers({"To": "<sip:95000@x>"}) == "95000"
    assert called_from_headers({"To": "<sip:95000@x>", "P-Called-Party-ID": "<sip:+862788886666@y>"}) == "02788886666"
    assert called_from_headers({"To": "<sip:hotline@x>"}) == "hotline"
    assert called_from_headers({}) == ""
