"""What a sync stream can be asked for: the commands and answers of the asynchronous one."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, cast, overload

from ..stream.asking import ASK_SECONDS, Askable
from ..stream.driver import EventStream
from ..stream.questions import Answer
from ..wire.commands import (
    Command,
    GetAlertDetails,
    GetOwnedIncidents,
    GetRecentAlerts,
    Ping,
    TakeOwnership,
    UpdateAlertStatus,
)
from ..wire.events import (
    AlertDetails,
    AlertOwnershipTaken,
    AlertStatusUpdated,
    OwnedIncidents,
    Pong,
    RecentAlerts,
)

R = TypeVar("R")


class SyncAsking(ABC):
    """The half of a sync stream that talks back."""

    def send(self, command: Command) -> None:
        """Send a command; its answer comes as an event. ConnectError while not connected."""
        self._run(lambda stream: stream.send(command))

    def view(self, alert_id: int | None) -> None:
        """Say which alert the user has open, None for none; `Presence` events tell who else does.

        It is remembered, and said again on every new connection, until another one is viewed or
        the server refuses it. A server of protocol 1 is told nothing.
        """
        self._run(lambda stream: stream.view(alert_id))

    @overload
    def ask(
        self, command: GetAlertDetails, *, timeout_seconds: float = ASK_SECONDS
    ) -> AlertDetails: ...
    @overload
    def ask(
        self, command: TakeOwnership, *, timeout_seconds: float = ASK_SECONDS
    ) -> AlertOwnershipTaken: ...
    @overload
    def ask(
        self, command: UpdateAlertStatus, *, timeout_seconds: float = ASK_SECONDS
    ) -> AlertStatusUpdated: ...
    @overload
    def ask(
        self, command: GetOwnedIncidents, *, timeout_seconds: float = ASK_SECONDS
    ) -> OwnedIncidents: ...
    @overload
    def ask(
        self, command: GetRecentAlerts, *, timeout_seconds: float = ASK_SECONDS
    ) -> RecentAlerts: ...
    @overload
    def ask(self, command: Ping, *, timeout_seconds: float = ASK_SECONDS) -> Pong: ...
    def ask(self, command: Askable, *, timeout_seconds: float = ASK_SECONDS) -> Answer:
        """Send a command and wait for its answer, which comes as an event too.

            details = stream.ask(GetAlertDetails(alert_id=7))

        Waits for a connection first, all in all `timeout_seconds`. CommandRefused when the server
        says no. RequestTimeout or ConnectError when no answer came: whether the command was
        carried out is then not known, and it is not sent again.
        """
        answer = self._run(lambda stream: stream.ask(command, timeout_seconds=timeout_seconds))
        return cast("Answer", answer)

    @abstractmethod
    def _run(self, work: Callable[[EventStream], Coroutine[Any, Any, R]]) -> R:
        """Run a coroutine of the open stream, in its loop, and wait for it."""
