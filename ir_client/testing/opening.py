"""How a connection of protocol 2 begins at the fake server: live, with a replay, or with a reset.

Decides by the position that the client brings, as the bundled server does. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ..wire.protocol2 import ResetReason, StreamMode
from .changelog import ChangeLog, Telling

_MAX_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Opening:
    """What hello says, and what the listener is to be told."""

    telling: Telling
    mode: StreamMode
    reason: ResetReason | None = None


def opened(
    query: Mapping[str, str],
    log: ChangeLog,
    *,
    epoch: str,
    max_alerts: int,
    refusal: ResetReason | None,
) -> Opening:
    """The opening for what the client asks; with a `refusal` every resume ends in that reset."""
    if "resume_from" not in query:
        return Opening(Telling(log, since=log.head), "live")
    reason = refusal or _why_not(query, log, epoch=epoch)
    if reason is None:
        telling = Telling(log, since=int(query["resume_from"]))
        if len(telling.waiting) <= max_alerts:
            return Opening(telling, "replay")
        reason = "too_many"
    return Opening(Telling(log, since=log.head), "reset", reason)


def _why_not(query: Mapping[str, str], log: ChangeLog, *, epoch: str) -> ResetReason | None:
    asked, since = query.get("epoch", ""), query["resume_from"]
    if not (since.isascii() and since.isdigit() and len(since) <= _MAX_DIGITS):
        return "epoch"
    if asked != epoch:
        return "access" if _log_of(asked) == _log_of(epoch) else "epoch"
    if int(since) > log.head:
        return "ahead"
    return "trimmed" if int(since) < log.trimmed_through else None


def epoch_after_access_change(epoch: str, *, changes: int) -> str:
    """The epoch of the same log for someone who sees other alerts than before."""
    return f"{_log_of(epoch)}.sight-{changes}"


def _log_of(epoch: str) -> str:
    return epoch.partition(".")[0]
