"""End cleanly when the console itself fails: the terminal restored, nothing told to strangers.

The toolkit would print every local variable of every frame, alert bodies and tokens among them.
Here the terminal gets the kind of the error and a path; the log file, readable by its owner only,
gets the stack without locals and without the error's text, which may quote an alert.
"""

import os
import traceback
from pathlib import Path

from platformdirs import user_log_path


def write_report(error: BaseException, folder: Path | None = None) -> Path | None:
    """Write where the error came from; None when it cannot be written."""
    folder = folder or user_log_path("ir-console")
    path = folder / "console-crash.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(_stack(error))
    except OSError:
        return None
    return path


def crash_words(error: BaseException, report: Path | None) -> str:
    """What the terminal says."""
    where = f" A report without alert data is in {report}" if report else ""
    return f"The console failed ({type(error).__name__}) and was closed.{where}"


def _stack(error: BaseException) -> str:
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
    return f"{type(error).__name__}\n{''.join(frames)}"
