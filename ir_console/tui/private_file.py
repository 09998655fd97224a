"""Write a file that only its owner may read, and never over another one unasked."""

import os
import tempfile
from pathlib import Path


def write_private(path: Path, text: str, *, overwrite: bool) -> None:
    """Write `text`, UTF-8. Raises FileExistsError, or another OSError.

    What is overwritten stays whole until the new file is.
    """
    if not overwrite:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
