"""Addresses as texts that sort."""

from ipaddress import IPv4Address, IPv6Address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from ir_client.query.addresses import address_key, family_range, key_range, read_network


def key(text: str) -> str:
    found = address_key(text)
    assert found is not None
    return found


@given(st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_keys_sort_as_the_addresses_do(one: IPv4Address, other: IPv4Address) -> None:
    assert (key(str(one)) < key(str(other))) is (one < other)


@given(st.ip_addresses(v=6), st.integers(0, 128))
def test_an_address_lies_between_the_ends_of_its_network(one: IPv6Address, prefix: int) -> None:
    network = ip_network((one, prefix), strict=False)
    first, last = key_range(network)
    if one.ipv4_mapped is None:
        assert first <= key(str(one)) <= last


def test_an_ipv4_address_in_ipv6_clothes_is_itself() -> None:
    assert key("::ffff:10.0.0.1") == key("10.0.0.1")
    assert read_network("::ffff:10.0.0.0/104") == ip_network("10.0.0.0/8")
    assert key("fe80::1%eth0") == key("fe80::1")


def test_what_is_no_address_has_no_key() -> None:
    assert [address_key(text) for text in ("", "host", "10.0.0", "10.0.0.1.")] == [None] * 4


def test_a_family_holds_its_own_addresses_only() -> None:
    first, last = family_range(ip_network("10.0.0.0/8"))
    assert first <= key("255.255.255.255") <= last < key("::")
