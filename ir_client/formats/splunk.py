"""Notable events of Splunk Enterprise Security, and alerts of saved searches.

They come in answers of the search API, exported lines, CSV of the same columns, or a webhook with
one result. Urgency (the search's severity weighed by the asset) comes before severity. What
analysts change in Splunk (owner, status, urgency) is in no id.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.base import JsonObject
from ir_client.wire.values import Severity, ThreatType

from .alert_format import AlertFormat
from .envelopes import opening
from .fields import as_text, read_address
from .identity import record_id
from .mapping import AlertMapping
from .paths import Path
from .sources import At, ByAttack, FirstOf, Fixed, Words, Worked

SEVERITY_OF_WORD: Mapping[str, Severity] = MappingProxyType(
    {
        "critical": "critical",
        "high": "high",
        "medium": "medium",
        "low": "low",
        "informational": "info",
        "info": "info",
    }
)
_CRITICALITY = MappingProxyType({word: word for word in ("critical", "high", "medium", "low")})
THREAT_OF_DOMAIN: Mapping[str, ThreatType] = MappingProxyType(
    {
        "access": "credential_access",
        "endpoint": "suspicious_activity",
        "identity": "credential_access",
        "network": "suspicious_activity",
        "threat": "suspicious_activity",
        "audit": "policy_violation",
    }
)

_OF_A_SEARCH = frozenset({"urgency", "severity", "results_link", "rule_title", "risk_object"})
# What stays the same when analysts work on a notable.
_LASTING = ("search_name", "source", "_time", "orig_time", "event_hash", "src", "dest", "user")
_SUPPRESSED = "notable_suppression"
_KIND = Path("eventtype")
_SEARCH = At("search_name", "savedsearch_name", "source")
_RISKY = Path("risk_object")
_DOMAIN_AND_RULE = re.compile(r"^\w+ - (.+) - Rule$")


def recognises(record: JsonObject) -> bool:
    """Whether `record` looks like a notable, or like a result of a saved search."""
    if record.get("index") == "notable" or "@@notable@@" in as_text(record.get("event_id")):
        return True
    return "search_name" in record and not _OF_A_SEARCH.isdisjoint(record)


def _why_skipped(record: JsonObject) -> str | None:
    kinds = _KIND.values_in(record)
    is_suppressed = any(as_text(kind).startswith(_SUPPRESSED) for kind in kinds)
    return "suppressed notable" if is_suppressed else None


def _lasting_id(record: JsonObject) -> str:
    lasting = {key: record[key] for key in _LASTING if key in record}
    return record_id("splunk", lasting if "_time" in lasting else record)


def _rule(record: JsonObject) -> str | None:
    """`Access - Brute Force - Rule` → `Brute Force`."""
    names = _SEARCH.values(record)
    name = as_text(names[0]) if names else ""
    match = _DOMAIN_AND_RULE.match(name)
    return (match[1] if match else name) or None


def _named(*paths: str) -> Worked:
    """The values that are names: fields such as `dest` may hold an address too."""
    at = At(*paths)

    def found(record: JsonObject) -> list[object]:
        return [one for one in at.values(record) if not read_address([one])]

    return Worked(found, f"what is no address in {at.described()}")


def _risky(kind: str) -> Worked:
    def found(record: JsonObject) -> list[object]:
        is_one = as_text(record.get("risk_object_type")) == kind
        return _RISKY.values_in(record) if is_one else []

    return Worked(found, f"`risk_object` if `risk_object_type` is {kind}")


_TECHNIQUES = At(
    "annotations.mitre_attack.mitre_technique_id",
    "annotations.mitre_attack",
    "mitre_technique_id",
    "mitre_technique",
    "annotations",
)
_TACTICS = At("annotations.mitre_attack.mitre_tactic", "mitre_tactic", "mitre_tactic_id")

_MAPPING = AlertMapping(
    source="splunk",
    skip=_why_skipped,
    fields={
        "external_alert_id": FirstOf(
            At("event_id", "notable_id"),
            Worked(_lasting_id, "a digest of search, times, hash, source, destination, user"),
        ),
        "title": FirstOf(
            At("rule_title", "rule_name"),
            Worked(_rule, "the middle of `search_name` or `source`"),
        ),
        "description": At("rule_description", "savedsearch_description", "signature", "_raw"),
        "severity": FirstOf(Words("urgency", "severity", table=SEVERITY_OF_WORD), Fixed("medium")),
        "threat_type": FirstOf(
            ByAttack(techniques=_TECHNIQUES, tactics=_TACTICS),
            Words("security_domain", table=THREAT_OF_DOMAIN),
        ),
        "detected_at": At("_time", "orig_time", "_indextime"),
        "rule_id": _SEARCH,
        "rule_name": FirstOf(
            At("rule_name"), Worked(_rule, "the middle of `search_name` or `source`")
        ),
        "source_ip": At("src_ip", "src"),
        "destination_ip": At("dest_ip", "dest", "dvc"),
        "source_port": At("src_port"),
        "destination_port": At("dest_port"),
        "protocol": At("transport", "protocol"),
        "affected_hostname": FirstOf(
            At("dest_nt_host", "dest_host", "dest_dns"),
            _named("dest"),
            _risky("system"),
            _named("orig_host", "dvc", "src_nt_host", "src_dns", "src"),
        ),
        "affected_user": FirstOf(At("user", "src_user", "user_name"), _risky("user")),
        "asset_criticality": Words("dest_priority", "priority", table=_CRITICALITY),
        "risk_score": At("risk_score"),
        "tags": At("security_domain", "tag", "orig_tag"),
        "mitre_techniques": _TECHNIQUES,
    },
    context=(
        "search_name",
        "status_label",
        "owner",
        "disposition_label",
        "signature",
        "action",
        "app",
        "vendor_product",
        "risk_object",
        "threat_object",
        "drilldown_search",
        "drilldown_earliest",
        "drilldown_latest",
        "results_link",
    ),
)

FORMAT = AlertFormat(
    name="splunk",
    title="Splunk notable events",
    known_by="index=notable, a notable's event_id, or a search_name with an urgency or severity",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises),
    mapping=_MAPPING,
)
