"""Protocol 2 on the wire: one sample of each frame that it adds or adds to, as it is sent.

`UPDATE_GOLDEN=1 pytest tests/contract/test_golden_protocol2.py` writes the samples anew.
"""

import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect

from ir_client.stream.decoding import decode_frames
from ir_client.wire.protocol2 import Protocol2Frame, protocol2_frames
from tests.contract.exchange import FULL_ALERT, Recorder, Samples
from tests.contract.test_golden import assert_keeps
from tests.support.server import INGEST_TOKEN, FakeClock
from tests.support.stream_server import StreamClient, StreamServer, stream_server

GOLDEN = Path(__file__).parent / "golden" / "protocol2"
ADDED = [
    frame.model_fields["type"].default
    for frame in get_args(get_args(Protocol2Frame)[0])
    if frame.__module__.endswith("protocol2")
]
NAMES = sorted([*ADDED, "initial_data", "new_alert", "error", "alert_details"])


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def sent(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Samples]:
    directory = tmp_path_factory.mktemp("golden2")
    async with stream_server(directory, clock=FakeClock(), stream_heartbeat_seconds=0.3) as server:
        samples = await record(server)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.mkdir(exist_ok=True)
        for name, sample in samples.items():
            text = json.dumps(sample, indent=2, ensure_ascii=False)
            (GOLDEN / f"{name}.json").write_text(text + "\n")
    yield samples


async def record(server: StreamServer) -> Samples:
    """A scripted day of one analyst who is away for a while."""
    recorder = Recorder(server)
    admin = await server.login()
    dana = await server.login_as("analyst", name="dana", teams=["red"])

    async def keep(client: StreamClient, frame_type: str) -> dict[str, Any]:
        frame = await client.next_of(frame_type)
        recorder.keep(frame_type, frame)
        return frame

    async with connected(server, dana) as connection:
        client = StreamClient(connection)
        hello = await client.next_of("hello")
        await keep(client, "initial_data")
        await ingest(server, "edr-1")
        await keep(client, "new_alert")
        for command in ({"type": "get_alert_details", "alert_id": 1}, {"type": "gone"}):
            await connection.send(json.dumps({**command, "request_id": "r-1"}))
        await keep(client, "alert_details")
        await keep(client, "error")
        await connection.send(json.dumps({"type": "viewing", "data": {"alert_id": 1}}))
        await keep(client, "presence")
        await server.http.put("/alerts/1", json={"team": "blue"}, headers=admin)
        removed = await keep(client, "alert_removed")
        await keep(client, "heartbeat")
    await ingest(server, "edr-2", "edr-3")
    position = {"epoch": hello["data"]["epoch"], "resume_from": removed["seq"]}
    async with connected(server, dana, **position) as connection:
        client = StreamClient(connection)
        for frame_type in ("hello", "batch", "resumed"):
            await keep(client, frame_type)
    async with connected(server, dana, **position | {"resume_from": 10**6}) as connection:
        await keep(StreamClient(connection), "reset")
    for name in ("hello", "reset"):
        recorder.samples[name]["data"]["epoch"] = "<epoch>"
    return recorder.samples


def connected(server: StreamServer, headers: dict[str, str], **query: Any) -> connect:
    url = f"{server.stream_url()}?{urlencode({'protocol': 2, **query})}"
    return connect(url, additional_headers=headers)


async def ingest(server: StreamServer, *names: str) -> None:
    """Alerts of which there is nothing left to find out: each is one event."""
    alerts = [{**FULL_ALERT, "external_alert_id": name} for name in names]
    body = {"source_system": "edr", "alerts": alerts}
    sensor = {"Authorization": f"Bearer {INGEST_TOKEN}"}
    await server.http.post("/alerts/ingest", json=body, headers=sensor)


def golden(name: str) -> dict[str, Any]:
    sample: dict[str, Any] = json.loads((GOLDEN / f"{name}.json").read_text())
    return sample


def test_every_frame_has_its_sample_and_no_sample_is_left_over() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == NAMES


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", NAMES)
async def test_the_server_sends_what_it_has_always_sent(sent: Samples, name: str) -> None:
    assert sent[name] == golden(name)


@pytest.mark.parametrize("name", NAMES)
def test_the_wire_models_read_all_of_a_frame(name: str) -> None:
    sample = golden(name)
    assert set(sample) <= {"type", "data", "seq", "request_id"}
    read = decode_frames(json.dumps(sample).encode(), protocol=2)
    assert (read.seq, read.request_id) == (sample["seq"], sample.get("request_id"))
    plain = {"type": sample["type"], "data": sample["data"]}
    frame = protocol2_frames.validate_python(sample)
    assert_keeps(frame.model_dump(mode="json"), plain, name)


def test_the_events_of_a_batch_are_frames_of_protocol_1() -> None:
    batch = decode_frames(json.dumps(golden("batch")).encode(), protocol=2)
    assert [event.type for event in batch.events] == ["new_alert", "new_alert"]
