"""Start the bundled server for this process, with secrets that nobody else knows.

The server runs under a keeper (see `keeper`), which ends it and removes its files when this
process is gone, however it went. Secrets go through the environment, never through arguments.
"""

import asyncio
import os
import re
import secrets
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr

from ir_client.errors import IRError

from .keeper import DIRECTORY_LINE, LISTENING

ADMIN = "admin"
START_SECONDS = 30.0
STOP_SECONDS = 15.0

_LISTENING = re.compile(rf"{LISTENING.decode()}(http://\S+)")
_LAST_WORDS = 5
_BYTES_OF_SECRET = 24

# The server is made for this run: what the shell says of another one must not reach it.
_FOREIGN = ("IR_SERVER_", "DATABASE_URL", "SECRET_KEY")

# Logins of a demo need not withstand a theft of its database, which is gone in minutes.
_QUICK_HASHES = {"IR_SERVER_ARGON2_MEMORY_KIB": "8192", "IR_SERVER_ARGON2_TIME_COST": "1"}


class ServerStartError(IRError):
    """The bundled server ended, or said nothing, instead of listening."""

    hint = "Run `ir-console serve --port 0` to see what it says."


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A running server, its first user's password and its first endpoint token."""

    url: str
    admin_password: SecretStr
    ingest_token: SecretStr


@asynccontextmanager
async def local_server() -> AsyncIterator[LocalServer]:
    """A server on a free loopback port with an empty temporary database.

    On the way out it has ended, and its files are gone.
    """
    password, token = (SecretStr(secrets.token_urlsafe(_BYTES_OF_SECRET)) for _ in range(2))
    keeper = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "ir_console.cli.keeper",
        stdin=PIPE,
        stdout=DEVNULL,
        stderr=PIPE,
        env=_environment(os.environ, password, token),
        start_new_session=True,
    )
    words = _Words(keeper)
    try:
        yield LocalServer(await words.address(), password, token)
    finally:
        await _stop(keeper)
        words.sweep()


def _environment(env: Mapping[str, str], password: SecretStr, token: SecretStr) -> dict[str, str]:
    ours = {name: value for name, value in env.items() if not name.startswith(_FOREIGN)}
    return (
        ours
        | _QUICK_HASHES
        | {
            "IR_SERVER_SECRET_KEY": secrets.token_urlsafe(2 * _BYTES_OF_SECRET),
            "IR_SERVER_ADMIN_PASSWORD": password.get_secret_value(),
            "IR_SERVER_INGEST_TOKEN": token.get_secret_value(),
        }
    )


class _Words:
    """What keeper and server say on stderr: the directory, the address, the last lines."""

    def __init__(self, keeper: Process) -> None:
        assert keeper.stderr is not None
        self._lines = keeper.stderr
        self._last: deque[str] = deque(maxlen=_LAST_WORDS)
        self._directory: str | None = None

    async def address(self) -> str:
        """The server's address, once it listens."""
        try:
            async with asyncio.timeout(START_SECONDS):
                while line := await self._next():
                    if found := _LISTENING.search(line):
                        return found[1]
        except TimeoutError:
            what = f"did not start within {START_SECONDS:.0f} s"
        else:
            what = "ended at once"
        said = " / ".join(self._last) or "nothing"
        raise ServerStartError(f"The bundled server {what}; it said: {said}")

    def sweep(self) -> None:
        """Remove the directory, should the keeper have been killed before it could."""
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)

    async def _next(self) -> str:
        line = (await self._lines.readline()).decode(errors="replace")
        if line.startswith(DIRECTORY_LINE):
            self._directory = line.removeprefix(DIRECTORY_LINE).strip()
        elif text := line.strip():
            self._last.append(text)
        return line


async def _stop(keeper: Process) -> None:
    """Close the keeper's stdin, and wait until it has cleaned up."""
    assert keeper.stdin is not None
    keeper.stdin.close()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await keeper.wait()
    except TimeoutError:
        keeper.kill()
        await keeper.wait()
