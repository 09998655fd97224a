"""Write what was rejected to a file of JSON lines, whole, to be mended and read again."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ir_client.formats import rejected_line

from ..exits import UsageProblem
from .tally import Complaint


class Rejects(Protocol):
    """Where rejected records go."""

    def write(self, complaints: Sequence[Complaint]) -> None: ...


class NoRejects:
    """Keeps none."""

    def write(self, complaints: Sequence[Complaint]) -> None:
        """Let them go: they were told."""


class RejectsFile:
    """A file that rejected records are added to, readable by its owner only.

    What is written is on disk when `write` returns: only then is a place behind it noted. Raises
    UsageProblem when the file cannot be opened, OSError when it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise UsageProblem(
                f"{path} cannot be written: {error.strerror}",
                hint="Name another file with --rejects.",
            ) from None
        self._file = os.fdopen(handle, "wb")

    def write(self, complaints: Sequence[Complaint]) -> None:
        """Add these."""
        if not complaints:
            return
        for one in complaints:
            line = rejected_line(
                one.file,
                one.line,
                one.reason,
                record=one.item.record(),
                text=one.item.text,
            )
            self._file.write(json.dumps(line).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()
