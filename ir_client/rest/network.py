"""Decide once how the server is reached, for REST and stream alike.

One TLS context and one proxy decision. A loopback address never goes through a proxy: libraries
differ there, and a proxy that answers for 127.0.0.1 is never what was meant.
"""

import ipaddress
import ssl
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..config import checked_url
from ..errors import ConfigError


@dataclass(frozen=True, slots=True)
class Network:
    """How one server is reached. The proxy's address may hold a password and is not shown."""

    url: str
    tls: ssl.SSLContext | None = field(repr=False)
    proxy: str | None = field(repr=False)

    @property
    def stream_url(self) -> str:
        """The address of the stream, without credentials."""
        scheme, _, rest = self.url.partition("://")
        return f"{'wss' if scheme == 'https' else 'ws'}://{rest}/ws/incidents"

    @property
    def is_near(self) -> bool:
        """Whether the server is on this machine or its private network."""
        host = urlsplit(self.url).hostname or ""
        return is_loopback(host) or _is_private(host)


def network_for(url: str, *, verify: bool | str = True, proxy: str | None = None) -> Network:
    """Settle TLS and proxy for a server; raises ConfigError where a setting cannot be used."""
    url = checked_url(url)
    is_tls = url.startswith("https://")
    return Network(
        url=url,
        tls=_tls_context(verify) if is_tls else None,
        proxy=_proxy_for(url, proxy),
    )


def _tls_context(verify: bool | str) -> ssl.SSLContext:
    if isinstance(verify, str):
        try:
            return ssl.create_default_context(cafile=verify)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                f"The CA certificate {verify} cannot be used: {error}",
                hint="Name a PEM file in `verify`.",
            ) from error
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _proxy_for(url: str, explicit: str | None) -> str | None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if explicit is not None:
        return _checked_proxy(explicit) if explicit else None
    if is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    found = proxies.get(parts.scheme) or proxies.get("all")
    return _checked_proxy(found) if found else None


def _checked_proxy(proxy: str) -> str:
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    try:
        parts = urlsplit(proxy)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = None
    if not usable:
        raise ConfigError(
            "The proxy address cannot be used: it must look like http://proxy.example:3128",
            hint="Correct `proxy` in the profile or the environment (SOCKS is not supported).",
        )
    return proxy


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return False
