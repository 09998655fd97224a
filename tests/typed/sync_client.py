"""The types of `SyncIRClient` are those of `IRClient`, without its coroutines."""

from collections.abc import Sequence
from typing import assert_type

from ir_client import (
    Alert,
    AlertUpdate,
    BulkReport,
    BulkUpdateReport,
    Incident,
    RawResponse,
    RetryPolicy,
    SyncIRClient,
)
from ir_client.rest.alerts import Page
from ir_client.stream.events import Event
from ir_client.sync.iterating import SyncAlertQuery, SyncEventStream
from ir_client.wire.alerts import IngestReport
from ir_client.wire.auth import EndpointToken, ServerMeta, User
from ir_client.wire.incidents import IncidentStats
from ir_client.wire.overview import AlertStats


def answers(client: SyncIRClient) -> None:
    assert_type(client.meta(), ServerMeta)
    assert_type(client.auth.me(), User)
    patient = client.with_options(timeout_seconds=60, retry=RetryPolicy(max_attempts=8))
    assert_type(patient, SyncIRClient)
    assert_type(patient.alerts.get(1), Alert)
    assert_type(client.tokens.list(), list[EndpointToken])
    assert_type(client.alerts.get(1), Alert)
    assert_type(client.alerts.update(1, AlertUpdate(status="closed"), if_revision=3), Alert)
    assert_type(client.alerts.ingest("edr", []), IngestReport)
    assert_type(client.alerts.ingest_many("edr", []), BulkReport)
    assert_type(client.raw.alerts.get(1), RawResponse[Alert])
    assert_type(client.raw.alerts.get(1).parse(), Alert)
    assert_type(client.incidents.get("INC-2026-000001"), Incident)
    assert_type(client.incidents.set_status(1, "closed", "done"), Incident)
    assert_type(client.incidents.stats(), IncidentStats)
    assert_type(client.alerts.stats(), AlertStats)
    close = AlertUpdate(status="closed")
    assert_type(client.alerts.bulk_update(close, query="status: new"), BulkUpdateReport)
    assert_type(client.alerts.sources(), Sequence[str])
    for incident in client.incidents.list(status=["new"]):
        assert_type(incident, Incident)
    assert_type(client.alerts.list(severity=["high"], size=10), SyncAlertQuery)
    for alert in client.alerts.list():
        assert_type(alert, Alert)
    for page in client.alerts.list().pages():
        assert_type(page, Page)


def events(client: SyncIRClient) -> None:
    with client as opened, opened.events(max_buffered_events=10) as stream:
        assert_type(opened, SyncIRClient)
        assert_type(stream, SyncEventStream)
        for event in stream:
            assert_type(event, Event)


def refusals(client: SyncIRClient) -> None:
    """An unused ignore is an error: each of these lines must be refused."""
    client.alerts.get("1")  # type: ignore[arg-type] # the number is an int
    client.raw.alerts.get("1")  # type: ignore[arg-type] # here too
    client.incidents.set_status(1, "gone")  # type: ignore[arg-type] # no such status
    client.alerts.get()  # type: ignore[call-arg] # the number is missing
    client.alerts.list(colour="red")  # type: ignore[call-arg] # no such filter
    client.alerts.list(sort_by="colour")  # type: ignore[arg-type] # nor such an order
    client.events(max_buffered_events="10")  # type: ignore[arg-type] # a count is an int
