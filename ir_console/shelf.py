"""A small file on this machine that outlives the console, for one server and profile.

Changed as it is there by then, so that two consoles of one profile keep what either was told;
renamed into place, readable by its owner only. A shelf without a path keeps nothing: for the demo,
and where nothing may be left behind.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from platformdirs import user_data_path

from .one_writer import one_writer

_NAME_CHARACTERS = 16


class Shelf:
    """One text, kept."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path

    @classmethod
    def of(cls, profile: str, url: str, *, directory: Path | None = None) -> "Shelf":
        """The shelf of a profile at a server; another server of that name has another one."""
        base = directory or user_data_path("ir-console")
        name = sha256(f"{profile}\n{url}".encode()).hexdigest()[:_NAME_CHARACTERS]
        return cls(base / "console" / f"{name}.json")

    def read(self) -> str:
        """What is kept; nothing when there is nothing. Raises OSError when it cannot be read."""
        if self.path is None:
            return ""
        try:
            return self.path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def change(self, edit: Callable[[str], str]) -> None:
        """Keep what `edit` makes of what is kept now, whoever wrote that.

        Raises OSError, and then what was kept is still there.
        """
        if self.path is None:
            return
        with one_writer(self.path):
            self._write(self.path, edit(self.read()))

    def _write(self, path: Path, text: str) -> None:
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as new:
                new.write(text)
            beside.replace(path)
        except OSError:
            with suppress(OSError):
                beside.unlink()
            raise
