"""From the stream to the screen: what arrives is gathered and handed over once a frame."""

from .feed import Feed
from .inbox import Inbox
from .ports import AlertDesk, AlertListing, ConsoleClient, LiveStream

__all__ = ["AlertDesk", "AlertListing", "ConsoleClient", "Feed", "Inbox", "LiveStream"]
