import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from server_stub.log_lines import LineWriter

PIPE_BYTES = 64 * 1024
LONG = "x" * PIPE_BYTES


def lost(count: int) -> str:
    return f"{count} lost"


@dataclass
class Pipe:
    """A pipe whose reader is the test; it takes no more than its buffer until it is read."""

    reading: int
    writing: int

    def read(self, *, lines: int) -> list[str]:
        """So many lines, with runs of the letter x cut to one."""
        heard = b""
        while heard.count(b"\n") < lines:
            heard += os.read(self.reading, PIPE_BYTES)
        return [line[:9] for line in heard.decode().splitlines()]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    reading, writing = os.pipe()
    yield Pipe(reading, writing)
    os.close(reading)
    os.close(writing)


def test_lines_are_written_in_order_and_before_the_end(pipe: Pipe) -> None:
    writer = LineWriter(pipe.writing, lost)
    writer.put("one")
    writer.put("zwei é \ud800")
    writer.close()
    assert os.read(pipe.reading, 100) == "one\nzwei é \\ud800\n".encode()


def test_what_nobody_reads_is_lost_and_counted_and_said_at_the_next_line(pipe: Pipe) -> None:
    writer = LineWriter(pipe.writing, lost, max_waiting=2)
    writer.put(LONG)
    # The first line fills the pipe; its end waits inside the write and is in no queue.
    while writer._waiting.qsize():
        pass
    for name in ("second", "third", "fourth", "fifth"):
        writer.put(name)
    first, *rest = pipe.read(lines=3)
    assert (first, rest) == ("x" * 9, ["second", "third"])
    writer.put("sixth")
    assert pipe.read(lines=2) == ["2 lost", "sixth"]
    writer.put("seventh")
    writer.close()
    assert pipe.read(lines=1) == ["seventh"]


def test_what_cannot_be_written_is_counted_too(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no space")

    writer = LineWriter(pipe.writing, lost)
    with monkeypatch.context() as patch:
        patch.setattr("os.write", full)
        writer.put("first")
        while not writer._failed:
            pass
    writer.put("second")
    assert pipe.read(lines=2) == ["1 lost", "second"]
    writer.close()


def test_a_descriptor_that_does_not_block_is_waited_for(pipe: Pipe) -> None:
    os.set_blocking(pipe.writing, False)
    writer = LineWriter(pipe.writing, lost)
    writer.put(LONG)
    writer.put("second")
    assert pipe.read(lines=2) == ["x" * 9, "second"]
    writer.close()


def test_the_end_does_not_wait_for_a_reader_that_is_gone_to_sleep(pipe: Pipe) -> None:
    writer = LineWriter(pipe.writing, lost)
    writer.put(LONG)
    writer.close()
    assert writer._thread.is_alive()
    assert pipe.read(lines=1) == ["x" * 9]
