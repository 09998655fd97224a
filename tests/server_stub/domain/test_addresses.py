import pytest

from server_stub.domain.addresses import canonical_network, is_allowed, neighbourhood, origin_of


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.0.0.0/8"),
        ("10.1.2.3", "10.1.2.3"),
        ("::ffff:10.1.2.3", "10.0.0.0/8"),
        ("10.1.2.3", "::ffff:10.1.2.3"),
        ("10.1.2.3", "::ffff:10.0.0.0/104"),
        ("::ffff:10.1.2.3", "::ffff:10.0.0.0/104"),
        ("fe80::1%eth0", "fe80::/10"),
        ("2001:db8::5", "2001:db8::/32"),
    ],
)
def test_abuse_32_an_address_in_a_network_is_allowed_however_it_is_written(
    address: str, network: str
) -> None:
    assert is_allowed(address, [network])


@pytest.mark.parametrize(
    "address", ["11.0.0.1", "010.0.0.1", "10.0.0.1:80", "10.0.0.256", "", "localhost", None, "::1"]
)
def test_anything_else_is_not(address: str | None) -> None:
    assert not is_allowed(address, ["10.0.0.0/8"])


def test_a_network_of_ipv4_addresses_inside_ipv6_is_kept_as_what_it_is() -> None:
    assert canonical_network("::ffff:10.0.0.0/104") == "10.0.0.0/8"
    assert canonical_network("::/64") == "::/64"
    assert not is_allowed("11.0.0.1", ["::ffff:10.0.0.0/104"])


def test_an_empty_list_allows_nobody() -> None:
    assert not is_allowed("10.0.0.1", [])


@pytest.mark.parametrize("text", ["10.0.0.1/8", "10.0.0.0/33", "ten", "", "10.0.0.0/8 "])
def test_a_network_with_host_bits_or_junk_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical_network(text)


def test_hosts_of_one_ipv6_network_are_neighbours() -> None:
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff")
    assert neighbourhood("10.0.0.1") != neighbourhood("10.0.0.2")
    assert neighbourhood("::ffff:10.0.0.1") == neighbourhood("10.0.0.1")


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "origin"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["10.0.0.1"], "192.0.2.1"),
        ("10.9.9.9", [], "10.9.9.9"),
        ("10.9.9.9", ["192.0.2.1"], "192.0.2.1"),
        ("10.9.9.9", ["198.51.100.7, 192.0.2.1"], "192.0.2.1"),
        ("10.9.9.9", ["198.51.100.7, 192.0.2.1, 10.1.1.1"], "192.0.2.1"),
        ("10.9.9.9", ["198.51.100.7", "192.0.2.1"], "192.0.2.1"),
        ("10.9.9.9", ["10.1.1.1"], "10.1.1.1"),
        ("::ffff:10.9.9.9", ["2001:db8::1"], "2001:db8::1"),
        ("10.9.9.9", ["192.0.2.1:4711"], "192.0.2.1:4711"),
        ("10.9.9.9", ["192.0.2.1, unknown"], "unknown"),
        ("10.9.9.9", [""], ""),
        (None, ["192.0.2.1"], None),
    ],
)
def test_abuse_31_the_nearest_hop_that_is_not_trusted_is_where_a_request_comes_from(
    peer: str | None, forwarded_for: list[str], origin: str | None
) -> None:
    assert origin_of(peer, forwarded_for, trusted=["10.0.0.0/8"]) == origin
