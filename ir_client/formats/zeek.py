"""Zeek's notice log, as tab-separated lines or as JSON; records of its other logs are skipped.

A notice has a type (`SSH::Password_Guessing`) and no severity; ours is by the type. The packages
that look for ATT&CK (BZAR) put techniques into `sub`, and the tactic into the type.
"""

from ir_client.wire.base import JsonObject

from .alert_format import AlertFormat
from .envelopes import opening
from .fields import as_text
from .mapping import AlertMapping
from .sources import At, ByAttack, FirstOf, Fixed, Sentence, Words, Worked
from .zeek_tables import SEVERITY_IN_FAMILY, SEVERITY_OF_ACTION, SEVERITY_OF_NOTE, THREAT_IN_NOTE

_OF_A_LOG = frozenset({"_path", "note", "uid", "id.orig_h"})
_REASON_LIMIT = 60
_ATTACK = "ATTACK::"


def recognises(record: JsonObject) -> bool:
    """Whether `record` looks like a line of any of Zeek's logs."""
    return "ts" in record and not _OF_A_LOG.isdisjoint(record)


def _why_skipped(record: JsonObject) -> str | None:
    if "_path" in record:
        path = as_text(record["_path"])
        # notice_alarm has once more what notice has.
        return None if path == "notice" else f"Zeek log {path[:_REASON_LIMIT]}"
    return None if as_text(record.get("note")) else "Zeek log other than notice"


def _of_attack(record: JsonObject) -> list[object]:
    """The texts that name ATT&CK, only where they do: `T1021` may be anybody's name."""
    if not as_text(record.get("note")).startswith(_ATTACK):
        return []
    return [record.get("sub"), record.get("msg")]


def _tags(record: JsonObject) -> list[object]:
    module, separator, _ = as_text(record.get("note")).partition("::")
    tags: list[object] = [module.lower()] if separator else []
    return [*tags, "dropped"] if record.get("dropped") is True else tags


_MAPPING = AlertMapping(
    source="zeek",
    skip=_why_skipped,
    fields={
        "title": At("msg", "note"),
        "description": FirstOf(Sentence("{msg}\n{sub}"), Sentence("{msg}\n{file_desc}")),
        "severity": FirstOf(
            Words("note", table=SEVERITY_OF_NOTE),
            Words("note", table=SEVERITY_IN_FAMILY, part=True),
            Words("actions", table=SEVERITY_OF_ACTION),
            Fixed("medium"),
        ),
        "threat_type": FirstOf(
            ByAttack(techniques=At(), tactics=At("note")),
            Words("note", table=THREAT_IN_NOTE, part=True),
        ),
        "detected_at": At("ts"),
        "rule_id": At("note"),
        "rule_name": At("note"),
        "source_ip": At("src", "id.orig_h"),
        "destination_ip": At("dst", "id.resp_h"),
        "source_port": At("id.orig_p"),
        "destination_port": At("id.resp_p", "p"),
        "protocol": At("proto"),
        "correlation_id": At("uid"),
        "tags": Worked(_tags, "the part of `note` before `::`, and `dropped` if it is"),
        "mitre_techniques": Worked(_of_attack, "`sub`, `msg` where `note` starts with `ATTACK::`"),
    },
    context=(
        "sub",
        "n",
        "fuid",
        "file_mime_type",
        "file_desc",
        "peer_descr",
        "actions",
        "email_dest",
        "suppress_for",
        "remote_location.country_code",
        "remote_location.city",
    ),
)

FORMAT = AlertFormat(
    name="zeek",
    title="Zeek notice",
    known_by="a ts, and a note, _path or connection of Zeek",
    recognises=recognises,
    map_record=_MAPPING.draft_from,
    unwrap=opening(recognises),
    mapping=_MAPPING,
)
