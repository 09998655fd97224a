"""What a reader asks of its stream, read from the arguments of `IRClient.events()`."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from ..errors import ConfigError
from .beginning import Beginning
from .kinds import kinds_of
from .limits import MAX_EVENTS, MAX_MESSAGE_BYTES
from .overflow import POLICIES, OverflowPolicy
from .protocol import StreamPolicy

if TYPE_CHECKING:
    from .filtering import EventFilter


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """`events` filters what is handed out; without it, all is."""

    policy: StreamPolicy = field(default_factory=StreamPolicy)
    max_message_bytes: int = MAX_MESSAGE_BYTES
    max_buffered_events: int = MAX_EVENTS
    overflow: OverflowPolicy = "resync"
    beginning: Beginning = field(default_factory=Beginning)
    events: "EventFilter | None" = None

    def __post_init__(self) -> None:
        if self.overflow not in POLICIES:
            raise ConfigError(f"overflow is one of {', '.join(sorted(POLICIES))}")
        for name in ("max_message_bytes", "max_buffered_events"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1")
        downtime = self.policy.max_downtime_seconds
        if downtime is not None and not downtime >= 0:
            raise ConfigError("max_downtime_seconds must be 0 or more")


def filter_of(
    types: Collection[type] | type | None, query: str | None, *, clock: Callable[[], datetime]
) -> "EventFilter | None":
    """The filter for what is wanted.

    ConfigError for types that are none of events; QueryError when the query cannot be read or
    followed.
    """
    if types is None and query is None:
        return None
    kinds = None if types is None else kinds_of(types, name="types")
    # Loaded when first used: the parser's library is no small one.
    from ..query import Selection, parse
    from .filtering import EventFilter

    selection = None if query is None else Selection(parse(query))
    return EventFilter(types=kinds, selection=selection, clock=clock)
