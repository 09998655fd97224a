"""Alerts of Prometheus: Alertmanager's webhook (and Grafana's, alike), and its API's alerts.

A fingerprint names a set of labels; with the time the alert began it names one firing, however
often it is notified of. Alerts that are resolved, silenced or inhibited are skipped.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.base import JsonObject
from ir_client.wire.values import THREAT_TYPES, Severity

from .alert_format import AlertFormat
from .fields import as_text, read_address
from .identity import record_id
from .mapping import AlertMapping
from .paths import Path
from .sources import At, FirstOf, Fixed, Words, Worked

# A convention of each house, so all that are common.
SEVERITY_OF_LABEL: Mapping[str, Severity] = MappingProxyType(
    {
        "critical": "critical",
        "crit": "critical",
        "page": "critical",
        "emergency": "critical",
        "disaster": "critical",
        "fatal": "critical",
        "p1": "critical",
        "sev1": "critical",
        "high": "high",
        "major": "high",
        "error": "high",
        "alert": "high",
        "p2": "high",
        "sev2": "high",
        "medium": "medium",
        "average": "medium",
        "warning": "medium",
        "warn": "medium",
        "p3": "medium",
        "sev3": "medium",
        "low": "low",
        "minor": "low",
        "notice": "low",
        "ticket": "low",
        "p4": "low",
        "sev4": "low",
        "info": "info",
        "informational": "info",
        "information": "info",
        "debug": "info",
        "none": "info",
        "p5": "info",
        "sev5": "info",
    }
)
_THREAT_OF_LABEL = MappingProxyType({name: name for name in THREAT_TYPES})

_OF_THE_NOTIFICATION = ("receiver", "groupKey", "externalURL")
_BESIDE_LABELS = frozenset({"annotations", "fingerprint", "generatorURL"})
_TAGGED = ("team", "service", "namespace", "cluster", "environment", "env")
_INSTANCE = Path("labels.instance")
_PORT = re.compile(r":\d+$")


def recognises(record: JsonObject) -> bool:
    """Whether `record` looks like one alert out of a notification, or of the API."""
    is_labelled = "startsAt" in record and isinstance(record.get("labels"), dict)
    return is_labelled and not _BESIDE_LABELS.isdisjoint(record)


def unwrap(record: JsonObject) -> list[object] | None:
    """The alerts of a notification, each with who was notified of which group."""
    alerts = record.get("alerts")
    if not isinstance(alerts, list) or "receiver" not in record or recognises(record):
        return None
    shared = {key: record[key] for key in _OF_THE_NOTIFICATION if key in record}
    return [shared | alert if isinstance(alert, dict) else alert for alert in alerts]


def _why_skipped(record: JsonObject) -> str | None:
    status = record.get("status")
    if isinstance(status, dict):
        status = status.get("state")
    return {"resolved": "resolved", "suppressed": "silenced or inhibited"}.get(as_text(status))


def _firing(record: JsonObject) -> str:
    began = as_text(record.get("startsAt"))
    if fingerprint := as_text(record.get("fingerprint")):
        return f"{fingerprint}/{began}"
    return record_id("alertmanager", {"labels": record.get("labels"), "startsAt": began})


def _instance(record: JsonObject) -> str | None:
    found = _INSTANCE.values_in(record)
    address = _PORT.sub("", as_text(found[0])) if found else ""
    return address.strip("[]") or None


def _instance_name(record: JsonObject) -> str | None:
    instance = _instance(record)
    return instance if instance and not read_address([instance]) else None


def _tags(record: JsonObject) -> list[object]:
    labels = record.get("labels")
    if not isinstance(labels, dict):
        return []
    return [f"{name}:{text}" for name in _TAGGED if (text := as_text(labels.get(name)))]


_MAPPING = AlertMapping(
    source="alertmanager",
    skip=_why_skipped,
    tactics=("labels.tactic", "labels.mitre_tactic", "annotations.mitre_tactic"),
    fields={
        "external_alert_id": Worked(
            _firing, "`fingerprint` and `startsAt`; without the first, a digest of the labels"
        ),
        "title": At("annotations.summary", "annotations.title", "labels.alertname"),
        "description": At("annotations.description", "annotations.message", "annotations.summary"),
        "severity": FirstOf(
            Words("labels.severity", "labels.priority", table=SEVERITY_OF_LABEL), Fixed("medium")
        ),
        "threat_type": Words("labels.threat_type", table=_THREAT_OF_LABEL),
        "detected_at": At("startsAt"),
        "rule_id": At("labels.rule_id", "labels.__alert_rule_uid__", "labels.alertname"),
        "rule_name": At("labels.alertname"),
        "source_ip": At("labels.source_ip", "labels.src_ip", "labels.client_ip"),
        "destination_ip": FirstOf(
            At("labels.destination_ip", "labels.dest_ip"),
            Worked(_instance, "`labels.instance` without its port"),
        ),
        "affected_hostname": FirstOf(
            At("labels.hostname", "labels.host", "labels.nodename", "labels.node"),
            Worked(_instance_name, "`labels.instance` without its port, if it is no address"),
        ),
        "affected_user": At("labels.user", "labels.username"),
        "correlation_id": At("groupKey"),
        "tags": Worked(_tags, "`labels`: " + ", ".join(_TAGGED) + ", with their name before them"),
        "mitre_techniques": At(
            "labels.technique", "labels.mitre_technique", "annotations.mitre_technique"
        ),
    },
    context=(
        "receiver",
        "labels.job",
        "labels.instance",
        "labels.pod",
        "generatorURL",
        "externalURL",
        "annotations.runbook_url",
        "dashboardURL",
        "valueString",
    ),
)

FORMAT = AlertFormat(
    name="alertmanager",
    title="Prometheus Alertmanager",
    known_by="labels and a startsAt",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=unwrap,
    mapping=_MAPPING,
)
