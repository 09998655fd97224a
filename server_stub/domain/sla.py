"""Decide which priority an incident has, and when it wants an answer and an end.

Reads no clock: the time of creation is an argument. What is late is late by comparing instants.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ir_client.wire.values import PRIORITIES
from server_stub.domain.clocks import instant

Minutes = tuple[float, float, float, float]
"""So many minutes for each priority, P1 to P4."""

RESPONSE_MINUTES: Minutes = (15, 60, 4 * 60, 24 * 60)
RESOLUTION_MINUTES: Minutes = (4 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60)

_PRIORITY_OF = {"critical": "P1", "high": "P2", "medium": "P3", "low": "P4", "info": "P4"}


@dataclass(frozen=True, slots=True)
class SlaPolicy:
    """How soon an incident of each priority is to be answered and resolved."""

    response_minutes: Minutes = RESPONSE_MINUTES
    resolution_minutes: Minutes = RESOLUTION_MINUTES

    def deadlines(self, priority: str, *, created_at: datetime) -> dict[str, str]:
        """The columns of both deadlines."""
        rank = PRIORITIES.index(priority)
        return {
            "response_sla_deadline": _after(created_at, self.response_minutes[rank]),
            "resolution_sla_deadline": _after(created_at, self.resolution_minutes[rank]),
        }


def priority_for(severity: str) -> str:
    """The priority of an incident of this severity, where nobody gave one."""
    return _PRIORITY_OF.get(severity, "P3")


def is_late(deadline: str | None, *, done_at: str | None, now: str) -> bool:
    """Whether what was due at `deadline` was done after it, or is not done and it is over."""
    return deadline is not None and (done_at or now) > deadline


def _after(created_at: datetime, minutes: float) -> str:
    return instant(created_at + timedelta(minutes=minutes))
