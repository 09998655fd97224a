"""The calls of the asynchronous client without `await`: same names, arguments, answers, docs."""

import functools
import inspect
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

from ..client import IRClient
from ..errors import ClientClosedError
from ..rest.alerts import AlertCalls
from ..rest.auth import AuthCalls
from ..rest.bulk import BulkIngest, BulkItem, BulkReport, Draft, OnError, Tally, batches
from ..rest.incidents import IncidentCalls
from ..rest.tokens import TokenCalls
from .iterating import Runner, SyncAlertQuery, SyncIncidentQuery

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class Calls:
    """A group of calls of one client; `of` finds the asynchronous group in the client's loop."""

    def __init__(self, client: Runner, of: Callable[[IRClient], Any]) -> None:
        self._client = client
        self._of = of

    def _run(self, work: Callable[[Any], Coroutine[Any, Any, R]]) -> R:
        return self._client._run(lambda client: work(self._of(client)))

    def _waited_for(self, work: Callable[[], Coroutine[Any, Any, R]]) -> R:
        return self._client._run(lambda _: work())


class Blocking(Generic[P, R]):
    """An asynchronous method, called without `await`."""

    def __init__(self, method: Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]) -> None:
        self._method = method

    def __get__(self, runner: Runner | None, owner: object = None) -> Callable[P, R]:
        if runner is None:
            return cast("Callable[P, R]", self._method)  # for help() and inspect

        @functools.wraps(self._method)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            return runner._run(lambda target: self._method(target, *args, **kwargs))

        return cast("Callable[P, R]", call)


class Making(Generic[P, T, R]):
    """A method that makes something asynchronous, which `turned` makes usable without `await`."""

    def __init__(
        self,
        method: Callable[Concatenate[Any, P], T],
        turned: Callable[[Runner, Callable[[Any], T]], R],
    ) -> None:
        self._method = method
        self._turned = turned

    def __get__(self, runner: Runner | None, owner: object = None) -> Callable[P, R]:
        if runner is None:
            return cast("Callable[P, R]", self._method)  # for help() and inspect

        @functools.wraps(self._method)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            return self._turned(runner, lambda target: self._method(target, *args, **kwargs))

        return cast("Callable[P, R]", call)


def same_as(
    method: Callable[..., Coroutine[Any, Any, R]],
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A call that is written anew, with the docs and arguments of the asynchronous one."""

    def documented(call: Callable[P, R]) -> Callable[P, R]:
        call.__doc__ = method.__doc__
        call.__signature__ = inspect.signature(method)  # type: ignore[attr-defined] # for inspect
        return call

    return documented


class SyncAlertCalls(Calls):
    """`client.alerts`."""

    list = Making(AlertCalls.list, SyncAlertQuery)
    get = Blocking(AlertCalls.get)
    update = Blocking(AlertCalls.update)
    comment = Blocking(AlertCalls.comment)
    timeline = Blocking(AlertCalls.timeline)
    take = Blocking(AlertCalls.take)
    bulk_update = Blocking(AlertCalls.bulk_update)
    stats = Blocking(AlertCalls.stats)
    sources = Blocking(AlertCalls.sources)
    source_systems = Blocking(AlertCalls.source_systems)
    create = Blocking(AlertCalls.create)
    ingest = Blocking(AlertCalls.ingest)

    @same_as(AlertCalls.ingest_many)
    def ingest_many(
        self,
        source_system: str,
        drafts: Iterable[Draft],
        *,
        batch_size: int = 500,
        concurrency: int = 4,
        on_progress: Callable[[BulkReport], None] | None = None,
        on_item: Callable[[BulkItem], None] | None = None,
        on_error: OnError = "raise",
    ) -> BulkReport:
        # Drafts are read, and callbacks called, in the thread of the caller, as it expects.
        async def begin(calls: AlertCalls) -> BulkIngest:
            return calls._begin_bulk(source_system, concurrency=concurrency, on_error=on_error)

        async def abandon(_: object) -> None:
            bulk.abandon()

        bulk, tally = self._run(begin), Tally(on_progress, on_item)
        try:
            for batch in batches(drafts, batch_size):
                tally.take_in(self._waited_for(functools.partial(bulk.feed, batch)))
            tally.take_in(self._waited_for(bulk.finish))
        finally:
            with suppress(ClientClosedError):
                self._run(abandon)
        return tally.report()


class SyncAuthCalls(Calls):
    """`client.auth`: who we are, and who else there is."""

    login = Blocking(AuthCalls.login)
    logout = Blocking(AuthCalls.logout)
    logout_all = Blocking(AuthCalls.logout_all)
    me = Blocking(AuthCalls.me)
    users = Blocking(AuthCalls.users)
    create_user = Blocking(AuthCalls.create_user)
    update_user = Blocking(AuthCalls.update_user)
    change_password = Blocking(AuthCalls.change_password)
    stream_ticket = Blocking(AuthCalls.stream_ticket)


class SyncIncidentCalls(Calls):
    """`client.incidents`. An incident goes by its number or by its name, `INC-…`."""

    list = Making(IncidentCalls.list, SyncIncidentQuery)
    get = Blocking(IncidentCalls.get)
    create = Blocking(IncidentCalls.create)
    update = Blocking(IncidentCalls.update)
    set_status = Blocking(IncidentCalls.set_status)
    add_note = Blocking(IncidentCalls.add_note)
    timeline = Blocking(IncidentCalls.timeline)
    owned = Blocking(IncidentCalls.owned)
    stats = Blocking(IncidentCalls.stats)


class SyncTokenCalls(Calls):
    """`client.tokens`."""

    list = Blocking(TokenCalls.list)
    create = Blocking(TokenCalls.create)
    get = Blocking(TokenCalls.get)
    update = Blocking(TokenCalls.update)
    activate = Blocking(TokenCalls.activate)
    deactivate = Blocking(TokenCalls.deactivate)
    delete = Blocking(TokenCalls.delete)
    info = Blocking(TokenCalls.info)
