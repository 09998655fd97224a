"""What the feed brings to the screen, and what one batch of it changed."""

from dataclasses import dataclass
from enum import StrEnum

from ir_client.wire.alerts import Alert


class Origin(StrEnum):
    """How an alert's state came here."""

    PUSHED_NEW = "pushed_new"
    PUSHED = "pushed"
    BACKFILLED = "backfilled"
    FETCHED = "fetched"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One state of an alert, on its way to the screen."""

    alert: Alert
    origin: Origin

    @property
    def alert_id(self) -> int:
        return self.alert.id


@dataclass(frozen=True, slots=True)
class Departure:
    """An alert that left the user's sight at `revision`."""

    alert_id: int
    revision: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What one batch of arrivals changed."""

    changed: frozenset[int] = frozenset()
