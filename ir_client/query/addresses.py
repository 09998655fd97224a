"""Addresses as texts that sort: a network is a range of them, for us and for a database alike.

The key of an address is its version and its bits in hexadecimal. An IPv4 address that is written
as IPv6 (`::ffff:10.0.0.1`) is that IPv4 address.
"""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
_MAPPED = IPv6Network("::ffff:0:0/96")


@lru_cache(maxsize=4096)
def address_key(text: str) -> str | None:
    """The key of a written address; None for what is none. Zone ids are left aside."""
    try:
        return _key(_unmapped(ip_address(text.partition("%")[0])))
    except ValueError:
        return None


def read_network(text: str) -> Network:
    """An address or network. Raises ValueError, also for one with bits outside its network."""
    network = ip_network(text)
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        first = network.network_address.ipv4_mapped
        return IPv4Network((first or 0, network.prefixlen - _MAPPED.prefixlen))
    return network


def network_text(network: Network) -> str:
    """The network as a query says it: one address without its prefix."""
    single = network.prefixlen == network.max_prefixlen
    return str(network.network_address if single else network)


def key_range(network: Network) -> tuple[str, str]:
    """The first and the last key in a network."""
    return _key(network.network_address), _key(network.broadcast_address)


def family_range(network: Network) -> tuple[str, str]:
    """The first and the last key of all addresses of the same version."""
    return key_range(ip_network((0 if network.version == 4 else b"\0" * 16, 0)))


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _key(address: IPv4Address | IPv6Address) -> str:
    return f"{address.version}{address.packed.hex()}"
