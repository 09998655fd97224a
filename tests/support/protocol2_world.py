"""A real server under fire, and raw clients of protocol 2 that hold it to its word.

Alerts change, go out of sight and come back, rights change, the log is trimmed, lines are cut after
any frame, readers stop reading. What goes wrong when is drawn from one seed. Each client keeps a
book by the rules of docs/protocol.md; whatever it is told is checked in the moment it is read, and
once its position is at the end of the log, its book has to be the truth.
"""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from server_stub.api.stream_socket import StreamSocket
from server_stub.domain.rate_limit import Rate
from server_stub.storage.schema import events
from tests.support.server import an_alert_body
from tests.support.stream_server import StreamClient, StreamServer, stream_server

TEAMS = (None, "red", "blue", "secret")
READERS_TEAMS: tuple[frozenset[str], ...] = (
    frozenset(),
    frozenset({"red"}),
    frozenset({"blue"}),
    frozenset({"red", "blue"}),
)
SMALL_BUFFER_BYTES = 4 * 1024
# More than the buffers on the way hold, so that who stops reading makes the server keep changes.
BODY_BYTES = 6_000
PATIENCE_SECONDS = 120


class NarrowSocket(StreamSocket):
    """A connection that holds little between server and client."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        line = transport.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BUFFER_BYTES)
        transport.set_write_buffer_limits(high=4 * SMALL_BUFFER_BYTES)


@dataclass
class World:
    """One server, its alerts, and who reads of them."""

    server: StreamServer
    admin: dict[str, str]
    chance: random.Random
    alert_ids: list[int] = field(default_factory=list)
    readers: list["Reader"] = field(default_factory=list)
    changes: int = 0
    trims: int = 0
    end: int | None = None
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, *, rounds: int, changes: int = 12) -> None:
        """Let everything happen, and hold every reader to the truth after each round."""
        for _ in range(rounds):
            self.end = None
            async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as tasks:
                for reader in self.readers:
                    tasks.create_task(reader.live())
                tasks.create_task(self._change(changes))
            for reader in self.readers:
                truth, _ = await reader.snapshot()
                lost = "a final state was lost, or a removed alert kept"
                assert reader.book == truth, f"{lost}: {reader}, not {truth}"

    async def after(self, changes: int) -> None:
        """Wait until so many changes have happened, or all."""
        while self.changes < changes and self.end is None:
            self._moved.clear()
            await self._moved.wait()

    async def _change(self, changes: int) -> None:
        for _ in range(changes):
            await self.chance.choices(
                [
                    self._one_change,
                    self._burst,
                    self._storm,
                    self._new_rights,
                    self._rights_for_a_moment,
                    self._trim,
                ],
                [8, 2, 4, 1, 1, 1],
            )[0]()
            self._moved.set()
        # One that everyone sees: who is told of it knows all that was before.
        await self._put(self.alert_ids[0], team=None)
        self.end = await self.server.services.events.head()
        self._moved.set()

    async def _one_change(self) -> None:
        alert_id = self.chance.choice(self.alert_ids)
        if self.chance.random() < 0.5:
            await self._put(alert_id, team=self.chance.choice(TEAMS))
        else:
            await self._put(alert_id, tags=[str(self.changes)])

    async def _burst(self) -> None:
        team = self.chance.choice(TEAMS)
        chosen = self.chance.sample(self.alert_ids, len(self.alert_ids) // 2)
        await asyncio.gather(*(self._put(alert_id, team=team) for alert_id in chosen))

    async def _storm(self) -> None:
        """The first that changed changes again while the others still wait to be told."""
        chosen = self.chance.sample(self.alert_ids, 6)
        again = [*chosen, *chosen[:3]]
        await asyncio.gather(*(self._put(one, tags=[str(self.changes)]) for one in again))

    async def _put(self, alert_id: int, **fields: Any) -> None:
        answer = await self.server.http.put(f"/alerts/{alert_id}", json=fields, headers=self.admin)
        assert answer.status_code == 200, answer.text
        self.changes += 1

    async def _new_rights(self) -> None:
        await self._give(self.chance.choice(self.readers), self.chance.choice(READERS_TEAMS))

    async def _rights_for_a_moment(self) -> None:
        """Rights change and change back, often before anyone has looked."""
        reader = self.chance.choice(self.readers)
        before = reader.rights[-1]
        await self._give(reader, self.chance.choice(READERS_TEAMS))
        for _ in range(self.chance.randint(0, 2)):
            await self._one_change()
            self._moved.set()
        await self._give(reader, before)

    async def _give(self, reader: "Reader", teams: frozenset[str]) -> None:
        reader.rights.append(teams)
        given = len(reader.rights) - 1
        me = await self.server.http.get("/auth/me", headers=reader.headers)
        answer = await self.server.http.put(
            f"/auth/users/{me.json()['id']}", json={"teams": sorted(teams)}, headers=self.admin
        )
        assert answer.status_code == 200, answer.text
        # Who connected before this may have been let in by the rights before.
        reader.oldest_rights = given

    async def _trim(self) -> None:
        head = await self.server.services.events.head()
        through = self.chance.randint(0, head - 1)
        await self.server.services.database.write(
            lambda connection: connection.execute(events.delete().where(events.c.seq <= through))
        )
        self.trims += 1


@dataclass
class Reader:
    """A client that keeps a book and its position, whatever happens to its line."""

    world: World = field(repr=False)
    name: str
    headers: dict[str, str] = field(repr=False)
    chance: random.Random = field(repr=False)
    rights: list[frozenset[str]] = field(default_factory=lambda: [frozenset()])
    book: dict[int, int] = field(default_factory=dict)
    position: dict[str, Any] = field(default_factory=dict)
    has_to_fetch: bool = True
    cuts: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    oldest_rights: int = 0
    _epoch: str = ""
    _oldest_rights: int = 0
    _told: dict[int, int] = field(default_factory=dict, repr=False)

    @property
    def has_all(self) -> bool:
        """Whether its position says that it knows everything."""
        end = self.world.end
        return end is not None and not self.has_to_fetch and self.position["resume_from"] >= end

    async def live(self) -> None:
        """Read, and cut the line after any frame, until all is told."""
        while not (self.has_all and await self._has_present_rights()):
            try:
                async with self._connected() as client:
                    await self._read(client)
            except (ConnectionClosed, TimeoutError):
                pass  # on a busy machine a line may be slow; the world as a whole has its limit
            self.cuts += 1

    async def _has_present_rights(self) -> bool:
        """Who connects just before its rights change hears of that a little later."""
        _, now = await self.snapshot()
        return bool(now["epoch"] == self.position["epoch"])

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[StreamClient]:
        position = {} if self.has_to_fetch else self.position
        self._told, self._oldest_rights = {}, self.oldest_rights
        url = f"{self.world.server.stream_url()}?{urlencode({'protocol': 2, **position})}"
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER_BYTES)
        line.setblocking(False)
        await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", self.world.server.port))
        async with connect(
            url, sock=line, additional_headers=self.headers, max_queue=1, close_timeout=0
        ) as connection:
            yield StreamClient(connection)

    async def _read(self, client: StreamClient) -> None:
        fetches_in = self.chance.randint(0, 3)
        for _ in range(self.chance.randint(2, 8)):
            if self.chance.random() < 0.1:
                await self.world.after(self.world.changes + self.chance.randint(1, 40))
            fetches_in -= self._process(await client.next(), fetches_in=fetches_in)
            if self.has_to_fetch and fetches_in <= 0:
                await self._fetch()
                fetches_in = self.chance.randint(0, 3)
            if self.has_all:
                return

    def _process(self, frame: dict[str, Any], *, fetches_in: int) -> int:
        """Take a frame; 1 where it is one less until the fetch that is due."""
        self.seen[frame["type"]] = self.seen.get(frame["type"], 0) + 1
        if frame["type"] == "hello":
            self._epoch = frame["data"]["epoch"]
            self.has_to_fetch |= frame["data"]["mode"] == "reset"
        for event in events_in(frame):
            self._apply(event)
        if frame["type"] == "reset":
            reason = f"reset {frame['data']['reason']}"
            self.seen[reason] = self.seen.get(reason, 0) + 1
            self.has_to_fetch = True
            self._epoch = frame["data"]["epoch"]
        elif not self.has_to_fetch:
            self.position["resume_from"] = frame["seq"]
        return int(self.has_to_fetch and frame["type"] != "reset")

    def _apply(self, event: dict[str, Any]) -> None:
        alert_id, revision = event["data"]["id"], event["data"]["revision"]
        assert revision >= self._told.get(alert_id, 0), "a revision went back"
        if event["type"] != "alert_removed":
            team = event["data"]["team"]
            allowed = {None}.union(*self.rights[self._oldest_rights :])
            assert team in allowed, f"data of an alert that {self.name} may not see"
        self._told[alert_id] = revision
        if revision < self.book.get(alert_id, 0):
            return
        if event["type"] == "alert_removed":
            self.book.pop(alert_id, None)
        else:
            self.book[alert_id] = revision

    async def _fetch(self) -> None:
        """Take a snapshot; the position is one by the rights of the connection, not of the pages.

        Where they differ, the server is about to say so, here or when this position comes back.
        """
        self.book, position = await self.snapshot()
        self.position = position | {"epoch": self._epoch}
        self.has_to_fetch = False

    async def snapshot(self) -> tuple[dict[int, int], dict[str, Any]]:
        """What the user may see by REST, and where the log stood then."""
        http = self.world.server.http
        answer = await http.get("/alerts", params={"size": 500}, headers=self.headers)
        assert answer.status_code == 200, answer.text
        book = {alert["id"]: alert["revision"] for alert in answer.json()["alerts"]}
        position = {
            "epoch": answer.headers["X-Stream-Epoch"],
            "resume_from": int(answer.headers["X-Stream-Seq"]),
        }
        return book, position


def events_in(frame: dict[str, Any]) -> Collection[dict[str, Any]]:
    if frame["type"] == "batch":
        return list(frame["data"]["events"])
    kinds = ("new_alert", "alert_updated", "alert_removed")
    return [frame] if frame["type"] in kinds else []


@asynccontextmanager
async def a_world(
    directory: Path, *, seed: int, readers: int = 3, alerts: int = 12
) -> AsyncIterator[World]:
    """A server with small limits, so that everything that can happen does."""
    narrow = {"ws": NarrowSocket}
    async with stream_server(directory, uvicorn_settings=narrow) as server:
        server.hub.limits = replace(
            server.hub.limits,
            broadcasts=Rate(per_second=30, burst=1),
            max_changes=max(2, alerts * 2 // 3),
            max_batch_events=2,
            max_rendered_bytes=BODY_BYTES * 4,
            heartbeat_seconds=0.2,
        )
        chance = random.Random(seed)
        world = World(server, await server.login(), chance)
        bodies = [
            an_alert_body(external_alert_id=str(number), description="x" * BODY_BYTES)
            for number in range(alerts)
        ]
        world.alert_ids = (await server.ingest(*bodies)).json()["created_alert_ids"]
        for number in range(readers):
            headers = await server.login_as("analyst", name=f"reader-{number}")
            own = random.Random(chance.random())
            world.readers.append(Reader(world, f"reader-{number}", headers, own))
        yield world
