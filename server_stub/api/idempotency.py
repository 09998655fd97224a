"""Do a write once, however often it is asked for: `Idempotency-Key`.

The key, the change and its answer go into one transaction, and writes run one after another. So
whoever repeats a request, also while the first is under way or after a crash, gets the first one's
answer or makes the change, and nobody finds a key whose answer is not there. An answer that changed
nothing (a refusal, a failure) is not kept: the repetition is judged anew. See decisions/0009.

A key belongs to a user or endpoint token and a path. What is kept of keys and requests are digests
that nobody can search without the server's secret: a request may hold a password. A secret in an
answer is not kept; it is told from the key again.
"""

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Annotated, TypeVar

from fastapi import Depends
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from server_stub.api.answers import json_answer, model_answer
from server_stub.api.bodies import received_body
from server_stub.api.credentials import AnyPrincipal
from server_stub.api.services import InServices, Services
from server_stub.domain.clocks import instant
from server_stub.errors import Invalid, KeyReused
from server_stub.security import Principal, TokenPrincipal
from server_stub.security.opaque import endpoint_token_from, new_endpoint_token
from server_stub.storage.database import Commit
from server_stub.storage.kept_answers import KEPT_FOR, KeptAnswer, find_answer, keep_answer

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"

_KEY = re.compile(r"[!-~]{1,255}")
# No JSON text holds a null character.
_SECRET = b"\0secret"
# Digesting more than this would hold up the streams that the event loop serves.
_DIGESTED_IN_LOOP = 64 * 1024
_OF_THE_BODY = {"content-length", "content-type"}

Done = TypeVar("Done")
Part = TypeVar("Part", bound=BaseModel)


class _AnsweredBefore(Exception):  # noqa: N818 - found, not failed
    """The key has an answer."""

    def __init__(self, kept: KeptAnswer) -> None:
        super().__init__()
        self.kept = kept


@dataclass(frozen=True, slots=True)
class Once:
    """A write of one request, with its key if it has one."""

    services: Services
    request: Request
    at: str
    key_hash: str | None = field(repr=False)

    async def answer(
        self,
        act: Callable[[Commit[Done]], Awaitable[Done]],
        *,
        shown: Callable[[Done], Response],
        announce: Callable[[Done], None] = lambda _: None,
    ) -> Response:
        """The answer to what `act` does in the transaction it is given, or did when first asked.

        `announce` is told of what was done now. Raises KeyReused for another request's key.
        """
        if self.key_hash is None:
            done = await act(self.services.database.write)
            announce(done)
            return shown(done)
        given: list[Response] = []

        def show(done: Done) -> Response:
            given.append(shown(done))
            return given[-1]

        try:
            done = await act(self._commit(show))
        except _AnsweredBefore as before:
            return self._replayed(before.kept)
        announce(done)
        return given[-1]

    async def part(
        self, name: str, act: Callable[[Commit[Part]], Awaitable[Part]], *, model: type[Part]
    ) -> tuple[Part, bool]:
        """One transaction of a write that is too large for one; and whether it was done before.

        Each part is done once a key, by its name. So a repetition goes on where the first try
        ended, and what both tell of the parts before is the same.
        """
        if self.key_hash is None:
            return await act(self.services.database.write), False
        parts = (b"part", self.key_hash.encode(), name.encode())
        once = replace(self, key_hash=_digest(self.services.answer_key, *parts).hex())
        answer = await once.answer(act, shown=model_answer)
        return model.model_validate_json(bytes(answer.body)), REPLAYED_HEADER in answer.headers

    def endpoint_token(self) -> str:
        """The value of a new endpoint token; with a key, the one that the key stands for."""
        return new_endpoint_token() if self.key_hash is None else self._token_of(self.at)

    def _commit(self, shown: Callable[[Done], Response]) -> Commit[Done]:
        async def commit(work: Callable[[Connection], Done]) -> Done:
            fingerprint = await self._fingerprint()
            return await self.services.database.write(
                lambda connection: self._first(connection, work, shown, fingerprint)
            )

        return commit

    def _first(
        self,
        connection: Connection,
        work: Callable[[Connection], Done],
        shown: Callable[[Done], Response],
        fingerprint: str,
    ) -> Done:
        assert self.key_hash is not None
        since = instant(self.services.clock() - KEPT_FOR)
        kept = find_answer(connection, self.key_hash, since=since)
        if kept is not None:
            if not hmac.compare_digest(kept.fingerprint, fingerprint):
                raise KeyReused(
                    "This Idempotency-Key was used for another request; make a new one."
                )
            raise _AnsweredBefore(kept)
        done = work(connection)
        answer = shown(done)
        headers = {k: v for k, v in answer.headers.items() if k not in _OF_THE_BODY}
        body = bytes(answer.body).replace(self._token_of(self.at).encode(), _SECRET)
        kept = KeptAnswer(fingerprint, self.at, answer.status_code, headers, body)
        keep_answer(connection, self.key_hash, kept)
        return done

    def _replayed(self, kept: KeptAnswer) -> Response:
        body = kept.body.replace(_SECRET, self._token_of(kept.at).encode())
        headers = kept.headers | {REPLAYED_HEADER: "true"}
        return json_answer(body, status=kept.status, headers=headers)

    async def _fingerprint(self) -> str:
        """What tells this request from others; a large one is digested in a thread."""
        request, body = self.request, received_body(self.request)
        parts = (b"request", request.method.encode(), request.headers.get("if-match", "").encode())
        if len(body) <= _DIGESTED_IN_LOOP:
            return _digest(self.services.answer_key, *parts, body).hex()
        digest = await asyncio.to_thread(_digest, self.services.answer_key, *parts, body)
        return digest.hex()

    def _token_of(self, at: str) -> str:
        assert self.key_hash is not None
        parts = (self.key_hash.encode(), at.encode())
        return endpoint_token_from(_digest(self.services.answer_key, b"token", *parts))


async def once_of(request: Request, principal: AnyPrincipal, services: InServices) -> Once:
    """The write that a request asks for. Raises Invalid for a key that is none."""
    keys = request.headers.getlist(KEY_HEADER)
    at = instant(services.clock())
    if not keys:
        return Once(services, request, at, None)
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise Invalid.field("header", KEY_HEADER, msg="Give one key of 1 to 255 visible characters")
    parts = (_owner(principal), request.url.path.encode(), keys[0].encode())
    return Once(services, request, at, _digest(services.answer_key, b"key", *parts).hex())


InOnce = Annotated[Once, Depends(once_of)]


def _owner(principal: Principal) -> bytes:
    # The user, not the login: who signs in again between two tries is still the same.
    if isinstance(principal, TokenPrincipal):
        return b"token %d" % principal.token.id
    return b"user %d" % principal.user.id


def _digest(key: bytes, *parts: bytes) -> bytes:
    return hmac.digest(key, b"".join(b"%d:%b" % (len(part), part) for part in parts), "sha256")
