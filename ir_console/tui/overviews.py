"""The alerts from afar: what there is most of, and how the shift stands."""

import asyncio
import time
from functools import partial
from operator import itemgetter
from typing import Any

from textual.app import App

from ir_client.book import AlertRow
from ir_client.wire.values import is_open
from ir_console.model.pace import BREATH_SECONDS, Pace
from ir_console.model.shift import (
    Shift,
    chosen_answered,
    figures_of,
    figures_of_server,
)
from ir_console.model.tops import Tally, Top
from ir_console.model.walk import Walk

from .background import in_background
from .desk import Desk, Failed
from .keeping import Keeping
from .messages import TopsCounted
from .reading import Reading
from .screens.live import LiveScreen
from .screens.shift import ShiftScreen
from .screens.tops import TopsScreen

_RAIL_VALUES, _SCREEN_VALUES = 5, 8
_TICKS_BETWEEN_COUNTS = 5
_MOST_ROWS_FOR_THE_RAIL = 30_000
# Averages are of these many of the newest alerts: each has to be opened.
_MOST_ANSWERED = 1_000
_SLICE = 100
_COLUMN = {name: position for position, name in enumerate(AlertRow._fields)}


class Overviews:
    """Counts in workers, with pauses for keys, and shows what it counted."""

    def __init__(
        self, app: App[None], live: LiveScreen, reading: Reading, desk: Desk, keeping: Keeping
    ) -> None:
        self._app, self._live, self._reading = app, live, reading
        self._desk, self._keeping = desk, keeping
        self._state = live.state
        self._ticks = 0
        self._has_counted = False

    def tick(self) -> None:
        """Count for the rail, where there is one, once in a while."""
        self._ticks += 1
        is_many = len(self._state.view) > _MOST_ROWS_FOR_THE_RAIL
        pause = _TICKS_BETWEEN_COUNTS * (6 if is_many else 1)
        is_first = not self._has_counted and len(self._state.view) > 0
        if self._live.is_rail_shown and (is_first or self._ticks % pause == 0):
            self._has_counted = self._has_counted or is_first
            in_background(self._app, self._count_for_rail, group="rail")

    def show_tops(self) -> None:
        """Show what there is most of."""
        in_background(self._app, self._count_for_screen, group="tops")

    def show_shift(self) -> None:
        """Show how the shift stands."""

        def ask() -> None:
            in_background(self._app, partial(self._count_shift, screen), group="shift")

        screen = ShiftScreen(self._live.paint_with, ask)
        self._app.push_screen(screen)

    async def _count_for_rail(self) -> None:
        self._app.post_message(TopsCounted(await self._tops(_RAIL_VALUES)))

    async def _count_for_screen(self) -> None:
        screen = TopsScreen(await self._tops(_SCREEN_VALUES), self._state.filter.text)
        self._app.push_screen(screen, self._reading.go)

    async def _tops(self, most: int) -> tuple[Top, ...]:
        state = self._state
        tally, walk, pace = Tally(), Walk(state.view), Pace()

        def look_at(count: int) -> None:
            matching = state.view.matching_among(walk.ids(count))
            tally.look_at(state.corpus.rows_of(matching))

        while not walk.is_over:
            pace.turn(time.thread_time, look_at)
            await asyncio.sleep(BREATH_SECONDS)
        return tally.tops(most)

    async def _count_shift(self, screen: ShiftScreen) -> None:
        now, state = self._keeping.now(), self._state
        rows = list(state.book.bare_rows())
        me = None if state.me is None else state.me.id
        owner = _COLUMN["assigned_analyst_id"]
        own = [row for row in rows if me is not None and row[owner] == me]
        mine = figures_of(own, await self._answered(own), now)
        stats = await self._desk.stats()
        if isinstance(stats, Failed):
            team = figures_of(rows, await self._answered(rows), now)
            problem = stats.words
        else:
            oldest = figures_of([row for row in rows if is_open(row[_COLUMN["status"]])], (), now)
            team, problem = figures_of_server(stats, oldest.oldest), ""
        name = "" if state.me is None else state.me.username
        screen.show(Shift(team, mine, len(rows), name, now, problem))

    async def _answered(self, rows: list[tuple[Any, ...]]) -> list[Any]:
        """Those of the newest alerts that someone has answered, opened a few at a time."""
        status, received = _COLUMN["status"], _COLUMN["received_at"]
        touched = [row for row in rows if row[status] != "new"]
        newest = sorted(touched, key=itemgetter(received), reverse=True)[:_MOST_ANSWERED]
        answered = []
        for start in range(0, len(newest), _SLICE):
            part = newest[start : start + _SLICE]
            answered += chosen_answered([self._state.book.alert(row[0]) for row in part])
            await asyncio.sleep(0)
        return answered
