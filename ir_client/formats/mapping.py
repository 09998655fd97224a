"""From a record to a draft by a mapping that is data.

    _MAPPING = AlertMapping(
        source="acme",
        fields={
            "title": At("rule.name", "message"),
            "severity": Words("level", table={"sev1": "critical", "sev2": "high"}),
            "source_ip": At("client.ip"),
        },
        context=("sensor.name",),
    )

A field that nothing is found for stays empty. Without an id the digest of the record is one,
without a title the rule is, without a time the ingest's; only a missing severity rejects.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ir_client.wire.alerts import AlertDraft
from ir_client.wire.base import JsonObject

from .attack import threat_of
from .fields import LISTS, READERS, Values, as_text
from .identity import record_id
from .outcomes import RecordError, Skipped
from .paths import Path
from .sources import At, FieldSource, ways_to

_QUOTE_LIMIT = 200


def _as_it_is(record: JsonObject) -> JsonObject:
    return record


def _never(record: JsonObject) -> str | None:  # noqa: ARG001 # a mapping's
    return None


# A field, how it reads what is found, and where that is asked for, the best first.
_Step = tuple[
    str, Callable[[Values], object | None], tuple[Callable[[JsonObject], list[object]], ...]
]


@dataclass(frozen=True, slots=True)
class AlertMapping:
    """Where each field of a draft comes from.

    `view` makes a record easier to look into (the paths look there); `skip` says why a sound
    record is no alert; `context` are paths whose values are worth keeping beside the alert, in
    `enrichment_data[source]`; `tactics` are paths of ATT&CK tactics, which tell the threat type
    where nothing else does. The record itself is kept whole.
    """

    source: str
    fields: Mapping[str, FieldSource]
    context: Sequence[str] = ()
    tactics: Sequence[str] = ()
    view: Callable[[JsonObject], JsonObject] = _as_it_is
    skip: Callable[[JsonObject], str | None] = _never
    _steps: tuple[_Step, ...] = field(init=False)
    _lists: Mapping[str, tuple[()]] = field(init=False)
    _context_at: tuple[Path, ...] = field(init=False)
    _tactics_at: At = field(init=False)

    def __post_init__(self) -> None:
        unknown = self.fields.keys() - READERS.keys()
        if unknown:
            raise ValueError(f"no such fields of an alert: {', '.join(sorted(unknown))}")
        if missing := {"title", "severity"} - self.fields.keys():
            raise ValueError(f"a mapping says where these come from: {', '.join(sorted(missing))}")
        steps = tuple(
            (name, READERS[name], (one.values,) if name in LISTS else ways_to(one))
            for name, one in self.fields.items()
        )
        object.__setattr__(self, "_steps", steps)
        object.__setattr__(self, "_lists", dict.fromkeys(LISTS & self.fields.keys(), ()))
        object.__setattr__(self, "_context_at", tuple(Path(path) for path in self.context))
        object.__setattr__(self, "_tactics_at", At(*self.tactics))

    def draft_from(self, record: JsonObject) -> AlertDraft | Skipped:
        """Map `record`; raises RecordError for what should be an alert and cannot be one."""
        if reason := self.skip(record):
            return Skipped(reason)
        seen = self.view(record)
        got: dict[str, Any] = dict(self._lists)
        for name, read, ways in self._steps:
            for values_of in ways:
                if (found := values_of(seen)) and (value := read(found)) is not None:
                    got[name] = value
                    break
        if "severity" not in got:
            wanted = self.fields["severity"].described().replace("`", "")
            raise RecordError(f"no severity that is known; it comes from {wanted[:_QUOTE_LIMIT]}")
        got.setdefault("source", self.source)
        got.setdefault("title", got.get("rule_name") or f"Alert from {self.source}")
        if "threat_type" not in got:
            tactics = (as_text(value) for value in self._tactics_at.values(seen))
            got["threat_type"] = threat_of(got.get("mitre_techniques", ()), tactics)
        if "external_alert_id" not in got:
            got["external_alert_id"] = record_id(self.source, record)
        if context := self._context_of(seen):
            got["enrichment_data"] = {self.source: context}
        return AlertDraft(raw_alert_data=record, **got)

    def _context_of(self, record: JsonObject) -> JsonObject:
        context: JsonObject = {}
        for path in self._context_at:
            if found := path.values_in(record):
                context[path.text] = found[0] if len(found) == 1 else found
        return context
