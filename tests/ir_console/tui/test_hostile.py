"""What an attacker writes reaches the terminal as visible text and nothing else.

Puts hostile text into every field, walks through every screen, and reads what the driver was
given to write.
"""

import ast
import re
from pathlib import Path

import pytest
from textual import events
from textual.drivers.headless_driver import HeadlessDriver

import ir_console.tui
from ir_client.errors import ConflictError
from ir_client.wire.auth import UserRef
from tests.support.builders import a_user, an_alert
from tests.support.console import a_console
from tests.support.memory_server import MemoryServer

HOSTILE = (
    "\x1b]2;PWNED\x1b\\",
    "\x1b]52;c;UFdORUQ=\x07",
    "\x1b[2J\x1b[H\x1b[31mclosed",
    "\x9b2J\x9d2;PWNED\x9c",
    "[@click=app.quit]click me[/]",
    "a [/foo] b [on red]c",
    "[link=https://evil.example]x[/link] $accent [b",
    "invoice\u202egnp.exe\u2066\u200b\U000e0041",
    "null\x00bell\x07back\x08tab\tvertical\x0bdel\x7f",
    "line\nbreak\r\nreturn",
    '[true, false] {"a": [1]}',
    "e" + "\u0301" * 200,
    "漢字" * 60,
    "\\[escaped\\]",
)

# Colours, cursor moves, modes: what the toolkit itself writes.
ALLOWED = re.compile(
    r"\x1b\[[0-9;?]*[mHhlu]|\x1b\[\?[0-9;]*\$p|\x1b\[[<>][0-9;]*[a-z]|\x1b\]22;[a-z]+\x07"
)
HIDDEN = "[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069\\u200b]"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that the driver is given to write."""
    pieces: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "is_headless", property(lambda _: False))
    monkeypatch.setattr(HeadlessDriver, "write", lambda _, data: pieces.append(data))
    return pieces


def a_hostile_server() -> MemoryServer:
    evil = "\x1b]2;PWNED\x1b\\[@click=app.quit]"
    server = MemoryServer(me=a_user(id=7, username=f"me{evil}", full_name=evil))
    for number, text in enumerate(HOSTILE, start=1):
        server.hold(
            an_alert(
                id=number,
                title=text,
                description=text,
                severity=("critical", "high", text)[number % 3],
                status=("new", text)[number % 2],
                source=text,
                rule_name=text,
                affected_hostname=text,
                affected_user=text,
                external_alert_id=text,
                incident_id=text,
                team=text,
                tags=(text,),
                enrichment_data={text: [text]},
                investigation_notes=text,
                assigned_analyst=UserRef(id=9, username=text, full_name=text),
            )
        )
        server.change(number, by=text, affected_user=text)
    return server


@pytest.mark.parametrize("size", [(80, 24), pytest.param((160, 50), marks=pytest.mark.prove)])
async def test_abuse_61_hostile_text_never_reaches_the_terminal_as_it_is(
    size: tuple[int, int], written: list[str]
) -> None:
    server = a_hostile_server()
    async with a_console(server, size=size) as console:
        await console.until(lambda: len(console.app.state.view) == len(HOSTILE))
        await console.press("enter")
        for _ in HOSTILE:
            await console.press("J", "ctrl+d", "ctrl+d")
        await console.press("escape", "g")
        for key in "PvyoMrHCS":
            await console.press(key, "down", "escape", "escape")
        for key in "scx":
            await console.press(key, "escape")
        await console.press("space", "V", "*")
        for key in "asx":
            await console.press(key, "escape")
        await console.press("escape")
        for number, text in enumerate(HOSTILE, start=100):
            server.publish(an_alert(id=number, title=text, rule_name=text, severity="critical"))
        await console.until(lambda: len(console.app.state.view) == 2 * len(HOSTILE))
        server.call_fails = ConflictError(HOSTILE[0], status=409)
        await console.press("a")
        await console.until(lambda: not console.app.state.pending)
        await console.press("s")
        server.change(console.cursor or 0, by=HOSTILE[0], status=HOSTILE[2])
        await console.press("2")
        await console.sees("changed meanwhile")
        await console.press("escape")
        for key in ("/", "c", "x", "?", "ctrl+p"):
            await console.press(key)
            console.app.post_message(events.Paste("".join(HOSTILE)))
            await console.pilot.pause(0.05)
            await console.press("escape")
        server.go_down(HOSTILE[0])
        await console.sees("Reconnecting")
        assert console.app.is_running
    everything = "".join(written)
    assert len(everything) > 10_000
    rest = ALLOWED.sub("", everything)
    assert not re.findall(f".{{0,20}}{HIDDEN}", rest)


async def test_pages_and_files_show_hostile_text_and_send_none_of_it(written: list[str]) -> None:
    server = a_hostile_server()
    evil = "".join(HOSTILE[:5])
    incident = server.incidents.make(evil, evil, description=evil, tags=(evil,), alert_ids=(1, 2))
    server.incidents.change(incident.incident_id, by=evil, notes=evil, status=evil)
    async with a_console(server, size=(160, 50)) as console:
        await console.until(lambda: len(console.app.state.view) == len(HOSTILE))
        await console.press("i")
        await console.sees("INC-2026-0001")
        await console.press("enter")
        await console.sees("Timeline", "created")
        await console.press("c", "escape", "s", "escape", "escape", "escape")
        await console.press("I")
        await console.sees("There is no alert to escalate")
        server.publish(an_alert(id=99, title=evil, rule_name=evil))
        await console.until(lambda: 99 in console.app.state.book)
        await console.press("g", "I")
        await console.sees("Escalate 1 alert")
        await console.press("escape", "X", "escape", "*", "s")
        await console.sees("Status of")
        server.change(3, by=evil, status=evil)
        await console.press("2")
        await console.until(lambda: console.app.bulk.last is not None)
        await console.press("O", "enter")
        await console.sees("you saw")
        await console.press("escape", "escape", "escape")
        server.go_down(evil)
        await console.sees("Reconnecting")
        await console.press("c")
        console.app.post_message(events.Paste(evil))
        await console.press("a", "enter", "W")
        await console.sees("Not sent", "comment")
    rest = ALLOWED.sub("", "".join(written))
    assert not re.findall(f".{{0,20}}{HIDDEN}", rest)


async def test_clicking_hostile_text_runs_nothing() -> None:
    server = MemoryServer()
    server.hold(an_alert(title="[@click=app.quit]" * 5, description="[@click=app.quit]x" * 9))
    async with a_console(server, size=(160, 50)) as console:
        await console.sees("[@click=app.quit]")
        await console.pilot.click("#table", offset=(40, 0), times=2)
        for line in range(1, 20, 3):
            await console.pilot.click("#reader", offset=(25, line))
        await console.press("j")
        assert console.app.is_running


def sources() -> list[Path]:
    return sorted(Path(ir_console.tui.__file__).parent.rglob("*.py"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.stem)
def test_nothing_is_built_as_markup(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        assert name not in {"from_markup", "notify", "from_text"}, f"line {node.lineno}"
        if name in {"Static", "Label", "update"} and len(node.args) == 1:
            first = node.args[0]
            is_content = isinstance(first, ast.Call) and getattr(first.func, "id", "") == "Content"
            assert is_content, f"line {node.lineno}: a str would be parsed as markup"
