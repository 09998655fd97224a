"""Keep the answers to writes that have a key, so that they can be given again.

Each function is a part of its caller's transaction: the answer is kept in the one that makes the
change, so there is never one without the other. Answers leave after a day, or sooner when there
are too many, the oldest first and a few thousand at a time.
"""

import json
import zlib
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from server_stub.domain.clocks import Clock, instant
from server_stub.storage.bulk import Prepared
from server_stub.storage.database import Database
from server_stub.storage.encoding import to_json
from server_stub.storage.log_trim import trimming
from server_stub.storage.schema import kept_answers

KEPT_FOR = timedelta(hours=24)
_ANSWERS_AT_ONCE = 5_000

_FIND = Prepared(
    select(
        kept_answers.c.fingerprint,
        kept_answers.c.at,
        kept_answers.c.status,
        kept_answers.c.headers,
        kept_answers.c.body,
    ).where(kept_answers.c.key_hash == bindparam("key_hash"))
)
_KEEP = Prepared(
    insert(kept_answers).values(
        {
            name: bindparam(name)
            for name in ("key_hash", "fingerprint", "at", "status", "headers", "body")
        }
    )
)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer, when it was given, and to which request."""

    fingerprint: str
    at: str
    status: int
    headers: dict[str, str]
    body: bytes = field(repr=False)


def find_answer(connection: Connection, key_hash: str, *, since: str) -> KeptAnswer | None:
    """The answer that was given to this key; one from before `since` is forgotten."""
    row = _FIND.run(connection, key_hash=key_hash).fetchone()
    if row is None:
        return None
    fingerprint, at, status, headers, body = row
    if at < since:
        connection.execute(delete(kept_answers).where(kept_answers.c.key_hash == key_hash))
        return None
    return KeptAnswer(fingerprint, at, status, json.loads(headers), zlib.decompress(body))


def keep_answer(connection: Connection, key_hash: str, answer: KeptAnswer) -> None:
    """Keep an answer to a key that has none."""
    _KEEP.run(
        connection,
        key_hash=key_hash,
        fingerprint=answer.fingerprint,
        at=answer.at,
        status=answer.status,
        headers=to_json(answer.headers),
        body=zlib.compress(answer.body, level=1),
    )


def trim_answers(
    connection: Connection, *, before: str, keep: int, most: int = _ANSWERS_AT_ONCE
) -> int:
    """Remove up to `most` of the oldest: from `before`, or beyond the newest `keep`."""
    newest: int | None = connection.execute(select(func.max(kept_answers.c.id))).scalar()
    if newest is None:
        return 0
    oldest = (
        select(kept_answers.c.id, kept_answers.c.at)
        .order_by(kept_answers.c.id)
        .limit(most)
        .subquery()
    )
    doomed = select(oldest.c.id).where((oldest.c.at < before) | (oldest.c.id <= newest - keep))
    return connection.execute(delete(kept_answers).where(kept_answers.c.id.in_(doomed))).rowcount


class AnswerTrim:
    """Trims the kept answers of a running server."""

    def __init__(self, database: Database, clock: Clock, *, keep: int) -> None:
        self._database = database
        self._clock = clock
        self._keep = keep

    async def run(self) -> None:
        """Trim until cancelled."""
        await trimming(self.trim, "the kept answers", bite=_ANSWERS_AT_ONCE)

    async def trim(self) -> int:
        """Remove what is not kept, the oldest first; how many answers that were."""
        before = instant(self._clock() - KEPT_FOR)
        return await self._database.write(
            lambda connection: trim_answers(connection, before=before, keep=self._keep)
        )
