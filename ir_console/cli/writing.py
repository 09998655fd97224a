"""Where `-o FILE` goes: a file that only its owner may read, and that is whole or not there.

What is written stands under another name until it is complete. A device or a pipe cannot be
replaced like that, and is written to as it is.
"""

import errno
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from ir_client.errors import IRError

from .output import Output

Write = Callable[[str], object]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write there, for your eyes only; - is stdout."
    ),
]


class WriteError(IRError):
    """A file cannot be written, and what was there is as it was; exit code 1."""

    hint = "Check the folder and its permissions, or name another file with -o."


@contextmanager
def writing(path: Path | None, output: Output) -> Iterator[Write]:
    """What writes text to `path`, or to stdout where there is none. Raises WriteError."""
    if path is None or path == Path("-"):
        yield output.text
        output.flush()
        return
    try:
        with _opened(path) as write:
            yield write
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        hint = "Make room, or name another file with -o; nothing was left behind."
        raise WriteError(
            f"{path} cannot be written: {error.strerror}", hint=hint if is_full else None
        ) from error


@contextmanager
def _opened(path: Path) -> Iterator[Write]:
    target = path.resolve()
    if target.exists() and not target.is_file():
        with target.open("w", encoding="utf-8", newline="") as stream:
            yield stream.write
        return
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            yield file.write
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def is_shown(path: Path | None) -> bool:
    """Whether what is written goes to a terminal."""
    return (path is None or path == Path("-")) and sys.stdout.isatty()
