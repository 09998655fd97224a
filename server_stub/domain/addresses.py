"""Decide where a request comes from, and whether an endpoint token may be used from there."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

_LOGIN_PREFIX_V6 = 64
# How much of an IPv6 address says that an IPv4 address follows.
_MAPPED_PREFIX = 96


def canonical_network(text: str) -> str:
    """An address or network as it is kept. Raises ValueError for anything else."""
    return str(_network(text))


def is_allowed(address: str | None, networks: Iterable[str]) -> bool:
    """Whether `address` lies in one of `networks`; one that cannot be read lies in none."""
    parsed = _address(address)
    if parsed is None:
        return False
    return any(parsed in _network(network) for network in networks)


def origin_of(
    peer: str | None, forwarded_for: Iterable[str], *, trusted: Sequence[str]
) -> str | None:
    """Where a request comes from: the nearest hop that is not one of the `trusted` proxies.

    Each proxy adds whom it heard from at the end of `forwarded_for`; what stands before the
    addition of the first trusted one, anyone may have written. An address that cannot be read
    is given as it is, and lies in no network.
    """
    hops = [hop.strip() for header in forwarded_for for hop in header.split(",")]
    address = peer
    while hops and is_allowed(address, trusted):
        address = hops.pop()
    return address


def neighbourhood(address: str | None) -> str:
    """What counts as one place for sign-in: an address, or the network of an IPv6 host."""
    parsed = _address(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _LOGIN_PREFIX_V6), strict=False))
    return str(parsed)


def _address(text: str | None) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address((text or "").partition("%")[0])
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed


@lru_cache(maxsize=4096)
def _network(text: str) -> IPv4Network | IPv6Network:
    network = ip_network(text, strict=True)
    if isinstance(network, IPv6Network) and network.prefixlen >= _MAPPED_PREFIX:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((mapped, network.prefixlen - _MAPPED_PREFIX))
    return network
