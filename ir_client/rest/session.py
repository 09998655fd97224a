"""Hold the tokens of a login, and renew them once however many ask.

One flight: whoever finds the access token refused joins the renewal under way, which runs in a
task of its own, so that a caller who gives up does not take it from the others. Where the login
is shared with other programs (a vault), a lock between processes keeps them apart, and a token
that another program has renewed meanwhile is simply taken over.
"""

import asyncio
import logging

from pydantic import SecretStr

from ..credentials import (
    Credentials,
    PasswordCredentials,
    SessionCredentials,
    TokenCredentials,
    Vault,
    VaultLock,
    checked_token,
)
from ..errors import AuthenticationError, ConfigError, InvalidResponse, IRError
from ..wire.auth import TokenPair
from .call import Call
from .failures import parsed
from .transport import Transport

logger = logging.getLogger("ir_client.auth")

EXPIRY_MARGIN_SECONDS = 30.0
LOCK_POLL_SECONDS = 0.05
LOCK_PATIENCE_SECONDS = 30.0


class Session:
    """The tokens in force, and the way to new ones."""

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials | None,
        *,
        tasks: asyncio.TaskGroup,
        vault: Vault | None = None,
    ) -> None:
        self._transport = transport
        self._tasks = tasks
        self._vault = vault
        self._credentials = credentials
        self._access: SecretStr | None = None
        self._refresh: SecretStr | None = None
        self._expires_at: float | None = None
        self._flight: asyncio.Task[SecretStr | IRError] | None = None
        if isinstance(credentials, TokenCredentials):
            self._access = credentials.token
        elif isinstance(credentials, SessionCredentials):
            self._access, self._refresh = credentials.access_token, credentials.refresh_token

    @property
    def can_renew(self) -> bool:
        """Whether a refused token can be replaced by another one."""
        return self._refresh is not None or isinstance(self._credentials, PasswordCredentials)

    async def token(self) -> SecretStr:
        """The access token; gets one first when there is none or it is about to expire."""
        if self._access is not None and not self._is_about_to_expire():
            return self._access
        return await self._joined_renewal()

    async def renewed(self, rejected: SecretStr) -> SecretStr:
        """Another access token than the one that was refused."""
        if self._access is not None and self._access != rejected:
            return self._access
        return await self._joined_renewal()

    async def adopt(self, pair: TokenPair) -> None:
        """Take over the tokens of a login or refresh, and keep them where logins are kept."""
        self._take(pair)
        await self._keep(pair)

    def _take(self, pair: TokenPair) -> None:
        self._access = _checked(pair.access_token)
        self._refresh = _checked(pair.refresh_token)
        self._expires_at = asyncio.get_running_loop().time() + pair.expires_in

    async def forget(self) -> None:
        """Drop the tokens, here and where they are kept."""
        self._access = self._refresh = self._expires_at = None
        self._credentials = None
        if self._vault is not None:
            await asyncio.to_thread(self._vault.delete)

    def password_changed(self, password: SecretStr) -> None:
        """Log in with the new password from now on, where we log in with one."""
        if isinstance(self._credentials, PasswordCredentials):
            self._credentials = PasswordCredentials(self._credentials.username, password)

    def _is_about_to_expire(self) -> bool:
        if self._expires_at is None or not self.can_renew:
            return False
        return asyncio.get_running_loop().time() > self._expires_at - EXPIRY_MARGIN_SECONDS

    async def _joined_renewal(self) -> SecretStr:
        if self._flight is None or self._flight.done():
            self._flight = self._tasks.create_task(self._renewal())
        outcome = await asyncio.shield(self._flight)
        if isinstance(outcome, IRError):
            raise outcome.with_traceback(None)
        return outcome

    async def _renewal(self) -> SecretStr | IRError:
        """The new access token, or why there is none; never fails its task group."""
        try:
            if self._vault is None:
                return await self._renew()
            return await self._renew_among_processes(self._vault)
        except IRError as error:
            return error
        except Exception:
            # Raised, it would end every other task of the client as well.
            logger.exception("Renewing the login failed in a way that was not foreseen")
            return IRError("The login could not be renewed: see the log", hint="Report this.")

    async def _renew_among_processes(self, vault: Vault) -> SecretStr:
        lock = await self._locked(vault)
        try:
            stored = await asyncio.to_thread(vault.load)
            if isinstance(stored, SessionCredentials):
                # Another program may have renewed: its refresh token is the one that counts.
                self._refresh = stored.refresh_token
            return await self._renew()
        finally:
            lock.release()

    async def _locked(self, vault: Vault) -> VaultLock:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LOCK_PATIENCE_SECONDS
        while (lock := vault.try_lock()) is None:
            if loop.time() > deadline:
                raise ConfigError(
                    "Another program has been renewing this login for too long",
                    hint="End the other program, or log in again.",
                )
            await asyncio.sleep(LOCK_POLL_SECONDS)
        return lock

    async def _renew(self) -> SecretStr:
        if self._refresh is not None:
            try:
                return await self._installed(await self.refreshed_pair(self._refresh))
            except AuthenticationError as error:
                if not isinstance(self._credentials, PasswordCredentials):
                    raise _login_ended(error) from None
        if isinstance(self._credentials, PasswordCredentials):
            known = self._credentials
            return await self._installed(await self.login_pair(known.username, known.password))
        raise _nothing_to_renew_with(self._credentials)

    async def _installed(self, pair: TokenPair) -> SecretStr:
        await self.adopt(pair)
        return _checked(pair.access_token)

    async def login_pair(self, username: str, password: SecretStr) -> TokenPair:
        """Ask for tokens with a name and a password."""
        body = {"username": username, "password": password}
        call = Call("POST", "/auth/login", body=body, is_open=True)
        return parsed(await self._transport.send(call), TokenPair)

    async def refreshed_pair(self, refresh_token: SecretStr) -> TokenPair:
        """Exchange a refresh token; the old one is void from then on."""
        body = {"refresh_token": refresh_token}
        # Repeated: if the first one was spent without our hearing of it, nothing is lost any more.
        call = Call("POST", "/auth/refresh", body=body, is_open=True, idempotent=True)
        return parsed(await self._transport.send(call), TokenPair)

    async def _keep(self, pair: TokenPair) -> None:
        if self._vault is None:
            return
        credentials = SessionCredentials(pair.refresh_token, pair.access_token)
        try:
            await asyncio.to_thread(self._vault.save, credentials)
        except ConfigError as error:
            logger.warning("The login could not be kept (%s); it ends with this program", error)


def _checked(token: SecretStr) -> SecretStr:
    try:
        return checked_token(token)
    except ConfigError:
        raise InvalidResponse("The server sent a token that no header can carry") from None


def _login_ended(error: AuthenticationError) -> AuthenticationError:
    return AuthenticationError(
        "The login has ended",
        status=error.status,
        problem=error.problem,
        request_id=error.request_id,
        hint="Log in again: ir-console login.",
    )


def _nothing_to_renew_with(credentials: Credentials | None) -> AuthenticationError:
    if isinstance(credentials, TokenCredentials):
        return AuthenticationError(
            "The token was not accepted",
            status=401,
            hint="Check IR_TOKEN or have a new token made: this one is wrong, expired or revoked.",
        )
    return AuthenticationError(
        "Nobody is logged in", status=401, hint="Log in first: ir-console login, or set IR_TOKEN."
    )
