"""Keep a bundled server for a parent, and leave nothing behind when the parent ends.

Run as `python -m ir_console.cli.keeper`. Makes a temporary directory, starts the server in it,
and waits until its own stdin closes, which the kernel does however the parent dies. Then it ends
the server and removes the directory. It is a process of its own session: signals of a terminal
go to the parent, not to it. The server in turn watches this process the same way.

Imports the standard library only: it starts for every demo and smoke run.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import FrameType

DIRECTORY_LINE = "keeping "
LISTENING = b"listening on "
_PREFIX = "ir-console-"
_PATIENCE_SECONDS = 10.0
_LAST_WORDS_BYTES = 4096


def keep() -> int:
    """Run the server until the parent is gone; returns the server's exit code."""
    directory = Path(tempfile.mkdtemp(prefix=_PREFIX))
    try:
        _tell(f"{DIRECTORY_LINE}{directory}\n".encode())
        with _started(directory) as server:
            try:
                last_words = _until_the_end(server)
            finally:
                code = _ended(server)
        if code:
            _tell(last_words)
        return code
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _started(directory: Path) -> subprocess.Popen[bytes]:
    database = f"sqlite:///{directory / 'ir-central.db'}"
    options = ["--port", "0", "--database", database, "--until-stdin-closes"]
    return subprocess.Popen(
        [sys.executable, "-m", "server_stub", *options],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=directory,
    )


def _until_the_end(server: subprocess.Popen[bytes]) -> bytes:
    """Return when the parent or the server is gone, with what the server said last.

    What it says until it listens is passed on. The rest is held here: a parent that does not read
    would fill its pipe, and a full pipe stops the server at its next log line.
    """
    assert server.stderr is not None
    parent, words = sys.stdin.fileno(), server.stderr.fileno()
    said, listens = b"", False
    while True:
        readable, _, _ = select.select([parent, words], [], [])
        if words in readable:
            chunk = os.read(words, 65_536)
            if not chunk:
                return said
            if not listens:
                _tell(chunk)
            said = (said + chunk)[-_LAST_WORDS_BYTES:]
            # The line may come in pieces: the address counts when its end is there.
            listens = listens or b"\n" in said.partition(LISTENING)[2]
        if parent in readable and not os.read(parent, 4096):
            return said


def _ended(server: subprocess.Popen[bytes]) -> int:
    """Close the server's stdin and let it end by itself; end it if it does not."""
    try:
        server.communicate(timeout=_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
    return server.wait()


def _tell(words: bytes) -> None:
    # A parent that has died has nobody to read this.
    with suppress(BrokenPipeError):
        os.write(sys.stderr.fileno(), words)


def _stop(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 # the signal's signature
    raise SystemExit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _stop)
    sys.exit(keep())
