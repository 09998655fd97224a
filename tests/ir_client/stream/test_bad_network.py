"""Streams through a network that cuts at any byte, slices, hangs and crawls, on virtual time."""

import asyncio
from random import Random

import httpx
import pytest

from ir_client import AlertRemoved, AlertUpdated, IRClient, NewAlert, Resumed, StreamState
from ir_client.stream.driver import EventStream
from ir_client.testing import FakeServer, FaultProxy
from ir_client.wire.alerts import Alert

pytestmark = pytest.mark.looptime

# Longer than the longest wait and the time until a dead line is noticed together.
RECOVERY_SECONDS = 600


class Program:
    """Keeps the last state of each alert."""

    def __init__(self, stream: EventStream) -> None:
        self.stream = stream
        self.alerts: dict[int, Alert] = {}
        self.is_told_of_a_gap = False

    async def run(self) -> None:
        async for event in self.stream:
            match event:
                case NewAlert() | AlertUpdated():
                    self.alerts[event.alert.id] = event.alert
                case AlertRemoved():
                    self.alerts.pop(event.data.id, None)
                case Resumed(complete=False):
                    self.is_told_of_a_gap = True
                case _:
                    pass


async def make_it_bad(network: FaultProxy, chance: Random) -> None:
    match chance.choice(["cut", "hang", "truncate", "slice", "crawl", "delay"]):
        case "cut":
            network.cut()
        case "hang":
            network.hang()
        case "truncate":
            network.truncate_after = chance.randint(1, 6_000)
        case "slice":
            network.slice_bytes = chance.randint(1, 200)
        case "crawl":
            network.bytes_per_second = chance.randint(200, 20_000)
        case "delay":
            network.latency_seconds = chance.uniform(0, 3)
    await asyncio.sleep(chance.choice([0, 1, 40]))


def make_it_good(network: FaultProxy) -> None:
    network.mend()
    network.truncate_after = network.slice_bytes = network.bytes_per_second = None
    network.latency_seconds = 0.0


async def change_something(server: FakeServer, chance: Random) -> None:
    number = chance.randint(1, 6)
    if number in server.alerts and chance.random() < 0.2:
        await server.publish(server.remove(number))
    else:
        alert = server.commit(number, title=str(server.clock))
        if chance.random() < 0.7:
            await server.publish(alert, kind="alert_updated")
        else:
            await server.publish_all()


async def live_with_a_bad_network(seed: int) -> None:
    chance = Random(seed)
    async with FakeServer() as server, FaultProxy(server.url) as network:
        client = IRClient(
            network.url,
            credentials=server.credentials,
            handler=httpx.MockTransport(server.handle),
            uniform=chance.uniform,
        )
        async with client, client.events() as stream:
            await server.wait_for(lambda: stream.status.state is StreamState.LIVE)
            program = Program(stream)
            reading = asyncio.ensure_future(program.run())
            for _ in range(30):
                await change_something(server, chance)
                if chance.random() < 0.3:
                    await make_it_bad(network, chance)
                if chance.random() < 0.3:
                    make_it_good(network)
                await asyncio.sleep(chance.choice([0, 0.1, 2]))
            make_it_good(network)
            await server.publish_all()
            await asyncio.sleep(RECOVERY_SECONDS)
            assert stream.status.state is StreamState.LIVE
            assert program.alerts == server.alerts
            assert not program.is_told_of_a_gap, "a position brings all back"
        await reading


@pytest.mark.parametrize("seed", range(12))
async def test_a_bad_network_loses_no_final_state(seed: int) -> None:
    await live_with_a_bad_network(seed)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(12, 300))
async def test_hundreds_of_bad_networks_lose_no_final_state(seed: int) -> None:
    await live_with_a_bad_network(seed)
