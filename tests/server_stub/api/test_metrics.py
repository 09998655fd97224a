"""`GET /metrics`: what the server says of itself to those who watch over it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from tests.support.server import FakeClock, an_alert_body
from tests.support.stream_server import PATIENCE_SECONDS, StreamServer, stream_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

Labels = frozenset[tuple[str, str]]


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StreamServer]:
    clock = FakeClock()
    async with stream_server(tmp_path_factory.mktemp("metrics"), clock=clock) as server:
        yield server


class Figures:
    """The samples of one moment."""

    def __init__(self, text: str) -> None:
        self._samples: dict[tuple[str, Labels], float] = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        self.text = text

    def get(self, name: str, **labels: str) -> float:
        return self._samples.get((name, frozenset(labels.items())), 0.0)


async def figures(server: StreamServer) -> Figures:
    answer = await server.http.get(f"http://127.0.0.1:{server.port}/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return Figures(answer.text)


async def test_requests_are_counted_by_the_pattern_of_their_address(server: StreamServer) -> None:
    before = await figures(server)
    admin = await server.login()
    for number in (1_000_001, 1_000_002):
        await server.http.get(f"/alerts/{number}", headers=admin)
    for name in ("nowhere", "elsewhere"):
        await server.http.get(f"/{name}")
    await server.http.request("PROPFIND", "/meta")
    seen = await figures(server)
    route = "/alerts/{alert_id}"
    for missed in (route, "none"):
        labels = {"method": "GET", "route": missed, "status": "404"}
        counted = seen.get("ir_requests_total", **labels)
        assert counted - before.get("ir_requests_total", **labels) == 2
    assert "1000001" not in seen.text
    assert "nowhere" not in seen.text
    assert "PROPFIND" not in seen.text
    assert seen.get("ir_request_seconds_count") >= 4


async def test_alerts_are_counted_by_what_became_of_them(server: StreamServer) -> None:
    before = await figures(server)
    good, bad = an_alert_body(external_alert_id="m-1"), an_alert_body(severity="apocalyptic")
    await server.ingest(good, good, bad)
    single = good | {"source": "edr"}
    await server.http.post("/alerts/single", headers=server.token, json=single)
    seen = await figures(server)
    counted = [
        seen.get("ir_ingested_alerts_total", result=result)
        - before.get("ir_ingested_alerts_total", result=result)
        for result in ("created", "duplicate", "invalid")
    ]
    assert counted == [1, 2, 1]


async def test_credentials_that_were_not_accepted_are_counted_by_kind(
    server: StreamServer,
) -> None:
    before = await figures(server)
    wrong = {"username": "nobody", "password": "not-the-password"}
    await server.http.post("/auth/login", json=wrong)
    await server.http.post("/auth/refresh", json={"refresh_token": "irr_unknown"})
    await server.http.get("/alerts", headers={"Authorization": "Bearer ire_unknown"})
    async with server.raw_connection(server.stream_url("ire_unknown")) as client:
        assert await client.close_code() == 4001
    seen = await figures(server)
    for what in ("login", "refresh", "token", "stream"):
        failures = "ir_auth_failures_total"
        assert seen.get(failures, what=what) - before.get(failures, what=what) == 1


async def test_streams_are_counted_by_protocol_and_their_frames_told(server: StreamServer) -> None:
    before = await figures(server)
    admin = await server.login()
    url = f"{server.stream_url()}?protocol=2"
    async with (
        server.connected(admin) as plain,
        server.raw_connection(url, additional_headers=admin) as sequenced,
    ):
        await sequenced.next_of("initial_data")
        await server.ingest(an_alert_body(external_alert_id="m-2"))
        await plain.next_of("new_alert")
        await sequenced.next_of("new_alert")
        seen = await figures(server)
    assert seen.get("ir_stream_subscribers", protocol="1") == 1
    assert seen.get("ir_stream_subscribers", protocol="2") == 1
    # initial_data, recent_alerts, new_alert; hello, initial_data, new_alert.
    assert seen.get("ir_stream_frames_total") - before.get("ir_stream_frames_total") >= 6
    assert seen.get("ir_stream_slow_consumers_total") == 0


async def test_the_lag_is_what_the_stream_has_not_read_of_the_log(server: StreamServer) -> None:
    await server.ingest(an_alert_body(external_alert_id="m-3"))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (await figures(server)).get("ir_stream_event_lag") > 0:
            server.hub.ring()
    head = await server.services.events.head()
    assert head == server.hub.read_through
    assert (
        Figures(server.services.metrics.text(event_lag=7).decode()).get("ir_stream_event_lag") == 7
    )


async def test_no_secret_and_no_name_is_in_it(server: StreamServer) -> None:
    text = (await figures(server)).text
    assert "admin" not in text
    assert "token-0123456789" not in text
