"""What can go wrong, as one tree.

    IRError
    ├── ConfigError                 a profile, address or credential that cannot be used
    ├── QueryError                  a text of the filter language that cannot be read
    ├── ClientClosedError           the client is not open, or belongs to another event loop
    ├── MissingFeature              the server is without the extension that the call needs
    ├── TransportError              no answer came
    │   ├── ConnectError            nobody listens there, or the line broke
    │   ├── RequestTimeout          the server took too long
    │   └── TLSError                the server's certificate was not accepted
    ├── APIStatusError              the server answered, and refused
    │   ├── BadRequest              400, and each 4xx without a class of its own
    │   │   ├── MethodNotAllowed 405
    │   │   └── UnsupportedMediaType 415
    │   ├── AuthenticationError 401
    │   ├── PermissionDenied 403, 451
    │   ├── NotFound 404, 410
    │   ├── ProxyRefused 407
    │   ├── BodyTooSlow 408
    │   ├── ConflictError 409
    │   │   └── KeyReused           the idempotency key stands for another request
    │   ├── ChangedSince 412
    │   ├── PayloadTooLarge 413
    │   ├── ValidationFailed 422
    │   ├── TooEarly 425
    │   ├── RateLimited 429
    │   └── ServerError 5xx
    │       ├── NotSupported 501, 505
    │       ├── Unavailable 502, 503, 504
    │       └── StorageFull 507
    ├── InvalidResponse             the answer makes no sense
    ├── CommandRefused              the stream answered a command with an error
    ├── DrainTimeout                handlers were still at work when the time was over
    └── StreamError                 the stream ended for good
        ├── AuthRejected            a token that was just renewed was refused
        ├── MessageTooLarge         a frame over the limit
        ├── ProtocolError           the other end does not speak our protocol
        ├── GaveUp                  down for longer than the caller allowed
        ├── SlowConsumer            the reader was too slow, and asked that this be an error
        └── StreamAlreadyOpen       one stream a client

Every error says whether the same call may succeed later (`retryable`) and what a person can do
about it (`hint`). No error carries a token or password, not even in its cause.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .stream.events import Event
    from .wire.alerts import Alert
    from .wire.incidents import Incident
    from .wire.problems import Problem


class IRError(Exception):
    """The root of the tree."""

    retryable: bool = False
    hint: str = "Read the message; if it is unclear, run again with debug logging."

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        if hint is not None:
            self.hint = hint


class ConfigError(IRError):
    """A profile, address or credential that cannot be used as it is."""

    hint = "Correct the setting that the message names."


class QueryError(IRError):
    """A text of the filter language that cannot be read.

    `position` and `length` say which characters of `text` are meant; the position may be the
    text's end.
    """

    def __init__(self, message: str, *, text: str, position: int, length: int, hint: str) -> None:
        super().__init__(f"{message} (at {position + 1})", hint=hint)
        self.text = text
        self.position = position
        self.length = length

    def pointed(self) -> str:
        """Two lines: the query, and marks below what is meant."""
        line = "".join(char if char.isprintable() else " " for char in self.text)
        return f"{line}\n{' ' * self.position}{'^' * max(1, self.length)}"


class ClientClosedError(IRError):
    """The client is not open, or it was opened in another event loop."""

    hint = "Use the client inside `async with IRClient(...)`, in the event loop that opened it."


class MissingFeature(IRError):
    """The server is without the extension that the call needs; nothing was sent.

    `feature` is its name in the server's `GET /meta`.
    """

    hint = "Do without it here, or have the server brought to a version that has it."

    def __init__(self, message: str, *, feature: str) -> None:
        super().__init__(message)
        self.feature = feature


class TransportError(IRError):
    """No answer came from the server."""

    retryable = True
    hint = "Check that the server runs and that its address is right."


class ConnectError(TransportError):
    """Nobody listens at the address, or the line broke."""


class RequestTimeout(TransportError):
    """The server took too long; whether it did what was asked is not known."""

    hint = "The server hangs or the network is slow: try again, or allow a longer timeout."


class TLSError(TransportError):
    """The server's certificate was not accepted."""

    retryable = False
    hint = "Set `verify` in the profile to the file with your organisation's CA certificate."


class APIStatusError(IRError):
    """The server answered with an error status.

    `request_id` is what the server's log knows the request by; `retry_after` the seconds to wait,
    where it said so.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        problem: "Problem | None" = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.problem = problem
        self.request_id = request_id
        self.retry_after = retry_after

    @property
    def code(self) -> str | None:
        """The machine's word for the problem, such as `already_owned`."""
        return self.problem.code if self.problem is not None else None


class BadRequest(APIStatusError):
    hint = "The server did not understand the request: client and server may differ in version."


