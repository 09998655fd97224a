"""The one shape of an error answer: `{"detail", "code"}`, and the status of each code."""

import json
import math
from collections.abc import Iterable, Mapping

from starlette.responses import Response

from server_stub.errors import ChangedSince, Invalid, RateLimited, Refusal, Unavailable

STATUS = {
    "malformed_body": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "request_timeout": 408,
    "conflict": 409,
    "duplicate": 409,
    "already_owned": 409,
    "idempotency_key_reused": 409,
    "changed_since": 412,
    "too_large": 413,
    "unsupported_media_type": 415,
    "validation_failed": 422,
    "rate_limited": 429,
    "internal": 500,
    "unavailable": 503,
    "storage_full": 507,
}
# What was sent is not read to its end: the connection cannot carry another request.
_ENDS_CONNECTION = frozenset({"too_large", "request_timeout", "unsupported_media_type"})
_RETRY_UNAVAILABLE_SECONDS = 1


def problem(code: str, detail: object, *, headers: Mapping[str, str] | None = None) -> Response:
    """An error answer."""
    body = json.dumps({"detail": detail, "code": code})
    return Response(body, STATUS[code], headers, media_type="application/json")


def refused(refusal: Refusal) -> Response:
    """The answer to a refused request."""
    if isinstance(refusal, ChangedSince):
        return _changed_since(refusal)
    return problem(refusal.code, _detail(refusal), headers=_headers(refusal))


def status_problem(status: int, *, methods: Iterable[str] = ()) -> Response:
    """The answer to what no route takes; `methods` are those that the address does take."""
    if status == 405:
        detail, allow = "This address does not take that method.", ", ".join(methods)
        return problem("method_not_allowed", detail, headers={"Allow": allow})
    return problem("not_found", "There is nothing at this address.")


def _detail(refusal: Refusal) -> object:
    if isinstance(refusal, Invalid):
        return [{"loc": list(field.loc), "msg": field.msg} for field in refusal.fields]
    return refusal.message


def _headers(refusal: Refusal) -> dict[str, str]:
    headers: dict[str, str] = {}
    if refusal.code == "unauthenticated":
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.code in _ENDS_CONNECTION:
        headers["Connection"] = "close"
    if isinstance(refusal, RateLimited):
        headers["Retry-After"] = str(max(1, math.ceil(refusal.retry_after_seconds)))
    if isinstance(refusal, Unavailable):
        headers["Retry-After"] = str(_RETRY_UNAVAILABLE_SECONDS)
    return headers


def _changed_since(refusal: ChangedSince) -> Response:
    head = json.dumps({"detail": refusal.message, "code": refusal.code}).encode()
    body = head[:-1] + b', "current": ' + refusal.current + b"}"
    return Response(body, STATUS[refusal.code], media_type="application/json")
