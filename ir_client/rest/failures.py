"""Turn what httpx raises and what servers answer into errors of our tree.

Messages are built here, never taken from a library's exception text where that could quote a
header or a body: those hold tokens.
"""

import ssl
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from ..errors import (
    APIStatusError,
    AuthenticationError,
    BadRequest,
    BodyTooSlow,
    ChangedSince,
    ConflictError,
    ConnectError,
    InvalidResponse,
    IRError,
    KeyReused,
    MethodNotAllowed,
    NotFound,
    NotSupported,
    PayloadTooLarge,
    PermissionDenied,
    ProxyRefused,
    RateLimited,
    RequestTimeout,
    ServerError,
    StorageFull,
    TLSError,
    TooEarly,
    Unavailable,
    UnsupportedMediaType,
    ValidationFailed,
)
from ..wire.alerts import Alert
from ..wire.base import Reader
from ..wire.incidents import Incident
from ..wire.problems import Problem

Model = TypeVar("Model", bound=BaseModel)

MESSAGE_LIMIT = 500
_BY_STATUS: dict[int, type[APIStatusError]] = {
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    405: MethodNotAllowed,
    407: ProxyRefused,
    408: BodyTooSlow,
    409: ConflictError,
    410: NotFound,
    413: PayloadTooLarge,
    415: UnsupportedMediaType,
    422: ValidationFailed,
    425: TooEarly,
    429: RateLimited,
    451: PermissionDenied,
    501: NotSupported,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
    505: NotSupported,
    507: StorageFull,
}
_BY_CODE: dict[str | None, type[APIStatusError]] = {"idempotency_key_reused": KeyReused}


class _ChangedAlert(Reader):
    current: Alert


class _ChangedIncident(Reader):
    current: Incident


def transport_error(error: Exception, url: str) -> IRError:
    """The error for a request that got no usable answer."""
    match error:
        case httpx.TimeoutException():
            return RequestTimeout(f"{url} did not answer in time")
        case httpx.ProxyError():
            return ConnectError(
                "The proxy refused to connect", hint="Check the proxy's address and its rules."
            )
        case httpx.ConnectError() if _tls_problem(error) is not None:
            return _tls_error(error, url)
        case httpx.ConnectError():
            return ConnectError(f"Cannot connect to {url}: {_socket_problem(error)}")
        case httpx.RemoteProtocolError() if _was_cut_off(error):
            return ConnectError(f"{url} closed the connection without a whole answer")
        case httpx.NetworkError():
            return ConnectError(f"The connection to {url} broke: {_socket_problem(error)}")
        case _:
            return InvalidResponse(f"{url} did not answer in HTTP ({type(error).__name__})")


def _was_cut_off(error: httpx.RemoteProtocolError) -> bool:
    # httpx has one class for nonsense and for silence; only its words tell them apart.
    return "disconnected" in str(error) or "closed connection" in str(error)


def _tls_error(error: Exception, url: str) -> TLSError:
    problem = _tls_problem(error)
    if problem == "WRONG_VERSION_NUMBER":
        return TLSError(f"{url} speaks no TLS", hint="Try the address with http:// instead.")
    return TLSError(f"{url}: TLS failed: {problem}")


def _tls_problem(error: BaseException) -> str | None:
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return cause.verify_message
        if isinstance(cause, ssl.SSLError):
            return cause.reason or "handshake failed"
    return None


def _socket_problem(error: BaseException) -> str:
    for cause in _causes(error):
        if isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError) and cause.strerror:
            return cause.strerror
    return "the connection failed"


def _causes(error: BaseException | None) -> list[BaseException]:
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        if isinstance(error, BaseExceptionGroup):
            chain.extend(error.exceptions)
        error = error.__cause__ or error.__context__
    return chain


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said to one request. The body may hold tokens and is never shown."""

    method: str
    path: str
    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)


def status_error(answer: Answer) -> IRError:
    """The error for an answer that is not a success."""
    status = answer.status
    if status < 400:
        return _unexpected_success(answer)
    problem = problem_of(answer)
    said = problem.message if problem is not None else ""
    message = (said or _phrase(status))[:MESSAGE_LIMIT]
    request_id = answer.headers.get("X-Request-ID")
    if status == 412:
        alert, incident = _current(answer, _ChangedAlert), _current(answer, _ChangedIncident)
        return ChangedSince(
            message,
            status=status,
            problem=problem,
            request_id=request_id,
            current=None if alert is None else alert.current,
            current_incident=None if incident is None else incident.current,
        )
    kind = _BY_CODE.get(problem.code) if problem is not None else None
    kind = kind or _BY_STATUS.get(status) or (ServerError if status >= 500 else BadRequest)
    return kind(
        message,
        status=status,
        problem=problem,
        request_id=request_id,
        retry_after=retry_after(answer),
    )


def _unexpected_success(answer: Answer) -> InvalidResponse:
    if 300 <= answer.status < 400:
        return InvalidResponse(
            f"The server sends us elsewhere (HTTP {answer.status})",
            hint="Use the address that the server redirects to, perhaps https:// for http://.",
        )
    return InvalidResponse(f"The server answered with HTTP {answer.status}")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP {status}"


def problem_of(answer: Answer) -> Problem | None:
    """The body of an error, where it is one of ours."""
    try:
        return Problem.model_validate_json(answer.body)
    except ValidationError:
        return None


def _current(answer: Answer, body: type[Model]) -> Model | None:
    try:
        return body.model_validate_json(answer.body)
    except ValidationError:
        return None


def retry_after(answer: Answer) -> float | None:
    """The seconds that `Retry-After` asks for; a date is measured by the server's own clock."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
        sent = parsedate_to_datetime(answer.headers.get("Date", ""))
        return max(0.0, (until - sent).total_seconds())
    except (ValueError, TypeError):
        return None


def parsed(answer: Answer, model: type[Model]) -> Model:
    """The body as `model`, or InvalidResponse saying which field is wrong, never its value."""
    try:
        return model.model_validate_json(answer.body)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise InvalidResponse(
            f"The answer to {answer.method} {answer.path} makes no sense: {place}: {first['msg']}"[
                :MESSAGE_LIMIT
            ]
        ) from None
