"""The sync client: when it opens, in which process, and what it offers."""

from __future__ import annotations

import copy
import functools
import os
import random
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from ..client import IRClient
from ..config import Profile
from ..credentials import Credentials, CredentialStore, Vault
from ..errors import ClientClosedError
from ..rest.retry import RetryPolicy
from ..stream.backoff import Uniform
from .background import Background, acquired, released
from .calls import (
    Blocking,
    Making,
    SyncAlertCalls,
    SyncAuthCalls,
    SyncIncidentCalls,
    SyncTokenCalls,
)
from .iterating import SyncEventStream
from .raw import SyncRawClient

R = TypeVar("R")

_HINT = "Use the client inside `with SyncIRClient(...)`."


class SyncIRClient:
    """An IR Central server, as one user or service sees it, for programs without an event loop.

        with SyncIRClient("https://soc.example", credentials=...) as client:
            for alert in client.alerts.list(severity=["high", "critical"]):
                print(alert.id, alert.title)

    Any thread may use it, and a notebook too. Ctrl-C during a call cancels the call and then
    leaves it. In a forked child it logs in anew; a login that can only be renewed
    (`SessionCredentials`) should not be shared that way. Everything else is as in `IRClient`.
    """

    def __init__(
        self,
        url: str,
        *,
        credentials: Credentials | None = None,
        verify: bool | str = True,
        proxy: str | None = None,
        timeout_seconds: float = 15.0,
        retry: RetryPolicy | None = None,
        vault: Vault | None = None,
        handler: httpx.AsyncBaseTransport | None = None,
        uniform: Uniform = random.uniform,
    ) -> None:
        self._begin(
            functools.partial(
                IRClient,
                url,
                credentials=credentials,
                verify=verify,
                proxy=proxy,
                timeout_seconds=timeout_seconds,
                retry=retry,
                vault=vault,
                handler=handler,
                uniform=uniform,
            )
        )

    def _begin(self, make: Callable[[], IRClient]) -> None:
        self._make = make
        self._client = make()
        self._background: Background | None = None
        self._of_parents: list[IRClient] = []
        self._opening = threading.Lock()
        self._root = self
        self._options: dict[str, Any] = {}

    @classmethod
    def from_profile(
        cls,
        profile: Profile | str | None = None,
        *,
        credentials: Credentials | None = None,
        store: CredentialStore | None = None,
    ) -> Self:
        """The client of a profile, logged in with what is kept for it.

        Credentials come from the argument, then `IR_TOKEN`, then the store; a login from the store
        goes on being kept there when its tokens rotate.
        """
        client = cls.__new__(cls)
        client._begin(
            functools.partial(IRClient.from_profile, profile, credentials=credentials, store=store)
        )
        return client

    def __repr__(self) -> str:
        state = "open" if self._root._background is not None else "closed"
        return f"<SyncIRClient {self.url} {state}>"

    def __enter__(self) -> Self:
        if self._background is not None or self._root is not self:
            raise ClientClosedError("The client is open already")
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        background, self._background = self._background, None
        # In a forked child that has not used it, there is nothing of ours to close.
        if background is None or background.pid != os.getpid():
            return
        try:
            background.run(lambda: self._client.__aexit__(None, None, None))
        finally:
            released(background)

    def _open(self) -> None:
        background = acquired()
        try:
            background.run(self._client.__aenter__)
        except BaseException:
            released(background)
            raise
        self._background = background

    def _run(self, work: Callable[[IRClient], Coroutine[Any, Any, R]]) -> R:
        """Run a coroutine of the open asynchronous client, in its loop, and wait for it."""
        root, options = self._root, self._options
        background = root._of_this_process()
        return background.run(
            lambda: work(root._client.with_options(**options) if options else root._client)
        )

    def with_options(
        self, *, timeout_seconds: float | None = None, retry: RetryPolicy | None = None
    ) -> Self:
        """The same client, whose calls wait or try for longer, or less long.

            patient = client.with_options(timeout_seconds=60, retry=RetryPolicy(max_attempts=8))

        It shares connections, login, stream and retry budget with the client it was made from, and
        is open for as long as that one is: it is not entered, nor closed. `timeout_seconds` is
        for one attempt. What is not given stays as it is.
        """
        other = copy.copy(self)
        given = {"timeout_seconds": timeout_seconds, "retry": retry}
        other._options = self._options | {k: v for k, v in given.items() if v is not None}
        return other

    def _of_this_process(self) -> Background:
        background = self._background
        if background is None:
            raise ClientClosedError("The client is not open", hint=_HINT)
        if background.pid == os.getpid():
            return background
        with self._opening:
            if self._background is background:
                # The parent's connections are held, so that nothing of them is finalised here.
                self._of_parents.append(self._client)
                self._client = self._make()
                self._open()
            assert self._background is not None
            return self._background

    @property
    def url(self) -> str:
        """The server's address."""
        return self._client.url

    @property
    def alerts(self) -> SyncAlertCalls:
        """Alerts: list, get, update, comment, take, create, ingest."""
        return SyncAlertCalls(self, lambda client: client.alerts)

    @property
    def auth(self) -> SyncAuthCalls:
        """Logins and users."""
        return SyncAuthCalls(self, lambda client: client.auth)

    @property
    def incidents(self) -> SyncIncidentCalls:
        """Incidents: list, get, create, update, move, note."""
        return SyncIncidentCalls(self, lambda client: client.incidents)

    @property
    def tokens(self) -> SyncTokenCalls:
        """Endpoint tokens."""
        return SyncTokenCalls(self, lambda client: client.tokens)

    @property
    def raw(self) -> SyncRawClient:
        """The calls with the server's own answers, and `call` for any address."""
        return SyncRawClient(self)

    meta = Blocking(IRClient.meta)
    events = Making(IRClient.events, SyncEventStream)
    wait_for = Blocking(IRClient.wait_for)
