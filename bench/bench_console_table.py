"""What the console's table takes without a terminal: a key stroke of the filter, a sort, a change.

The same program does all of it, on as many alerts as are kept: first 100,000, then 1,000,000. Told
is the processor's time, in which nothing else is done: it never waits for anything, so on a machine
that does nothing else it is what an analyst waits for, and what delays a key. What is asked of a
stroke is until rows can be shown; what searching all of the others takes is told beside.
"""

import gc
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

from bench.results import Measurement, percentile, write
from ir_client.wire.alerts import Alert
from ir_client.wire.values import ALERT_STATUSES, SEVERITIES
from ir_console.cli.console import few_collections
from ir_console.model.arranging import PLAIN, Arrangement, Sort
from ir_console.model.filters import EVERYTHING, read_filter
from ir_console.model.saved_views import ViewList
from ir_console.model.state import Arrival, ConsoleState, Origin
from tests.support.builders import an_alert

ROUNDS = 5
BATCH = 200
EVENTS_PER_SECOND = 5_000
TYPED = (
    *("powershell"[:length] for length in range(1, 11)),
    *(f"is_open: true {'web-0012'[:length]}" for length in range(1, 9)),
    "severity: high",
    "severity: high and web",
    "zebra",
    "not zebra",
)
SORTS = ("severity", "host", "rule")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Day:
    """Alerts of a day, each of some 1.2 KB."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._rules = [f"Rule {number} about something odd" for number in range(300)]
        self._base = an_alert(id=1)

    def alert(self, number: int, revision: int = 1) -> Alert:
        chance = self._chance
        when = NOW + timedelta(seconds=number / 10)
        fields = {
            "id": number,
            "revision": revision,
            "title": f"Q{number:07d} Suspicious PowerShell spawned by an office program",
            "description": "What was seen on the host: powershell -enc AAAA, and its parents.",
            "severity": chance.choice(SEVERITIES),
            "status": chance.choice(ALERT_STATUSES),
            "affected_hostname": f"web-{chance.randrange(2000):04d}",
            "affected_user": f"user{chance.randrange(500)}",
            "rule_name": chance.choice(self._rules),
            "source_ip": f"10.{chance.randrange(250)}.{chance.randrange(250)}.7",
            "received_at": when,
            "created_at": when,
            "updated_at": when,
        }
        return self._base.model_copy(update=fields)


def stocked(rows: int, views: ViewList) -> ConsoleState:
    state = ConsoleState(views=views, clock=time.process_time)
    state.moment = NOW
    stock(state, rows)
    gc.collect()
    gc.freeze()
    return state


def stock(state: ConsoleState, rows: int) -> None:
    """Let a state have the alerts of a day."""
    day = Day(3)
    for first in range(1, rows + 1, 1000):
        alerts = [day.alert(number) for number in range(first, first + 1000)]
        state.take_in([Arrival(alert, Origin.FETCHED) for alert in alerts], 0.0)


def milliseconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1000


def key_strokes(state: ConsoleState) -> tuple[list[float], list[float]]:
    """Each stroke of what is typed: until rows are shown, and until all are searched."""
    first, whole = [], []
    for _ in range(ROUNDS):
        state.set_filter(EVERYTHING)
        _search_the_rest(state)
        for text in TYPED:
            wanted = read_filter(text)
            first.append(milliseconds(lambda wanted=wanted: state.set_filter(wanted)))
            whole.append(first[-1] + milliseconds(lambda: _search_the_rest(state)))
    state.set_filter(EVERYTHING)
    _search_the_rest(state)
    return first, whole


def _search_the_rest(state: ConsoleState) -> None:
    while state.sieve.take_turn():
        pass


def sorts(state: ConsoleState) -> tuple[list[float], list[float]]:
    """Each sort, until rows are shown, and until all stand in their places."""
    first, whole = [], []
    for _ in range(ROUNDS):
        for name in SORTS:
            first.append(milliseconds(lambda name=name: _sorted(state, name)))
            whole.append(first[-1] + milliseconds(lambda: _search_the_rest(state)))
            state.arrange(PLAIN)
            _search_the_rest(state)
    return first, whole


def _sorted(state: ConsoleState, name: str) -> None:
    state.arrange(Arrangement(Sort(name)))
    state.viewport.row_on_line(0)


def scrolls(state: ConsoleState) -> list[float]:
    viewport = state.viewport
    viewport.resize(48)
    samples = []
    for number in range(1000):
        step = 48 if number % 3 else len(state.view) // 7

        def scrolled(step: int = step) -> None:
            viewport.move(step)
            for line in range(viewport.height):
                viewport.row_on_line(line)

        samples.append(milliseconds(scrolled))
    return samples


def arrivals(state: ConsoleState, rows: int) -> float:
    """Microseconds for each state that comes: half new ones, half changes."""
    day, chance = Day(5), random.Random(7)
    batches = []
    for number in range(100):
        new = [day.alert(rows + number * BATCH + one) for one in range(1, BATCH // 2 + 1)]
        old = [day.alert(chance.randint(1, rows), number + 2) for _ in range(BATCH // 2)]
        batches.append([Arrival(alert, Origin.PUSHED) for alert in (*new, *old)])
    samples = [milliseconds(lambda batch=batch: state.take_in(batch, 0.0)) for batch in batches]
    return median(samples) / BATCH * 1000


def measured(rows: int) -> list[Measurement]:
    state = stocked(rows, ViewList())
    (keys, whole_keys), (sorted_in, whole_sorts) = key_strokes(state), sorts(state)
    goal_ms = 30.0 if rows <= 100_000 else 100.0

    def told(what: str, value: float, most_ms: float | None = None) -> Measurement:
        name, goal = f"of {rows:,} alerts: {what}", None if most_ms is None else 1.0
        return Measurement(name, value, "ms", "asked", most_ms or goal_ms, goal=goal)

    return [
        told("key stroke of the filter, p50", median(keys), goal_ms),
        told("key stroke of the filter, p95", percentile(keys, 95), goal_ms),
        told("the longest key stroke", max(keys), 200.0),
        told("until all are searched, p50", median(whole_keys)),
        told("until all are searched, p95", percentile(whole_keys, 95)),
        told("a sort until rows are shown, the longest", max(sorted_in), 200.0),
        told("a sort until all are sorted, the longest", max(whole_sorts)),
        told("a move and its lines, p95", percentile(scrolls(state), 95), goal_ms),
    ]


def views_cost(rows: int) -> list[Measurement]:
    """What the live counts of the views add to each state that comes."""
    with_views = arrivals(stocked(rows, ViewList()), rows)
    without = arrivals(stocked(rows, ViewList(())), rows)
    share = (with_views - without) * EVENTS_PER_SECOND / 1e6
    return [
        Measurement(
            f"a state that comes, {rows:,} alerts, five views counted",
            with_views,
            "µs",
            "no views",
            without,
        ),
        Measurement(
            f"share of a second for counting views at {EVENTS_PER_SECOND:,} events/s",
            share * 100,
            "%",
            "5 %",
            5.0,
            goal=1.0,
        ),
    ]


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or [100_000, 1_000_000]
    # As in the console, or most of a long stroke would be Python's collector.
    with few_collections():
        measurements = views_cost(sizes[0])
        for rows in sizes:
            measurements += measured(rows)
    write("console_table", measurements)


if __name__ == "__main__":
    main()
