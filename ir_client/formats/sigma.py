"""What runners of Sigma rules found: Hayabusa (CSV, JSON, JSONL), Chainsaw and Zircolite (JSON).

Hayabusa writes the fields of an event into `Details`, as an object or as `Key: value ¦ Key: …`;
Chainsaw keeps the whole event, or several, under `document` or `documents`; Zircolite has the
events that a rule matched under `matches`: each is an alert. Informational rules are for
enrichment, and by Sigma's own words raise no alert: they are skipped.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from ir_client.wire.base import JsonObject
from ir_client.wire.values import Severity

from .alert_format import AlertFormat
from .envelopes import opening
from .fields import as_text
from .mapping import AlertMapping
from .paths import Path
from .sources import At, FirstOf, Sentence, Words, Worked

SEVERITY_OF_LEVEL: Mapping[str, Severity] = MappingProxyType(
    {
        "emergency": "critical",
        "emer": "critical",
        "critical": "critical",
        "crit": "critical",
        "high": "high",
        "medium": "medium",
        "med": "medium",
        "low": "low",
    }
)
_NO_ALERTS = MappingProxyType(
    {"info": "informational event", "informational": "informational event"}
    | {"undefined": "rule without a level"}
)
_TEXTS = ("Details", "ExtraFieldInfo", "AllFieldInfo")
_BETWEEN_FIELDS = " ¦ "
_LEVEL = At("Level", "rule_level", "level")
_TAGS = At("MitreTactics", "MitreTags", "OtherTags", "tags")
_SAID = Path("description")
_TITLE = At("RuleTitle", "message", "name", "title")
_BETWEEN_TAGS = re.compile(r"\s*¦\s*|\s*,\s*")


def recognises(record: JsonObject) -> bool:
    """Whether `record` looks like a finding of Hayabusa, Chainsaw or Zircolite."""
    if "Level" in record:
        return "RuleTitle" in record or "timestamp_desc" in record
    if "rule_level" in record:
        return "title" in record
    return (
        "level" in record and "name" in record and ("document" in record or "documents" in record)
    )


_open_common = opening(recognises)


def unwrap(record: JsonObject) -> list[object] | None:
    """Each event that a rule of Zircolite matched, with the rule; the usual envelopes."""
    matches = record.get("matches")
    if not (isinstance(matches, list) and recognises(record)):
        return _open_common(record)
    rule = {key: value for key, value in record.items() if key not in ("matches", "count")}
    return [rule | {"match": match} for match in matches]


def _why_skipped(record: JsonObject) -> str | None:
    level = next(map(as_text, _LEVEL.values(record)), "")
    return _NO_ALERTS.get(level.lower())


def _taken_apart(record: JsonObject) -> JsonObject:
    """The record with Hayabusa's texts of fields as objects."""
    texts = {key: _fields_in(text) for key in _TEXTS if isinstance(text := record.get(key), str)}
    return record | texts if texts else record


def _fields_in(text: str) -> JsonObject:
    pairs = (part.partition(": ") for part in text.split(_BETWEEN_FIELDS))
    return {key.strip(): value.strip() for key, separator, value in pairs if separator}


def _description(record: JsonObject) -> str | None:
    details = record.get("Details")
    if isinstance(details, dict) and details:
        return "\n".join(f"{key}: {as_text(value)}" for key, value in details.items())
    return next(map(as_text, _SAID.values_in(record)), None)


def _tags(record: JsonObject) -> list[object]:
    found = _TAGS.values(record)
    return [tag for text in found for tag in _BETWEEN_TAGS.split(as_text(text)) if tag]


def _field(short: tuple[str, ...], raw: tuple[str, ...]) -> At:
    """A field of the event, by Hayabusa's short names and by those of Windows."""
    return At(
        *(f"{where}.{name}" for where in ("Details", "ExtraFieldInfo") for name in short),
        *(f"AllFieldInfo.{name}" for name in raw),
        *(
            f"{where}.data.Event.EventData.{name}"
            for where in ("document", "documents")
            for name in raw
        ),
        *(f"match.{name}" for name in raw),
    )


def _of_system(name: str) -> tuple[str, ...]:
    return tuple(f"{where}.data.Event.System.{name}" for where in ("document", "documents"))


_MAPPING = AlertMapping(
    source="sigma",
    skip=_why_skipped,
    view=_taken_apart,
    tactics=("MitreTactics", "tags"),
    fields={
        "external_alert_id": FirstOf(
            Sentence("{RuleTitle}/{Computer}/{Channel}/{RecordID}/{Timestamp}"),
            Sentence(
                "{id}/{document.data.Event.System.Computer}/{document.data.Event.System.Channel}/"
                "{document.data.Event.System.EventRecordID}/{timestamp}"
            ),
            Sentence("{id}/{match.Computer}/{match.Channel}/{match.EventRecordID}"),
        ),
        "title": _TITLE,
        "description": Worked(_description, "the fields in `Details`, else `description`"),
        "severity": Words("Level", "rule_level", "level", table=SEVERITY_OF_LEVEL),
        "detected_at": At(
            "Timestamp",
            "datetime",
            "timestamp",
            "match.SystemTime",
            "match.UtcTime",
            "match.@timestamp",
        ),
        "rule_id": At("RuleID", "id", "RuleFile", "sigmafile"),
        "rule_name": _TITLE,
        "source_ip": _field(("SrcIP",), ("IpAddress", "SourceIp", "SourceAddress")),
        "destination_ip": _field(("TgtIP", "DstIP"), ("DestinationIp", "DestAddress")),
        "source_port": _field(("SrcPort",), ("IpPort", "SourcePort")),
        "destination_port": _field(("TgtPort", "DstPort"), ("DestinationPort", "DestPort")),
        "protocol": _field(("Proto",), ("Protocol",)),
        "affected_hostname": At("Computer", *_of_system("Computer"), "match.Computer"),
        "affected_user": _field(
            ("TgtUser", "User", "SrcUser"), ("TargetUserName", "User", "SubjectUserName")
        ),
        "tags": Worked(_tags, "`MitreTactics`, `MitreTags`, `OtherTags`, `tags`, each alone"),
        "mitre_techniques": At("MitreTags", "tags"),
    },
    context=(
        "Channel",
        "EventID",
        "RecordID",
        "EvtxFile",
        "Details",
        "document.data.Event.System.EventID",
        "document.data.Event.EventData.Image",
        "document.data.Event.EventData.CommandLine",
        "document.path",
        "match.EventID",
        "match.Image",
        "match.CommandLine",
        "falsepositives",
    ),
)

FORMAT = AlertFormat(
    name="sigma",
    title="Sigma: Hayabusa, Chainsaw, Zircolite",
    known_by="a level with a RuleTitle (Hayabusa), a document (Chainsaw) or matches (Zircolite)",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=unwrap,
    mapping=_MAPPING,
)
