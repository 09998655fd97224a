"""Who else hears what comes in on the connection, before the reader of the stream does.

Answers to commands, waiters and presence go this way: they must not wait for a reader that is
slow, nor pass its filters. A listener that fails is logged, and stops neither the others nor
the stream.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from ..errors import IRError
from .events import Event

logger = logging.getLogger("ir_client.stream")

_FAILED = "A listener of the stream failed: %s"


class Listener(Protocol):
    """What a listener is told, in the order in which it happens; none of this may wait."""

    @property
    def hears_changes(self) -> bool:
        """Whether changes of alerts matter to it: they are nearly all that comes."""

    def opened(self, *, protocol: int) -> None:
        """A connection works, and speaks this protocol."""

    def heard(self, event: Event, request_id: str | None) -> None:
        """An event came; `request_id` is that of the command which it answers (protocol 2).

        Changes of state are heard too. What was fetched, and `Resumed`, are heard when the reader
        of the stream comes to them: before that, it is not known whether they are news.
        """

    def lost(self) -> None:
        """The connection is gone; also said when none had come to be."""

    def ended(self, error: IRError | None) -> None:
        """There will be no connection any more: an error ended the stream, or nothing did."""


class Listeners:
    """The listeners of one stream."""

    def __init__(self) -> None:
        # Replaced, never changed: a listener may come or go while the others are told.
        self._all: tuple[Listener, ...] = ()

    def add(self, listener: Listener) -> None:
        self._all = (*self._all, listener)

    def discard(self, listener: Listener) -> None:
        self._all = tuple(one for one in self._all if one is not listener)

    def opened(self, *, protocol: int) -> None:
        self._tell(lambda listener: listener.opened(protocol=protocol))

    def heard(self, event: Event, request_id: str | None) -> None:
        for listener in self._all:
            try:
                listener.heard(event, request_id)
            except Exception:
                logger.exception(_FAILED, type(listener).__name__)

    def heard_changes(self, changes: Sequence[Event]) -> None:
        """Changes came together, none of them an answer."""
        self._tell(lambda listener: listener.hears_changes and self._tell_each(listener, changes))

    @staticmethod
    def _tell_each(listener: Listener, changes: Sequence[Event]) -> None:
        for change in changes:
            try:
                listener.heard(change, None)
            except Exception:
                logger.exception(_FAILED, type(listener).__name__)

    def lost(self) -> None:
        self._tell(lambda listener: listener.lost())

    def ended(self, error: IRError | None) -> None:
        self._tell(lambda listener: listener.ended(error))

    def _tell(self, word: Callable[[Listener], object]) -> None:
        for listener in self._all:
            try:
                word(listener)
            except Exception:
                logger.exception(_FAILED, type(listener).__name__)
