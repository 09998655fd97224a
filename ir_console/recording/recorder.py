"""Keep a stream in a file, event by event, as it comes."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from ir_client.stream.events import Event

from .lines import Recordable, RecordingError, first_line, line_of


class Recorder:
    """A recording that is being made; what `keep` was given is in the file when it returns.

    `clock` counts seconds. Never writes over a file; what is written is its owner's alone.
    """

    def __init__(self, path: Path, *, began: datetime, clock: Callable[[], float]) -> None:
        """Raises RecordingError where there is a file already, OSError where there can be none."""
        self._clock, self._began = clock, clock()
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise RecordingError(
                f"{path} is there already", hint="Name a file that is not, or move that one away."
            ) from None
        self._file = os.fdopen(descriptor, "w", encoding="ascii")
        self._write(first_line(began))

    def keep(self, event: Event) -> None:
        """Add an event, if it is one that says something of alerts or incidents."""
        if isinstance(event, Recordable):
            self._write(line_of(event, self._clock() - self._began))

    def _write(self, line: str) -> None:
        self._file.write(f"{line}\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()
