"""Make, change and remove endpoint tokens, and count how often each is used.

What a token may do is read anew with each request, so a change holds from the next one on, and
open streams end within a second of it. A token's value is shown once and kept as a hash.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import SecretStr
from sqlalchemy import Connection

from ir_client.wire.auth import (
    EndpointToken,
    EndpointTokenCreate,
    EndpointTokenCreated,
    EndpointTokenUpdate,
)
from server_stub.domain.addresses import canonical_network
from server_stub.domain.clocks import Clock, instant
from server_stub.errors import FieldError, Forbidden, Invalid, NotFound
from server_stub.security.opaque import new_endpoint_token, token_hash
from server_stub.security.principals import UserPrincipal
from server_stub.storage.database import Commit, Database
from server_stub.storage.endpoint_tokens import (
    EndpointTokens,
    NewEndpointToken,
    Uses,
    add_endpoint_token,
    change_endpoint_token,
    find_endpoint_token,
    note_uses,
    remove_endpoint_token,
)

logger = logging.getLogger(__name__)

_SECONDS_BETWEEN_COUNTS = 5.0
_MAY_BE_EMPTY = frozenset(
    {
        "description",
        "rate_limit_per_minute",
        "allowed_ips",
        "allowed_sources",
        "expires_in_days",
        "team",
    }
)
_NO_LIMIT = "Only an admin may leave an endpoint token without a rate limit."


class TokenUses:
    """How often endpoint tokens were used since it was last written down.

    A request waits for no write of its own count; a crash forgets the counts of a few seconds.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._unwritten: dict[int, Uses] = {}

    def count(self, token_id: int) -> None:
        """Count one use, now."""
        known = self._unwritten.get(token_id)
        times = 1 if known is None else known.times + 1
        self._unwritten[token_id] = Uses(times, instant(self._clock()))

    async def write(self) -> None:
        """Write down what was counted."""
        counted, self._unwritten = self._unwritten, {}
        if not counted:
            return
        try:
            await self._database.write(lambda connection: note_uses(connection, counted))
        except Exception:
            self._put_back(counted)
            raise

    def _put_back(self, counted: Mapping[int, Uses]) -> None:
        for token_id, one in counted.items():
            newer = self._unwritten.get(token_id)
            self._unwritten[token_id] = (
                one if newer is None else replace(newer, times=newer.times + one.times)
            )

    async def run(self) -> None:
        """Write every few seconds, until cancelled; then once more."""
        try:
            while True:
                await asyncio.sleep(_SECONDS_BETWEEN_COUNTS)
                await self._attempt()
        finally:
            await self._attempt()

    async def _attempt(self) -> None:
        try:
            await self.write()
        except Exception:
            logger.exception("the uses of endpoint tokens were not written; tried again later")


class TokenRegistry:
    """The endpoint tokens of a server."""

    def __init__(self, database: Database, uses: TokenUses, clock: Clock) -> None:
        self._database = database
        self._uses = uses
        self._clock = clock
        self._tokens = EndpointTokens(database)

    async def list(self) -> Sequence[EndpointToken]:
        """All tokens, with the uses up to now."""
        await self._uses.write()
        return await self._tokens.list()

    async def get(self, token_id: int) -> EndpointToken:
        """One token, with the uses up to now. Raises NotFound."""
        await self._uses.write()
        return _there(await self._database.read(lambda c: find_endpoint_token(c, token_id)))

    async def create(
        self,
        wanted: EndpointTokenCreate,
        *,
        by: UserPrincipal,
        value: str | None = None,
        commit: Commit[EndpointTokenCreated] | None = None,
    ) -> EndpointTokenCreated:
        """Make a token; the answer is the only time that its value is shown."""
        if wanted.rate_limit_per_minute is None and by.user.role != "admin":
            raise Forbidden(_NO_LIMIT)
        secret = value or new_endpoint_token()
        canonical = wanted.model_copy(
            update={"allowed_ips": _networks(wanted.allowed_ips), "team": wanted.team or None}
        )
        new = NewEndpointToken(canonical, token_hash(secret), by.user.id)
        now = self._clock()

        def add(connection: Connection) -> EndpointTokenCreated:
            kept = add_endpoint_token(connection, new, now=now)
            return EndpointTokenCreated(**kept.model_dump(), token=SecretStr(secret))

        return await (commit or self._database.write)(add)

    async def update(
        self,
        token_id: int,
        wanted: EndpointTokenUpdate,
        *,
        by: UserPrincipal,
        commit: Commit[EndpointToken] | None = None,
    ) -> EndpointToken:
        """Change the fields that are set. Raises NotFound, Invalid or Forbidden."""
        values = _values(wanted, now=self._clock())
        if values.get("rate_limit_per_minute", 1) is None and by.user.role != "admin":
            raise Forbidden(_NO_LIMIT)
        return await self._change(token_id, values, commit)

    async def set_active(
        self, token_id: int, *, active: bool, commit: Commit[EndpointToken] | None = None
    ) -> EndpointToken:
        """Let a token be used, or not. Raises NotFound."""
        return await self._change(token_id, {"is_active": active}, commit)

    async def remove(self, token_id: int, *, commit: Commit[None] | None = None) -> None:
        """Forget a token for good. Raises NotFound."""

        def remove(connection: Connection) -> None:
            if not remove_endpoint_token(connection, token_id):
                raise _not_there()

        await (commit or self._database.write)(remove)

    async def _change(
        self, token_id: int, values: Mapping[str, object], commit: Commit[EndpointToken] | None
    ) -> EndpointToken:
        return await (commit or self._database.write)(
            lambda connection: _there(change_endpoint_token(connection, token_id, values))
        )


def _values(wanted: EndpointTokenUpdate, *, now: datetime) -> dict[str, object]:
    """The columns of the fields that are set."""
    values: dict[str, Any] = wanted.model_dump(exclude_unset=True)
    empty = [name for name, one in values.items() if one is None and name not in _MAY_BE_EMPTY]
    if empty:
        raise Invalid([FieldError(("body", name), "May not be empty") for name in empty])
    if "expires_in_days" in values:
        days = values.pop("expires_in_days")
        values["expires_at"] = None if days is None else instant(now + timedelta(days=days))
    if "allowed_ips" in values:
        values["allowed_ips"] = _networks(wanted.allowed_ips)
    if "team" in values:
        values["team"] = wanted.team or None
    return values


def _networks(texts: Sequence[str] | None) -> tuple[str, ...] | None:
    """The networks in one form. Raises Invalid for what is none."""
    if texts is None:
        return None
    networks = []
    for index, text in enumerate(texts):
        try:
            networks.append(canonical_network(text))
        except ValueError:
            raise Invalid.field(
                "body", "allowed_ips", index, msg="Not an address, nor a network with no host bits"
            ) from None
    return tuple(networks)


def _there(token: EndpointToken | None) -> EndpointToken:
    if token is None:
        raise _not_there()
    return token


def _not_there() -> NotFound:
    return NotFound("There is no such endpoint token.")
