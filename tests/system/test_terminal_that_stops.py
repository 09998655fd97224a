"""A terminal that reads no more, as after Ctrl-S or over a broken line: the console goes on."""

import sys
import time
from pathlib import Path

import pytest

from bench.terminal import Terminal

# More than a queue of pictures holds, at ten a second.
ALERTS = 400
PATIENCE_SECONDS = 60.0


@pytest.mark.prove
def test_a_terminal_that_stops_reading_stops_nothing_and_is_up_to_date_when_it_reads_again(
    tmp_path: Path,
) -> None:
    turns = tmp_path / "turns"
    command = [sys.executable, "-m", "tests.support.stormy_console", str(turns), str(ALERTS)]
    with Terminal(command, columns=120, lines=40) as terminal:
        terminal.wait_for("Q0000")
        # The last line of the screen never changes: it is not painted again without a reason.
        terminal.wait_for("quit")
        terminal.forget()
        until = time.monotonic() + PATIENCE_SECONDS
        while turns.read_text() != str(ALERTS):
            assert time.monotonic() < until, f"stopped after {turns.read_text()} alerts"
            time.sleep(0.1)
        terminal.wait_for(f"Q{ALERTS:05d}")
        # What was left out is made up for by a whole picture.
        terminal.wait_for("quit")
