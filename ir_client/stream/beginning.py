"""Read what a user says of where a stream shall begin."""

from dataclasses import dataclass, field
from datetime import datetime

from ..wire.base import as_utc
from .bookmark import Bookmark
from .checkpoint import Checkpoint

Since = datetime | str | Checkpoint | None


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where a stream begins: nowhere is now.

    `exact_since` is the moment that the user named, before which nothing is wanted.
    """

    bookmark: Bookmark = field(default_factory=Bookmark)
    exact_since: datetime | None = None
    checkpoint: Checkpoint | None = None

    @property
    def is_now(self) -> bool:
        return self.bookmark == Bookmark()


def beginning_of(since: Since) -> Beginning:
    """The beginning that `since` means; ConfigError when it means none."""
    match since:
        case None:
            return Beginning()
        case datetime():
            moment = as_utc(since)
            return Beginning(Bookmark(watermark=moment), exact_since=moment)
        case str():
            return Beginning(Bookmark.parse(since))
        case _:
            return Beginning(since.load() or Bookmark(), checkpoint=since)
