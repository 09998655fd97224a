"""The SDK against the real server, in a process of its own, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from ir_client import (
    AlertUpdate,
    AlertUpdated,
    EventStream,
    IncidentCreate,
    IncidentCreated,
    IncidentUpdate,
    IncidentUpdated,
    InitialData,
    IRClient,
    NewAlert,
    PasswordCredentials,
    Resumed,
    StreamState,
    TokenCredentials,
    errors,
)
from ir_client.stream.events import Event
from ir_client.wire.auth import EndpointTokenCreate, UserCreate
from ir_client.wire.commands import GetAlertDetails, Ping
from ir_client.wire.events import AlertDetails, Pong
from tests.ir_client.test_guide import guide
from tests.support.builders import a_draft
from tests.support.live_server import ADMIN_PASSWORD, INGEST_TOKEN, LiveServer

ADMIN = PasswordCredentials("admin", SecretStr(ADMIN_PASSWORD))
SIEM = TokenCredentials(SecretStr(INGEST_TOKEN))


@asynccontextmanager
async def analyst_and_siem(server: LiveServer) -> AsyncIterator[tuple[IRClient, IRClient]]:
    async with (
        IRClient(server.url, credentials=ADMIN) as analyst,
        IRClient(server.url, credentials=SIEM) as siem,
    ):
        yield analyst, siem


async def read_until(stream: EventStream, is_it: Callable[[Event], bool]) -> list[Event]:
    events: list[Event] = []
    async with asyncio.timeout(120):
        async for event in stream:
            events.append(event)
            if is_it(event):
                break
    return events


def is_a(kind: type[object]) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, kind)


async def test_from_ingest_to_update(shared_live_server: LiveServer) -> None:
    async with analyst_and_siem(shared_live_server) as (analyst, siem), analyst.events() as stream:
        await read_until(stream, is_a(InitialData))
        report = await siem.alerts.ingest("way", [a_draft(external_alert_id="way-1")])
        (alert_id,) = report.created_alert_ids
        seen = (await read_until(stream, is_a(NewAlert)))[-1]
        assert isinstance(seen, NewAlert)
        assert (seen.alert.id, seen.origin) == (alert_id, "live")
        changed = await analyst.alerts.update(
            alert_id, AlertUpdate(status="triaged"), if_revision=seen.alert.revision
        )
        await read_until(
            stream,
            lambda event: (
                isinstance(event, AlertUpdated) and event.alert.revision == changed.revision
            ),
        )
        again = await siem.alerts.ingest("way", [a_draft(external_alert_id="way-1")])
        assert [result.status for result in again.results] == ["duplicate"]


async def test_every_call_about_one_alert(shared_live_server: LiveServer) -> None:
    async with analyst_and_siem(shared_live_server) as (analyst, siem):
        alert = await siem.alerts.create(a_draft(external_alert_id="one-1"))
        with pytest.raises(errors.ConflictError):
            await siem.alerts.create(a_draft(external_alert_id="one-1"))
        await analyst.alerts.comment(alert.id, "looks odd")
        owned = await analyst.alerts.take(alert.id, notes="mine")
        assert owned.alert.status == "investigating"
        assert owned.incident.incident_id.startswith("INC-")
        stale = alert.revision
        with pytest.raises(errors.ChangedSince) as caught:
            await analyst.alerts.update(alert.id, AlertUpdate(status="closed"), if_revision=stale)
        assert caught.value.current is not None
        assert caught.value.current.status == "investigating"
        actions = [entry.action for entry in await analyst.alerts.timeline(alert.id)]
        assert actions[0] == "created"
        assert "commented" in actions
        with pytest.raises(errors.PermissionDenied):
            await siem.alerts.update(alert.id, AlertUpdate(status="closed"))
        with pytest.raises(errors.NotFound):
            await analyst.alerts.get(10**9)


async def test_a_list_walks_all_pages_once(shared_live_server: LiveServer) -> None:
    async with analyst_and_siem(shared_live_server) as (analyst, siem):
        drafts = [a_draft(external_alert_id=f"walk-{n}", source="walk") for n in range(25)]
        report = await siem.alerts.ingest("walk", drafts)
        walked = [
            alert.id
            async for alert in analyst.alerts.list(
                source="walk", size=10, sort_by="updated_at", sort_order="asc"
            )
        ]
        assert sorted(walked) == sorted(report.created_alert_ids)


async def test_users_and_tokens(shared_live_server: LiveServer) -> None:
    async with IRClient(shared_live_server.url, credentials=ADMIN) as admin:
        await admin.auth.create_user(
            UserCreate(username="kim", password=SecretStr("a-long-password-of-kim"))
        )
        assert "kim" in {user.username for user in await admin.auth.users()}
        made = await admin.tokens.create(EndpointTokenCreate(token_name="edr"))
        assert "edr" in {token.token_name for token in await admin.tokens.list()}
        assert "cursor" in (await admin.meta()).features
        async with IRClient(
            shared_live_server.url, credentials=TokenCredentials(made.token)
        ) as edr:
            await edr.alerts.create(a_draft(external_alert_id="edr-1"))
        kim = PasswordCredentials("kim", SecretStr("a-long-password-of-kim"))
        async with IRClient(shared_live_server.url, credentials=kim) as analyst:
            assert (await analyst.auth.me()).username == "kim"
            with pytest.raises(errors.PermissionDenied):
                await analyst.auth.users()


async def test_the_life_of_an_incident(shared_live_server: LiveServer) -> None:
    async with analyst_and_siem(shared_live_server) as (analyst, siem):
        alert = await siem.alerts.create(a_draft(external_alert_id="case-1"))
        wanted = IncidentCreate(title="Life of one", severity="low", alert_ids=(alert.id,))
        made = await analyst.incidents.create(wanted)
        assert (made.priority, made.alert_ids) == ("P4", (alert.id,))
        with pytest.raises(errors.ConflictError):
            await analyst.incidents.create(wanted)
        update = IncidentUpdate(priority="P1")
        changed = await analyst.incidents.update(made.incident_id, update, if_revision=1)
        with pytest.raises(errors.ChangedSince) as caught:
            await analyst.incidents.update(made.id, update, if_revision=1)
        assert caught.value.current_incident == changed
        entry = await analyst.incidents.add_note(made.id, "looking", note_type="triage")
        assert (entry.action, entry.note_type) == ("noted", "triage")
        assert made.id in {incident.id for incident in await analyst.incidents.owned()}
        closed = await analyst.incidents.set_status(made.id, "closed", "done")
        assert closed.closed_at is not None
        assert made.id not in {incident.id for incident in await analyst.incidents.owned()}
        lines = await analyst.incidents.timeline(made.id)
        assert [line.action for line in lines] == ["created", "updated", "noted", "status_changed"]
        found = [one async for one in analyst.incidents.list(search="life of", size=1)]
        assert [one.id for one in found] == [made.id]
        assert (await analyst.incidents.stats()).by_status["closed"] >= 1


async def test_the_guides_incident(
    shared_live_server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    async with analyst_and_siem(shared_live_server) as (analyst, siem):
        ids = [
            (await siem.alerts.create(a_draft(external_alert_id=f"guide-{number}"))).id
            for number in range(2)
        ]
        other = await analyst.incidents.create(IncidentCreate(title="Open", severity="critical"))
        await guide("Incidents", analyst, instead={"(7, 9)": repr(tuple(ids))})
        made = await analyst.incidents.get((await analyst.alerts.get(ids[0])).incident_id or "")
        assert (made.status, made.priority, made.alert_ids) == ("contained", "P2", tuple(ids))
        assert f"{other.incident_id} False" in capsys.readouterr().out


async def test_an_incident_is_told_to_its_owner(shared_live_server: LiveServer) -> None:
    async with analyst_and_siem(shared_live_server) as (analyst, _), analyst.events() as stream:
        await read_until(stream, is_a(InitialData))
        made = await analyst.incidents.create(IncidentCreate(title="Told", severity="low"))
        told = (await read_until(stream, is_a(IncidentCreated)))[-1]
        assert isinstance(told, IncidentCreated)
        assert told.data.incident_id == made.incident_id
        await analyst.incidents.set_status(made.id, "closed")
        told = (await read_until(stream, is_a(IncidentUpdated)))[-1]
        assert isinstance(told, IncidentUpdated)
        assert (told.data.status, told.data.revision) == ("closed", 2)


async def test_commands_and_their_answers(shared_live_server: LiveServer) -> None:
    async with analyst_and_siem(shared_live_server) as (analyst, siem), analyst.events() as stream:
        await read_until(stream, is_a(InitialData))
        alert = await siem.alerts.create(a_draft(external_alert_id="command-1"))
        await stream.send(Ping())
        await read_until(stream, is_a(Pong))
        await stream.send(GetAlertDetails(alert_id=alert.id))
        details = (await read_until(stream, is_a(AlertDetails)))[-1]
        assert isinstance(details, AlertDetails)
        assert details.data.id == alert.id


async def test_what_came_during_a_forced_disconnect_is_there(
    shared_live_server: LiveServer,
) -> None:
    async with analyst_and_siem(shared_live_server) as (analyst, siem), analyst.events() as stream:
        await read_until(stream, is_a(InitialData))
        stream.reconnect()
        report = await siem.alerts.ingest("gap", [a_draft(external_alert_id="gap-1")])
        events = await read_until(stream, is_a(NewAlert))
        seen = [event.alert.id for event in events if isinstance(event, NewAlert)]
        assert seen == list(report.created_alert_ids)


async def test_a_logout_ends_the_stream(shared_live_server: LiveServer) -> None:
    async with IRClient(shared_live_server.url, credentials=ADMIN) as client:
        session = client._open.session
        async with client.events() as stream:
            await read_until(stream, is_a(InitialData))
            await client.auth.logout()
            assert not session.can_renew
            with pytest.raises(errors.AuthRejected):
                await read_until(stream, is_a(Resumed))


@pytest.mark.prove
async def test_nothing_answered_is_missing_after_a_crash_in_mid_burst(
    live_server: LiveServer,
) -> None:
    """SIGKILL while alerts pour in: each that was answered is seen, with its final state."""
    async with analyst_and_siem(live_server) as (analyst, siem), analyst.events() as stream:
        await read_until(stream, is_a(InitialData))
        acknowledged: set[int] = set()
        last_seen: dict[int, str] = {}

        async def pour() -> None:
            for number in range(1_000):
                draft = a_draft(external_alert_id=f"burst-{number}")
                acknowledged.update((await siem.alerts.ingest("b", [draft])).created_alert_ids)

        async def crash() -> None:
            while len(acknowledged) < 30:  # noqa: ASYNC110 - a count, not an event
                await asyncio.sleep(0.005)
            await asyncio.to_thread(live_server.kill)

        pouring, _ = await asyncio.gather(pour(), crash(), return_exceptions=True)
        assert isinstance(pouring, errors.TransportError)
        await asyncio.to_thread(live_server.restart)
        changed = await analyst.alerts.update(min(acknowledged), AlertUpdate(status="closed"))
        await siem.alerts.ingest("b", [a_draft(external_alert_id="after-the-crash")])

        def is_whole(event: Event) -> bool:
            if isinstance(event, NewAlert | AlertUpdated):
                last_seen[event.alert.id] = event.alert.status
            return acknowledged <= last_seen.keys() and last_seen[changed.id] == "closed"

        await read_until(stream, is_whole)
        async with asyncio.timeout(120):
            while stream.status.state is not StreamState.LIVE:
                await anext(stream)
