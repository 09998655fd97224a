"""What a stream can be asked for: each command with the type of its answer."""

from typing import overload

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
from .conversation import Conversation
from .questions import Answer

ASK_SECONDS = 10.0

Askable = (
    GetAlertDetails | GetOwnedIncidents | GetRecentAlerts | Ping | TakeOwnership | UpdateAlertStatus
)


class Asking:
    """The half of a stream that talks back."""

    _conversation: Conversation

    async def send(self, command: Command) -> None:
        """Send a command; its answer comes as an event. ConnectError while not connected."""
        await self._conversation.send(command)

    async def view(self, alert_id: int | None) -> None:
        """Say which alert the user has open, None for none; `Presence` events tell who else does.

        It is remembered, and said again on every new connection, until another one is viewed or
        the server refuses it. A server of protocol 1 is told nothing.
        """
        await self._conversation.view(alert_id)

    @overload
    async def ask(
        self, command: GetAlertDetails, *, timeout_seconds: float = ASK_SECONDS
    ) -> AlertDetails: ...
    @overload
    async def ask(
        self, command: TakeOwnership, *, timeout_seconds: float = ASK_SECONDS
    ) -> AlertOwnershipTaken: ...
    @overload
    async def ask(
        self, command: UpdateAlertStatus, *, timeout_seconds: float = ASK_SECONDS
    ) -> AlertStatusUpdated: ...
    @overload
    async def ask(
        self, command: GetOwnedIncidents, *, timeout_seconds: float = ASK_SECONDS
    ) -> OwnedIncidents: ...
    @overload
    async def ask(
        self, command: GetRecentAlerts, *, timeout_seconds: float = ASK_SECONDS
    ) -> RecentAlerts: ...
    @overload
    async def ask(self, command: Ping, *, timeout_seconds: float = ASK_SECONDS) -> Pong: ...
    async def ask(self, command: Askable, *, timeout_seconds: float = ASK_SECONDS) -> Answer:
        """Send a command and wait for its answer, which comes as an event too.

            details = await stream.ask(GetAlertDetails(alert_id=7))

        Waits for a connection first, all in all `timeout_seconds`. CommandRefused when the server
        says no. RequestTimeout or ConnectError when no answer came: whether the command was
        carried out is then not known, and it is not sent again.
        """
        return await self._conversation.ask(command, timeout_seconds=timeout_seconds)
