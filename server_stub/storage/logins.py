"""Logins and their refresh tokens. A login is what a password opened, until something ends it.

Tokens are kept as hashes. A used refresh token stays until its login is old: presenting it again is
how a theft is noticed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, insert, select, update

from server_stub.storage.schema import logins, refresh_tokens, users
from server_stub.storage.users import KeptUser, find_user

EndReason = Literal["logout", "token_reuse", "deactivated", "password_changed"]

_IDS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token as it is kept, and whether its login still stands."""

    login_id: str
    user_id: int
    expires_at: str
    used_at: str | None
    login_ended: bool


def open_login(connection: Connection, login_id: str, *, user_id: int, now: str) -> None:
    connection.execute(insert(logins).values(id=login_id, user_id=user_id, created_at=now))


def end_login(connection: Connection, login_id: str, *, reason: EndReason, now: str) -> None:
    """End a login that stands; one that ended keeps its first reason."""
    connection.execute(
        update(logins)
        .where(logins.c.id == login_id, logins.c.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
    )


def end_all_logins(
    connection: Connection,
    user_id: int,
    *,
    reason: EndReason,
    now: str,
    but_for: str | None = None,
) -> None:
    """End the logins of a user that stand, all or all but one."""
    ended = update(logins).where(logins.c.user_id == user_id, logins.c.ended_at.is_(None))
    if but_for is not None:
        ended = ended.where(logins.c.id != but_for)
    connection.execute(ended.values(ended_at=now, end_reason=reason))


def add_refresh_token(
    connection: Connection, token_hash: str, *, login_id: str, expires_at: str
) -> None:
    connection.execute(
        insert(refresh_tokens).values(
            token_hash=token_hash, login_id=login_id, expires_at=expires_at
        )
    )


def find_refresh_token(connection: Connection, token_hash: str) -> RefreshToken | None:
    statement = (
        select(refresh_tokens, logins.c.user_id, logins.c.ended_at)
        .join(logins, logins.c.id == refresh_tokens.c.login_id)
        .where(refresh_tokens.c.token_hash == token_hash)
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        return None
    return RefreshToken(
        row.login_id,
        row.user_id,
        row.expires_at,
        row.used_at,
        row.ended_at is not None,
    )


def use_refresh_token(connection: Connection, token_hash: str, *, now: str) -> None:
    connection.execute(
        update(refresh_tokens).where(refresh_tokens.c.token_hash == token_hash).values(used_at=now)
    )


def forget_expired(connection: Connection, *, now: str) -> None:
    """Delete what no refresh can use any more, and logins that have no token left."""
    connection.execute(delete(refresh_tokens).where(refresh_tokens.c.expires_at < now))
    kept = select(refresh_tokens.c.login_id)
    connection.execute(delete(logins).where(logins.c.id.not_in(kept)))


def standing_user(connection: Connection, login_id: str) -> KeptUser | None:
    """The user of a login, while both stand."""
    return standing_users(connection, [login_id]).get(login_id)


def standing_users(connection: Connection, login_ids: Collection[str]) -> dict[str, KeptUser]:
    """The users of those of these logins that stand, whose users are active."""
    ids = list(login_ids)
    user_of: dict[str, int] = {}
    for start in range(0, len(ids), _IDS_AT_ONCE):
        statement = (
            select(logins.c.id, logins.c.user_id)
            .join(users, users.c.id == logins.c.user_id)
            .where(
                logins.c.id.in_(ids[start : start + _IDS_AT_ONCE]),
                logins.c.ended_at.is_(None),
                users.c.is_active,
            )
        )
        user_of |= {row.id: row.user_id for row in connection.execute(statement)}
    people = {user_id: find_user(connection, user_id) for user_id in set(user_of.values())}
    return {
        login_id: user
        for login_id, user_id in user_of.items()
        if (user := people[user_id]) is not None
    }