class MethodNotAllowed(BadRequest):
    hint = "The server does not offer this here: it may be older than the client, or a plain one."


class UnsupportedMediaType(BadRequest):
    hint = "Send JSON that is not compressed; a proxy on the way may have changed the request."


class AuthenticationError(APIStatusError):
    hint = "Log in with the right name and password, or use another token."


class PermissionDenied(APIStatusError):
    hint = "Ask an administrator for the role or the token permission that this needs."


class NotFound(APIStatusError):
    hint = "Check the number: it does not exist, or you may not see it."


class ProxyRefused(APIStatusError):
    hint = "Put the proxy's user and password into the `proxy` setting."


class BodyTooSlow(APIStatusError):
    """The request did not arrive in time."""

    retryable = True
    hint = "The network to the server is slow: try again, or send less at once."


class ConflictError(APIStatusError):
    hint = "Look at the present state first: someone was faster, or it exists already."


class KeyReused(ConflictError):
    """The idempotency key was used for another request before."""

    hint = "Make a new idempotency key for each thing to be done."


class ChangedSince(APIStatusError):
    """A person changed the alert, or someone the incident, after the revision that we knew.

    It comes as it is now: an alert as `current`, an incident as `current_incident`.
    """

    hint = "Nothing was changed: look at it as it is now, then decide again."

    def __init__(
        self,
        message: str,
        *,
        status: int,
        problem: "Problem | None" = None,
        request_id: str | None = None,
        current: "Alert | None" = None,
        current_incident: "Incident | None" = None,
    ) -> None:
        super().__init__(message, status=status, problem=problem, request_id=request_id)
        self.current = current
        self.current_incident = current_incident


class PayloadTooLarge(APIStatusError):
    hint = "Send less at once: an alert may have 1 MiB, a request 16 MiB."


class ValidationFailed(APIStatusError):
    hint = "Correct the fields that the message names."


class TooEarly(APIStatusError):
    retryable = True
    hint = "Try again in a moment: the connection was not ready for this."


class RateLimited(APIStatusError):
    """Too many requests."""

    retryable = True
    hint = "Wait as long as the server asks, or have the limit raised."

    def __init__(
        self,
        message: str,
        *,
        status: int,
        problem: "Problem | None" = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            message,
            status=status,
            problem=problem,
            request_id=request_id,
            retry_after=retry_after,
        )
        if retry_after is not None:
            self.hint = f"Try again in {retry_after:.0f} s, or have the limit raised."


class ServerError(APIStatusError):
    retryable = True
    hint = "The server failed: try again later, and give its operators the request id."


class NotSupported(ServerError):
    retryable = False
    hint = "The server cannot do this: check its version and the address."


class Unavailable(ServerError):
    """The server, or the one behind a proxy, cannot answer now."""

    hint = "The server is starting, busy or down: try again in a moment."


class StorageFull(ServerError):
    """Nothing was stored: the server has no space left."""

    hint = "Tell the server's operators that its disk is full, then send it again."


class InvalidResponse(IRError):
    """The answer makes no sense: not our protocol, cut off, or far too long."""

    hint = "Check that the address is that of an IR Central server."


class CommandRefused(IRError):
    """The stream answered a command with an error; the stream itself goes on."""

    hint = "Read the message: most often there is no such record, or it is not yours to change."


class DrainTimeout(IRError):
    """Handlers were still at work, or had not begun, when the time for finishing was over.

    `unfinished` are their events, the oldest first; their handlers were cancelled.
    """

    hint = "Allow more seconds for draining, or make the handlers quicker."

    def __init__(self, message: str, *, unfinished: "tuple[Event, ...]") -> None:
        super().__init__(message)
        self.unfinished = unfinished


class StreamError(IRError):
    """The stream ended and will not come back by itself."""


class AuthRejected(StreamError):
    """The stream refused a token that had just been renewed, or could not be renewed."""

    hint = "Log in again, or have an administrator look at your account."


class MessageTooLarge(StreamError):
    """A frame exceeded the limit; connecting again would only bring it again."""

    hint = "Raise `max_message_bytes` of `IRClient.events()`."


class ProtocolError(StreamError):
    """The other end does not speak our protocol."""

    hint = "Check the address, and that client and server are of compatible versions."


class GaveUp(StreamError):
    """The stream was down for longer than `max_downtime` allows."""

    retryable = True
    hint = "Check that the server runs and that its address is right."


class SlowConsumer(StreamError):
    """The reader was too slow for what came, in a stream with `overflow="error"`."""

    hint = "Do less between two events, or choose another `overflow` of `IRClient.events()`."


class StreamAlreadyOpen(StreamError):
    """The client has an open stream already; two would only double the load."""

    hint = "Share the open stream, or close it first."
