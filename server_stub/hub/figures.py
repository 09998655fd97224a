"""Figures of the stream, for those who watch over it."""

from collections.abc import Iterable
from dataclasses import dataclass

from server_stub.hub.sequenced import SequencedSubscriber
from server_stub.hub.subscriber import Subscriber


@dataclass(frozen=True, slots=True)
class StreamFigures:
    """The stream at one moment; counts are since the start.

    `queue_seconds`: how long the connection that is furthest behind has had something to send.
    """

    subscribers: dict[int, int]
    """By protocol."""
    frames: int
    coalesced: int
    too_slow: int
    queue_seconds: float


@dataclass(slots=True)
class Tally:
    """What was counted, for connections that have ended too."""

    frames: int = 0
    coalesced: int = 0
    too_slow: int = 0

    def leave(self, subscriber: Subscriber) -> None:
        """Keep the counts of a connection that ends."""
        self.coalesced += subscriber.coalesced
        self.too_slow += subscriber.times_too_slow

    def figures(self, subscribers: Iterable[Subscriber], *, now: float) -> StreamFigures:
        present = list(subscribers)
        sequenced = sum(isinstance(one, SequencedSubscriber) for one in present)
        waiting = [now - one.waiting_since for one in present if one.waiting_since is not None]
        return StreamFigures(
            subscribers={1: len(present) - sequenced, 2: sequenced},
            frames=self.frames,
            coalesced=self.coalesced + sum(one.coalesced for one in present),
            too_slow=self.too_slow + sum(one.times_too_slow for one in present),
            queue_seconds=max(waiting, default=0.0),
        )
