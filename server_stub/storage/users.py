"""Users as they are kept: reads that stand alone, and changes inside a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import Field
from sqlalchemy import Connection, Row, func, insert, select, update

from ir_client.wire.auth import User
from server_stub.access import Viewer, sight_key
from server_stub.errors import Duplicate
from server_stub.storage.database import Database
from server_stub.storage.schema import users


class KeptUser(User):
    """A user as the server keeps one; what is shown of it is a `User`."""

    sight_changes: int = Field(exclude=True)


@dataclass(frozen=True, slots=True)
class StoredUser:
    """A user, with what proves a password right. Never shown: `user` is what is."""

    user: KeptUser
    password_hash: str

    def __repr__(self) -> str:
        return f"StoredUser({self.user.username!r})"


@dataclass(frozen=True, slots=True)
class NewUser:
    """A user about to be made; the password is hashed already."""

    username: str
    role: str
    password_hash: str
    full_name: str | None = None
    email: str | None = None
    teams: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"NewUser({self.username!r})"


def add_user(connection: Connection, new: NewUser, *, now: str) -> KeptUser:
    """Insert a user; names differ in more than their case."""
    if find_by_name(connection, new.username) is not None:
        raise Duplicate("There is a user of this name already.")
    row = connection.execute(
        insert(users)
        .values(
            username=new.username,
            role=new.role,
            password_hash=new.password_hash,
            full_name=new.full_name,
            email=new.email,
            teams=list(new.teams),
            is_active=True,
            sight_changes=0,
            created_at=now,
        )
        .returning(users)
    ).one()
    return _user(row)


def find_by_name(connection: Connection, username: str) -> StoredUser | None:
    statement = select(users).where(func.lower(users.c.username) == username.lower())
    row = connection.execute(statement).one_or_none()
    return None if row is None else StoredUser(_user(row), row.password_hash)


def find_user(connection: Connection, user_id: int) -> KeptUser | None:
    row = connection.execute(select(users).where(users.c.id == user_id)).one_or_none()
    return None if row is None else _user(row)


def change_user(
    connection: Connection, user_id: int, values: Mapping[str, object]
) -> KeptUser | None:
    """Write new values over a user's; as it is then, or None if there is no such user."""
    before = find_user(connection, user_id)
    if before is None or not values:
        return before
    the_user = update(users).where(users.c.id == user_id)
    after = _user(connection.execute(the_user.values(**values).returning(users)).one())
    if sight_key(user_viewer(after)) == sight_key(user_viewer(before)):
        return after
    changed = the_user.values(sight_changes=before.sight_changes + 1)
    return _user(connection.execute(changed.returning(users)).one())


def change_password(connection: Connection, user_id: int, *, known: str, to: str) -> bool:
    """Put a password hash in the place of the `known` one; False if that is another by now."""
    statement = (
        update(users)
        .where(users.c.id == user_id, users.c.password_hash == known)
        .values(password_hash=to)
    )
    return connection.execute(statement).rowcount == 1


def count_admins(connection: Connection) -> int:
    """How many admins are active."""
    statement = select(func.count()).where(users.c.role == "admin", users.c.is_active)
    return connection.execute(statement).scalar_one()


def count_users(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(users)).scalar_one()


def note_login(
    connection: Connection, user_id: int, *, now: str, password_hash: str | None = None
) -> None:
    """Remember when a user logged in, and a password hash of today's strength if there is one."""
    values: dict[str, str] = {"last_login_at": now}
    if password_hash is not None:
        values["password_hash"] = password_hash
    connection.execute(update(users).where(users.c.id == user_id).values(**values))


def user_viewer(user: KeptUser) -> Viewer:
    """What `user` may see by role and teams."""
    return Viewer(
        kind="user",
        role=user.role,
        teams=frozenset(user.teams),
        user_id=user.id,
        name=user.username,
        sight_changes=user.sight_changes,
    )


class Users:
    """Reads of users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self) -> Sequence[KeptUser]:
        statement = select(users).order_by(users.c.id)
        return await self._database.read(
            lambda connection: tuple(_user(row) for row in connection.execute(statement))
        )

    async def get(self, user_id: int) -> KeptUser | None:
        return await self._database.read(lambda connection: find_user(connection, user_id))

    async def named(self, username: str) -> StoredUser | None:
        return await self._database.read(lambda connection: find_by_name(connection, username))


def _user(row: Row[Any]) -> KeptUser:
    return KeptUser.model_validate(dict(row._mapping))
