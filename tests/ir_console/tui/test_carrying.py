"""From an alert to the pager, the clipboard and the browser."""

import pytest

import ir_console.tui.browser
from ir_console.tui.browser import browser_command, open_in_browser
from tests.support.builders import an_alert
from tests.support.console import a_console
from tests.support.memory_server import MemoryServer


def a_server(**fields: object) -> MemoryServer:
    server = MemoryServer()
    server.hold(an_alert(affected_hostname="web-01\x1b[2J", **fields))
    return server


async def test_pager_shows_searches_and_leaves() -> None:
    async with a_console(a_server(description="needle here"), size=(80, 24)) as console:
        await console.sees("Suspicious")
        await console.press("v")
        await console.sees("#1 as JSON", '"title": "Suspicious PowerShell"')
        await console.press("slash")
        await console.type("needle")
        await console.sees("1 of", "needle here")
        await console.press("enter", "n", "y")
        await console.sees("✓ handed to the terminal")
        assert console.app.clipboard.isascii()
        await console.press("q")
        await console.no_longer_sees("as JSON")


async def test_copy_says_what_was_copied_and_what_is_copied_is_safe() -> None:
    async with a_console(a_server()) as console:
        await console.sees("Suspicious")
        await console.press("y")
        await console.sees("Copy of #1", "JSON, exact")
        await console.press("2")
        await console.sees("✓ Copied the host", "OSC 52")
        assert console.app.clipboard == "web-01␛[2J"


async def test_link_is_opened_only_after_a_look_and_a_yes(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def note(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr("ir_console.tui.carrying.open_in_browser", note)
    async with a_console(a_server(description="https://аpple.example/x")) as console:
        await console.sees("Suspicious")
        await console.press("o")
        await console.sees("xn--pple-43d.example", "Cyrillic")
        await console.press("enter")
        assert opened == []
        await console.press("o")
        await console.sees("Open this link?")
        await console.press("right", "enter")
        await console.sees("✓ Opened in the browser: xn--pple-43d.example")
        assert opened == ["https://xn--pple-43d.example/x"]


async def test_where_there_is_no_browser_the_link_is_copied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ir_console.tui.carrying.open_in_browser", lambda _: False)
    async with a_console(a_server(description="https://a.example/x")) as console:
        await console.sees("Suspicious")
        await console.press("o")
        await console.sees("Open this link?")
        await console.press("right", "enter")
        await console.sees("the link was copied instead")
        assert console.app.clipboard == "https://a.example/x"


def test_nothing_but_http_is_handed_to_a_browser() -> None:
    with pytest.raises(ValueError, match="http"):
        open_in_browser("file:///etc/passwd")


def test_browser_is_only_one_with_a_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ir_console.tui.browser.shutil, "which", lambda name: f"/bin/{name}")
    assert browser_command({}, platform="linux") is None
    assert browser_command({"DISPLAY": ":0"}, platform="linux") == "/bin/xdg-open"
    assert browser_command({}, platform="darwin") == "/bin/open"
