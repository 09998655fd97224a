"""Play the made-up day against a server: alerts at a steady rate, colleagues who triage them.

Holds the numbers of recent alerts, so that colleagues find them. A step that fails is counted and
the day goes on: the demo must outlive a server that is restarted under it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from ir_client import AlertUpdate, IRClient
from ir_client.errors import ConflictError, IRError

from .stories import Deed, StoryStep, story_step

logger = logging.getLogger(__name__)

SOURCE_SYSTEM = "demo"

# Beyond the longest plan of a colleague, no alert is needed any more.
_REMEMBERED_STEPS = 100


@dataclass(slots=True)
class DayTally:
    """What has happened so far."""

    alerts: int = 0
    deeds: int = 0
    failures: int = 0


class DemoDay:
    """The day of one seed, as played so far."""

    def __init__(
        self,
        sensor: IRClient,
        colleagues: Mapping[str, IRClient],
        *,
        seed: int,
        rate: float,
        now: Callable[[], datetime],
    ) -> None:
        self.tally = DayTally()
        self._sensor = sensor
        self._colleagues = colleagues
        self._seed = seed
        self.rate = rate
        self._now = now
        self._next_step = 0
        self._alert_ids: dict[int, int] = {}
        self._deeds_due: deque[Deed] = deque()

    async def begin(self, steps: int) -> None:
        """Send the alerts of the first steps at once; what colleagues do comes with `play`."""
        await self._next_alerts(steps)

    async def play(self, steps: int | None = None) -> None:
        """Play the next steps, or the rest of the day, at the rate."""
        loop = asyncio.get_running_loop()
        await self._do_deeds()
        due = loop.time()
        for _ in range(steps) if steps is not None else count():
            await self._next_alerts(1)
            await self._do_deeds()
            # A late step delays the rest: catching up would make a burst that nobody asked for.
            due = max(due + 1 / self.rate, loop.time())
            await asyncio.sleep(due - loop.time())

    async def _next_alerts(self, steps: int) -> None:
        first, self._next_step = self._next_step, self._next_step + steps
        stories = [story_step(self._seed, step) for step in range(first, first + steps)]
        await self._attempt(self._send(stories), "ingest")
        self._deeds_due.extend(deed for story in stories for deed in story.deeds)

    async def _do_deeds(self) -> None:
        while self._deeds_due:
            deed = self._deeds_due.popleft()
            await self._attempt(self._do(deed), deed.action)

    async def _attempt(self, action: Coroutine[object, object, None], what: str) -> None:
        try:
            await action
        except IRError as error:
            self.tally.failures += 1
            logger.warning("Demo: %s failed: %s", what, error)

    async def _send(self, stories: Sequence[StoryStep]) -> None:
        drafts = [story.draft(self._now()) for story in stories]
        report = await self._sensor.alerts.ingest(SOURCE_SYSTEM, drafts)
        self.tally.alerts += report.processed_count
        if report.processed_count == len(stories):
            for story, alert_id in zip(stories, report.created_alert_ids, strict=True):
                self._alert_ids[story.step] = alert_id
        for step in [one for one in self._alert_ids if one < self._next_step - _REMEMBERED_STEPS]:
            del self._alert_ids[step]

    async def _do(self, deed: Deed) -> None:
        alert_id = self._alert_ids.get(deed.target_step)
        if alert_id is None:
            return
        colleague = self._colleagues[deed.colleague]
        if not await self._is_theirs_or_nobodys(alert_id, deed.colleague):
            return
        match deed.action:
            case "take":
                try:
                    await colleague.alerts.take(alert_id)
                except ConflictError:
                    return  # the analyst at the console was faster
            case "comment":
                await colleague.alerts.comment(alert_id, deed.comment or "")
            case "status":
                await colleague.alerts.update(alert_id, AlertUpdate(status=deed.status))
        self.tally.deeds += 1

    async def _is_theirs_or_nobodys(self, alert_id: int, colleague: str) -> bool:
        """Colleagues keep their hands off what the analyst at the console has taken."""
        alert = await self._colleagues[colleague].alerts.get(alert_id)
        owner = alert.assigned_analyst
        return owner is None or owner.username == colleague
