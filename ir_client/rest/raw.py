"""The same calls, answered with what the server sent: `client.raw`.

A call of the SDK asks for one exchange and makes a model of its answer. Here the two are taken
apart: it is run up to the exchange, which then goes the usual way (token, retries, keys, errors),
and run again with the answer when someone asks for the model.
"""

import functools
import json
import types
from collections.abc import Callable, Coroutine, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

import httpx

from ..errors import InvalidResponse
from .alerts import AlertCalls
from .auth import AuthCalls
from .call import Call, Params
from .failures import Answer
from .incidents import IncidentCalls
from .session import Session
from .tokens import TokenCalls
from .transport import Transport

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class RawResponse(Generic[R_co]):
    """A successful answer as it came. Headers and body may hold secrets and are not shown.

    `parse()` makes of it what the call without `raw` answers; raises InvalidResponse.
    """

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)
    parse: Callable[[], R_co] = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """What the server's log knows the request by."""
        found: str | None = self.headers.get("X-Request-ID")
        return found


RawCall = Callable[P, Coroutine[Any, Any, RawResponse[R]]]


class _Asking:
    """Stands in for the transport: hands each call out of the coroutine that makes it."""

    @types.coroutine
    def send(self, call: Call) -> Generator[Call, Answer, Answer]:
        return (yield call)


class RawCalls:
    """A group of calls, made by `group` for a transport."""

    def __init__(self, transport: Transport, group: Callable[[Any], Any]) -> None:
        self._transport = transport
        self._group = group


class Raw(Generic[P, R]):
    """A call that answers with what the server sent."""

    def __init__(self, method: Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]) -> None:
        self._method = method

    def __get__(self, calls: RawCalls | None, owner: object = None) -> RawCall[P, R]:
        if calls is None:
            return cast("RawCall[P, R]", self._method)  # for help() and inspect

        @functools.wraps(self._method)
        async def call(*args: P.args, **kwargs: P.kwargs) -> RawResponse[R]:
            def begun() -> tuple[Coroutine[Any, Any, R], Call]:
                coroutine = self._method(calls._group(_Asking()), *args, **kwargs)
                return coroutine, coroutine.send(None)

            coroutine, wanted = begun()
            coroutine.close()
            answer = await calls._transport.send(wanted)
            return _response(answer, lambda: _ended(begun()[0], answer))

        return call


class RawAlertCalls(RawCalls):
    """`client.raw.alerts`."""

    get = Raw(AlertCalls.get)
    update = Raw(AlertCalls.update)
    comment = Raw(AlertCalls.comment)
    timeline = Raw(AlertCalls.timeline)
    take = Raw(AlertCalls.take)
    create = Raw(AlertCalls.create)
    ingest = Raw(AlertCalls.ingest)
    stats = Raw(AlertCalls.stats)
    sources = Raw(AlertCalls.sources)
    source_systems = Raw(AlertCalls.source_systems)


class RawAuthCalls(RawCalls):
    """`client.raw.auth`."""

    me = Raw(AuthCalls.me)
    users = Raw(AuthCalls.users)
    create_user = Raw(AuthCalls.create_user)
    update_user = Raw(AuthCalls.update_user)
    stream_ticket = Raw(AuthCalls.stream_ticket)


class RawIncidentCalls(RawCalls):
    """`client.raw.incidents`."""

    get = Raw(IncidentCalls.get)
    create = Raw(IncidentCalls.create)
    update = Raw(IncidentCalls.update)
    set_status = Raw(IncidentCalls.set_status)
    add_note = Raw(IncidentCalls.add_note)
    timeline = Raw(IncidentCalls.timeline)
    owned = Raw(IncidentCalls.owned)
    stats = Raw(IncidentCalls.stats)


class RawTokenCalls(RawCalls):
    """`client.raw.tokens`."""

    list = Raw(TokenCalls.list)
    create = Raw(TokenCalls.create)
    get = Raw(TokenCalls.get)
    update = Raw(TokenCalls.update)
    activate = Raw(TokenCalls.activate)
    deactivate = Raw(TokenCalls.deactivate)
    delete = Raw(TokenCalls.delete)
    info = Raw(TokenCalls.info)


class RawClient:
    """`client.raw`: answers with status, headers and body, and any address of the server."""

    def __init__(self, transport: Transport, session: Session) -> None:
        self._transport = transport
        self._session = session

    @property
    def alerts(self) -> RawAlertCalls:
        """Alerts, as the server sends them."""
        return RawAlertCalls(self._transport, AlertCalls)

    @property
    def auth(self) -> RawAuthCalls:
        """Users, as the server sends them."""
        return RawAuthCalls(self._transport, lambda asking: AuthCalls(asking, self._session))

    @property
    def incidents(self) -> RawIncidentCalls:
        """Incidents, as the server sends them."""
        return RawIncidentCalls(self._transport, IncidentCalls)

    @property
    def tokens(self) -> RawTokenCalls:
        """Endpoint tokens, as the server sends them."""
        return RawTokenCalls(self._transport, TokenCalls)

    async def call(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> RawResponse[Any]:
        """Call any address of the server, such as `("GET", "/alerts/7/timeline")`.

        The path is that behind `/api/v1`, `body` is sent as JSON, and `parse()` is that of the
        answer. Login, retries, keys and errors are as with every call.
        """
        call = Call(
            method.upper(),
            path,
            params=params or {},
            body=body,
            headers=headers or {},
            key=idempotency_key,
        )
        answer = await self._transport.send(call)
        return _response(answer, functools.partial(_json_of, answer))


def _response(answer: Answer, parse: Callable[[], R]) -> RawResponse[R]:
    return RawResponse(answer.status, answer.headers, answer.body, parse)


def _ended(coroutine: Coroutine[Any, Any, R], answer: Answer) -> R:
    """What a call that waits for its answer makes of it."""
    try:
        coroutine.send(answer)
    except StopIteration as end:
        return cast("R", end.value)
    coroutine.close()
    raise TypeError("only a call with one exchange can be taken apart")


def _json_of(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        raise InvalidResponse(f"The answer to {answer.method} {answer.path} is not JSON") from None
