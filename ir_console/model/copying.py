"""What can be copied of an alert: as text that is safe to paste into a terminal or a ticket.

Control characters come out visible and there is no line break but in the summary and the JSON,
which is plain ASCII: a paste must not press Enter for the analyst. A defanged address cannot be
clicked by whoever reads the ticket.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ir_client.wire.alerts import Alert
from ir_console.safe_text import safe_block, safe_text

from .format import moment
from .looks import severity_look, status_word

COPY_LIMIT = 100_000
_URL_SCHEME = re.compile(r"\bhttp(s?)://", re.IGNORECASE)
_ADDRESS_DOT = re.compile(r"(?<=[0-9A-Za-z_-])\.(?=[0-9A-Za-z_-])")


@dataclass(frozen=True, slots=True)
class Copyable:
    """One thing to copy: `words` name it, `shown` is its beginning, `text` is all of it."""

    key: str
    words: str
    text: str

    @property
    def shown(self) -> str:
        return safe_text(self.text, 38)


def copyables(alert: Alert, server_url: str) -> tuple[Copyable, ...]:
    """All that an alert has to copy, in the order of the menu."""
    return tuple(one for one in _all(alert, server_url) if one.text)


def _all(alert: Alert, server_url: str) -> Iterator[Copyable]:
    addresses = ", ".join(
        safe_text(address)
        for address in dict.fromkeys((alert.source_ip, alert.destination_ip))
        if address
    )
    link = f"{server_url.rstrip('/')}/api/v1/alerts/{alert.id}" if server_url else ""
    yield Copyable("id", "number", str(alert.id))
    yield Copyable("link", "link", safe_text(link))
    yield Copyable("addresses", "addresses", addresses)
    yield Copyable("defanged", "addresses, defanged", defanged(addresses))
    yield Copyable("host", "host", safe_text(alert.affected_hostname or ""))
    yield Copyable("user", "user", safe_text(alert.affected_user or ""))
    yield Copyable("rule", "rule", safe_text(alert.rule_name or alert.rule_id or ""))
    yield Copyable("summary", "summary, defanged", summary(alert))
    yield Copyable("json", "JSON, exact", alert_json(alert))


def alert_json(alert: Alert) -> str:
    """The alert as ASCII JSON, exact: what is no ASCII is escaped."""
    return json.dumps(alert.model_dump(mode="json", exclude_none=True), indent=2)


def summary(alert: Alert) -> str:
    """The alert in a few lines, for a ticket or a chat; every address and link defanged."""
    owner = alert.assigned_analyst.username if alert.assigned_analyst else None
    held = f", with {safe_text(owner, 80)}" if owner else ""
    lines = [
        f"{severity_look(alert.severity).word} alert #{alert.id}: {safe_text(alert.title, 300)}",
        f"Status: {status_word(alert.status)}{held}",
        f"Received: {moment(alert.received_at)}",
    ]
    for label, value in (
        ("Host", alert.affected_hostname),
        ("User", alert.affected_user),
        ("From", alert.source_ip),
        ("To", alert.destination_ip),
        ("Rule", alert.rule_name),
        ("Incident", alert.incident_id),
    ):
        if value:
            lines.append(f"{label}: {defanged(safe_text(value, 300))}")
    if alert.description:
        lines += ["", defanged(safe_block(alert.description, 2_000))]
    return "\n".join(lines)


def defanged(text: str) -> str:
    """`http://a.example` as `hxxp://a[.]example`, `10.0.0.1` as `10[.]0[.]0[.]1`, IPv6 as `a[:]b`.

    Dots inside of words are all taken for those of names: one too many is harmless in a ticket.
    """
    text = _URL_SCHEME.sub(lambda found: f"hxxp{found[1].lower()}://", text)
    text = _ADDRESS_DOT.sub("[.]", text)
    return re.sub(r"(?<![\w:])(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}(?![\w:])", _split, text)


def _split(found: re.Match[str]) -> str:
    digits = found[0]
    # A time of day is no address.
    if re.fullmatch(r"\d{1,2}:\d{2}:\d{2}", digits):
        return digits
    return digits.replace(":", "[:]")
