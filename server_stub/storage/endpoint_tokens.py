"""Endpoint tokens as they are kept: what each may do, and the hash that proves it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from pydantic import Field
from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import sqlite

from ir_client.wire.auth import EndpointToken, EndpointTokenCreate
from server_stub.access import Viewer, sight_key
from server_stub.domain.clocks import instant
from server_stub.storage.bulk import Prepared
from server_stub.storage.database import Database
from server_stub.storage.schema import endpoint_tokens


def _standing(now: str | BindParameter[str]) -> tuple[Any, Any]:
    expires_at = endpoint_tokens.c.expires_at
    return endpoint_tokens.c.is_active, or_(expires_at.is_(None), expires_at > now)


_BY_HASH = Prepared(
    select(endpoint_tokens).where(
        endpoint_tokens.c.token_hash == bindparam("hash"), *_standing(bindparam("now"))
    )
)
_NOTE_USES = (
    update(endpoint_tokens)
    .where(endpoint_tokens.c.id == bindparam("token_id"))
    .values(
        usage_count=endpoint_tokens.c.usage_count + bindparam("times"),
        last_used_at=bindparam("at"),
    )
)


_READ_AS = [
    (column.name, column.type.result_processor(sqlite.dialect(), None))
    for column in endpoint_tokens.c
]


class KeptToken(EndpointToken):
    """An endpoint token as the server keeps one; what is shown of it is an `EndpointToken`."""

    sight_changes: int = Field(exclude=True)


@dataclass(frozen=True, slots=True)
class Uses:
    """How often an endpoint token was used of late, and when last; an instant."""

    times: int
    last_at: str


@dataclass(frozen=True, slots=True)
class NewEndpointToken:
    """An endpoint token about to be kept."""

    wanted: EndpointTokenCreate
    token_hash: str
    created_by: int | None

    def __repr__(self) -> str:
        return f"NewEndpointToken({self.wanted.token_name!r})"


def add_endpoint_token(
    connection: Connection, new: NewEndpointToken, *, now: datetime
) -> KeptToken:
    wanted = new.wanted
    days = wanted.expires_in_days
    values = wanted.model_dump(mode="json", exclude={"expires_in_days"})
    row = connection.execute(
        insert(endpoint_tokens)
        .values(
            **values,
            token_hash=new.token_hash,
            created_by=new.created_by,
            created_at=instant(now),
            expires_at=None if days is None else instant(now + timedelta(days=days)),
            is_active=True,
            usage_count=0,
            sight_changes=0,
        )
        .returning(endpoint_tokens)
    ).one()
    return _token(row)


def find_by_hash(connection: Connection, token_hash: str, *, now: str) -> KeptToken | None:
    """The token of this hash, if it is active and has not expired."""
    # All of them, so that nothing is left open: it may run outside of a transaction.
    rows = _BY_HASH.run(connection, hash=token_hash, now=now).fetchall()
    return _token_of(rows[0]) if rows else None


def standing_tokens(
    connection: Connection, token_ids: Collection[int], *, now: str
) -> dict[int, KeptToken]:
    """Those of these tokens that are active and have not expired."""
    statement = select(endpoint_tokens).where(endpoint_tokens.c.id.in_(token_ids), *_standing(now))
    return {row.id: _token(row) for row in connection.execute(statement)}


def find_endpoint_token(connection: Connection, token_id: int) -> KeptToken | None:
    """The token of this number, whether it stands or not."""
    statement = select(endpoint_tokens).where(endpoint_tokens.c.id == token_id)
    row = connection.execute(statement).one_or_none()
    return None if row is None else _token(row)


def change_endpoint_token(
    connection: Connection, token_id: int, values: Mapping[str, object]
) -> KeptToken | None:
    """Write new values over a token's; as it is then, or None if it is not there."""
    before = find_endpoint_token(connection, token_id)
    if before is None or not values:
        return before
    the_token = update(endpoint_tokens).where(endpoint_tokens.c.id == token_id)
    after = _token(connection.execute(the_token.values(**values).returning(endpoint_tokens)).one())
    if sight_key(token_viewer(after)) == sight_key(token_viewer(before)):
        return after
    changed = the_token.values(sight_changes=before.sight_changes + 1)
    return _token(connection.execute(changed.returning(endpoint_tokens)).one())


def remove_endpoint_token(connection: Connection, token_id: int) -> bool:
    """Forget a token; whether it was there. What it did stays in timelines, under its name."""
    statement = delete(endpoint_tokens).where(endpoint_tokens.c.id == token_id)
    return connection.execute(statement).rowcount == 1


def note_uses(connection: Connection, uses: Mapping[int, Uses]) -> None:
    """Add to what is known of how often tokens were used; those that are gone are left out."""
    if uses:
        rows = [
            {"token_id": token_id, "times": one.times, "at": one.last_at}
            for token_id, one in uses.items()
        ]
        connection.execute(_NOTE_USES, rows)


def token_viewer(token: KeptToken) -> Viewer:
    """What `token` may see: what its team may, or what everyone may."""
    return Viewer(
        kind="token",
        teams=frozenset() if token.team is None else frozenset({token.team}),
        token_id=token.id,
        name=token.token_name,
        sight_changes=token.sight_changes,
    )


class EndpointTokens:
    """Reads of endpoint tokens."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self) -> Sequence[KeptToken]:
        statement = select(endpoint_tokens).order_by(endpoint_tokens.c.id)
        return await self._database.read(
            lambda connection: tuple(_token(row) for row in connection.execute(statement))
        )


@lru_cache(maxsize=128)
def _token_of(row: tuple[Any, ...]) -> KeptToken:
    """The token that the driver's `row` is: of each request the row is new, but seldom changed."""
    values = zip(_READ_AS, row, strict=True)
    return KeptToken.model_validate(
        {name: value if read is None else read(value) for (name, read), value in values}
    )


def _token(row: Row[Any]) -> KeptToken:
    return KeptToken.model_validate(dict(row._mapping))
