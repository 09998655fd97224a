"""One life of a stream against the fake server, in which anything may go wrong at any time.

What happens is drawn from one seed and runs on virtual time: transactions that become visible later
than their time says, broadcasts that lag, and every fault that the fake server knows. At the end
the network is well again, and the reader has to hold the server's state of each alert, or to have
been told that something may be missing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random
from typing import Any, Literal

import httpx

from ir_client import AlertRemoved, AlertUpdated, NewAlert, Resumed, StreamState
from ir_client.stream.driver import EventStream
from ir_client.testing import FEATURES, FakeServer
from ir_client.wire.alerts import Alert

Kind = Literal["plain", "protocol 1", "protocol 2"]

ALERTS = 8
# The clock of a row is as coarse as that, and a transaction as long.
RESOLUTION_SECONDS = 5
LONGEST_TRANSACTION = 8
# Longer than the longest wait, the time until a dead peer is noticed, and a slow fetch together.
RECOVERY_SECONDS = 600


def a_server(kind: Kind) -> FakeServer:
    match kind:
        case "plain":
            return FakeServer(features=None)
        case "protocol 1":
            return FakeServer(features=FEATURES, protocols=(1,))
        case "protocol 2":
            return FakeServer()


class FaultLife:
    """A server, what is about to happen to it, and one reader."""

    def __init__(self, kind: Kind, seed: int) -> None:
        self.kind = kind
        self.chance = Random(seed)
        self.server = a_server(kind)
        self.server.greeting_has_time = self.chance.random() < 0.9
        self.open: dict[int, tuple[int, Alert]] = {}
        self.untold: list[Alert] = []
        self.changes = 0
        self.is_up = True
        self.read: dict[int, Alert] = {}
        self.resumed: list[Resumed] = []
        self.log: list[str] = []

    @property
    def was_told_of_a_gap(self) -> bool:
        return any(not resumed.complete for resumed in self.resumed)

    @property
    def holds_the_truth(self) -> bool:
        return self.read == self.server.alerts

    async def live(self) -> None:
        """Let it all happen; then let it come to rest."""
        most = self.chance.choice([4, 10_000])
        async with (
            self.server,
            self.server.client(uniform=self.chance.uniform) as client,
            client.events(max_buffered_events=most) as stream,
        ):
            await self.server.wait_for(lambda: stream.status.state is StreamState.LIVE)
            reading = asyncio.ensure_future(self._read(stream))
            try:
                await self._go_wrong()
                await self._come_to_rest()
                await asyncio.sleep(RECOVERY_SECONDS)
                assert not reading.done(), "the stream ended"
                assert stream.status.state is StreamState.LIVE, stream.status
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, stream: EventStream) -> None:
        async for event in stream:
            match event:
                case NewAlert(data=alert) | AlertUpdated(data=alert):
                    self.read[alert.id] = alert
                case AlertRemoved(data=removal):
                    self.read.pop(removal.id, None)
                case Resumed():
                    self.resumed.append(event)
                case _:
                    pass
            if self.chance.random() < 0.1:
                await asyncio.sleep(self.chance.uniform(0, 3))

    async def _go_wrong(self) -> None:
        ordinary: list[Callable[[], Awaitable[None] | None]] = [
            self._begin,
            self._begin,
            self._pass_time,
            self._pass_time,
            self._broadcast,
        ]
        faults = [*FAULTS, *(FAULTS_OF_PROTOCOL_2 if self.kind == "protocol 2" else [])]
        for _ in range(self.chance.randint(10, 40)):
            if self.chance.random() < 0.7:
                happening = self.chance.choice(ordinary)()
            else:
                fault = self.chance.choice(faults)
                if fault in ONCE_A_LIFE:
                    faults.remove(fault)
                self.log.append(fault.__name__)
                happening = fault(self)
            if happening is not None:
                await happening
            await asyncio.sleep(self.chance.choice([0, 0, 0.01, 0.3, 5]))

    async def _come_to_rest(self) -> None:
        if not self.is_up:
            await come_up(self)
        server = self.server
        server.rest_answers.clear()
        server.handshake_answers.clear()
        server.close_codes.clear()
        server.page_delay_seconds = 0
        server.greets = True
        while self.open:
            self._pass_time()
        while self.untold:
            await self._broadcast()
        await server.publish_all()

    # What is ordinary.

    def _begin(self) -> None:
        """A transaction writes its time, and becomes visible later."""
        alert_id = self.chance.randint(1, ALERTS)
        if alert_id in self.open:
            return  # the row is locked
        self.changes += 1
        server = self.server
        before = server.alerts.get(alert_id)
        alert = server.commit(alert_id, title=f"change {self.changes}")
        coarse = timedelta(seconds=server.clock.second % RESOLUTION_SECONDS)
        alert = alert.model_copy(update={"updated_at": server.clock - coarse})
        if self.kind == "protocol 2":
            server.alerts[alert_id] = alert
            self.untold.append(alert)  # its log and its rows are of one transaction
            return
        if before is None:
            del server.alerts[alert_id]
        else:
            server.alerts[alert_id] = before
        self.open[alert_id] = (self.changes, alert)

    def _pass_time(self) -> None:
        self.changes += 1
        for alert_id, (since, alert) in list(self.open.items()):
            if self.changes - since >= LONGEST_TRANSACTION or self.chance.random() < 0.4:
                del self.open[alert_id]
                self.server.alerts[alert_id] = alert
                self.untold.append(alert)

    async def _broadcast(self) -> None:
        """Tell the oldest change that was not told; who is not there does not hear it."""
        if self.untold:
            alert = self.untold.pop(0)
            if alert.id in self.server.alerts:
                await self.server.publish(alert, kind="alert_updated")


async def close(life: FaultLife) -> None:
    await life.server.drop(life.chance.choice([1000, 1001, 1011, 1012, 1013, 4003]))


def break_lines(life: FaultLife) -> None:
    life.server.break_lines()


def garble_lines(life: FaultLife) -> None:
    life.server.garble_lines()


def fall_silent(life: FaultLife) -> None:
    life.server.fall_silent()


async def refuse_handshakes(life: FaultLife) -> None:
    answers = [(503, {}), (429, {"Retry-After": "2"}), (502, {})]
    life.server.handshake_answers.extend(life.chance.choices(answers, k=life.chance.randint(1, 3)))
    await close(life)


async def accept_and_close(life: FaultLife) -> None:
    life.server.close_codes.extend(life.chance.choices([1000, 1013, 4003], k=2))
    await close(life)


def fail_rest(life: FaultLife) -> None:
    answers = [httpx.Response(503), httpx.ReadError("reset"), httpx.Response(500)]
    life.server.rest_answers.extend(life.chance.choices(answers, k=life.chance.randint(1, 4)))


def slow_pages(life: FaultLife) -> None:
    life.server.page_delay_seconds = life.chance.choice([0, 0.5, 10])


def expire_tokens(life: FaultLife) -> None:
    life.server.expire_access_tokens()


async def say_nonsense(life: FaultLife) -> None:
    nonsense: list[Any] = ["{", {"type": "from_the_future"}, {"type": "new_alert", "data": 1}]
    await life.server.push(life.chance.choice(nonsense))


async def say_it_again(life: FaultLife) -> None:
    told = [one for one in life.server.alerts.values() if one not in life.untold]
    if told and life.kind != "protocol 2":
        await life.server.publish(life.chance.choice(told), kind="alert_updated")


async def come_up(life: FaultLife) -> None:
    await life.server.start()
    life.is_up = True


async def go_down_or_come_up(life: FaultLife) -> None:
    if not life.is_up:
        await come_up(life)
    else:
        await life.server.stop()
        life.is_up = False


def say_nothing_at_first(life: FaultLife) -> None:
    if life.kind != "protocol 2":  # there, hello comes before anything else
        life.server.greets = not life.server.greets


def trim(life: FaultLife) -> None:
    life.server.trim_log()


def bump_the_epoch(life: FaultLife) -> None:
    life.server.epoch_bump()


async def reset(life: FaultLife) -> None:
    await life.server.reset(life.chance.choice(["lag", "access", "trimmed", "too_many"]))


def refuse_a_resume(life: FaultLife) -> None:
    life.server.reset_reasons.append(life.chance.choice(["lag", "ahead", "too_many", "epoch"]))


async def remove(life: FaultLife) -> None:
    if life.server.alerts:
        removal = life.server.remove(life.chance.choice(sorted(life.server.alerts)))
        if life.chance.random() < 0.5:
            await life.server.publish(removal)


async def tell_all(life: FaultLife) -> None:
    await life.server.publish_all()


FAULTS: list[Callable[[FaultLife], Awaitable[None] | None]] = [
    close,
    break_lines,
    garble_lines,
    fall_silent,
    refuse_handshakes,
    accept_and_close,
    fail_rest,
    slow_pages,
    expire_tokens,
    say_nonsense,
    say_it_again,
    go_down_or_come_up,
    say_nothing_at_first,
]

FAULTS_OF_PROTOCOL_2: list[Callable[[FaultLife], Awaitable[None] | None]] = [
    trim,
    bump_the_epoch,
    reset,
    refuse_a_resume,
    remove,
    tell_all,
]

# More of these within a minute are a server that never works, and end a stream with an error.
ONCE_A_LIFE = (garble_lines, expire_tokens)
