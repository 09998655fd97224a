"""Read what a user says of where a stream shall begin."""

from dataclasses import dataclass, field
from datetime import datetime

from ..errors import ConfigError
from ..wire.base import as_utc
from .bookmark import Bookmark
from .checkpoint import Checkpoint

_HINT = "Give a datetime, a FileCheckpoint, or the text of `stream.bookmark`."

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
            return Beginning(_parsed(since))
        case Checkpoint():
            return Beginning(since.load() or Bookmark(), checkpoint=since)
        case _:
            raise ConfigError(f"`since` cannot be {since!r:.80}", hint=_HINT)


def _parsed(text: str) -> Bookmark:
    try:
        return Bookmark.parse(text)
    except ConfigError:
        try:
            datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            raise ConfigError(
                f"`since` takes a time as a datetime, not as text: {text!r}",
                hint="Give datetime.fromisoformat(...) of it; without a zone it is in UTC.",
            ) from None
        raise
