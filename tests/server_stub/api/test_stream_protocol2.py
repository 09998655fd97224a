"""Protocol 2 over real sockets: positions, replays, resets, and nothing lost by cuts."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from ir_client.wire.protocol2 import protocol2_frames
from server_stub.storage.schema import events, users
from tests.support.server import an_alert_body
from tests.support.stream_server import StreamClient, StreamServer, stream_server, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

_numbers = count(1)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[StreamServer]:
    async with stream_server(
        tmp_path_factory.mktemp("protocol2"), stream_heartbeat_seconds=0.5
    ) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def admin(server: StreamServer) -> dict[str, str]:
    return await server.login()


async def an_analyst(server: StreamServer, *teams: str) -> tuple[str, dict[str, str]]:
    name = f"v2-user-{next(_numbers)}"
    return name, await server.login_as("analyst", name=name, teams=list(teams))


async def an_alert(server: StreamServer, **fields: Any) -> int:
    body = an_alert_body(external_alert_id=f"v2-{next(_numbers)}", **fields)
    alert_id: int = (await server.ingest(body)).json()["created_alert_ids"][0]
    return alert_id


async def change(
    server: StreamServer, headers: dict[str, str], alert_id: int, **fields: Any
) -> int:
    answer = await server.http.put(f"/alerts/{alert_id}", json=fields, headers=headers)
    assert answer.status_code == 200, answer.text
    revision: int = answer.json()["revision"]
    return revision


@asynccontextmanager
async def connected(
    server: StreamServer, headers: dict[str, str], **query: Any
) -> AsyncIterator[StreamClient]:
    url = f"{server.stream_url()}?{urlencode({'protocol': 2, **query})}"
    async with connect(url, additional_headers=headers) as connection:
        yield StreamClient(connection)


def events_in(frame: dict[str, Any]) -> list[dict[str, Any]]:
    return frame["data"]["events"] if frame["type"] == "batch" else [frame]


async def next_event(client: StreamClient, alert_id: int) -> tuple[dict[str, Any], int]:
    """The next event of this alert, and the seq of its frame."""
    while True:
        frame = await client.next_of("batch", "new_alert", "alert_updated", "alert_removed")
        for event in events_in(frame):
            if event["data"]["id"] == alert_id:
                return event, frame["seq"]


async def test_hello_comes_first_and_the_greeting_carries_no_alerts(
    server: StreamServer, admin: dict[str, str]
) -> None:
    await an_alert(server)
    async with connected(server, admin) as client:
        hello, initial = await client.next(), await client.next()
        await client.send("ping")
        pong = await client.next()
    assert hello["type"] == "hello"
    assert hello["data"]["mode"] == "live"
    assert hello["seq"] == hello["data"]["seq"]
    assert hello["data"]["epoch"].startswith(server.services.events.epoch)
    assert initial["type"] == "initial_data"
    assert initial["data"]["recent_alerts"] == []
    assert initial["data"]["user"]["username"] == "admin"
    assert pong["type"] == "pong"


async def test_a_change_moves_the_position(server: StreamServer, admin: dict[str, str]) -> None:
    async with connected(server, admin) as client:
        start = (await client.next())["seq"]
        alert_id = await an_alert(server)
        event, seq = await next_event(client, alert_id)
    assert event["type"] == "new_alert"
    assert start < seq <= await server.services.events.head()


async def test_a_request_id_comes_back_in_answer_and_error(
    server: StreamServer, admin: dict[str, str]
) -> None:
    alert_id = await an_alert(server)
    async with connected(server, admin) as client:
        for command, wanted in [
            ({"type": "get_alert_details", "alert_id": alert_id}, "alert_details"),
            ({"type": "get_alert_details", "alert_id": 10**9}, "error"),
            ({"type": "format_disk"}, "error"),
        ]:
            name = f"r-{next(_numbers)}"
            await client.connection.send(json.dumps({**command, "request_id": name}))
            answer = await client.next_of("alert_details", "error")
            assert (answer["type"], answer["request_id"]) == (wanted, name)
        await client.send("ping")
        assert "request_id" not in await client.next_of("pong")


async def test_protocol_1_ignores_a_request_id(server: StreamServer, admin: dict[str, str]) -> None:
    async with server.connected(admin) as client:
        await client.connection.send(json.dumps({"type": "ping", "request_id": "r"}))
        assert await client.next() == {"type": "pong", "data": {}}


async def test_who_was_away_gets_the_last_state_of_what_changed_and_then_resumed(
    server: StreamServer, admin: dict[str, str]
) -> None:
    async with connected(server, admin) as client:
        hello = await client.next()
    position = {"epoch": hello["data"]["epoch"], "resume_from": hello["seq"]}
    changed, fresh = await an_alert(server), await an_alert(server)
    await change(server, admin, changed, tags=["one"])
    last = await change(server, admin, changed, tags=["two"])
    async with connected(server, admin, **position) as client:
        assert (await client.next())["data"]["mode"] == "replay"
        await client.next_of("initial_data")
        told: list[dict[str, Any]] = []
        while (frame := await client.next())["type"] != "resumed":
            told += events_in(frame)
        states = {event["data"]["id"]: event["data"]["revision"] for event in told}
        assert states == {changed: last, fresh: 1}
        assert frame["data"] == {"recovered": 2}
        after = await an_alert(server)
        assert (await next_event(client, after))[0]["type"] == "new_alert"


async def test_nothing_missed_is_resumed_at_once(
    server: StreamServer, admin: dict[str, str]
) -> None:
    async with connected(server, admin) as client:
        hello = await client.next()
    head = await server.services.events.head()
    async with connected(server, admin, epoch=hello["data"]["epoch"], resume_from=head) as client:
        assert (await client.next_of("resumed"))["data"] == {"recovered": 0}


@pytest.mark.parametrize(
    ("position", "reason"),
    [
        ({"epoch": "another.all", "resume_from": 0}, "epoch"),
        ({"resume_from": 0}, "epoch"),
        ({"epoch": "{log}.someone", "resume_from": 0}, "access"),
        ({"epoch": "{log}.all", "resume_from": 10**9}, "ahead"),
        *[
            ({"epoch": "{log}.all", "resume_from": garbage}, "epoch")
            for garbage in ["", "-1", "x", "1.5", "9" * 40, "٣", "\x00", "1e3", " 1", "NaN"]
        ],
    ],
)
async def test_abuse_26_a_position_that_cannot_be_resumed_from_is_a_reset(
    server: StreamServer, admin: dict[str, str], position: dict[str, Any], reason: str
) -> None:
    if "epoch" in position:
        position = {
            **position,
            "epoch": position["epoch"].replace("{log}", server.services.events.epoch),
        }
    async with connected(server, admin, **position) as client:
        hello = await client.next()
        reset = await client.next_of("reset")
        assert (hello["data"]["mode"], hello["data"]["reason"]) == ("reset", reason)
        assert reset["data"] == {"reason": reason, "epoch": hello["data"]["epoch"]}
        alert_id = await an_alert(server)
        await next_event(client, alert_id)


async def test_an_alert_that_leaves_ones_sight_is_removed_live_and_in_a_replay(
    server: StreamServer, admin: dict[str, str]
) -> None:
    _, red = await an_analyst(server, "red")
    live_id, missed_id, hidden_id = [await an_alert(server) for _ in range(3)]
    await change(server, admin, hidden_id, team="blue")
    async with connected(server, red) as client:
        hello = await client.next()
        revision = await change(server, admin, live_id, team="blue")
        event, seq = await next_event(client, live_id)
        assert event["type"] == "alert_removed"
        assert event["data"] == {"id": live_id, "revision": revision}
    revision = await change(server, admin, missed_id, team="blue")
    await change(server, admin, hidden_id, tags=["x"])
    async with connected(server, red, epoch=hello["data"]["epoch"], resume_from=seq) as client:
        await client.next_of("initial_data")
        removed, resumed = await client.next(), await client.next()
    assert removed["data"] == {"id": missed_id, "revision": revision}
    assert resumed["data"] == {"recovered": 1}


async def test_abuse_13_27_changed_rights_reset_a_live_connection_and_a_later_resume(
    server: StreamServer, admin: dict[str, str]
) -> None:
    name, red = await an_analyst(server, "red")
    async with connected(server, red) as client:
        hello = await client.next()
        await client.next_of("initial_data")
        await server.services.database.write(
            lambda connection: connection.execute(
                users.update().where(users.c.username == name).values(teams=["blue"])
            )
        )
        assert (await client.next_of("reset"))["data"]["reason"] == "access"
    position = {"epoch": hello["data"]["epoch"], "resume_from": hello["seq"]}
    async with connected(server, red, **position) as client:
        assert (await client.next_of("reset"))["data"]["reason"] == "access"


async def test_rights_that_come_and_go_reset_a_live_connection_and_a_later_resume(
    server: StreamServer, admin: dict[str, str]
) -> None:
    _, red = await an_analyst(server, "red")
    number = (await server.http.get("/auth/me", headers=red)).json()["id"]
    async with connected(server, red) as client:
        hello = await client.next()
        await client.next_of("initial_data")
        for teams in (["blue"], ["red"]):
            path = f"/auth/users/{number}"
            await server.http.put(path, headers=admin, json={"teams": teams})
        reset = await client.next_of("reset")
        assert reset["data"]["reason"] == "access"
        answer = await server.http.get("/alerts", headers=red)
        assert answer.headers["X-Stream-Epoch"] != hello["data"]["epoch"]
        while reset["data"]["epoch"] != answer.headers["X-Stream-Epoch"]:
            reset = await client.next_of("reset")
    position = {"epoch": hello["data"]["epoch"], "resume_from": hello["seq"]}
    async with connected(server, red, **position) as client:
        assert (await client.next_of("reset"))["data"]["reason"] == "access"


async def test_a_heartbeat_moves_the_position_past_what_one_may_not_see(
    server: StreamServer, admin: dict[str, str]
) -> None:
    _, red = await an_analyst(server, "red")
    hidden = await an_alert(server)
    await change(server, admin, hidden, team="blue")
    async with connected(server, red) as client:
        await client.next_of("initial_data")
        await change(server, admin, hidden, tags=["moved"])
        head = await server.services.events.head()
        while (frame := await client.next_of("heartbeat"))["seq"] < head:
            pass
    assert frame["seq"] == head


async def test_many_changes_at_once_leave_in_batches(
    server: StreamServer, admin: dict[str, str]
) -> None:
    async with connected(server, admin) as client:
        hello = await client.next()
    bodies = [an_alert_body(external_alert_id=f"v2-{next(_numbers)}") for _ in range(250)]
    await server.ingest(*bodies)
    position = {"epoch": hello["data"]["epoch"], "resume_from": hello["seq"]}
    sizes, last_seq = [], hello["seq"]
    async with connected(server, admin, **position) as client:
        while (frame := await client.next())["type"] != "resumed":
            protocol2_frames.validate_python(frame)
            assert frame["seq"] >= last_seq
            last_seq = frame["seq"]
            if frame["type"] == "batch":
                sizes.append(len(frame["data"]["events"]))
    assert frame["data"] == {"recovered": 250}
    assert max(sizes) <= 100
    assert sum(sizes) >= 249


async def test_a_position_before_what_is_left_of_the_log_is_a_reset(tmp_path: Path) -> None:
    async with stream_server(tmp_path) as server:
        admin = await server.login()
        bodies = [an_alert_body(external_alert_id=str(number)) for number in range(30)]
        await server.ingest(*bodies)
        epoch = f"{server.services.events.epoch}.all"
        await server.services.database.write(
            lambda connection: connection.execute(events.delete().where(events.c.seq <= 10))
        )
        for since, mode in [(9, "reset"), (10, "replay")]:
            async with connected(server, admin, epoch=epoch, resume_from=since) as client:
                hello = (await client.next())["data"]
                assert (hello["mode"], hello.get("reason")) == (
                    mode,
                    "trimmed" if mode == "reset" else None,
                )


@dataclass
class Reader:
    """A client that keeps a book and its position, whatever happens to its line."""

    server: StreamServer
    headers: dict[str, str]
    book: dict[int, int] = field(default_factory=dict)
    position: dict[str, Any] = field(default_factory=dict)
    resets: int = 0
    resumes: int = 0

    async def live(self, chance: random.Random, done: asyncio.Event) -> None:
        """Read, and cut the line after any frame, until `done`."""
        while not done.is_set():
            try:
                async with connected(self.server, self.headers, **self.position) as client:
                    await self._read(client, done, cut_after=chance.randint(1, 12))
            except ConnectionClosed:
                continue

    async def _read(self, client: StreamClient, done: asyncio.Event, *, cut_after: int) -> None:
        told: dict[int, int] = {}
        for _ in range(cut_after):
            frame = await client.next()
            for event in events_in(frame):
                if event["type"] in ("new_alert", "alert_updated", "alert_removed"):
                    self._apply(event, told)
            if frame["type"] == "reset" or not self.position:
                self.resets += 1
                await self._fetch()
            else:
                self.position["resume_from"] = frame["seq"]
            self.resumes += frame["type"] == "resumed"
            if done.is_set():
                return

    def _apply(self, event: dict[str, Any], told: dict[int, int]) -> None:
        alert_id, revision = event["data"]["id"], event["data"]["revision"]
        assert revision >= told.get(alert_id, 0), "a revision went back"
        assert event["type"] == "alert_removed" or event["data"]["team"] in (None, "red")
        told[alert_id] = revision
        if revision < self.book.get(alert_id, 0):
            return
        if event["type"] == "alert_removed":
            self.book.pop(alert_id, None)
        else:
            self.book[alert_id] = revision

    async def snapshot(self) -> tuple[dict[int, int], dict[str, Any]]:
        answer = await self.server.http.get("/alerts", params={"size": 500}, headers=self.headers)
        book = {alert["id"]: alert["revision"] for alert in answer.json()["alerts"]}
        headers = answer.headers
        seq = int(headers["X-Stream-Seq"])
        return book, {"epoch": headers["X-Stream-Epoch"], "resume_from": seq}

    async def _fetch(self) -> None:
        self.book, self.position = await self.snapshot()


async def test_lines_that_are_cut_after_any_frame_lose_no_final_state(tmp_path: Path) -> None:
    chance = random.Random(2)
    async with stream_server(tmp_path, stream_heartbeat_seconds=0.2) as server:
        admin = await server.login()
        red = await server.login_as("analyst", name="red", teams=["red"])
        ids = [await an_alert(server) for _ in range(12)]
        readers = [Reader(server, red) for _ in range(3)]
        done = asyncio.Event()

        async def changes() -> None:
            for number in range(60):
                team = chance.choice([None, "red", "blue"])
                await change(server, admin, chance.choice(ids), team=team, tags=[str(number)])
            truth, _ = await readers[0].snapshot()
            await until(lambda: all(reader.book == truth for reader in readers))
            done.set()

        async with asyncio.TaskGroup() as tasks:
            for reader in readers:
                tasks.create_task(reader.live(chance, done))
            tasks.create_task(changes())
        assert all(reader.resets == 1 for reader in readers)
        assert all(reader.resumes > 1 for reader in readers)
