"""The first picture, and the shell's screen behind it."""

import os
import pty
import select
import signal
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pytest

from ir_console.cli.opening import Opening, opening
from tests.support.terminals import read_all, read_until

SHOW, LEAVE = "\x1b[?1049h", "\x1b[?1049l"


@pytest.fixture
def terminal() -> Iterator[tuple[TextIO, int]]:
    master, slave = pty.openpty()
    with open(slave, "w", encoding="utf-8") as stream:
        yield stream, master
    os.close(master)


def painted(master: int) -> str:
    pieces = []
    while select.select([master], [], [], 0)[0]:
        pieces.append(os.read(master, 65536))
    return b"".join(pieces).decode()


def test_it_says_what_is_opened_on_the_second_screen(terminal: tuple[TextIO, int]) -> None:
    stream, master = terminal
    Opening(stream).show("opening http://soc.example")
    text = painted(master)
    assert text.startswith(SHOW)
    assert "IR Console" in text
    assert "opening http://soc.example" in text


def test_what_it_says_is_made_safe(terminal: tuple[TextIO, int]) -> None:
    stream, master = terminal
    Opening(stream).show("\x1b]0;owned\x07")
    assert "\x1b]0" not in painted(master)


def test_the_shell_gets_its_screen_back_once(terminal: tuple[TextIO, int]) -> None:
    stream, master = terminal
    picture = Opening(stream)
    picture.show("opening")
    picture.close()
    picture.close()
    assert painted(master).count(LEAVE) == 1


def test_what_was_handed_over_is_the_toolkits_to_leave(terminal: tuple[TextIO, int]) -> None:
    stream, master = terminal
    picture = Opening(stream)
    picture.show("opening")
    picture.hand_over()
    picture.close()
    assert LEAVE not in painted(master)


@pytest.mark.parametrize("hands_over", [False, True])
def test_what_is_typed_meanwhile_is_not_echoed(
    terminal: tuple[TextIO, int], hands_over: bool
) -> None:
    stream, master = terminal
    before = termios.tcgetattr(stream.fileno())
    picture = Opening(stream)
    picture.show("opening")
    picture.show("opening another server")
    if hands_over:
        picture.hand_over()
    painted(master)
    os.write(master, b"jjj\n")
    assert os.read(stream.fileno(), 10) == b"jjj\n"
    picture.close()
    assert termios.tcgetattr(stream.fileno()) == before
    os.write(master, b"k\n")
    # It would stand before this one.
    assert "j" not in read_until(master, "k")


def test_a_signal_gives_the_screen_back(
    terminal: tuple[TextIO, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    stream, master = terminal
    monkeypatch.setattr(sys, "stderr", stream)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit, match=str(128 + signal.SIGTERM)), opening():
        signal.raise_signal(signal.SIGTERM)
    assert painted(master).endswith(LEAVE)
    assert signal.getsignal(signal.SIGTERM) is before


@contextmanager
def console(**env: str) -> Iterator[tuple[int, int]]:
    """A process in a terminal of its own: its number, and the other end."""
    process, master = pty.fork()
    if process == 0:
        code = "from ir_console.cli.app import main; main()"
        os.execve(sys.executable, [sys.executable, "-c", code], {**os.environ, **env})
    yield process, master
    # Not before the process has ended: a terminal that goes away would end it.
    os.close(master)


def exit_code(process: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def interrupt(master: int) -> None:
    """Press Ctrl-C until the process ends: Python hears one that comes before its read only later.

    It has said what it asks for by then, and waits for a key without looking at signals again.
    """
    for _ in range(12):
        os.write(master, b"\x03")
        while select.select([master], [], [], 5.0)[0]:
            try:
                if not os.read(master, 65536):
                    return
            except OSError:
                return
    raise AssertionError("Ctrl-C was never heard")


def test_an_error_is_told_on_the_shells_own_screen() -> None:
    with console(IR_URL="http://127.0.0.1:9", IR_TOKEN="x" * 40) as (process, master):
        text = read_all(master)
        assert exit_code(process) == 4
    assert text.index(SHOW) < text.index("IR Console") < text.index(LEAVE)
    assert "127.0.0.1:9" in text[text.index(LEAVE) :]


def test_a_question_for_the_login_is_asked_there_too_and_can_be_refused(tmp_path: Path) -> None:
    env = {"IR_URL": "http://127.0.0.1:9", "IR_TOKEN": "", "HOME": str(tmp_path)}
    with console(**env) as (process, master):
        text = read_until(master, "User name: ")
        assert text.rindex(LEAVE) < text.index("User name: ")
        interrupt(master)
        assert exit_code(process) == 130
