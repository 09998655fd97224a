"""What holding 100,000 alerts costs: memory beside their JSON, and pauses for garbage.

Each side has a process of its own, so that nothing that the other left behind counts.
"""

import gc
import random
import subprocess
import sys
import time
from collections.abc import Callable

from bench.alerts import wire_alert
from bench.results import Measurement, write
from ir_client.book import AlertBook
from ir_client.wire.alerts import Alert
from ir_console.model.saved_views import ViewList
from ir_console.model.state import Arrival, ConsoleState, Origin

ALERTS = 100_000
GOAL_PAUSE_MS = 60.0
GOAL_IN_CONSOLE = 2.0


def raw_bytes(chance: random.Random) -> object:
    return [wire_alert(number, chance) for number in range(1, ALERTS + 1)]


def book(chance: random.Random) -> object:
    held = AlertBook()
    for number in range(1, ALERTS + 1):
        held.apply(Alert.model_validate_json(wire_alert(number, chance)))
    return held


def console(chance: random.Random) -> object:
    """What the console keeps beside the book: rows, order, counts, the texts that are searched."""
    state = ConsoleState(views=ViewList())
    for first in range(1, ALERTS + 1, 200):
        alerts = (
            Alert.model_validate_json(wire_alert(number, chance))
            for number in range(first, first + 200)
        )
        state.take_in([Arrival(alert, Origin.FETCHED) for alert in alerts], 0.0)
    return state


def models(chance: random.Random) -> object:
    return [
        Alert.model_validate_json(wire_alert(number, chance)) for number in range(1, ALERTS + 1)
    ]


HOLDERS: dict[str, Callable[[random.Random], object]] = {
    "raw": raw_bytes,
    "book": book,
    "console": console,
    "models": models,
}


def resident_bytes() -> int:
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096


def measure(holder: str) -> None:
    """Print the bytes and the longest pause (ms) of one holder."""
    Alert.model_validate_json(wire_alert(1, random.Random(1)))
    longest = began = 0.0

    def watch(phase: str, _info: dict[str, int]) -> None:
        nonlocal longest, began
        now = time.thread_time()
        began = now if phase == "start" else began
        longest = max(longest, now - began)

    gc.collect()
    before = resident_bytes()
    gc.callbacks.append(watch)
    held = HOLDERS[holder](random.Random(7))
    gc.collect()
    print(resident_bytes() - before, longest * 1000)
    del held


def measured(holder: str) -> tuple[float, float]:
    command = [sys.executable, "-m", "bench.bench_book", holder]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(answer[0]), float(answer[1])


def main() -> None:
    raw, book_of_them, in_console, as_models = (measured(holder) for holder in HOLDERS)
    work, megabyte = f"holding {ALERTS} alerts in a book", 2**20
    write(
        "book",
        [
            Measurement(
                f"{work}: memory",
                book_of_them[0] / megabyte,
                "MiB",
                "their JSON as bytes",
                raw[0] / megabyte,
                goal=1.6,
            ),
            Measurement(
                f"{work}: longest garbage collection",
                book_of_them[1],
                "ms",
                "the most that may be",
                GOAL_PAUSE_MS,
                goal=1.0,
            ),
            Measurement(
                f"{work}: longest garbage collection",
                book_of_them[1],
                "ms",
                "the same alerts as models",
                as_models[1],
            ),
            Measurement(
                f"keeping {ALERTS} alerts in the console: memory",
                in_console[0] / megabyte,
                "MiB",
                "their JSON as bytes",
                raw[0] / megabyte,
                goal=GOAL_IN_CONSOLE,
            ),
        ],
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
