"""Decide what the end of a connection means: try again, renew the token, or give up.

Holds the table of close codes and HTTP statuses. What is not in it is tried again: a newer
server may have reasons that we do not know.
"""

from dataclasses import dataclass
from enum import Enum, auto

from ..errors import AuthRejected, MessageTooLarge, ProtocolError, StreamError, TLSError


@dataclass(frozen=True, slots=True)
class Closed:
    """The server closed the stream, or the line broke (1006)."""

    code: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server answered the handshake with an HTTP status."""

    status: int
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No connection, or one that fell silent."""

    reason: str


@dataclass(frozen=True, slots=True)
class Untrusted:
    """There is no TLS with the server, most often for a certificate that was not accepted.

    With a `hint`, the reason says by itself what is wrong.
    """

    reason: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Nonsense:
    """What answered does not speak WebSocket."""

    reason: str


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A frame was longer than we allow."""


@dataclass(frozen=True, slots=True)
class NoToken:
    """There was no token to connect with; `is_final` when asking again is no use."""

    reason: str
    is_final: bool
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class BackfillFailed:
    """What was missed could not be fetched."""

    reason: str


Ending = Closed | Refused | Unreachable | Untrusted | Nonsense | TooLarge | NoToken | BackfillFailed


class Remedy(Enum):
    RETRY = auto()
    RENEW_TOKEN = auto()
    STRIKE = auto()  # may pass, but not for ever: the third is an error
    DOUBT = auto()  # a strike where no frame was ever heard; behind a restarting server it passes
    GIVE_UP = auto()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, why in words, and the error to end with where it comes to that."""

    remedy: Remedy
    reason: str
    error: StreamError | None = None
    wait_at_least: float = 0.0


RETRY_AFTER_CAP_SECONDS = 120.0
_STRIKE_CODES = frozenset({1002, 1003, 1007, 1008})
_PASSING_STATUSES = frozenset({408, 425, 429})
_CODE_NAMES = {
    1000: "it was done",
    1001: "it is going away",
    1005: "no reason given",
    1006: "the line broke",
    1008: "we sent too much",
    1009: "a frame was too long",
    1011: "it failed",
    1012: "it restarts",
    1013: "we were too slow, or it is overloaded",
    4001: "it does not accept our token",
    4003: "it failed",
}


def judge(ending: Ending) -> Verdict:
    """What follows from the end of a connection."""
    match ending:
        case Closed():
            return _judge_code(ending)
        case Refused():
            return _judge_status(ending)
        case Unreachable(reason) | BackfillFailed(reason):
            return Verdict(Remedy.RETRY, reason)
        case Nonsense(reason):
            return Verdict(Remedy.DOUBT, reason, ProtocolError(f"This is no stream: {reason}"))
        case Untrusted(reason, hint):
            message = reason if hint else f"The server's certificate was not accepted: {reason}"
            error = ProtocolError(message, hint=hint or TLSError.hint)
            return Verdict(Remedy.GIVE_UP, reason, error)
        case TooLarge():
            reason = "a frame was longer than max_message_bytes allows"
            return Verdict(Remedy.GIVE_UP, reason, MessageTooLarge(f"The stream ended: {reason}"))
        case NoToken(reason, is_final, hint):
            remedy = Remedy.GIVE_UP if is_final else Remedy.RETRY
            return Verdict(remedy, reason, AuthRejected(reason, hint=hint))


def _judge_code(closed: Closed) -> Verdict:
    name = closed.reason or _CODE_NAMES.get(closed.code, "for a reason we do not know")
    reason = f"the server closed the stream: {name} ({closed.code})"
    if closed.code == 1006:
        reason = "the connection broke"
    if closed.code == 4001:
        return Verdict(Remedy.RENEW_TOKEN, reason, AuthRejected(f"The stream is refused: {reason}"))
    if closed.code == 1009:
        error = MessageTooLarge(
            f"The stream ended: {reason}", hint="Send shorter commands: the server has a limit."
        )
        return Verdict(Remedy.GIVE_UP, reason, error)
    if closed.code in _STRIKE_CODES:
        return Verdict(Remedy.STRIKE, reason, ProtocolError(f"The stream ended: {reason}"))
    return Verdict(Remedy.RETRY, reason)


def _judge_status(refused: Refused) -> Verdict:
    reason = f"the server refused the stream (HTTP {refused.status})"
    if refused.status in (401, 403):
        return Verdict(Remedy.RENEW_TOKEN, reason, AuthRejected(f"No access: {reason}"))
    if refused.status in _PASSING_STATUSES or refused.status >= 500:
        wait = min(refused.retry_after or 0.0, RETRY_AFTER_CAP_SECONDS)
        return Verdict(Remedy.RETRY, reason, wait_at_least=wait)
    # A proxy in front of a restarting server answers 404, or a page of its own, for a while.
    error = ProtocolError(f"There is no stream at this address: {reason}")
    return Verdict(Remedy.DOUBT, reason, error)
