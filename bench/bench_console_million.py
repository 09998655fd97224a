"""A million alerts in a terminal of 160 × 50: scroll, filter and sort, from key to paint.

The console has them already. A million of them takes it some minutes to be given.
"""

import sys

from bench.keys import answered, moved, settled, up_and_down
from bench.results import Measurement, percentile, write
from bench.terminal import Terminal

ROWS = 1_000_000
TYPED = ("web-0012", "is_open: true", "severity: high", "not zebra")
SORTS = ("severity", "host", "updated", "received")
PAGES = "\x04\x15"  # half a page down and up
KEYS = 60
GOAL_MS, PAUSE_MS = 100.0, 200.0
FOUND = r"[\d,]+ of [\d,]+"


def scrolled(terminal: Terminal) -> list[float]:
    return moved(terminal, up_and_down(KEYS)) + moved(terminal, PAGES * (KEYS // 2))


def filtered(terminal: Terminal) -> list[float]:
    """From each stroke to a count of what passes, while older alerts are still searched."""
    samples = []
    for text in TYPED:
        answered(terminal, "/", FOUND, seconds=1.0)
        for stroke in text:
            samples.append(answered(terminal, stroke, FOUND, seconds=0.4))
        terminal.press("\x1b")
        terminal.read_for(3.0)
    return samples


def sorted_under_way(terminal: Terminal) -> list[float]:
    """Moves while the table is being sorted."""
    samples = []
    for name in SORTS:
        terminal.press(f":sort {name}\r")
        # To the top: at the end of what is there so far, a key would have nowhere to go.
        terminal.press("g")
        terminal.read_for(0.3)  # until that is painted, or the first key would be timed by it
        samples += moved(terminal, up_and_down(30), pause=0.05)
        terminal.read_for(3.0)
    return samples


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    command = [sys.executable, "-m", "bench.console_of_many", str(rows)]
    measurements = []
    with Terminal(command, columns=160, lines=50) as terminal:
        settled(terminal, 3.0)
        for work, measure in (
            ("scroll", scrolled),
            ("filter as it is typed", filtered),
            ("a key while it sorts", sorted_under_way),
        ):
            samples = measure(terminal)
            name = f"{rows:,} alerts: {work}"
            measurements += [
                Measurement(
                    f"{name}, p95",
                    percentile(samples, 95),
                    "ms",
                    "what is asked",
                    GOAL_MS,
                    goal=1.0,
                ),
                Measurement(
                    f"{name}, the longest", max(samples), "ms", "what is asked", PAUSE_MS, goal=1.0
                ),
            ]
    write("console_million", measurements)


if __name__ == "__main__":
    main()
