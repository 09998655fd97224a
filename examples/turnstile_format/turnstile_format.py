"""A format of your own: what the turnstiles of a building write."""

from ir_client.formats import AlertFormat, AlertMapping, At, Sentence, Words

_MAPPING = AlertMapping(
    source="turnstile",
    skip=lambda record: "passage" if record["event"] == "passed" else None,
    fields={
        "external_alert_id": At("serial"),
        "title": Sentence("Turnstile {gate}: {event}"),
        "severity": Words("event", table={"forced": "high", "refused": "low"}),
        "detected_at": At("at"),
        "affected_user": At("badge.holder"),
        "tags": At("gate"),
    },
    context=("badge.number",),
)

FORMAT = AlertFormat(
    name="turnstile",
    title="Turnstile",
    known_by="a gate, an event and a badge",
    recognises=lambda record: {"gate", "event", "badge"} <= record.keys(),
    map_record=_MAPPING.draft_from,
    mapping=_MAPPING,
)
