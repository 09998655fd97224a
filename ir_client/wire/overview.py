"""Alerts seen from afar: counts, and where they come from (contract, section 3)."""

from pydantic import Field

from .base import Reader


class AlertStats(Reader):
    """Counts of the alerts that one may see.

    `by_severity` counts open ones, `overdue` open ones that are too old, `unassigned` open ones
    that are nobody's. Times are average minutes from receipt, None where there is nothing to
    average.
    """

    total: int = 0
    open: int = 0
    overdue: int = 0
    unassigned: int = 0
    by_status: dict[str, int] = Field(default_factory=dict)
    by_severity: dict[str, int] = Field(default_factory=dict)
    average_time_to_first_response: float | None = None
    average_time_to_resolution: float | None = None


class AlertSources(Reader):
    """The sources that alerts have, by name."""

    sources: tuple[str, ...]


class AlertSourceSystems(Reader):
    """The systems that alerts were sent by, by name."""

    source_systems: tuple[str, ...]


class AlertHealth(Reader):
    """Whether alerts can be taken in and read."""

    status: str
