"""Hash and check passwords, a few at a time, away from the event loop.

Each check takes as much memory as its setting says: what may run at once is bounded, and so is
what may wait for it. A user who is not there costs the same check as one who is.
"""

import asyncio
import secrets
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server_stub.errors import Unavailable
from server_stub.settings import ServerSettings

Answer = TypeVar("Answer")

_MAX_WAITING = 100


class Passwords:
    """Argon2id with the costs of the settings."""

    def __init__(self, settings: ServerSettings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.argon2_time_cost,
            memory_cost=settings.argon2_memory_kib,
            parallelism=settings.argon2_parallelism,
        )
        self._turns = asyncio.Semaphore(settings.password_checks_at_once)
        self._waiting = 0

    async def hashed(self, password: str) -> str:
        return await self._in_turn(lambda: self._hasher.hash(password))

    async def are_equal(self, password_hash: str | None, password: str) -> bool:
        """Whether `password` is the one of the hash; no hash takes as long and never is."""

        def check() -> bool:
            try:
                return self._hasher.verify(password_hash or self._nobodys_hash, password)
            except (VerificationError, InvalidHashError):
                return False

        return await self._in_turn(check) and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    @cached_property
    def _nobodys_hash(self) -> str:
        return self._hasher.hash(secrets.token_urlsafe())

    async def _in_turn(self, work: Callable[[], Answer]) -> Answer:
        if self._waiting >= _MAX_WAITING:
            raise Unavailable("Too many people sign in at once; try again in a moment.")
        self._waiting += 1
        try:
            async with self._turns:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1
