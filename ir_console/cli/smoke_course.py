"""The way of an alert, step by step, against a server of our own or one that is there already.

Decides what each step must see; an alert that the steps make has the source `smoke` and ends
closed. What is written while the client is cut off is written past the cut, so that only the
stream's own recovery can bring it back.
"""

import asyncio
import os
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pydantic import SecretStr

from ir_client import (
    AlertDraft,
    AlertUpdate,
    IRClient,
    PasswordCredentials,
    StreamState,
    TokenCredentials,
)
from ir_client.errors import AuthenticationError, IRError, PermissionDenied, TransportError
from ir_client.testing import FaultProxy
from ir_client.wire.auth import EndpointTokenCreate

from .local_server import ADMIN, local_server
from .watch import Watch

if TYPE_CHECKING:
    from ir_client import CredentialStore, Profile
    from ir_client.credentials import Credentials

SOURCE = "smoke"
_RETRY_SECONDS = 0.5

Step = tuple[str, Callable[[], Awaitable[str]]]


class SkipStep(Exception):  # noqa: N818 # not an error: how a step says that it cannot be done here
    """Raised by a step that cannot be done against this server, with the reason."""


class StepError(IRError):
    """What a step should have seen is not there."""

    hint = "Look at the server's log from this moment."


class Course:
    """The steps and what they share: clients, the proxy, the alerts made so far."""

    def __init__(
        self,
        stack: AsyncExitStack,
        tasks: asyncio.TaskGroup,
        *,
        profile: "Profile | None",
        store: "CredentialStore",
        credentials: "Credentials | None",
    ) -> None:
        self._stack = stack
        self._tasks = tasks
        self._profile = profile
        self._store = store
        self._credentials = credentials
        self._server = AsyncExitStack()
        self._run = secrets.token_hex(4)
        self._made: list[int] = []
        self._away: list[int] = []
        self._proxy: FaultProxy | None = None
        self._watching: asyncio.Task[None] | None = None
        self._token: SecretStr | None = None
        self._made_token: int | None = None
        self.url = profile.url if profile is not None else ""

    @property
    def steps(self) -> Sequence[Step]:
        """The steps that need one another, in order."""
        return (
            ("server up", self._server_up),
            ("login", self._login),
            ("endpoint token", self._endpoint_token),
            ("stream live", self._stream_live),
            ("ingest", self._ingest),
            ("new_alert seen", self._new_alert_seen),
            ("PUT", self._put),
            ("alert_updated seen", self._alert_updated_seen),
            ("forced disconnect", self._disconnect),
            ("written meanwhile", self._write_meanwhile),
            ("reconnect", self._reconnect),
            ("what was missed", self._missed),
        )

    @property
    def last_steps(self) -> Sequence[Step]:
        """The steps that are taken whatever happened before."""
        return (
            ("alerts closed", self._close_alerts),
            ("endpoint token off", self._switch_off_token),
            ("server down", self._server_down),
        )

    async def _server_up(self) -> str:
        if self._profile is None:
            server = await self._server.enter_async_context(local_server())
            self.url = server.url
            self._credentials = PasswordCredentials(ADMIN, server.admin_password)
            self._token = server.ingest_token
        self._desk = await self._stack.enter_async_context(self._client(self.url))
        meta = await self._desk.meta()
        return f"{meta.name} {meta.version} at {self.url}"

    async def _login(self) -> str:
        user = await self._desk.auth.me()
        return f"{user.username}, {user.role}"

    async def _endpoint_token(self) -> str:
        name = f"{SOURCE}-{self._run}"
        if given := os.environ.get("IR_INGEST_TOKEN", ""):
            token, told = SecretStr(given), "the one in IR_INGEST_TOKEN"
        else:
            token, told = await self._new_token(name), f"{name}, for one day"
        self._sensor = await self._stack.enter_async_context(
            self._client(self.url, TokenCredentials(token))
        )
        return told

    async def _new_token(self, name: str) -> SecretStr:
        wanted = EndpointTokenCreate(token_name=name, can_create_alerts=True, expires_in_days=1)
        try:
            made = await self._desk.tokens.create(wanted)
            self._made_token = made.id
            return made.token
        except PermissionDenied as error:
            error.hint = "Put an endpoint token that may create alerts into IR_INGEST_TOKEN."
            raise

    async def _stream_live(self) -> str:
        address = urlsplit(self.url)
        watched_url = self.url
        if address.scheme == "http" and not address.path:
            self._proxy = await self._stack.enter_async_context(FaultProxy(self.url))
            watched_url = self._proxy.url
        watcher = await self._stack.enter_async_context(self._client(watched_url))
        self._stream = await self._stack.enter_async_context(watcher.events())
        self._watch = Watch(self._stream)
        self._watching = self._tasks.create_task(self._watch.run())
        await self._watch.state(StreamState.LIVE)
        return ""

    async def _ingest(self) -> str:
        self._made += await self._ingested("first", count=3)
        return f"{len(self._made)} alerts"

    async def _new_alert_seen(self) -> str:
        await self._watch.new_alerts(set(self._made))
        return f"{len(self._made)} of {len(self._made)}"

    async def _put(self) -> str:
        alert = await self._desk.alerts.update(self._made[0], AlertUpdate(status="triaged"))
        return f"alert {alert.id} is {alert.status}"

    async def _alert_updated_seen(self) -> str:
        alert = await self._watch.alert_with(self._made[0], status="triaged")
        return f"alert {alert.id} is {alert.status}"

    async def _disconnect(self) -> str:
        if self._proxy is None:
            raise SkipStep("only a plain http address can be cut: TLS checks the server's name")
        cut = self._proxy.cut()
        if not cut:
            raise StepError("There was no connection to cut")
        await self._watch.state(StreamState.WAITING, StreamState.CONNECTING)
        return f"{cut} connections reset"

    async def _write_meanwhile(self) -> str:
        self._needs_cut()
        self._away = await self._ingested("away", count=2)
        self._made += self._away
        await self._desk.alerts.update(self._made[1], AlertUpdate(status="investigating"))
        return f"{len(self._away)} new alerts, 1 change"

    async def _reconnect(self) -> str:
        proxy = self._needs_cut()
        if self._stream.status.state is StreamState.LIVE:
            raise StepError("The stream calls itself live although its line is cut")
        proxy.mend()
        await self._watch.state(StreamState.LIVE, look_seconds=_RETRY_SECONDS)
        return ""

    async def _missed(self) -> str:
        self._needs_cut()
        await self._watch.known(set(self._away))
        await self._watch.alert_with(self._made[1], status="investigating")
        return f"{len(self._away)} new alerts and 1 change recovered"

    async def _close_alerts(self) -> str:
        if not self._made:
            raise SkipStep("none were made")
        for alert_id in self._made:
            await self._desk.alerts.update(alert_id, AlertUpdate(status="closed"))
        return f"{len(self._made)} alerts"

    async def _switch_off_token(self) -> str:
        if self._made_token is None:
            raise SkipStep("none was made")
        await self._desk.tokens.deactivate(self._made_token)
        try:
            await self._ingested("late", count=1)
        except AuthenticationError:
            return "it is worth nothing any more"
        raise StepError("The token that was switched off still creates alerts")

    async def _server_down(self) -> str:
        if self._watching is not None:
            self._watching.cancel()
        if self._profile is not None:
            raise SkipStep("it is not ours")
        if not self.url:
            raise SkipStep("it never came up")
        await self._server.aclose()
        try:
            async with self._client(self.url) as late:
                await late.meta()
        except TransportError:
            return "nobody listens there any more"
        raise StepError(f"Something still answers at {self.url}")

    def _needs_cut(self) -> FaultProxy:
        if self._proxy is None:
            raise SkipStep("the stream could not be cut")
        return self._proxy

    async def _ingested(self, what: str, *, count: int) -> list[int]:
        drafts = [
            AlertDraft(
                external_alert_id=f"{SOURCE}-{self._run}-{what}-{number}",
                title=f"Smoke test, {what} alert {number}",
                severity="info",
                source=SOURCE,
                tags=(SOURCE,),
            )
            for number in range(1, count + 1)
        ]
        report = await self._sensor.alerts.ingest(SOURCE, drafts)
        if report.processed_count != count:
            raise StepError(f"{report.processed_count} of {count} alerts were created")
        return list(report.created_alert_ids)

    def _client(self, url: str, credentials: "Credentials | None" = None) -> IRClient:
        profile = self._profile
        chosen = credentials or self._credentials
        if profile is None:
            return IRClient(url, credentials=chosen)
        # One login for all: tokens that rotate are shared through the place they are kept in.
        shares_login = credentials is None and chosen is not None and self._is_kept
        return IRClient(
            url,
            credentials=chosen,
            verify=profile.verify,
            proxy=profile.proxy,
            timeout_seconds=profile.timeout_seconds,
            vault=self._store.vault(profile) if shares_login else None,
        )

    @property
    def _is_kept(self) -> bool:
        from ir_client import SessionCredentials

        return isinstance(self._credentials, SessionCredentials)
