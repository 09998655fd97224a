import asyncio
import threading
from pathlib import Path

import pytest

from server_stub.errors import Unavailable
from server_stub.security.passwords import Passwords
from tests.support.server import cheap_settings


@pytest.fixture
def passwords(tmp_path: Path) -> Passwords:
    return Passwords(cheap_settings(tmp_path, password_checks_at_once=2))


async def test_only_the_right_password_is_right(passwords: Passwords) -> None:
    hashed = await passwords.hashed("correct horse")
    assert hashed.startswith("$argon2id$")
    assert await passwords.are_equal(hashed, "correct horse")
    assert not await passwords.are_equal(hashed, "correct horse ")


async def test_nobody_has_no_password(passwords: Passwords) -> None:
    assert not await passwords.are_equal(None, "anything")
    assert not await passwords.are_equal("no hash at all", "anything")


async def test_a_hash_of_other_costs_is_outdated(passwords: Passwords, tmp_path: Path) -> None:
    stronger = Passwords(cheap_settings(tmp_path, argon2_time_cost=2))
    hashed = await passwords.hashed("correct horse")
    assert stronger.is_outdated(hashed)
    assert not passwords.is_outdated(hashed)
    assert await stronger.are_equal(hashed, "correct horse")


class Gate:
    """Stands in the way of a check and counts who is at it."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.open = threading.Event()
        self._lock = threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        assert self.open.wait(10)
        with self._lock:
            self.inside -= 1


async def test_abuse_57_few_checks_run_at_once_and_not_many_wait(passwords: Passwords) -> None:
    gate = Gate()
    checks = [asyncio.ensure_future(passwords._in_turn(gate)) for _ in range(105)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gate.open.set()
    answers = await asyncio.gather(*checks, return_exceptions=True)
    assert sum(isinstance(answer, Unavailable) for answer in answers) == 5
    assert gate.most <= 2
