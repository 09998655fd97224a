"""Turn a validated draft into what storage keeps. Pure; runs for every alert, so it is plain."""

from typing import Any

from ir_client.wire.alerts import AlertDraft
from server_stub.domain.clocks import instant
from server_stub.domain.correlation import correlation_key
from server_stub.storage.alert_rows import DOCUMENT_FIELDS, alert_search_text, found_by
from server_stub.storage.alert_writes import PreparedAlert
from server_stub.storage.encoding import to_json

# What a new alert says in the fields that its sender does not set.
_FRESH_DOCUMENT: dict[str, Any] = dict.fromkeys(DOCUMENT_FIELDS) | {
    "reported_to": [],
    "requires_notification": False,
}
_SENT_FIELDS = tuple(name for name in DOCUMENT_FIELDS if name in AlertDraft.model_fields)


def prepare_alert(
    draft: AlertDraft, *, team: str | None, received_at: str, process_all: bool = False
) -> PreparedAlert:
    """The row of `draft`, whose source is set, coming in for `team`.

    One whose sender left nothing out needs no processing, unless that is due to all.
    """
    source = draft.source or ""
    key = correlation_key(
        team=team,
        rule=draft.rule_id or draft.rule_name,
        host=draft.affected_hostname,
        user=draft.affected_user,
        address=draft.source_ip or draft.destination_ip,
    )
    is_complete = draft.risk_score is not None and (key is None or draft.correlation_id is not None)
    fields = draft.__dict__
    document = _FRESH_DOCUMENT | {name: fields[name] for name in _SENT_FIELDS}
    return PreparedAlert(
        key=(team or "", source, draft.external_alert_id),
        source_system=draft.source_system,
        severity=draft.severity,
        threat_type=draft.threat_type,
        detected_at=received_at if draft.detected_at is None else instant(draft.detected_at),
        risk_score=draft.risk_score,
        correlation_id=draft.correlation_id,
        correlation_key=key,
        search_text=alert_search_text(document, draft.external_alert_id, source),
        document=to_json(document),
        found_by=found_by(document),
        raw=to_json(draft.raw_alert_data) if draft.raw_alert_data else None,
        processed=is_complete and not process_all,
    )
