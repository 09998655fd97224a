"""Very many alerts in a terminal of 160 × 50, from key to paint.

100,000: the filter as it is typed. 1,000,000: scroll, filter and sort. The console has them
already; a million takes it some minutes to be given.
"""

import sys
from statistics import median

from bench.keys import answered, moved, settled, up_and_down
from bench.results import Measurement, percentile, write
from bench.terminal import Terminal

FEW, MANY = 100_000, 1_000_000
TYPED = ("web-0012", "is_open: true", "severity: high", "not zebra")
SORTS = ("severity", "host", "updated", "received")
PAGES = "\x04\x15"  # half a page down and up
KEYS = 60
STROKE_MS, GOAL_MS, PAUSE_MS = 30.0, 100.0, 200.0
STROKE_SECONDS = 0.1  # as one types who types fast
FOUND = r"[\d,]+ of [\d,]+"


def scrolled(terminal: Terminal) -> list[float]:
    return moved(terminal, up_and_down(KEYS)) + moved(terminal, PAGES * (KEYS // 2))


def filtered(terminal: Terminal) -> list[float]:
    """From each stroke to a count of what passes, while older alerts are still searched."""
    samples = []
    for text in TYPED * 2:
        answered(terminal, "/", FOUND, seconds=1.0)
        terminal.read_for(STROKE_SECONDS)
        for stroke in text:
            samples.append(answered(terminal, stroke, FOUND, seconds=0.4))
            terminal.read_for(STROKE_SECONDS)
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


def measured(rows: int) -> list[Measurement]:
    """What is asked with so many alerts."""
    works = [("filter as it is typed", filtered)]
    goal_ms = STROKE_MS
    if rows > FEW:
        goal_ms = GOAL_MS
        works += [("scroll", scrolled), ("a key while it sorts", sorted_under_way)]
    command = [sys.executable, "-m", "bench.console_of_many", str(rows)]
    measurements = []
    with Terminal(command, columns=160, lines=50) as terminal:
        settled(terminal, 3.0)
        for work, measure in works:
            samples, of = measure(terminal), f"{rows:,} alerts: {work}"
            measurements += [
                Measurement(f"{of}, {what}", value, "ms", "asked", goal, goal=1.0)
                for what, value, goal in (
                    ("p50", median(samples), goal_ms),
                    ("p95", percentile(samples, 95), goal_ms),
                    ("the longest", max(samples), PAUSE_MS),
                )
            ]
    return measurements


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or [FEW, MANY]
    write("console_many", [one for rows in sizes for one in measured(rows)])


if __name__ == "__main__":
    main()
