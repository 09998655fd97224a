import asyncio
import io
import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

import pytest

from ir_client.formats import AUTO, FORMATS
from ir_console.cli.intake import spans
from ir_console.cli.intake.files import Idle, Opening, StoppedError
from ir_console.cli.intake.reading import SPANS_AHEAD, Read, SpanReader
from ir_console.cli.intake.spans import MAX_ALERTS


def lines(count: int, *, first: int = 0) -> bytes:
    rows = (
        {"external_alert_id": f"a-{number}", "title": "Beacon", "severity": "low"}
        for number in range(first, first + count)
    )
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Pieces(io.RawIOBase):
    """A stream that has nothing to read before each piece but the first."""

    def __init__(self, pieces: list[bytes], idle: Callable[[], object]) -> None:
        self._pieces = pieces
        self._idle = idle
        self._is_first = True

    def read1(self, size: int) -> bytes:
        if not self._is_first:
            self._idle()
        self._is_first = False
        return self._pieces.pop(0) if self._pieces else b""


class Fake:
    """A source of such a stream; `seconds` pass whenever there is nothing to read."""

    def __init__(self, *pieces: bytes, seconds: float = 0.0) -> None:
        self.pieces = list(pieces)
        self.clock = Clock()
        self._seconds = seconds

    def openings(self, idle: Idle) -> Iterator[Opening]:
        def wait() -> None:
            self.clock.seconds += self._seconds
            idle(0)

        yield Opening(cast(BinaryIO, Pieces(self.pieces, wait)))


async def spans_of(source: Fake, **options: Any) -> list[int]:
    """How many drafts each span has."""
    found: list[int] = []

    async def take(read: Read) -> None:
        found.append(len(read.span.drafts))

    await SpanReader(source, AUTO, FORMATS, now=source.clock, **options).read(take)
    return found


async def test_full_spans_are_handed_over_and_the_rest_at_the_end() -> None:
    assert await spans_of(Fake(lines(2 * MAX_ALERTS + 5))) == [MAX_ALERTS, MAX_ALERTS, 5]


async def test_a_span_that_is_late_is_not_held_back() -> None:
    source = Fake(lines(2), lines(3, first=2), seconds=1.5)
    assert await spans_of(source) == [2, 3]


async def test_what_comes_within_the_time_is_one_span() -> None:
    assert await spans_of(Fake(lines(2), lines(3, first=2), seconds=0.4)) == [5]


async def test_reading_goes_only_a_few_spans_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "MAX_ALERTS", 2)
    source = Fake(*(lines(2, first=2 * n) for n in range(10)))
    left: list[int] = []

    async def take(read: Read) -> None:
        # A slow server: the reader has all the time there is.
        await asyncio.sleep(0.02)
        left.append(len(source.pieces))

    await SpanReader(source, AUTO, FORMATS, now=source.clock).read(take)
    assert len(left) == 10
    assert left[0] >= 10 - SPANS_AHEAD - 3


async def test_stopped_it_hands_over_what_is_whole() -> None:
    source = Fake(lines(3) + b'{"title": ')
    found: list[int] = []

    async def take(read: Read) -> None:
        found.append(len(read.span.drafts))

    reader = SpanReader(source, AUTO, FORMATS, now=source.clock)
    reader.stop()
    await reader.read(take)
    assert found == [1]


async def test_a_taker_that_fails_ends_the_thread() -> None:
    async def take(read: Read) -> None:
        raise ValueError("no")

    source = Fake(*(lines(MAX_ALERTS) for _ in range(20)))
    with pytest.raises(ExceptionGroup):
        await SpanReader(source, AUTO, FORMATS, now=source.clock).read(take)
    assert source.pieces


async def test_what_reading_raises_is_raised() -> None:
    class Broken(Fake):
        def openings(self, idle: Idle) -> Iterator[Opening]:
            raise PermissionError("no")

    with pytest.raises(ExceptionGroup) as raised:
        await spans_of(Broken())
    assert raised.group_contains(PermissionError)


def test_stopping_is_noticed_while_waiting() -> None:
    reader = SpanReader(Fake(), AUTO, FORMATS)
    reader.stop()
    with pytest.raises(StoppedError):
        reader.wait(60)
