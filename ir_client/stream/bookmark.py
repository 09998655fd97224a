"""Where a reader has come to, as what can be kept and resumed from.

A position in the server's log, for protocol 2, and the watermark: the newest `updated_at` that was
read, in the server's clock, for servers without positions. As text `EPOCH:SEQ@TIME`, of which
either half may be missing.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, unquote

from ..errors import ConfigError
from ..wire.base import as_utc, rfc3339
from ..wire.cursor import StreamPosition

_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Bookmark:
    """All up to here has been read; `str()` of it is text that `parse` reads."""

    position: StreamPosition | None = None
    watermark: datetime | None = None

    def __str__(self) -> str:
        position = ""
        if self.position is not None:
            position = f"{quote(self.position.epoch, safe='')}:{self.position.seq}"
        return position if self.watermark is None else f"{position}@{rfc3339(self.watermark)}"

    @classmethod
    def parse(cls, text: str) -> "Bookmark":
        """The bookmark in a text; ConfigError when there is none."""
        place, _, moment = text.strip().partition("@")
        epoch, colon, seq = place.rpartition(":")
        is_position = bool(epoch) and seq.isascii() and seq.isdigit() and len(seq) <= _MAX_DIGITS
        if not (place or moment) or (place and not (colon and is_position)):
            raise _unreadable(text)
        try:
            watermark = as_utc(datetime.fromisoformat(moment)) if moment else None
        except ValueError:
            raise _unreadable(text) from None
        return cls(StreamPosition(unquote(epoch), int(seq)) if place else None, watermark)


def _unreadable(text: str) -> ConfigError:
    return ConfigError(
        f"This is no position of a stream: {text[:100]!r}",
        hint="Give one that `EventStream.bookmark` or `ir-console tail` said, or a time.",
    )
