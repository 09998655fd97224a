"""Fit what a record says into the fields of `AlertDraft`.

Each reader takes the values that were found, the best first, and gives what the field takes or
None. What does not fit a field is left out of it, shortened where a text is too long: the whole
record is kept in `raw_alert_data`. Only a time that cannot be read is an error.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from math import isfinite
from types import MappingProxyType

from ir_client.wire.alerts import CANONICAL_IPV4

from .moments import read_moment

TITLE_LIMIT = 1000
LABEL_LIMIT = 100
LABELS_LIMIT = 100
_DESCRIPTION_LIMIT = 60_000
_TEXT_LIMIT = 500
_ID_LIMIT = 255
_WORD_LIMIT = 32

# As a word of its own, also in `attack.t1059` and `mitre_T1059`.
_TECHNIQUE = re.compile(r"(?<![A-Z0-9])T\d{4}(?:\.\d{3})?(?![A-Z0-9])", re.IGNORECASE)
_LAST_PORT = 65535

Values = Sequence[object]


def as_text(value: object) -> str:
    """A text or number as text; empty for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def as_number(value: object) -> float | None:
    """A finite number, also when it was written as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def _texts(values: Values) -> Iterator[str]:
    return (text for value in values if (text := as_text(value)))


# The plain loops below run a dozen times for each record; a generator costs as much as they do.
def _title(values: Values) -> str | None:
    for value in values:
        if text := as_text(value):
            return " ".join(text.split())[:TITLE_LIMIT]
    return None


def _up_to(limit: int) -> Callable[[Values], str | None]:
    def read(values: Values) -> str | None:
        for value in values:
            if text := as_text(value):
                return text[:limit]
        return None

    return read


def _identity(values: Values) -> str | None:
    # A shortened id might be another record's.
    return next((text for text in _texts(values) if len(text) <= _ID_LIMIT), None)


def _moment(values: Values) -> datetime | None:
    return read_moment(values[0]) if values else None


def read_address(values: Values) -> str | None:
    """The first IP address among the values; one of version 4 in the clothes of 6 is undressed."""
    for value in values:
        text = as_text(value)
        # Nearly all are written so, and reading one costs ten times as much as seeing that it is.
        if CANONICAL_IPV4.fullmatch(text):
            return text
        try:
            address = ip_address(text.partition("%")[0].strip("[]"))
        except ValueError:
            continue
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return str(mapped or address)
    return None


def _port(values: Values) -> int | None:
    # Port 0 appears for protocols that have none.
    for value in values:
        number = as_number(value)
        if number is not None and number == int(number) and 1 <= number <= _LAST_PORT:
            return int(number)
    return None


def _within(low: float, high: float) -> Callable[[Values], float | None]:
    def read(values: Values) -> float | None:
        numbers = (as_number(value) for value in values)
        return next((n for n in numbers if n is not None and low <= n <= high), None)

    return read


def _labels(values: Values) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text[:LABEL_LIMIT] for text in _texts(values)))[:LABELS_LIMIT]


def read_techniques(values: Values) -> tuple[str, ...]:
    """The ATT&CK techniques that the values name, each once."""
    found = (match.upper() for text in _texts(values) for match in _TECHNIQUE.findall(text))
    return tuple(dict.fromkeys(found))[:LABELS_LIMIT]


# These take all that is found; the others the first that fits.
LISTS = frozenset({"tags", "mitre_techniques"})

READERS: Mapping[str, Callable[[Values], object | None]] = MappingProxyType(
    {
        "external_alert_id": _identity,
        "title": _title,
        "description": _up_to(_DESCRIPTION_LIMIT),
        "severity": lambda values: values[0] if values else None,
        "source": _up_to(LABEL_LIMIT),
        "threat_type": lambda values: values[0] if values else None,
        "detected_at": _moment,
        "rule_id": _up_to(_TEXT_LIMIT),
        "rule_name": _up_to(_TEXT_LIMIT),
        "source_ip": read_address,
        "destination_ip": read_address,
        "source_port": _port,
        "destination_port": _port,
        "protocol": _up_to(_WORD_LIMIT),
        "affected_hostname": _up_to(_TEXT_LIMIT),
        "affected_user": _up_to(_TEXT_LIMIT),
        "asset_criticality": _up_to(_WORD_LIMIT),
        "confidence_score": _within(0, 1),
        "risk_score": _within(1, 100),
        "correlation_id": _up_to(_TEXT_LIMIT),
        "tags": _labels,
        "mitre_techniques": read_techniques,
    }
)
