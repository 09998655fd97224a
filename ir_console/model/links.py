"""The links of an alert, and the truth about where each one goes.

Only http and https; everything else is text. A link is written by an attacker: its host is told
in the letters that are sent (punycode), and what is meant to deceive is named.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from unicodedata import name as name_of
from urllib.parse import SplitResult, urlsplit

from ir_client.wire.alerts import Alert
from ir_console.safe_text import safe_text

_LINK = re.compile(r"""\bhttps?://[^\s<>"'`{}|\\^\[\]]{1,2000}""", re.IGNORECASE)
_TRAILING = ".,;:!?)"
_MOST_LINKS = 9
_MOST_TEXT = 200_000
_USUAL_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link goes: `url` is what would be opened, all ASCII; `warnings` say what is odd."""

    url: str
    host: str
    written_host: str
    warnings: tuple[str, ...]


def links_of(alert: Alert) -> tuple[str, ...]:
    """The links in an alert's texts, in their order, each once, at most nine."""
    found: dict[str, None] = {}
    for text in _texts(alert):
        for match in _LINK.finditer(text[:_MOST_TEXT]):
            found[match[0].rstrip(_TRAILING)] = None
            if len(found) == _MOST_LINKS:
                return tuple(found)
    return tuple(found)


def target_of(link: str) -> Target | None:
    """The truth about a link; None when it is none that may be opened."""
    if any(not char.isprintable() or char.isspace() for char in link):
        return None
    try:
        parts = urlsplit(link)
        port, written = parts.port, parts.hostname or ""
        host = written if written.isascii() else written.encode("idna").decode("ascii")
        url = _ascii_url(parts, host)
    except (ValueError, UnicodeError):
        return None
    if parts.scheme.lower() not in _USUAL_PORTS or not host:
        return None
    shown = _unicode_host(host)
    warnings = tuple(_warnings(parts, host, shown, port))
    return Target(url, host, safe_text(shown, 200), warnings)


def _ascii_url(parts: SplitResult, host: str) -> str:
    from urllib.parse import quote

    user, at, _ = parts.netloc.rpartition("@")
    place = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port else ""
    safe = "/?:@!$&'()*+,;=%-._~#"
    rest = quote(parts.path, safe=safe)
    if parts.query:
        rest += "?" + quote(parts.query, safe=safe)
    if parts.fragment:
        rest += "#" + quote(parts.fragment, safe=safe)
    return f"{parts.scheme.lower()}://{quote(user, safe=safe)}{at}{place}{port}{rest}"


def _unicode_host(host: str) -> str:
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def _warnings(parts: SplitResult, host: str, shown: str, port: int | None) -> Iterator[str]:
    if shown != host or not shown.isascii():
        scripts = sorted({_script(char) for char in shown if char.isalpha()})
        yield f"The name is written in {' and '.join(scripts)} letters: it may imitate another one."
    if "@" in parts.netloc:
        yield f"What stands before the @ is no address. It goes to {host}."
    if re.fullmatch(r"[0-9.]+|0x[0-9a-f]+|.*:.*", host):
        yield "It names a bare address, not a site."
    if port and port != _USUAL_PORTS[parts.scheme.lower()]:
        yield f"It goes to the unusual port {port}."
    if parts.scheme.lower() == "http":
        yield "It is not encrypted."


def _script(char: str) -> str:
    return name_of(char, "UNKNOWN").split(" ")[0].capitalize()


def _texts(alert: Alert) -> Iterator[str]:
    for text in (
        alert.title,
        alert.description,
        alert.investigation_notes,
        alert.analyst_comments,
        alert.business_impact,
    ):
        if text:
            yield text
    yield from _strings(alert.enrichment_data, levels=8)


def _strings(value: Any, *, levels: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and levels:
        for item in value.values():
            yield from _strings(item, levels=levels - 1)
    elif isinstance(value, list) and levels:
        for item in value:
            yield from _strings(item, levels=levels - 1)
