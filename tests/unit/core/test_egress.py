"""Where may be sent to: what a URL must look like, which addresses are public, what a name must not lead to."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auspex.core.config import forget_settings
from auspex.core.egress import (
    Destination,
    EgressError,
    EgressRules,
    find_addresses,
    is_public,
    parse_destination,
    read_rules,
)
from auspex.core.problems import ValidationFailed

PUBLIC = EgressRules()
LOCAL = EgressRules(loopback=True)
HOOK = Destination("https", "hooks.example.com", 443, "/in")

NOT_PUBLIC = [
    # IPv4: this network, private, shared (CGNAT), loopback, link-local with its metadata services, documentation
    *("0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.100.100.200", "100.127.255.255"),
    *("127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254", "169.254.170.2", "169.254.255.255"),
    *("172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.0"),
    *("192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1"),
    *("239.255.255.255", "240.0.0.1", "255.255.255.254", "255.255.255.255"),
    # IPv6: unspecified, loopback, mapped, compatible, translated, NAT64 of both kinds, discard, Teredo, benchmarking
    *("::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1", "::ffff:0:7f00:1", "64:ff9b::a9fe:a9fe"),
    *("64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378::1", "2001:2::1", "2001:10::1"),
    # documentation, 6to4, SRv6, unique local (with AWS's metadata service), link-local, site-local, multicast
    *("2001:db8::1", "3fff::1", "3fff:fff::1", "2002:7f00:1::1", "2002:808:808::1", "5f00::1", "fc00::1"),
    *("fd00:ec2::254", "fdff::1", "fe80::1", "fe80::a9fe:a9fe", "febf::1", "fec0::1", "ff02::1", "ffff::1"),
]
ARE_PUBLIC = [
    *("1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255"),
    *("128.0.0.1", "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255"),
    *("192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"),
    *("2606:4700:4700::1111", "2a00:1450:4001::200e", "2001:4860:4860::8888", "2003::1", "2400:cb00::1"),
]


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_an_address_of_a_special_network_is_not_public(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ARE_PUBLIC)
def test_an_ordinary_address_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6), st.ip_addresses(network="2000::/3"))


@given(ADDRESSES)
def test_nothing_counts_as_public_that_the_standard_library_calls_special(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if is_public(address):
        assert address.is_global
        words = ("private", "multicast", "reserved", "link_local", "loopback", "unspecified")
        assert [word for word in words if getattr(address, f"is_{word}")] == []


@pytest.mark.parametrize(
    ("url", "host", "port", "target"),
    [
        ("https://hooks.example.com", "hooks.example.com", 443, "/"),
        ("https://Hooks.Example.COM:443/in?a=1&b=%20", "hooks.example.com", 443, "/in?a=1&b=%20"),
        ("https://xn--bcher-kva.example/%C3%A9", "xn--bcher-kva.example", 443, "/%C3%A9"),
        ("https://8.8.8.8/x", "8.8.8.8", 443, "/x"),
        ("https://[2606:4700:4700::1111]/x", "2606:4700:4700::1111", 443, "/x"),
        ("https://hooks.example.com?x=1", "hooks.example.com", 443, "/?x=1"),
    ],
)
def test_a_public_https_url_is_read(url: str, host: str, port: int, target: str) -> None:
    assert parse_destination(url, PUBLIC) == Destination("https", host, port, target)


REFUSED_URLS = [
    *("", "hooks.example.com/in", "//hooks.example.com", "https://", "https:///in", "https:hooks.example.com"),
    *("http://hooks.example.com", "ftp://hooks.example.com", "file:///etc/passwd", "gopher://hooks.example.com"),
    *("https://user@hooks.example.com", "https://user:pw@hooks.example.com", "https://@hooks.example.com"),
    *("https://hooks.example.com/#x", "https://hooks.example.com#", "https://hooks.example.com:8443/in"),
    *("https://hooks.example.com:0", "https://hooks.example.com:99999", "https://hooks.example.com:port"),
    *("https://localhost", "https://LOCALHOST/", "https://a.localhost", "https://printer.local", "https://db.internal"),
    *("https://metadata", "https://intranet", "https://router.lan", "https://x.home.arpa", "https://hooks.example.com."),
    *("https://127.0.0.1", "https://127.1", "https://0x7f000001", "https://0x7f.0.0.1", "https://2130706433"),
    *("https://0177.0.0.1", "https://169.254.169.254/latest", "https://10.0.0.1", "https://134744072", "https://0"),
    *("https://[::1]", "https://[::ffff:127.0.0.1]", "https://[fe80::1%25eth0]", "https://[64:ff9b::7f00:1]"),
    *("https://[::]/", "https://[", "https://[zz]/", "https://1.2.3.4.5", "https://1.2.3", "https://-a.example.com"),
    *("https://a_b.example.com", "https://bücher.example", "https://hooks.example.com\\@evil.example"),
    *("https://a b.com", "https://hooks.example.com/\n", "https://hooks.example.com/\tx", "https://hooks.example.com/é"),
    *("https://a..com", "https://" + "a" * 64 + ".com", "https://hooks.example.com/" + "a" * 2_048),
]  # fmt: skip


@pytest.mark.parametrize("url", REFUSED_URLS)
def test_any_other_url_is_refused_pointing_at_it(url: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        parse_destination(url, PUBLIC)
    assert [error["pointer"] for error in refused.value.errors] == ["/url"]


@given(st.text(max_size=60))
def test_no_text_does_worse_than_being_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://{text}.example.com/", f"https://hooks.example.com{text}"):
        try:
            found = parse_destination(url, PUBLIC)
        except ValidationFailed:
            continue
        assert (found.scheme, found.port) == ("https", 443)
        assert found.target.startswith("/")
        assert found.target.isascii()
        assert found.target.isprintable()


def test_further_ports_are_a_deployments_choice() -> None:
    rules = EgressRules(ports=frozenset({443, 8443}))
    assert parse_destination("https://hooks.example.com:8443/in", rules).host_header == "hooks.example.com:8443"
    with pytest.raises(ValidationFailed, match="8444"):
        parse_destination("https://hooks.example.com:8444/in", rules)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/in", "http://localhost/in", "https://[::1]:9443/in"])
def test_loopback_needs_the_switch(url: str) -> None:
    assert parse_destination(url, LOCAL).target == "/in"
    with pytest.raises(ValidationFailed):
        parse_destination(url, PUBLIC)


@pytest.mark.parametrize(
    "url", ["http://hooks.example.com", "https://10.0.0.1", "https://x.localhost", "http://0.0.0.0"]
)
def test_the_switch_opens_loopback_and_nothing_else(url: str) -> None:
    with pytest.raises(ValidationFailed):
        parse_destination(url, LOCAL)


@pytest.mark.parametrize(
    ("stage", "switch", "open_"), [("local", "true", True), ("local", "false", False), ("staging", "true", False),
                                   ("production", "true", False)],
)  # fmt: skip
def test_the_switch_counts_with_stage_local_alone(
    monkeypatch: pytest.MonkeyPatch, stage: str, switch: str, open_: bool
) -> None:
    monkeypatch.setenv("AUSPEX_STAGE", stage)
    monkeypatch.setenv("AUSPEX_EGRESS_ALLOW_LOOPBACK", switch)
    monkeypatch.setenv("AUSPEX_EGRESS_PORTS", "443,8443")
    forget_settings()
    try:
        assert read_rules() == EgressRules(ports=frozenset({443, 8443}), loopback=open_)
    finally:
        forget_settings()


def answering(*addresses: str) -> Callable[[str, int], list[str]]:
    return lambda _host, _port: list(addresses)


def kind_of(resolve: Callable[[str, int], list[str]], rules: EgressRules = PUBLIC) -> str:
    with pytest.raises(EgressError) as refused:
        find_addresses(HOOK, rules, resolve=resolve)
    return refused.value.kind


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_a_name_that_leads_to_a_special_address_is_refused_even_beside_a_public_one(address: str) -> None:
    assert kind_of(answering(address)) == "address-refused"
    assert kind_of(answering("8.8.8.8", address)) == "address-refused"


@pytest.mark.parametrize("text", ["fe80::1%eth0", "8.8.8.8%1", "nonsense", ""])
def test_an_answer_that_is_no_plain_address_is_refused(text: str) -> None:
    assert kind_of(answering(text)) == "address-refused"


def test_every_public_address_is_kept_once_and_in_order() -> None:
    found = find_addresses(HOOK, PUBLIC, resolve=answering("2606:4700::1", "8.8.8.8", "8.8.8.8", "9.9.9.9"))
    assert found == ["2606:4700::1", "8.8.8.8", "9.9.9.9"]


def test_few_addresses_are_tried() -> None:
    assert len(find_addresses(HOOK, PUBLIC, resolve=answering(*(f"8.8.8.{n}" for n in range(20))))) == 4


def test_a_name_without_address_does_not_resolve() -> None:
    def fail(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    assert kind_of(fail) == "name-unresolved"
    assert kind_of(answering()) == "name-unresolved"


def test_a_literal_address_is_not_looked_up() -> None:
    def fail(_host: str, _port: int) -> list[str]:
        raise AssertionError("looked up")

    assert find_addresses(Destination("https", "8.8.8.8", 443, "/"), PUBLIC, resolve=fail) == ["8.8.8.8"]


def test_plain_http_reaches_loopback_alone() -> None:
    plain = Destination("http", "localhost", 80, "/")
    assert find_addresses(plain, LOCAL, resolve=answering("127.0.0.1")) == ["127.0.0.1"]
    with pytest.raises(EgressError):
        find_addresses(plain, LOCAL, resolve=answering("8.8.8.8"))
