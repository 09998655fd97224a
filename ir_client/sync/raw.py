"""`client.raw` without `await`: the same calls, answered with what the server sent."""

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from ..client import IRClient
from ..rest.alerts import AlertCalls
from ..rest.auth import AuthCalls
from ..rest.incidents import IncidentCalls
from ..rest.raw import RawClient, RawResponse
from ..rest.tokens import TokenCalls
from .calls import Blocking, Calls
from .iterating import Runner

P = ParamSpec("P")
R = TypeVar("R")


class BlockingRaw(Generic[P, R]):
    """A call of `client.raw`, without `await`."""

    def __init__(self, method: Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]) -> None:
        self._method = method

    def __get__(self, runner: Runner | None, owner: object = None) -> Callable[P, RawResponse[R]]:
        if runner is None:
            return cast("Callable[P, RawResponse[R]]", self._method)  # for help() and inspect

        @functools.wraps(self._method)
        def call(*args: P.args, **kwargs: P.kwargs) -> RawResponse[R]:
            name = self._method.__name__
            return runner._run(lambda calls: getattr(calls, name)(*args, **kwargs))

        return cast("Callable[P, RawResponse[R]]", call)


class SyncRawAlertCalls(Calls):
    """`client.raw.alerts`."""

    get = BlockingRaw(AlertCalls.get)
    update = BlockingRaw(AlertCalls.update)
    comment = BlockingRaw(AlertCalls.comment)
    timeline = BlockingRaw(AlertCalls.timeline)
    take = BlockingRaw(AlertCalls.take)
    create = BlockingRaw(AlertCalls.create)
    ingest = BlockingRaw(AlertCalls.ingest)
    stats = BlockingRaw(AlertCalls.stats)
    sources = BlockingRaw(AlertCalls.sources)
    source_systems = BlockingRaw(AlertCalls.source_systems)


class SyncRawAuthCalls(Calls):
    """`client.raw.auth`."""

    me = BlockingRaw(AuthCalls.me)
    users = BlockingRaw(AuthCalls.users)
    create_user = BlockingRaw(AuthCalls.create_user)
    update_user = BlockingRaw(AuthCalls.update_user)
    stream_ticket = BlockingRaw(AuthCalls.stream_ticket)


class SyncRawIncidentCalls(Calls):
    """`client.raw.incidents`."""

    get = BlockingRaw(IncidentCalls.get)
    create = BlockingRaw(IncidentCalls.create)
    update = BlockingRaw(IncidentCalls.update)
    set_status = BlockingRaw(IncidentCalls.set_status)
    add_note = BlockingRaw(IncidentCalls.add_note)
    timeline = BlockingRaw(IncidentCalls.timeline)
    owned = BlockingRaw(IncidentCalls.owned)
    stats = BlockingRaw(IncidentCalls.stats)


class SyncRawTokenCalls(Calls):
    """`client.raw.tokens`."""

    list = BlockingRaw(TokenCalls.list)
    create = BlockingRaw(TokenCalls.create)
    get = BlockingRaw(TokenCalls.get)
    update = BlockingRaw(TokenCalls.update)
    activate = BlockingRaw(TokenCalls.activate)
    deactivate = BlockingRaw(TokenCalls.deactivate)
    delete = BlockingRaw(TokenCalls.delete)
    info = BlockingRaw(TokenCalls.info)


class SyncRawClient(Calls):
    """`client.raw`: answers with status, headers and body, and any address of the server."""

    def __init__(self, client: Runner) -> None:
        super().__init__(client, _raw_of)

    @property
    def alerts(self) -> SyncRawAlertCalls:
        """Alerts, as the server sends them."""
        return SyncRawAlertCalls(self._client, lambda client: client.raw.alerts)

    @property
    def auth(self) -> SyncRawAuthCalls:
        """Users, as the server sends them."""
        return SyncRawAuthCalls(self._client, lambda client: client.raw.auth)

    @property
    def incidents(self) -> SyncRawIncidentCalls:
        """Incidents, as the server sends them."""
        return SyncRawIncidentCalls(self._client, lambda client: client.raw.incidents)

    @property
    def tokens(self) -> SyncRawTokenCalls:
        """Endpoint tokens, as the server sends them."""
        return SyncRawTokenCalls(self._client, lambda client: client.raw.tokens)

    call = Blocking(RawClient.call)


def _raw_of(client: IRClient) -> RawClient:
    return client.raw
