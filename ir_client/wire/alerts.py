"""Alert bodies: what is read, created and updated (contract, sections 2 and 3)."""

import re
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from .auth import UserRef
from .base import JsonObject, Reader, ReadTime, UtcTime, Writer
from .values import AlertStatus, Disposition, Severity, ThreatType

_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
CANONICAL_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")


def _canonical_address(text: str) -> str:
    # Nearly all are written so, and reading one costs ten times as much as seeing that it is.
    if CANONICAL_IPV4.fullmatch(text):
        return text
    # A zone id names an interface of the sender's machine and means nothing here.
    try:
        return str(ip_address(text.partition("%")[0]))
    except ValueError:
        raise PydanticCustomError("ip_address", "Input should be an IP address") from None


IpAddress = Annotated[str, Field(max_length=100), AfterValidator(_canonical_address)]
Port = Annotated[int, Field(strict=True, ge=1, le=65535)]
RowId = Annotated[int, Field(strict=True, ge=1, lt=2**63)]
ShortText = Annotated[str, Field(max_length=500)]
LongText = Annotated[str, Field(max_length=65_536)]
Label = Annotated[str, Field(min_length=1, max_length=100)]


class Alert(Reader):
    """An alert as a server shows it.

    `severity`, `status` and `threat_type` keep values this version does not know. `revision`
    grows with every change; a plain server has none. Times are aware and in UTC;
    `time_to_first_response` and `time_to_resolution` are minutes.
    """

    id: int
    external_alert_id: str = ""
    title: str
    description: str | None = None
    severity: str
    status: str
    source: str = ""
    threat_type: str = "unknown"
    detected_at: ReadTime
    source_system: str | None = None
    rule_id: str | None = None
    rule_name: str | None = None
    source_ip: str | None = None
    destination_ip: str | None = None
    source_port: int | None = None
    destination_port: int | None = None
    protocol: str | None = None
    affected_hostname: str | None = None
    affected_user: str | None = None
    asset_criticality: str | None = None
    confidence_score: float | None = None
    risk_score: float | None = None
    assigned_analyst_id: int | None = None
    assigned_analyst: UserRef | None = None
    incident_id: str | None = None
    playbook_execution_id: str | None = None
    correlation_id: str | None = None
    parent_alert_id: int | None = None
    enrichment_data: JsonObject = Field(default_factory=dict)
    investigation_notes: str | None = None
    analyst_comments: str | None = None
    reported: bool = False
    reported_at: ReadTime | None = None
    reported_to: tuple[str, ...] = ()
    false_positive: bool = False
    false_positive_reason: str | None = None
    business_impact: str | None = None
    data_classification: str | None = None
    estimated_financial_impact: float | None = None
    requires_notification: bool = False
    notification_deadline: ReadTime | None = None
    compliance_notes: str | None = None
    received_at: ReadTime
    created_at: ReadTime
    updated_at: ReadTime
    closed_at: ReadTime | None = None
    first_response_at: ReadTime | None = None
    containment_at: ReadTime | None = None
    resolution_at: ReadTime | None = None
    is_overdue: bool | None = None
    time_to_first_response: float | None = None
    time_to_resolution: float | None = None
    revision: int | None = None
    team: str | None = None
    tags: tuple[str, ...] = ()
    mitre_techniques: tuple[str, ...] = ()
    occurrences: int = 1
    last_seen_at: ReadTime | None = None
    disposition: str | None = None
    disposition_reason: str | None = None


