"""The formats we read, and which of them a record is written in."""

from collections.abc import Iterable

from ir_client.wire.base import JsonObject

from . import (
    alertmanager,
    cef,
    crowdstrike,
    defender,
    elastic,
    falco,
    guardduty,
    leef,
    native,
    ocsf,
    securityhub,
    sentinel,
    sentinelone,
    sigma,
    splunk,
    suricata,
    wazuh,
    zeek,
)
from .alert_format import AlertFormat

AUTO = "auto"

# The first that recognises a record has it. No two know the same record, but for our own: its few
# names are everybody's, so it comes last.
FORMATS: tuple[AlertFormat, ...] = (
    suricata.FORMAT,
    zeek.FORMAT,
    wazuh.FORMAT,
    elastic.FORMAT,
    ocsf.FORMAT,
    falco.FORMAT,
    sigma.FORMAT,
    alertmanager.FORMAT,
    splunk.FORMAT,
    guardduty.FORMAT,
    securityhub.FORMAT,
    sentinel.FORMAT,
    defender.FORMAT,
    crowdstrike.FORMAT,
    sentinelone.FORMAT,
    cef.FORMAT,
    leef.FORMAT,
    native.FORMAT,
)


def format_named(name: str, among: Iterable[AlertFormat] = FORMATS) -> AlertFormat:
    """The format of that name; raises LookupError naming those there are."""
    known = tuple(among)
    for one in known:
        if one.name == name:
            return one
    raise LookupError(f"no format {name!r}; there are {', '.join(one.name for one in known)}")


def recognise(record: JsonObject, among: Iterable[AlertFormat] = FORMATS) -> AlertFormat | None:
    """The format that `record` is written in, if it is one of them."""
    return next((known for known in among if known.recognises(record)), None)
