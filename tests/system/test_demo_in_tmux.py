"""What `make demo` starts, in a real terminal: used, quit, killed and hung up on."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.tmux import Terminal, needs_tmux, terminal

pytestmark = needs_tmux

IR_CONSOLE = Path(sys.executable).with_name("ir-console")
CURSOR = "❯"


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Terminal]:
    with terminal(tmp_path) as opened:
        yield opened


@pytest.fixture
def demo(shell: Terminal) -> Terminal:
    """A terminal with the demo open and rows in its table.

    The shell outlives a hang-up, as `make` does: the demo is not sent SIGHUP by the kernel then.
    """
    shell.run(f"trap : HUP; {IR_CONSOLE} demo; echo ended with $?")
    shell.wait_for(CURSOR)
    return shell


def cursor_row(screen: str) -> str:
    return next((line for line in screen.splitlines() if line.startswith(CURSOR)), "")


def assert_restored(shell: Terminal) -> None:
    """The shell is usable: no alternate screen, no mouse reports, a cursor, and an echo."""
    assert shell.mode("alternate_on") == "0"
    assert shell.mode("mouse_any_flag") == "0"
    assert shell.mode("cursor_flag") == "1"
    shell.run("stty -a | tr ' ;' '\\n\\n' | grep -cx -e icanon -e echo -e isig; echo checked")
    assert "\n3\nchecked" in shell.wait_for_line("checked")


def demo_process(shell: Terminal) -> int:
    return next(pid for pid, command in shell.processes().items() if " demo" in command)


def test_an_alert_is_taken_and_quitting_leaves_the_terminal_as_it_was(demo: Terminal) -> None:
    demo.press("a")
    demo.wait_for(lambda screen: "you" in cursor_row(screen).split())
    demo.press("q")
    screen = demo.wait_for_line("ended with")
    assert "ended with 0" in screen
    assert "Demo over" in screen
    demo.wait_until_nothing_runs()
    assert list(demo.temporary.iterdir()) == []
    assert_restored(demo)


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=pytest.mark.prove)]
)
def test_a_polite_kill_restores_the_terminal_and_leaves_nothing(
    demo: Terminal, number: signal.Signals
) -> None:
    os.kill(demo_process(demo), number)
    demo.wait_for_line(f"ended with {128 + number}")
    demo.wait_until_nothing_runs()
    assert list(demo.temporary.iterdir()) == []
    assert_restored(demo)


@pytest.mark.parametrize("end", [pytest.param("hang up", marks=pytest.mark.prove), "kill"])
def test_when_the_terminal_or_the_demo_is_gone_nothing_is_left(demo: Terminal, end: str) -> None:
    if end == "hang up":
        demo.hang_up()
    else:
        os.kill(demo_process(demo), signal.SIGKILL)
    demo.wait_until_nothing_runs()
    assert list(demo.temporary.iterdir()) == []


@pytest.mark.prove
def test_a_hang_up_that_is_signalled_as_well_leaves_nothing(shell: Terminal) -> None:
    # In the shell's place the demo leads the session, and the kernel sends it SIGHUP.
    shell.run(f"exec {IR_CONSOLE} demo")
    shell.wait_for(CURSOR)
    shell.hang_up()
    shell.wait_until_nothing_runs()
    assert list(shell.temporary.iterdir()) == []
