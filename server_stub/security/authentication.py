"""Prove who asks, and tell what became of those who were proved before.

Rights are read anew each time: a token proves who someone is, never what they may still do.
"""

import logging
from collections.abc import Collection

from sqlalchemy import Connection

from server_stub.access import Viewer
from server_stub.domain.addresses import is_allowed
from server_stub.domain.clocks import Clock, instant
from server_stub.errors import Forbidden, Unauthenticated
from server_stub.security.jwt import AccessTokens, looks_like_jwt
from server_stub.security.opaque import token_hash
from server_stub.security.principals import LoginId, Principal, TokenPrincipal, UserPrincipal
from server_stub.storage.database import Database
from server_stub.storage.endpoint_tokens import (
    KeptToken,
    find_by_hash,
    standing_tokens,
    token_viewer,
)
from server_stub.storage.logins import standing_user, standing_users
from server_stub.storage.users import user_viewer

# Beside what people changed: who looks for a stolen token looks there.
logger = logging.getLogger("server_stub.audit")

_ENDED = "This login has ended; sign in again."


class Authentication:
    """Reads credentials against the database."""

    def __init__(self, database: Database, access_tokens: AccessTokens, clock: Clock) -> None:
        self._database = database
        self._access_tokens = access_tokens
        self._clock = clock

    async def authenticate(self, token: str | None, *, address: str | None) -> Principal:
        """Who presents `token` from `address`. Raises Unauthenticated or Forbidden."""
        if not token:
            raise Unauthenticated("Sign in, or send a token.")
        if looks_like_jwt(token):
            return await self._user(token)
        return await self._endpoint(token, address)

    async def principal_of(self, login: LoginId, *, address: str | None) -> Principal:
        """Who `login` is now, from `address`. Raises Unauthenticated or Forbidden."""
        now = instant(self._clock())
        if login.kind == "token":
            token_id = int(login.id)
            tokens = await self._database.read(
                lambda connection: standing_tokens(connection, [token_id], now=now)
            )
            return self._endpoint_from(tokens.get(token_id), address)
        user = await self._database.read(lambda connection: standing_user(connection, login.id))
        if user is None:
            raise Unauthenticated(_ENDED)
        return UserPrincipal(user, login.id)

    async def viewers(self, logins: Collection[LoginId]) -> dict[LoginId, Viewer]:
        """The present rights of those of `logins` that still stand; the others are gone."""
        if not logins:
            return {}
        return await self._database.read(
            lambda connection: self._standing(connection, frozenset(logins))
        )

    async def _user(self, token: str) -> UserPrincipal:
        claims = self._access_tokens.read(token)
        user = await self._database.read(
            lambda connection: standing_user(connection, claims.login_id)
        )
        if user is None or user.id != claims.user_id:
            raise Unauthenticated(_ENDED)
        return UserPrincipal(user, claims.login_id)

    async def _endpoint(self, token: str, address: str | None) -> TokenPrincipal:
        hashed, now = token_hash(token), instant(self._clock())
        found = await self._database.look_up(
            lambda connection: find_by_hash(connection, hashed, now=now)
        )
        return self._endpoint_from(found, address)

    @staticmethod
    def _endpoint_from(found: KeptToken | None, address: str | None) -> TokenPrincipal:
        if found is None:
            raise Unauthenticated("This token is unknown, inactive or expired.")
        if found.allowed_ips is not None and not is_allowed(address, found.allowed_ips):
            logger.warning("endpoint token %d was tried from where it may not be used", found.id)
            raise Forbidden("This endpoint token may not be used from this address.")
        return TokenPrincipal(found)

    def _standing(
        self, connection: Connection, logins: frozenset[LoginId]
    ) -> dict[LoginId, Viewer]:
        people = standing_users(connection, [login.id for login in logins if login.kind == "login"])
        tokens = standing_tokens(
            connection,
            [int(login.id) for login in logins if login.kind == "token"],
            now=instant(self._clock()),
        )
        viewers = {LoginId("login", key): user_viewer(user) for key, user in people.items()}
        viewers |= {
            LoginId("token", str(key)): token_viewer(token)
            for key, token in tokens.items()
            if token.can_read_alerts
        }
        return viewers
