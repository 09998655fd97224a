"""The console without a terminal: last screen as text and as a picture; and how it fails."""

import asyncio
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ir_console.settings import ConsoleSettings
from ir_console.tui.app import ConsoleApp
from ir_console.tui.crash import crash_words, write_report
from ir_console.tui.headless import NotReachedError, run_headless
from tests.support.builders import an_alert
from tests.support.memory_server import MemoryServer


def an_app(alerts: int = 3) -> ConsoleApp:
    server = MemoryServer()
    for number in range(1, alerts + 1):
        server.hold(an_alert(id=number, title=f"Alert {number}"))
    return ConsoleApp(server, settings=ConsoleSettings(), profile="test")


async def test_last_screen_is_returned_as_text(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    picture = tmp_path / "console.svg"
    text = await run_headless(
        an_app(), until=lambda app: len(app.state.view) == 3, size=(100, 30), picture=picture
    )
    assert "Alert 3" in text
    assert len(text.splitlines()) == 30
    assert asyncio.all_tasks() == before
    svg = picture.read_text(encoding="utf-8")
    ElementTree.fromstring(svg)
    assert "Alert&#160;3" in svg
    assert "http" not in svg.replace("http://www.w3.org", "").replace(
        "https://www.textualize.io", ""
    )


async def test_last_screen_shows_what_was_taken_in_before_its_frame_was_due() -> None:
    server = MemoryServer()
    server.hold(an_alert(id=1))
    app = ConsoleApp(server, settings=ConsoleSettings(frames_per_second=3), profile="test")

    def until(app: ConsoleApp) -> bool:
        if len(app.state.book) == 1:
            server.publish(an_alert(id=2))
        return len(app.state.book) == 2

    assert "2 of 2" in await run_headless(app, until=until, size=(100, 30))


async def test_what_never_happens_is_an_error_with_the_screen() -> None:
    with pytest.raises(NotReachedError) as caught:
        await run_headless(an_app(), until=lambda app: False, timeout=0.3)
    assert "IR Console" in caught.value.screen


def a_failure() -> Exception:
    try:
        secret = "token-abc"
        raise ValueError(f"bad {secret} \x1b[2J")
    except ValueError as error:
        return error


def test_crash_report_holds_neither_locals_nor_the_error_text(tmp_path: Path) -> None:
    path = write_report(a_failure(), tmp_path)
    assert path is not None
    report = path.read_text(encoding="utf-8")
    assert "ValueError" in report
    assert "test_headless.py" in report
    assert "bad token-abc" not in report
    assert path.stat().st_mode & 0o777 == 0o600
    assert "token" not in crash_words(a_failure(), path)


def test_report_that_cannot_be_written_is_left_out(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert write_report(a_failure(), blocked) is None
    assert crash_words(a_failure(), None).endswith("was closed.")


async def test_crash_restores_the_terminal_and_tells_no_secret(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ir_console.tui.crash.user_log_path", lambda _: tmp_path)
    app = an_app()

    def fail() -> None:
        secret = "token-abc"
        raise RuntimeError(f"bad {secret}")

    async def run() -> None:
        async with app.run_test() as pilot:
            app.call_later(fail)
            await pilot.pause()

    with pytest.raises(RuntimeError):
        await run()
    said = capsys.readouterr().err
    assert "The console failed (RuntimeError)" in said
    assert "token-abc" not in said
    assert app.return_code == 1
