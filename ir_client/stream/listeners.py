"""Who else hears what comes in on the connection, before the reader of the stream does.

Answers to commands, waiters and presence go this way: they must not wait for a reader that is
slow, nor pass its filters. A listener that fails is a mistake of ours and ends the stream loudly.
"""

from collections.abc import Sequence
from typing import Protocol

from ..errors import IRError
from .events import Event


class Listener(Protocol):
    """What a listener is told, in the order in which it happens; none of this may wait."""

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
        for listener in self._all:
            listener.opened(protocol=protocol)

    def heard(self, event: Event, request_id: str | None) -> None:
        for listener in self._all:
            listener.heard(event, request_id)

    def heard_changes(self, changes: Sequence[Event]) -> None:
        """Changes came together, none of them an answer."""
        for listener in self._all:
            for change in changes:
                listener.heard(change, None)

    def lost(self) -> None:
        for listener in self._all:
            listener.lost()

    def ended(self, error: IRError | None) -> None:
        for listener in self._all:
            listener.ended(error)
