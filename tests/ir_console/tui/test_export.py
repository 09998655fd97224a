"""Writing alerts to a file from the console."""

import json
import os
from pathlib import Path

import pytest

from tests.support.builders import an_alert
from tests.support.console import Console, a_console, at_sizes
from tests.support.memory_server import MemoryServer


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are named without their folder."""
    monkeypatch.chdir(tmp_path)


def a_server(alerts: int = 3) -> MemoryServer:
    server = MemoryServer()
    for number in range(1, alerts + 1):
        server.hold(an_alert(id=number, title=f"Alert {number:03}"))
    return server


async def write_to(console: Console, path: Path, choice: str) -> None:
    await console.press("X")
    await console.sees("Export", "JSON lines")
    await console.press("enter", "enter", choice, "ctrl+u", "ctrl+k")
    await console.type(str(path.relative_to(Path.cwd())))
    await console.press("enter")


@pytest.mark.parametrize("size", at_sizes((80, 24), (60, 15)))
async def test_shown_alerts_are_written_for_their_owner_alone(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with a_console(a_server(), size=size) as console:
        await console.sees("Alert 003")
        path = tmp_path / "out.jsonl"
        await write_to(console, path, "2")
        await console.sees("✓ 3 alerts written")
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert [line["id"] for line in lines] == [3, 2, 1]
        assert path.stat().st_mode & 0o777 == 0o600


async def test_marked_ones_are_written_and_hidden_ones_left_out(tmp_path: Path) -> None:
    async with a_console(a_server()) as console:
        await console.sees("Alert 003")
        await console.press("*", "/")
        await console.type("id: 3")
        await console.press("enter", "X")
        await console.sees("Export 1 alert (marked)", "2 marked and hidden by the filter")
        await console.press("escape")
        path = tmp_path / "out.csv"
        await write_to(console, path, "1")
        await console.sees("✓ 1 alert written")
        assert "Alert 003" in path.read_text()


async def test_file_that_exists_is_overwritten_only_after_a_question(tmp_path: Path) -> None:
    path = tmp_path / "out.md"
    path.write_text("mine")
    path.chmod(0o644)
    async with a_console(a_server()) as console:
        await console.sees("Alert 003")
        await write_to(console, path, "3")
        await console.sees("The file exists already")
        await console.press("enter")
        await console.no_longer_sees("The file exists already")
        assert path.read_text() == "mine"
        await write_to(console, path, "3")
        await console.sees("The file exists already")
        await console.press("2")
        await console.sees("✓ 3 alerts written")
        assert path.read_text().startswith("| id |")
        assert path.stat().st_mode & 0o777 == 0o600
        assert os.listdir(tmp_path) == ["out.md"]


async def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    async with a_console(a_server()) as console:
        await console.sees("Alert 003")
        await write_to(console, tmp_path / "no" / "such" / "x.csv", "1")
        await console.sees("✗ Not written: No such file or directory")
