"""A recording as a server: what came then comes again, at any speed, and nothing can be changed.

Reads the file as it plays, so that its length costs no memory.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

from ir_client.errors import MissingFeature, StreamError
from ir_client.rest.alerts import Page
from ir_client.stream.events import Event, StateChanged
from ir_client.stream.status import StreamState, StreamStatus
from ir_client.wire.alerts import TimelineEntry
from ir_client.wire.auth import ServerMeta
from ir_client.wire.commands import Command

from .lines import Recorded, read_first_line, read_line


class Player:
    """What the console takes for its client; `speed` is how many seconds pass in one.

    Raises RecordingError where the file is none, OSError where it cannot be read.
    """

    def __init__(self, path: Path, *, speed: float = 1.0) -> None:
        self._path, self._speed = path, speed
        with path.open(encoding="utf-8", errors="replace") as file:
            self.began = read_first_line(file.readline())
        self.alerts = _NoAlerts()
        self.incidents = _Nothing()
        self._stream = _Playing(self._recorded, speed=speed)

    async def meta(self) -> ServerMeta:
        """As a server that tells all it knows: nobody else looks."""
        return ServerMeta(name="recording", protocols=(1, 2))

    def events(self) -> "_Playing":
        self._stream = _Playing(self._recorded, speed=self._speed)
        return self._stream

    def wall_clock(self) -> float:
        """What the clock on the wall said then, in seconds since 1970."""
        return self.began.timestamp() + self._stream.position

    def _recorded(self) -> Iterator[Recorded]:
        with self._path.open(encoding="utf-8", errors="replace") as file:
            next(file)
            for number, line in enumerate(file, start=2):
                if not line.endswith("\n"):
                    return  # whoever recorded it was cut off here
                yield read_line(line, number)


class _Playing:
    """The stream of a recording."""

    def __init__(self, recorded: Callable[[], Iterator[Recorded]], *, speed: float) -> None:
        self._recorded, self._speed = recorded, speed
        self._began: float | None = None
        self._after = 0.0

    @property
    def position(self) -> float:
        """Seconds of the recording that have been played."""
        if self._began is None:
            return self._after
        return (asyncio.get_running_loop().time() - self._began) * self._speed

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stop()

    @property
    def status(self) -> StreamStatus:
        """A recording answers at once, and is always heard."""
        now = asyncio.get_running_loop().time()
        return StreamStatus(StreamState.LIVE, since=now, last_heard_at=now)

    def retry_now(self) -> None:
        """Nothing is ever waited for."""

    async def send(self, command: Command) -> None:
        """A recording hears nothing: what it would have answered is in it, or is not."""

    async def view(self, alert_id: int | None) -> None:
        """Nobody else looks at a recording."""

    async def __aiter__(self) -> AsyncIterator[Event]:
        loop = asyncio.get_running_loop()
        self._began = loop.time()
        live = StreamStatus(StreamState.LIVE, since=self._began)
        yield StateChanged(StreamState.CONNECTING, StreamState.LIVE, live)
        for one in self._recorded():
            # Also when it is due: keys are handled in between.
            await asyncio.sleep(max(0.0, (one.after - self.position) / self._speed))
            self._after = one.after
            yield one.event
        self._stop()
        raise StreamError("The recording ended", hint="All of it stays to be read.")

    def _stop(self) -> None:
        """Let the time of the recording stand still."""
        self._began = None


class _Pages:
    async def pages(self) -> AsyncIterator[Page]:
        """No alerts but those of the recording."""
        return
        yield


class _Nothing:
    """Whatever is asked for is not in a recording."""

    def __getattr__(self, name: str) -> Any:
        return _refuse


class _NoAlerts(_Nothing):
    def list(self, *, size: int = 100) -> _Pages:  # noqa: ARG002 -- as a client has it
        return _Pages()

    async def timeline(self, alert_id: int) -> Sequence[TimelineEntry]:
        await _refuse(alert_id)


async def _refuse(*_: object, **__: object) -> NoReturn:
    raise MissingFeature("A recording holds only what the stream said", feature="recording")
