from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from ir_client import Alert, IRClient, PasswordCredentials, TokenCredentials
from ir_client.wire.auth import UserCreate
from ir_console.cli.demo_day import DemoDay
from ir_console.cli.stories import COLLEAGUES, story_step
from tests.support.live_server import LiveServer, running_server

PASSWORD = SecretStr("a-password-of-the-demo")
STEPS = 50


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with running_server(tmp_path_factory.mktemp("office")) as server:
        yield server


class Staff:
    """Everyone of the demo, as clients of a real server."""

    def __init__(self, server: LiveServer, stack: AsyncExitStack) -> None:
        self._server = server
        self._stack = stack
        self.colleagues: dict[str, IRClient] = {}

    async def arrive(self) -> None:
        boss = PasswordCredentials("admin", SecretStr(self._server.admin_password))
        self.admin = await self._stack.enter_async_context(
            IRClient(self._server.url, credentials=boss)
        )
        known = {user.username for user in await self.admin.auth.users()}
        for name in COLLEAGUES:
            if name not in known:
                await self.admin.auth.create_user(UserCreate(username=name, password=PASSWORD))
            self.colleagues[name] = await self._stack.enter_async_context(
                IRClient(self._server.url, credentials=PasswordCredentials(name, PASSWORD))
            )
        token = TokenCredentials(SecretStr(self._server.ingest_token))
        self.sensor = await self._stack.enter_async_context(
            IRClient(self._server.url, credentials=token)
        )

    def day(self, *, seed: int, rate: float = 100) -> DemoDay:
        return DemoDay(
            self.sensor, self.colleagues, seed=seed, rate=rate, now=lambda: datetime.now(UTC)
        )

    async def alerts(self, *, seed: int) -> dict[str, Alert]:
        found = [alert async for alert in self.admin.alerts.list(size=100)]
        return {
            alert.external_alert_id: alert
            for alert in found
            if alert.external_alert_id.startswith(f"demo-{seed}-")
        }


@pytest.fixture
async def staff(office: LiveServer) -> AsyncIterator[Staff]:
    async with AsyncExitStack() as stack:
        people = Staff(office, stack)
        await people.arrive()
        yield people


async def test_alerts_and_deeds_happen_as_the_story_says(staff: Staff) -> None:
    day = staff.day(seed=1)
    await day.begin(STEPS)
    await day.play(0)
    told = [story_step(1, step) for step in range(STEPS)]
    alerts = await staff.alerts(seed=1)
    assert set(alerts) == {step.external_alert_id for step in told}
    assert day.tally.alerts == STEPS
    assert day.tally.deeds == sum(len(step.deeds) for step in told)
    assert day.tally.failures == 0
    taken = {d.target_step: d.colleague for step in told for d in step.deeds if d.action == "take"}
    for target, colleague in taken.items():
        owner = alerts[told[target].external_alert_id].assigned_analyst
        assert owner is not None
        assert owner.username == colleague


async def test_colleagues_leave_alone_what_the_analyst_has_taken(staff: Staff) -> None:
    day = staff.day(seed=2)
    first_deed = next(
        deed for step in range(100) for deed in story_step(2, step).deeds if deed.action == "take"
    )
    await day.begin(first_deed.target_step + 1)
    mine = story_step(2, first_deed.target_step).external_alert_id
    number = (await staff.alerts(seed=2))[mine].id
    await staff.admin.alerts.take(number)
    await day.begin(45)
    await day.play(0)
    alert = await staff.admin.alerts.get(number)
    assert alert.assigned_analyst is not None
    assert (alert.assigned_analyst.username, alert.status) == ("admin", "investigating")
    assert day.tally.failures == 0


async def test_the_day_goes_on_when_a_step_fails(staff: Staff) -> None:
    unopened = IRClient("http://127.0.0.1:9")
    day = DemoDay(unopened, staff.colleagues, seed=3, rate=100, now=lambda: datetime.now(UTC))
    await day.play(3)
    assert (day.tally.alerts, day.tally.failures) == (0, 3)


@pytest.mark.looptime
async def test_alerts_come_at_the_rate(looptime: Any) -> None:
    unopened = IRClient("http://127.0.0.1:9")
    day = DemoDay(unopened, {}, seed=4, rate=2, now=lambda: datetime.now(UTC))
    await day.play(21)
    assert looptime == pytest.approx(10.5, abs=0.1)
