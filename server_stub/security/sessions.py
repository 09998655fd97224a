"""Open, continue and end logins.

A refresh token is good for one use; its successor continues the login. Using one again ends the
login, for then two hold it, except at once after its use: an answer that was lost is given again.
"""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import Connection

from ir_client.wire.auth import TokenPair, User
from server_stub.domain.addresses import neighbourhood
from server_stub.domain.clocks import Clock, Monotonic, instant, moment_of
from server_stub.domain.login_throttle import LoginThrottle, Pair
from server_stub.errors import Invalid, RateLimited, Unauthenticated
from server_stub.security.jwt import AccessClaims, AccessTokens
from server_stub.security.opaque import new_refresh_token, successor_of, token_hash
from server_stub.security.passwords import Passwords
from server_stub.storage import logins
from server_stub.storage.database import Database
from server_stub.storage.users import StoredUser, Users, change_password, find_user, note_login

logger = logging.getLogger("server_stub.audit")

_ANSWERED_AGAIN_WITHIN = timedelta(seconds=10)
_WRONG = "The user name or the password is wrong."
_NOT_THE_PASSWORD = "Input should be the present password"
_ENDED = "This login has ended; sign in again."


@dataclass(frozen=True, slots=True)
class _Continued:
    user: User
    login_id: str


class Sessions:
    """Logins of users."""

    def __init__(
        self,
        database: Database,
        *,
        passwords: Passwords,
        access_tokens: AccessTokens,
        refresh_key: bytes,
        refresh_lifetime: timedelta,
        clock: Clock,
        monotonic: Monotonic,
    ) -> None:
        self._database = database
        self._users = Users(database)
        self._passwords = passwords
        self._access_tokens = access_tokens
        self._refresh_key = refresh_key
        self._refresh_lifetime = refresh_lifetime
        self._clock = clock
        self._monotonic = monotonic
        self._throttle = LoginThrottle()

    async def log_in(self, username: str, password: SecretStr, *, address: str | None) -> TokenPair:
        """Open a login. Raises Unauthenticated, or RateLimited after too many failures."""
        pair = self._admitted(username, address)
        stored = await self._proved(username, password.get_secret_value())
        self._throttle.succeeded(pair)
        rehashed = await self._rehashed(stored, password.get_secret_value())
        login_id, refresh_token = secrets.token_hex(16), new_refresh_token()
        now = self._clock()

        def open_login(connection: Connection) -> None:
            logins.forget_expired(connection, now=instant(now))
            logins.open_login(connection, login_id, user_id=stored.user.id, now=instant(now))
            self._keep(connection, refresh_token, login_id, now)
            note_login(connection, stored.user.id, now=instant(now), password_hash=rehashed)

        await self._database.write(open_login)
        user = stored.user.model_copy(update={"last_login_at": now})
        return self._pair(_Continued(user, login_id), refresh_token)

    async def refresh(self, refresh_token: SecretStr) -> TokenPair:
        """Continue a login with its latest refresh token. Raises Unauthenticated."""
        presented = refresh_token.get_secret_value()
        successor = successor_of(presented, self._refresh_key)
        now = self._clock()
        continued = await self._database.write(
            lambda connection: self._continued(connection, presented, successor, now)
        )
        if continued is None:
            raise Unauthenticated(_ENDED)
        return self._pair(continued, successor)

    async def log_out(self, login_id: str) -> None:
        """End one login: its tokens and its streams end with it."""
        now = instant(self._clock())
        await self._database.write(
            lambda connection: logins.end_login(connection, login_id, reason="logout", now=now)
        )

    async def log_out_everywhere(self, user_id: int) -> None:
        """End all logins of a user."""
        now = instant(self._clock())
        await self._database.write(
            lambda connection: logins.end_all_logins(connection, user_id, reason="logout", now=now)
        )

    async def change_password(
        self, user: User, *, current: SecretStr, new: SecretStr, login_id: str, address: str | None
    ) -> None:
        """Change a user's own password and end all its other logins.

        Raises Invalid when `current` is wrong, RateLimited after too many such tries.
        """
        pair = self._admitted(user.username, address)
        stored = await self._users.named(user.username)
        known = "" if stored is None else stored.password_hash
        if not await self._passwords.are_equal(known, current.get_secret_value()):
            raise Invalid.field("body", "current_password", msg=_NOT_THE_PASSWORD)
        self._throttle.succeeded(pair)
        hashed = await self._passwords.hashed(new.get_secret_value())
        now = instant(self._clock())

        def change(connection: Connection) -> None:
            if not change_password(connection, user.id, known=known, to=hashed):
                raise Invalid.field("body", "current_password", msg=_NOT_THE_PASSWORD)
            logins.end_all_logins(
                connection, user.id, reason="password_changed", now=now, but_for=login_id
            )

        await self._database.write(change)

    def _admitted(self, username: str, address: str | None) -> Pair:
        """Who tries a password, and from where. Raises RateLimited after too many failures."""
        pair = (username.lower(), neighbourhood(address))
        if wait := self._throttle.try_now(pair, self._monotonic()):
            raise RateLimited(
                "Too many failed sign-ins of this user from this address.", retry_after_seconds=wait
            )
        return pair

    async def _proved(self, username: str, password: str) -> StoredUser:
        stored = await self._users.named(username)
        password_hash = None if stored is None else stored.password_hash
        is_right = await self._passwords.are_equal(password_hash, password)
        if stored is None or not is_right or not stored.user.is_active:
            raise Unauthenticated(_WRONG)
        return stored

    async def _rehashed(self, stored: StoredUser, password: str) -> str | None:
        if not self._passwords.is_outdated(stored.password_hash):
            return None
        return await self._passwords.hashed(password)

    def _keep(
        self, connection: Connection, refresh_token: str, login_id: str, now: datetime
    ) -> None:
        logins.add_refresh_token(
            connection,
            token_hash(refresh_token),
            login_id=login_id,
            expires_at=instant(now + self._refresh_lifetime),
        )

    def _continued(
        self, connection: Connection, presented: str, successor: str, now: datetime
    ) -> _Continued | None:
        """The login that goes on, or None; a token used again ends its login here."""
        known = logins.find_refresh_token(connection, token_hash(presented))
        if known is None or known.login_ended or known.expires_at <= instant(now):
            return None
        user = find_user(connection, known.user_id)
        if user is None or not user.is_active:
            return None
        if known.used_at is None:
            logins.use_refresh_token(connection, token_hash(presented), now=instant(now))
            self._keep(connection, successor, known.login_id, now)
        elif not self._is_lost_answer(connection, known, successor, now):
            logger.warning("a refresh token of user %d was used again: login ended", known.user_id)
            logins.end_login(connection, known.login_id, reason="token_reuse", now=instant(now))
            return None
        return _Continued(user, known.login_id)

    def _is_lost_answer(
        self, connection: Connection, known: logins.RefreshToken, successor: str, now: datetime
    ) -> bool:
        child = logins.find_refresh_token(connection, token_hash(successor))
        if known.used_at is None or child is None or child.used_at is not None:
            return False
        return now - moment_of(known.used_at) <= _ANSWERED_AGAIN_WITHIN

    def _pair(self, continued: _Continued, refresh_token: str) -> TokenPair:
        claims = AccessClaims(continued.user.id, continued.login_id)
        return TokenPair(
            access_token=SecretStr(self._access_tokens.issue(claims)),
            refresh_token=SecretStr(refresh_token),
            expires_in=self._access_tokens.lifetime_seconds,
            user_info=continued.user,
        )
