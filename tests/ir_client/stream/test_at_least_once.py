"""Handlers, crashes, restarts and broken lines by the hundred: no final state stays unhandled.

In virtual time. A crash keeps what the checkpoint had saved at that moment and no more.
"""

import asyncio
import random
from collections import defaultdict

import pytest

from ir_client import AlertUpdated, IRClient, NewAlert
from ir_client.stream.bookmark import Bookmark
from ir_client.testing import FakeServer

ALERTS = range(1, 9)
LIVES = 5


class Memory:
    """A checkpoint whose process may die: what it saves after that is lost."""

    def __init__(self, kept: Bookmark | None) -> None:
        self.kept = kept
        self.is_dead = False

    def load(self) -> Bookmark | None:
        return self.kept

    def save(self, bookmark: Bookmark) -> None:
        if not self.is_dead:
            self.kept = bookmark


class Story:
    """One server, and one program that lives several times."""

    def __init__(self, seed: int, protocols: tuple[int, ...]) -> None:
        self.chance = random.Random(seed)
        self.server = FakeServer(protocols=protocols)
        self.memory = Memory(None)
        self.handled: defaultdict[int, set[int]] = defaultdict(set)

    async def live(self, client: IRClient, *, is_last: bool) -> None:
        """Handle alerts until a crash, a stop that is patient or not, or the end of the story."""
        self.memory = memory = Memory(self.memory.kept)
        bot = client.dispatcher(
            concurrency=3, max_unfinished=5, events=lambda: client.events(since=memory)
        )

        async def handle(event: NewAlert | AlertUpdated) -> None:
            await asyncio.sleep(self.chance.choice((0, 0.01, 1, 4)))
            if not memory.is_dead:
                self.handled[event.alert.id].add(event.alert.revision or 0)

        bot.on(NewAlert)(handle)
        bot.on(AlertUpdated)(handle)
        running = asyncio.ensure_future(bot.run(drain_seconds=self.chance.choice((0, 2, 60))))
        # Not `wait_for`: a thread keeps it, and a minute of virtual time is over before it begins.
        async with asyncio.timeout(3_600):
            while memory.kept is None or not self.server.listeners:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
        if is_last:
            await self.server.wait_for(lambda: not self.unhandled)
            bot.stop()
        else:
            await self.go_wrong(client)
            if self.chance.random() < 0.5:
                memory.is_dead = True
                running.cancel()
            else:
                bot.stop()
        await asyncio.gather(running, return_exceptions=True)

    async def go_wrong(self, client: IRClient) -> None:
        """Change alerts, tell of it or not, break lines, and let time pass."""
        for _ in range(self.chance.randrange(2, 12)):
            match self.chance.randrange(8):
                case 0:
                    await self.server.drop()
                case 1:
                    self.server.break_lines()
                case 2:
                    await asyncio.sleep(self.chance.uniform(0, 8))
                case _:
                    self.change()
                    if self.chance.random() < 0.8:
                        await self.tell()

    def change(self) -> None:
        number = self.chance.choice(ALERTS)
        self.server.commit(number, description=str(self.chance.random()))

    async def tell(self) -> None:
        if not self.server.alerts:
            return
        newest = max(self.server.alerts.values(), key=lambda alert: alert.updated_at)
        await self.server.publish(
            newest, kind="new_alert" if newest.revision == 1 else "alert_updated"
        )

    @property
    def unhandled(self) -> dict[int, int | None]:
        return {
            alert.id: alert.revision
            for alert in self.server.alerts.values()
            if alert.revision not in self.handled[alert.id]
        }


async def tell_it(seed: int, protocols: tuple[int, ...]) -> None:
    story = Story(seed, protocols)
    async with story.server:
        for life in range(LIVES):
            async with story.server.client() as client:
                await story.live(client, is_last=life == LIVES - 1)
                if life < LIVES - 1 and story.chance.random() < 0.7:
                    story.change()
        assert story.unhandled == {}


@pytest.mark.looptime
@pytest.mark.parametrize("protocols", [(1,), (1, 2)], ids=["protocol 1", "protocol 2"])
@pytest.mark.parametrize("seed", range(6))
async def test_every_final_state_is_handled_over_crashes(
    seed: int, protocols: tuple[int, ...]
) -> None:
    await tell_it(seed, protocols)


@pytest.mark.prove
@pytest.mark.looptime
@pytest.mark.parametrize("protocols", [(1,), (1, 2)], ids=["protocol 1", "protocol 2"])
@pytest.mark.parametrize("decade", range(1, 21))
async def test_every_final_state_is_handled_over_many_crashes(
    decade: int, protocols: tuple[int, ...]
) -> None:
    for seed in range(decade * 10, decade * 10 + 10):
        await tell_it(seed, protocols)
