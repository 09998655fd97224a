"""Nothing is left after a test of the SDK: no task, thread, socket or file."""

import asyncio
import gc
import os
import threading
from asyncio import runners
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_DESCRIPTORS = Path("/proc/self/fd")
_PATIENCE_SECONDS = 10
_TESTS = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Look when the test's event loop has ended, which is after its other fixtures.

    An ending loop cancels what still runs in it, which would hide a task that was forgotten.
    """
    tasks: list[asyncio.Task[Any]] = []
    cancel_all_tasks = runners._cancel_all_tasks  # type: ignore[attr-defined] # the one place

    def note_and_cancel(loop: asyncio.AbstractEventLoop) -> None:
        tasks.extend(task for task in asyncio.all_tasks(loop) if _is_ours(task))
        cancel_all_tasks(loop)

    monkeypatch.setattr(runners, "_cancel_all_tasks", note_and_cancel)
    threads, opened = set(threading.enumerate()), _sockets_and_files()
    yield
    assert not tasks, "tasks are left"
    assert not _left(opened), "sockets or files are left"
    assert not _alive(set(threading.enumerate()) - threads), "threads are left"


def _alive(threads: set[threading.Thread]) -> list[threading.Thread]:
    """Those that do not end: one that waited for a process may be about to."""
    for thread in threads:
        thread.join(_PATIENCE_SECONDS)
    return [thread for thread in threads if thread.is_alive()]


def _is_ours(task: asyncio.Task[Any]) -> bool:
    code = getattr(task.get_coro(), "cr_code", None)
    # One without code is the interpreter's, which closes a generator that was not read to its end.
    return code is not None and not Path(code.co_filename).is_relative_to(_TESTS)


def _left(opened: set[str]) -> set[str]:
    if _sockets_and_files() - opened:
        gc.collect()  # what is closed only by that warns, and warnings are errors here
    return _sockets_and_files() - opened


def _sockets_and_files() -> set[str]:
    if not _DESCRIPTORS.exists():
        return set()  # not on this system
    found = set()
    for name in os.listdir(_DESCRIPTORS):
        try:
            found.add(os.readlink(_DESCRIPTORS / name))
        except FileNotFoundError:
            continue  # the one that listed the directory
    return {one for one in found if one.startswith("socket:") or _is_file(one)}


def _is_file(target: str) -> bool:
    return target.startswith("/") and not target.startswith(("/dev/", "/proc/"))
