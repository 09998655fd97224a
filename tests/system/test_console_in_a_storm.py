"""Alerts pour in: over a terminal that reads no more, and ten thousand a second for a minute."""

import sys
import time
from pathlib import Path

import pytest

from bench.terminal import Terminal

pytestmark = pytest.mark.prove

# More than a queue of pictures holds, at ten a second.
ALERTS = 400
UPDATES_A_SECOND = 10_000
UPDATES = 60 * UPDATES_A_SECOND
PATIENCE_SECONDS = 60.0
# Generous: both the storm and the console are in one process, and others may be busy beside it.
SECONDS_TO_ANSWER = 3.0


def stormy(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "tests.support.stormy_console", *map(str, arguments)]


def watch(terminal: Terminal, *, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        terminal.read(0.1)


def test_a_terminal_that_stops_reading_stops_nothing_and_is_up_to_date_when_it_reads_again(
    tmp_path: Path,
) -> None:
    told = tmp_path / "told"
    with Terminal(stormy(told, "new", 50, ALERTS), columns=120, lines=40) as terminal:
        terminal.wait_for("Q00000")
        # The last line of the screen never changes: it is not painted again without a reason.
        terminal.wait_for("quit")
        terminal.forget()
        until = time.monotonic() + PATIENCE_SECONDS
        while told.read_text() != str(ALERTS):
            assert time.monotonic() < until, f"stopped after {told.read_text()} alerts"
            time.sleep(0.1)
        terminal.wait_for(f"Q{ALERTS:07d}")
        # What was left out is made up for by a whole picture.
        terminal.wait_for("quit")


def test_keys_are_answered_through_a_minute_of_ten_thousand_updates_a_second(
    tmp_path: Path,
) -> None:
    told = tmp_path / "told"
    command = stormy(told, "updates", UPDATES_A_SECOND, UPDATES)
    pauses = []
    with Terminal(command, columns=160, lines=50) as terminal:
        terminal.wait_for("Q0")
        while told.read_text() != str(UPDATES):
            terminal.forget()
            asked = terminal.press("?")
            answered, _ = terminal.wait_for("newest alert, and follow")
            pauses.append(answered - asked)
            terminal.press("\x1b")
            watch(terminal, seconds=1.0)
        # What is painted already is not painted again: nothing of this last second is forgotten.
        terminal.wait_for(f"Q{UPDATES:07d}|Q{UPDATES - 1:07d}")
    assert len(pauses) > 10
    assert max(pauses) < SECONDS_TO_ANSWER, pauses
