import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ir_console.cli.local_server import ServerStartError, local_server

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at /proc")

PATIENCE_SECONDS = 20


def wait_until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    # It may end at any time, also between opening what is said of it and reading that.
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def children_of(pid: int) -> list[int]:
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]


def descendants_of(pid: int) -> list[int]:
    return [one for child in children_of(pid) for one in (child, *descendants_of(child))]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary directories are made during the test."""
    directory = tmp_path / "tmp"
    directory.mkdir()
    monkeypatch.setenv("TMPDIR", str(directory))
    return directory


def left_in(directory: Path) -> list[Path]:
    return list(directory.iterdir())


def arguments_of(pids: list[int]) -> str:
    return "".join(Path(f"/proc/{pid}/cmdline").read_text() for pid in pids)


async def test_a_local_server_keeps_its_secrets_and_leaves_nothing(
    temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another_servers = tmp_path / "precious.db"
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{another_servers}")
    before = descendants_of(os.getpid())
    async with local_server() as server:
        processes = [pid for pid in descendants_of(os.getpid()) if pid not in before]
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{server.url}/healthz")).status_code == 200
        assert len(left_in(temporary)) == 1
        shown = arguments_of(processes) + repr(server)
        assert server.admin_password.get_secret_value() not in shown
        assert server.ingest_token.get_secret_value() not in shown
    assert not any(map(is_alive, processes))
    assert left_in(temporary) == []
    assert another_servers not in left_in(tmp_path)


async def test_a_server_that_cannot_start_says_why(
    temporary: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "server_stub"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("raise SystemExit('no room for me')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ServerStartError, match="ended at once; it said: no room for me"):
        async with local_server():
            pass
    assert left_in(temporary) == []


PARENT = """
import asyncio, sys
from ir_console.cli.local_server import local_server

async def main():
    async with local_server() as server:
        print(server.url, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


@contextmanager
def a_parent() -> Iterator["subprocess.Popen[bytes]"]:
    """A process with a server of its own, which listens; killed should the test leave it behind."""
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        try:
            assert parent.stdout.readline().startswith(b"http://127.0.0.1:")
            yield parent
        except BaseException:
            parent.kill()
            raise


def test_when_the_parent_is_killed_no_server_and_no_file_is_left(temporary: Path) -> None:
    with a_parent() as parent:
        processes = descendants_of(parent.pid)
        assert len(processes) == 2
        parent.kill()
    wait_until(lambda: not any(map(is_alive, processes)), "the server outlived its parent")
    assert left_in(temporary) == []


@pytest.mark.parametrize("killed_first", [0, 1])
def test_whichever_of_its_processes_is_killed_the_rest_cleans_up(
    temporary: Path, killed_first: int
) -> None:
    """The keeper first, or the server first; then the parent ends as it should."""
    with a_parent() as parent:
        processes = descendants_of(parent.pid)
        os.kill(processes[killed_first], signal.SIGKILL)
        wait_until(lambda: not is_alive(processes[1]), "the server outlived its keeper")
        parent.send_signal(signal.SIGINT)
    wait_until(lambda: not any(map(is_alive, processes)), "a process is left")
    assert left_in(temporary) == []
