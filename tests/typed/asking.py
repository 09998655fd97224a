"""The types of answers: each command has its own."""

from typing import assert_type

from ir_client import AlertUpdated, EventStream, IRClient, NewAlert, SyncIRClient
from ir_client.sync.iterating import SyncEventStream
from ir_client.wire.commands import (
    GetAlertDetails,
    GetOwnedIncidents,
    Ping,
    TakeOwnership,
    UpdateAlertStatus,
    WatchIncident,
)
from ir_client.wire.events import (
    AlertDetails,
    AlertOwnershipTaken,
    AlertStatusUpdated,
    OwnedIncidents,
    Pong,
)


async def answers(stream: EventStream) -> None:
    assert_type(await stream.ask(GetAlertDetails(alert_id=7)), AlertDetails)
    assert_type(await stream.ask(TakeOwnership(alert_id=7)), AlertOwnershipTaken)
    moved = await stream.ask(UpdateAlertStatus(alert_id=7, status="closed"), timeout_seconds=3)
    assert_type(moved, AlertStatusUpdated)
    assert_type(await stream.ask(GetOwnedIncidents()), OwnedIncidents)
    assert_type(await stream.ask(Ping()), Pong)
    await stream.ask(WatchIncident(incident_id=1))  # type: ignore[call-overload] # has no answer


def without_await(stream: SyncEventStream) -> None:
    assert_type(stream.ask(GetAlertDetails(alert_id=7)), AlertDetails)
    stream.view("7")  # type: ignore[arg-type] # the number is an int


async def waiting(client: IRClient, sync: SyncIRClient) -> None:
    assert_type(await client.wait_for(NewAlert), NewAlert)
    closed = await client.wait_for(AlertUpdated, lambda event: event.alert.status == "closed")
    assert_type(closed, AlertUpdated)
    assert_type(sync.wait_for(NewAlert, timeout_seconds=5), NewAlert)
    await client.wait_for(NewAlert, lambda event: event.seen)  # type: ignore[attr-defined] # no such
