"""A real server process on a free port, with a database of its own, to be killed and restarted.

It ends when its standard input closes, so it outlives no test, however the test ends.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

ADMIN_PASSWORD = "admin-password-for-tests"
INGEST_TOKEN = "ingest-token-for-tests-0123456789"
SECRET_KEY = "a-secret-key-that-only-tests-use-0123456789"

START_SECONDS = 60
STOP_SECONDS = 60

CHEAP_PASSWORDS = {
    "IR_SERVER_ARGON2_MEMORY_KIB": "8",
    "IR_SERVER_ARGON2_TIME_COST": "1",
    "IR_SERVER_ARGON2_PARALLELISM": "1",
}


class LiveServer:
    """One server: its address stays the same over `kill` and `restart`."""

    def __init__(self, directory: Path, environment: dict[str, str] | None = None) -> None:
        self.admin_password = ADMIN_PASSWORD
        self.ingest_token = INGEST_TOKEN
        self.database = directory / "server.db"
        self.port = 0
        self._environment = environment or {}
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._lines: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def log(self) -> str:
        """All that the server wrote to stderr so far."""
        return "".join(self._lines)

    @property
    def _running(self) -> "subprocess.Popen[str]":
        assert self._process is not None, "the server is not running"
        return self._process

    def start(self) -> Self:
        """Start it, on the port that it had before if it had one."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "server_stub", *self._arguments()],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environ(),
        )
        first_line = self._first_line()
        self.port = int(first_line.rpartition(":")[2])
        self._reader = threading.Thread(target=self._read_log, args=(self._process,))
        self._reader.start()
        return self

    def kill(self) -> None:
        """End it with SIGKILL, as a crash of the machine would."""
        self._running.kill()
        self._clean_up()

    def stop(self) -> int:
        """End it as its owner would; returns its exit code."""
        process = self._running
        assert process.stdin is not None
        process.stdin.close()
        return self._clean_up()

    def terminate(self) -> int:
        """End it with SIGTERM; returns its exit code."""
        self._running.terminate()
        return self._clean_up()

    def restart(self) -> Self:
        """Start it again after `kill` or `stop`: same address, same database."""
        assert self._process is None, "kill or stop it first"
        return self.start()

    def _arguments(self) -> list[str]:
        database = f"sqlite:///{self.database}"
        return ["--port", str(self.port), "--database", database, "--until-stdin-closes"]

    def _environ(self) -> dict[str, str]:
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("IR_") and name not in {"DATABASE_URL", "SECRET_KEY"}
        }
        return {
            **inherited,
            **CHEAP_PASSWORDS,
            "SECRET_KEY": SECRET_KEY,
            "IR_SERVER_ADMIN_PASSWORD": self.admin_password,
            "IR_SERVER_INGEST_TOKEN": self.ingest_token,
            **self._environment,
        }

    def _first_line(self) -> str:
        process = self._running
        assert process.stderr is not None
        # Ends the wait for a line that never comes.
        patience = threading.Timer(START_SECONDS, process.kill)
        patience.start()
        try:
            line = process.stderr.readline()
        finally:
            patience.cancel()
        if not line.startswith("listening on http"):
            process.kill()
            log = line + process.stderr.read()
            self._clean_up()
            raise RuntimeError(f"the server did not start:\n{log}")
        self._lines.append(line)
        return line

    def _read_log(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr is not None
        self._lines.extend(process.stderr)

    def _clean_up(self) -> int:
        process = self._running
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            if self._reader is not None:
                self._reader.join()
            for pipe in (process.stdin, process.stderr):
                if pipe is not None:
                    pipe.close()
            self._process, self._reader = None, None
        return code

    @property
    def is_running(self) -> bool:
        return self._process is not None


@contextmanager
def running_server(
    directory: Path, environment: dict[str, str] | None = None
) -> Iterator[LiveServer]:
    """A server for as long as the block runs; it may be dead or alive at its end."""
    server = LiveServer(directory, environment).start()
    try:
        yield server
    finally:
        if server.is_running:
            server.stop()
