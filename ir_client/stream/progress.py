"""Know how far a stream was read, and have it kept where that is wanted.

What came before the event that was asked for last counts as read, unless who asked says that it
handles events later than it takes them. Starts no task: the writer runs in one of the stream's.
"""

from collections.abc import Awaitable, Callable

from .bookmark import Bookmark
from .checkpoint import Checkpoint, CheckpointWriter
from .inbox import Inbox


class Progress:
    """The bookmark of one stream."""

    def __init__(self, inbox: Inbox, checkpoint: Checkpoint | None) -> None:
        self._inbox = inbox
        self._oldest_unhandled: Callable[[], Bookmark | None] | None = None
        self._writer: CheckpointWriter | None = None
        if checkpoint is not None:
            self._writer = CheckpointWriter(checkpoint, lambda: self.bookmark)
            inbox.on_progress = self._writer.note_progress

    @property
    def bookmark(self) -> Bookmark:
        """What was read, and handled."""
        held = self._oldest_unhandled() if self._oldest_unhandled is not None else None
        return held or self._inbox.bookmark

    @property
    def taken_to(self) -> Bookmark:
        """What came before the event that was taken last."""
        return self._inbox.bookmark

    def hold(self, oldest_unhandled: Callable[[], Bookmark | None]) -> None:
        """Move the bookmark no further than this; None is nothing unhandled."""
        self._oldest_unhandled = oldest_unhandled

    def note_handled(self) -> None:
        """The bookmark may move on."""
        if self._writer is not None:
            self._writer.note_progress()

    def start(self, spawn: Callable[[Callable[[], Awaitable[None]]], object]) -> None:
        """Write the bookmark from now on, where it is kept."""
        if self._writer is not None:
            spawn(self._writer.run)

    def stop(self) -> None:
        """Write it for the last time."""
        if self._writer is not None:
            self._writer.stop()
