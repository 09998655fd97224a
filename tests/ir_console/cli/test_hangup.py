import os
import subprocess
import sys

from ir_console.cli.hangup import EXIT_CODE, is_gone

CONSOLE = """
import sys, time
from ir_console.cli.hangup import ended_by_hangup

with ended_by_hangup(sys.stdin.fileno()):
    print("open", flush=True)
    {wait}
print("closed", flush=True)
"""


def console_on(terminal: int, *, wait: str) -> "subprocess.Popen[str]":
    """A program that holds a terminal, in a session of its own: no SIGHUP reaches it."""
    return subprocess.Popen(
        [sys.executable, "-c", CONSOLE.format(wait=wait)],
        stdin=terminal,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_a_terminal_that_goes_away_ends_the_process() -> None:
    near, far = os.openpty()
    with console_on(far, wait="time.sleep(600)") as console:
        os.close(far)
        assert console.stdout is not None
        assert console.stdout.readline() == "open\n"
        os.close(near)
        assert console.wait(timeout=120) == EXIT_CODE


def test_a_terminal_that_stays_does_not() -> None:
    near, far = os.openpty()
    try:
        with console_on(far, wait="pass") as console:
            told, _ = console.communicate(timeout=120)
            assert (console.returncode, told) == (0, "open\nclosed\n")
    finally:
        os.close(near)
        os.close(far)


def test_a_terminal_is_gone_when_its_other_end_is_closed() -> None:
    near, far = os.openpty()
    try:
        assert not is_gone(far)
        os.close(near)
        assert is_gone(far)
    finally:
        os.close(far)
