"""Logins and users."""

from pydantic import SecretStr

from ..errors import AuthenticationError, NotFound
from ..wire.auth import StreamTicket, TokenPair, User, UserCreate, UserList, UserUpdate
from .call import Call
from .failures import parsed
from .session import Session
from .transport import Transport


class AuthCalls:
    """`client.auth`: who we are, and who else there is."""

    def __init__(self, transport: Transport, session: Session) -> None:
        self._transport = transport
        self._session = session

    async def login(self, username: str, password: SecretStr | str) -> TokenPair:
        """Log in; the client uses the tokens from then on.

        Raises AuthenticationError for a wrong name or password, RateLimited after too many.
        """
        secret = password if isinstance(password, SecretStr) else SecretStr(password)
        pair = await self._session.login_pair(username, secret)
        await self._session.adopt(pair)
        return pair

    async def logout(self) -> None:
        """End the login at the server and forget it here, even when the server cannot be asked."""
        try:
            call = Call("POST", "/auth/logout", idempotent=True, max_attempts=1)
            await self._transport.send(call)
        except (NotFound, AuthenticationError):
            pass  # a server without logout, or a login that has ended by itself already
        finally:
            await self._session.forget()

    async def logout_all(self) -> None:
        """End all logins of our user, this one too, and forget ours here."""
        await self._transport.send(Call("POST", "/auth/logout-all", idempotent=True))
        await self._session.forget()

    async def stream_ticket(self) -> StreamTicket:
        """What opens one stream instead of our token: to be put into an address for someone else.

        Good once, for `expires_in` seconds.
        """
        return parsed(await self._transport.send(Call("POST", "/auth/ws-ticket")), StreamTicket)

    async def me(self) -> User:
        """The user that we are."""
        return parsed(await self._transport.send(Call("GET", "/auth/me")), User)

    async def users(self) -> list[User]:
        """All users (admins)."""
        answer = await self._transport.send(Call("GET", "/auth/users"))
        return list(parsed(answer, UserList).users)

    async def create_user(self, user: UserCreate) -> User:
        """Make a user (admins)."""
        body = user.model_dump(mode="json", exclude_unset=True, exclude={"password"})
        body["password"] = user.password
        return parsed(await self._transport.send(Call("POST", "/auth/users", body=body)), User)

    async def update_user(self, user_id: int, update: UserUpdate) -> User:
        """Change the fields of a user that are set in `update` (admins).

        Rights hold at once. A new password, or `is_active=False`, ends all logins of the user.
        Raises ConflictError where no active admin would be left.
        """
        body = update.model_dump(mode="json", exclude_unset=True, exclude={"password"})
        if update.password is not None:
            body["password"] = update.password
        call = Call("PUT", f"/auth/users/{user_id}", body=body)
        return parsed(await self._transport.send(call), User)

    async def change_password(self, current: SecretStr | str, new: SecretStr | str) -> None:
        """Change our own password, 12 to 128 characters; all our other logins end.

        Raises ValidationFailed when `current` is wrong, RateLimited after too many tries.
        """
        current, new = (SecretStr(one) if isinstance(one, str) else one for one in (current, new))
        body = {"current_password": current, "new_password": new}
        # Sent twice, the second would find another password than it says.
        call = Call("PUT", "/auth/me/password", body=body, max_attempts=1)
        await self._transport.send(call)
        self._session.password_changed(new)