class AlertDraft(Writer):
    """An alert to be created.

    `source` may be left out in a bulk ingest, where `source_system` stands in for it;
    `detected_at` defaults to the time of the ingest. Fields the contract does not list are
    dropped, never stored as columns: the whole record belongs in `raw_alert_data`.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    external_alert_id: str = Field(min_length=1, max_length=255)
    title: str = Field(min_length=1, max_length=1000)
    description: LongText | None = None
    severity: Severity
    source: Label | None = None
    threat_type: ThreatType = "unknown"
    detected_at: UtcTime | None = None
    source_system: Label | None = None
    rule_id: ShortText | None = None
    rule_name: ShortText | None = None
    source_ip: IpAddress | None = None
    destination_ip: IpAddress | None = None
    source_port: Port | None = None
    destination_port: Port | None = None
    protocol: Annotated[str, Field(max_length=32)] | None = None
    affected_hostname: ShortText | None = None
    affected_user: ShortText | None = None
    asset_criticality: Annotated[str, Field(max_length=32)] | None = None
    confidence_score: float | None = Field(default=None, strict=True, ge=0, le=1)
    risk_score: float | None = Field(default=None, strict=True, ge=1, le=100)
    correlation_id: ShortText | None = None
    parent_alert_id: RowId | None = None
    enrichment_data: JsonObject = Field(default_factory=dict)
    business_impact: LongText | None = None
    data_classification: ShortText | None = None
    tags: Annotated[tuple[Label, ...], Field(max_length=100)] = ()
    mitre_techniques: Annotated[tuple[Label, ...], Field(max_length=100)] = ()
    raw_alert_data: JsonObject = Field(default_factory=dict)


class AlertUpdate(Writer):
    """The fields of an alert that may be changed; a field that is not set is left alone.

    An explicit null clears a field that may be empty. Any status may follow any other.
    """

    status: AlertStatus | None = None
    assigned_analyst_id: RowId | None = None
    incident_id: ShortText | None = None
    playbook_execution_id: ShortText | None = None
    correlation_id: ShortText | None = None
    parent_alert_id: RowId | None = None
    enrichment_data: JsonObject | None = None
    investigation_notes: LongText | None = None
    analyst_comments: LongText | None = None
    business_impact: LongText | None = None
    data_classification: ShortText | None = None
    estimated_financial_impact: float | None = Field(default=None, strict=True, ge=0)
    false_positive: bool | None = Field(default=None, strict=True)
    false_positive_reason: LongText | None = None
    requires_notification: bool | None = Field(default=None, strict=True)
    notification_deadline: UtcTime | None = None
    compliance_notes: LongText | None = None
    severity: Severity | None = None
    tags: Annotated[tuple[Label, ...], Field(max_length=100)] | None = None
    team: Annotated[str, Field(max_length=100)] | None = None
    disposition: Disposition | None = None
    disposition_reason: LongText | None = None


class IngestResult(Reader):
    """What became of one alert of a bulk ingest."""

    index: int
    status: Literal["created", "duplicate", "invalid"] | str
    id: int | None = None
    error: str | None = None


class IngestReport(Reader):
    """The answer to a bulk ingest; `results` is empty on a plain server."""

    success: bool
    processed_count: int
    failed_count: int
    created_alert_ids: tuple[int, ...] = ()
    errors: tuple[str, ...] = ()
    ingestion_id: str = ""
    results: tuple[IngestResult, ...] = ()


class Pagination(Reader):
    page: int
    size: int
    total: int
    total_pages: int
    total_exact: bool = True


class AlertPage(Reader):
    """One page of alerts; `next_cursor` continues it, where the server has cursors."""

    alerts: tuple[Alert, ...]
    pagination: Pagination
    filters_applied: JsonObject = Field(default_factory=dict)
    next_cursor: str | None = None


class Actor(Reader):
    """Who did something: a user, an endpoint token, or the server itself."""

    kind: Literal["user", "token", "system"] | str
    id: int | None = None
    name: str


class Change(Reader):
    """One field before and after."""

    before: JsonObject | list[object] | str | float | int | bool | None = None
    after: JsonObject | list[object] | str | float | int | bool | None = None


class TimelineEntry(Reader):
    """One thing that happened to an alert: who, when, what, before and after."""

    id: int
    alert_id: int
    at: ReadTime
    actor: Actor
    action: Literal["created", "updated", "commented", "owned", "seen_again"] | str
    changes: dict[str, Change] = Field(default_factory=dict)
    comment: str | None = None
    revision: int | None = None


class Timeline(Reader):
    timeline: tuple[TimelineEntry, ...]


class CommentCreate(Writer):
    content: str = Field(min_length=1, max_length=65_536)


class OwnershipRequest(Writer):
    notes: LongText | None = None
