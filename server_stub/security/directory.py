"""Make and change users, and make the first user and endpoint token on an empty database.

Rights are read anew with each request: a change of role or teams holds from the next one on. Who
is deactivated, or gets a new password, is signed out everywhere.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from pydantic import SecretStr
from sqlalchemy import Connection

from ir_client.wire.auth import EndpointTokenCreate, User, UserCreate, UserUpdate
from server_stub.domain.clocks import Clock, instant
from server_stub.errors import Conflict, FieldError, Invalid, NotFound
from server_stub.security.opaque import new_endpoint_token, token_hash
from server_stub.security.passwords import Passwords
from server_stub.settings import ServerSettings
from server_stub.storage.database import Commit, Database
from server_stub.storage.endpoint_tokens import NewEndpointToken, add_endpoint_token
from server_stub.storage.logins import EndReason, end_all_logins
from server_stub.storage.users import (
    NewUser,
    Users,
    add_user,
    change_user,
    count_admins,
    count_users,
    find_user,
)

FIRST_USER = "admin"
FIRST_TOKEN = "bootstrap"

_MAY_BE_EMPTY = frozenset({"full_name", "email"})


@dataclass(frozen=True, slots=True)
class MadeUp:
    """What a first start made up because nobody set it: shown once, on the terminal."""

    admin_password: str | None = field(default=None, repr=False)
    ingest_token: str | None = field(default=None, repr=False)


class Directory:
    """The users of a server."""

    def __init__(self, database: Database, passwords: Passwords, clock: Clock) -> None:
        self._database = database
        self._passwords = passwords
        self._clock = clock
        self._users = Users(database)

    async def users(self) -> Sequence[User]:
        return await self._users.list()

    async def create_user(self, wanted: UserCreate, *, commit: Commit[User] | None = None) -> User:
        """Make a user. Raises Duplicate when the name is taken."""
        new = NewUser(
            username=wanted.username,
            role=wanted.role,
            password_hash=await self._passwords.hashed(wanted.password.get_secret_value()),
            full_name=wanted.full_name,
            email=wanted.email,
            teams=tuple(dict.fromkeys(wanted.teams)),
        )
        now = instant(self._clock())
        return await (commit or self._database.write)(
            lambda connection: add_user(connection, new, now=now)
        )

    async def update_user(
        self, user_id: int, wanted: UserUpdate, *, commit: Commit[User] | None = None
    ) -> User:
        """Change the fields that are set. Raises NotFound, Invalid, or Conflict for the last admin.

        A user who is deactivated or gets a password is signed out everywhere.
        """
        values = _values(wanted)
        if wanted.password is not None:
            values["password_hash"] = await self._passwords.hashed(
                wanted.password.get_secret_value()
            )
        now = instant(self._clock())

        def change(connection: Connection) -> User:
            before = _there(find_user(connection, user_id))
            after = _there(change_user(connection, user_id, values))
            if before.is_active and before.role == "admin" and not count_admins(connection):
                raise Conflict("There would be no active admin left; make another one first.")
            if reason := _reason_to_end_logins(wanted):
                end_all_logins(connection, user_id, reason=reason, now=now)
            return after

        return await (commit or self._database.write)(change)

    async def make_first(self, settings: ServerSettings) -> MadeUp:
        """Make the first user and token if there is no user yet."""
        if await self._database.read(count_users):
            return MadeUp()
        password = _value_of(settings.admin_password) or secrets.token_urlsafe(15)
        token = _value_of(settings.ingest_token) or new_endpoint_token()
        hashed = await self._passwords.hashed(password)
        now = self._clock()

        def make(connection: Connection) -> None:
            admin = NewUser(FIRST_USER, "admin", hashed)
            user = add_user(connection, admin, now=instant(now))
            bootstrap = EndpointTokenCreate(
                token_name=FIRST_TOKEN,
                description="Made at the first start",
                can_read_alerts=True,
                rate_limit_per_minute=None,
            )
            new = NewEndpointToken(bootstrap, token_hash(token), user.id)
            add_endpoint_token(connection, new, now=now)

        await self._database.write(make)
        return MadeUp(
            None if settings.admin_password else password,
            None if settings.ingest_token else token,
        )


def _value_of(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _values(wanted: UserUpdate) -> dict[str, object]:
    """The columns of the fields that are set, but for the password."""
    values = wanted.model_dump(exclude_unset=True)
    empty = [name for name, one in values.items() if one is None and name not in _MAY_BE_EMPTY]
    if empty:
        raise Invalid([FieldError(("body", name), "May not be empty") for name in empty])
    values.pop("password", None)
    if wanted.teams is not None:
        values["teams"] = list(dict.fromkeys(wanted.teams))
    return values


def _reason_to_end_logins(wanted: UserUpdate) -> EndReason | None:
    if wanted.is_active is False:
        return "deactivated"
    return None if wanted.password is None else "password_changed"


def _there(user: User | None) -> User:
    if user is None:
        raise NotFound("There is no such user.")
    return user
