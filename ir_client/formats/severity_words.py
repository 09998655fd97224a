"""The words for severities that vendors have in common; what is their own stays with them."""

from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.values import Severity

SEVERITY_OF_WORD: Mapping[str, Severity] = MappingProxyType(
    {
        "critical": "critical",
        "high": "high",
        "medium": "medium",
        "low": "low",
        "informational": "info",
        "information": "info",
        "info": "info",
    }
)
