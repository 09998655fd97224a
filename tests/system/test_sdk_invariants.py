"""The SDK against the real server under fire: its user's book is the truth, or is told to reload.

The same world as in test_protocol2_invariants.py. Here the reader is a program that uses `events()`
as the guide says: it keeps a book, lists the alerts afresh where `Resumed` is not complete, is now
and then too slow for its buffer, loses its line at any moment, and starts anew from a checkpoint
in every round.
"""

import asyncio
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from ir_client import (
    AlertRemoved,
    AlertUpdated,
    Bookmark,
    EventStream,
    IRClient,
    NewAlert,
    Resumed,
    StreamState,
    TokenCredentials,
)
from ir_client.stream.events import Event
from tests.support.protocol2_world import Reader, World, a_world

# Many more than fit, so that a slow reader makes gaps of its own.
BUFFERED_EVENTS = 6


class Kept:
    """A checkpoint in memory."""

    def __init__(self) -> None:
        self.bookmark: Bookmark | None = None

    def load(self) -> Bookmark | None:
        return self.bookmark

    def save(self, bookmark: Bookmark) -> None:
        self.bookmark = bookmark


@dataclass
class SdkReader(Reader):
    """A program on the SDK that keeps a book of revisions."""

    kept: Kept = field(default_factory=Kept, repr=False)
    handed_out: dict[int, int] = field(default_factory=dict, repr=False)
    reloads: int = 0
    replays: int = 0

    async def live(self) -> None:
        token = SecretStr(self.headers["Authorization"].removeprefix("Bearer "))
        client = IRClient(
            f"http://127.0.0.1:{self.world.server.port}",
            credentials=TokenCredentials(token),
            uniform=lambda low, high: 0.0,
        )
        async with client:
            stream = client.events(since=self.kept, max_buffered_events=BUFFERED_EVENTS)
            if self.kept.bookmark is None:
                self.has_to_fetch = True
            async with stream:
                await self._follow(client, stream)

    async def _follow(self, client: IRClient, stream: EventStream) -> None:
        while self.has_to_fetch or not await self._has_come_to_the_end(stream):
            if self.chance.random() < 0.05:
                stream.reconnect()
                self.cuts += 1
            if self.chance.random() < 0.1:
                await self.world.after(self.world.changes + self.chance.randint(1, 20))
            try:
                async with asyncio.timeout(0.05):
                    self._note(await anext(stream))
            except TimeoutError:
                pass
            # Before it is live for the first time, the stream promises nothing of what changes.
            if self.has_to_fetch and stream.status.state is StreamState.LIVE:
                self.book = {alert.id: alert.revision or 0 async for alert in client.alerts.list()}
                self.has_to_fetch = False
                self.reloads += 1

    async def _has_come_to_the_end(self, stream: EventStream) -> bool:
        end = self.world.end
        position = Bookmark.parse(stream.bookmark).position if stream.bookmark else None
        if end is None or position is None or position.seq < end:
            return False
        # Who connects just before its rights change hears of that a little later.
        _, now = await self.snapshot()
        return bool(now["epoch"] == position.epoch)

    def _note(self, event: Event) -> None:
        match event:
            case NewAlert() | AlertUpdated():
                alert = event.alert
                revision = alert.revision or 0
                # The same one may come again where rights changed: it may have been gone meanwhile.
                assert revision >= self.handed_out.get(alert.id, 0), "a revision went back"
                self.handed_out[alert.id] = revision
                if revision > self.book.get(alert.id, 0):
                    self.book[alert.id] = revision
            case AlertRemoved():
                if event.data.revision >= self.book.get(event.data.id, 0):
                    self.book.pop(event.data.id, None)
            case Resumed(complete=True):
                self.replays += 1
            case Resumed(complete=False):
                self.has_to_fetch = True
                self.handed_out.clear()


async def live_through(directory: Path, *, seed: int, rounds: int, readers: int) -> World:
    async with a_world(directory, seed=seed, readers=0) as world:
        for number in range(readers):
            name = f"program-{number}"
            headers = await world.server.login_as("analyst", name=name)
            chance = random.Random(world.chance.random())
            world.readers.append(SdkReader(world, name, headers, chance))
        for _ in range(rounds):
            # A new round is a new program, which knows only what its checkpoint says.
            for reader in world.readers:
                assert isinstance(reader, SdkReader)
                reader.handed_out.clear()
            await world.run(rounds=1)
        return world


async def test_a_program_on_the_sdk_ends_with_the_truth(tmp_path: Path) -> None:
    world = await live_through(tmp_path, seed=1, rounds=3, readers=3)
    assert sum(reader.replays for reader in world.readers if isinstance(reader, SdkReader))


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(2, 22))
async def test_programs_on_the_sdk_end_with_the_truth_for_long(tmp_path: Path, seed: int) -> None:
    await live_through(tmp_path, seed=seed, rounds=10, readers=4)
