"""Mutes, reminders and the history of messages, by their keys."""

from pathlib import Path
from typing import Any

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from ir_console.shelf import Shelf
from tests.support.builders import NOON, an_alert
from tests.support.console import a_console
from tests.support.memory_server import MemoryServer


def a_server() -> MemoryServer:
    server = MemoryServer()
    for number in (1, 2):
        server.hold(numbered(number))
    return server


def numbered(number: int, **fields: Any) -> Any:
    return an_alert(
        **{
            "id": number,
            "title": f"Alert {number}",
            "rule_name": "Noise",
            "affected_hostname": f"web-0{number}",
        }
        | fields
    )


async def test_rule_is_muted_listed_and_taken_back(tmp_path: Path) -> None:
    server, shelf = a_server(), Shelf(tmp_path / "kept.json")
    async with a_console(server, shelf=shelf) as console:
        await console.sees("Alert 2")
        await console.press("M")
        await console.sees("this rule: Noise", "this rule on web-02")
        await console.press("1", "1")
        await console.sees("✓ Muted until", "⊘ 1 muted, 0 silent")
        await console.press("D")
        server.publish(numbered(3))
        await console.sees("Alert 3", "1 muted, 1 silent")
        assert console.app.state.toasts.visible(console.app.clock()) == ()
        assert "Noise" in shelf.read()
        await console.press("M", "3")
        await console.sees("1 messages were spared")
        await console.press("1")
        await console.no_longer_sees("⊘")
        assert "Noise" not in shelf.read()


async def test_reminder_survives_a_restart_and_leads_back(tmp_path: Path) -> None:
    server, shelf = a_server(), Shelf(tmp_path / "kept.json")
    async with a_console(server, shelf=shelf) as console:
        await console.sees("Alert 2")
        await console.press("g", "r", "1")
        await console.sees("✓ #2 comes back")
    later = NOON.timestamp() + 60 + 31 * 60
    async with a_console(server, shelf=shelf, wall_clock=lambda: later) as console:
        await console.sees("Alert 2")
        console.app._tick()
        await console.sees("◷ Come back to #2", "◷ 1 due", "❯◷")
        await console.press("j", "r", "4")
        await console.sees("To come back to", "#2 Alert 2")
        await console.press("1")
        await console.no_longer_sees("1 due")
        assert console.cursor == 2


async def test_history_says_what_was_said_and_goes_to_the_alert() -> None:
    server = a_server()
    async with a_console(server, size=(80, 24)) as console:
        await console.sees("Alert 2")
        await console.press("H")
        await console.sees("Nothing was said yet")
        await console.press("escape", "G")
        server.publish(numbered(3, severity="critical"))
        await console.sees("◆ Critical  Noise")
        await console.press("D", "H")
        await console.sees("Messages · 1", "12:01:00  › ◆ Critical  Noise · web-03")
        await console.press("enter")
        await console.until(lambda: console.cursor == 3)


async def test_shelf_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with a_console(a_server(), shelf=Shelf(tmp_path / "file" / "kept.json")) as console:
        await console.sees("could not be read", "Alert 2")
        await console.press("r", "1")
        await console.sees("could not be kept")
        assert 2 in console.app.state.reminders


async def test_terminal_is_called_for_a_critical_alert_without_a_word_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pieces: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "is_headless", property(lambda _: False))
    monkeypatch.setattr(HeadlessDriver, "write", lambda _, data: pieces.append(data))
    server = a_server()
    async with a_console(server, bell=True, desktop_notice=True) as console:
        await console.sees("Alert 2")
        server.publish(numbered(3, severity="critical", title="\x07evil", rule_name="\x07evil"))
        await console.until(lambda: any("\x1b]9;" in piece for piece in pieces))
    notice = next(piece for piece in pieces if "\x1b]9;" in piece)
    assert notice == "\x1b]9;IR Console: 1 new critical alert\x07"
    assert "\x07" in pieces
