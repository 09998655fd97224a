"""Every screen looks as it did: its text, cell by cell, and of a dozen the colours too.

After a change that is meant, look at the difference and write them anew: `make golden`.
"""

import os
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from ir_client.wire.auth import UserRef
from ir_console.tui.screen_text import screen_text
from tests.support.builders import NOON, an_alert
from tests.support.console import Console, a_console
from tests.support.memory_server import MemoryServer

GOLDEN = Path(__file__).with_name("golden")
IS_WRITTEN_ANEW = os.environ.get("IR_WRITE_GOLDEN") == "1"
SMALL, MIDDLE, LARGE = (80, 24), (120, 40), (200, 60)


@dataclass(frozen=True)
class Look:
    """A screen, and the keys that lead to it."""

    name: str
    keys: str = ""
    size: tuple[int, int] = SMALL
    theme: str = "dark"
    alerts: int = 12
    in_colour: bool = False
    shows: str = ""
    """What is there only after a while, and has to be waited for."""


LOOKS = (
    Look("live-small", in_colour=True),
    Look("live-middle", size=MIDDLE, in_colour=True),
    Look("live-large", size=LARGE, in_colour=True, shows="Hosts ──"),
    Look("live-light", size=MIDDLE, theme="light", in_colour=True),
    Look("live-high-contrast", size=MIDDLE, theme="high-contrast", in_colour=True),
    Look("live-color-blind", size=MIDDLE, theme="color-blind", in_colour=True),
    Look("live-least", size=(60, 15)),
    Look("too-small", size=(40, 10)),
    Look("empty", alerts=0, in_colour=True),
    Look("reader-small", "j enter", in_colour=True),
    Look("reader-middle", "j enter", size=MIDDLE),
    Look("marks", "space space j V", in_colour=True),
    Look("filter", "slash s e v e r i t y colon h i g h", in_colour=True),
    Look("filter-mistake", "slash s e v e r i t y colon left_parenthesis h", in_colour=True),
    Look("filter-nothing", "slash x y z z y enter"),
    Look("status", "s", in_colour=True),
    Look("close", "x"),
    Look("comment", "c"),
    Look("bulk-status", "space space s"),
    Look("bulk-close", "space space x"),
    Look("escalate", "space space I"),
    Look("help", "question_mark"),
    Look("help-middle", "question_mark", size=MIDDLE),
    Look("pager", "v"),
    Look("copy", "y"),
    Look("related", "P"),
    Look("mute", "M"),
    Look("remind", "r"),
    Look("said", "H"),
    Look("tops", "C"),
    Look("shift", "S", size=MIDDLE),
    Look("incidents-none", "i"),
    Look("incident", "a i enter"),
    Look("export", "X"),
    Look("queue-none", "W"),
    Look("outcomes-none", "O"),
    Look("commands", "colon"),
    Look("menu", "m"),
    Look("groups", "colon g r o u p space r u l e enter"),
)


def a_server(alerts: int) -> MemoryServer:
    """A quiet afternoon."""
    server = MemoryServer()
    rules = ("Beacon to a known address", "Ransom note written", "New scheduled task")
    severities = ("critical", "high", "medium", "low", "info")
    statuses = ("new", "triaged", "investigating", "new")
    for number in range(1, alerts + 1):
        then = NOON - timedelta(minutes=3 * (alerts - number))
        rule = rules[number % 3]
        is_owned = number % 4 == 0
        server.hold(
            an_alert(
                id=number,
                title=f"{rule} on web-{number % 5:02d}",
                rule_name=rule,
                severity=severities[number % 5],
                status=statuses[number % 4],
                affected_hostname=f"web-{number % 5:02d}",
                affected_user=("m.okafor", "j.tanaka")[number % 2],
                source_ip=f"10.20.0.{number}",
                destination_ip="203.0.113.7",
                description="Seen by the sensor: http://evil.example/payload",
                assigned_analyst=UserRef(id=9, username="priya") if is_owned else None,
                assigned_analyst_id=9 if is_owned else None,
                received_at=then,
                detected_at=then,
                created_at=then,
                updated_at=then,
            )
        )
    return server


async def is_calm(console: Console) -> None:
    """Wait until nothing is read any more and the screen stays as it is."""
    text, since = console.text, 0
    while since < 5:
        await console.pilot.pause(0.01)
        is_read = all(one.is_finished or one.group == "feed" for one in console.app.workers)
        since = since + 1 if is_read and console.text == text else 0
        text = console.text


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
async def test_screen_looks_as_it_did(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/dana")
    for module in ("related_reader", "timeline_reader"):
        monkeypatch.setattr(f"ir_console.tui.{module}._DELAY_SECONDS", 0)
    # A cursor that blinks looks otherwise where the machine is slow.
    monkeypatch.setattr(Input, "_toggle_cursor", lambda _: None)
    monkeypatch.setattr(TextArea, "_toggle_cursor_blink_visible", lambda _: None)
    settings = {"theme": look.theme, "toast_severity": "none"}
    async with a_console(a_server(look.alerts), size=look.size, **settings) as console:
        await console.until(lambda: len(console.app.state.book) == look.alerts)
        for key in look.keys.split():
            await console.press(key)
            await is_calm(console)
        await console.sees(look.shows)
        await is_calm(console)
        compare(look.name + ".txt", screen_text(console.app))
        if look.in_colour:
            compare(look.name + ".svg", picture(console))


def picture(console: Console) -> str:
    """The screen in colour, without what names fonts of other places."""
    drawn = console.app.export_screenshot(title=None)
    return re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)


def compare(name: str, seen: str, *, folder: Path = GOLDEN) -> None:
    path = folder / name
    if IS_WRITTEN_ANEW:
        path.write_text(seen, encoding="utf-8")
    assert seen == path.read_text(encoding="utf-8"), f"{name}: `make golden` if it is meant"


def test_nothing_is_kept_that_is_not_compared() -> None:
    names = {f"{look.name}.txt" for look in LOOKS}
    names |= {f"{look.name}.svg" for look in LOOKS if look.in_colour}
    assert {path.name for path in GOLDEN.iterdir()} == names
