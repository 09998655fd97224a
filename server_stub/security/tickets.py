"""Tickets: a short-lived stand-in for a token, for those who can put it only into an address.

Addresses end up in logs and histories. A ticket that is found there is worth nothing: it opens one
stream, once, within half a minute, with the rights that its login has then.
"""

from datetime import timedelta

from pydantic import SecretStr

from ir_client.wire.auth import StreamTicket
from server_stub.domain.clocks import Clock, instant
from server_stub.errors import Unauthenticated
from server_stub.security.opaque import new_ticket, token_hash
from server_stub.security.principals import LoginId
from server_stub.storage.database import Database
from server_stub.storage.tickets import add_ticket, take_ticket

TICKET_LIFETIME = timedelta(seconds=30)


class Tickets:
    """Makes tickets, and takes each one back once."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def issue(self, login: LoginId) -> StreamTicket:
        """A ticket that stands for `login`."""
        value, now = new_ticket(), self._clock()
        await self._database.write(
            lambda connection: add_ticket(
                connection,
                token_hash(value),
                login_kind=login.kind,
                login_id=login.id,
                now=instant(now),
                expires_at=instant(now + TICKET_LIFETIME),
            )
        )
        seconds = int(TICKET_LIFETIME.total_seconds())
        return StreamTicket(ticket=SecretStr(value), expires_in=seconds)

    async def redeem(self, ticket: str) -> LoginId:
        """The login that a ticket stands for; nobody gets it again. Raises Unauthenticated."""
        now = instant(self._clock())
        found = await self._database.write(
            lambda connection: take_ticket(connection, token_hash(ticket), now=now)
        )
        if found is None:
            raise Unauthenticated("This ticket is unknown, used or too old; ask for a new one.")
        kind, login_id = found
        return LoginId("token" if kind == "token" else "login", login_id)
