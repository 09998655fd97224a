"""A server that lies: wrong types, missing fields, times that cannot be, revisions going back."""

import json
from collections.abc import Iterator
from typing import Any

from ir_client.stream.events import MalformedEvent, decode
from tests.support.builders import an_alert
from tests.support.console import a_console
from tests.support.memory_server import MemoryServer

TRUTH = an_alert(id=1, title="The truth", revision=5, status="investigating")

LIES: tuple[dict[str, Any], ...] = (
    {"id": None},
    {"id": "one"},
    {"id": 2**80},
    {"id": -1},
    {"title": 7},
    {"title": None},
    {"title": ""},
    {"severity": 3},
    {"severity": "apocalyptic"},
    {"status": None},
    {"status": "half-closed"},
    {"revision": "many"},
    {"revision": -4},
    {"received_at": "yesterday"},
    {"received_at": "0001-01-01T00:00:00Z"},
    {"received_at": "9999-12-31T23:59:59.999999Z"},
    {"received_at": 1e30},
    {"updated_at": None},
    {"tags": "prod"},
    {"tags": {"a": 1}},
    {"risk_score": "NaN"},
    {"risk_score": 10**9},
    {"confidence_score": -3.5},
    {"mitre_techniques": [None]},
    {"source_ip": ["10.0.0.1"]},
    {"destination_port": 70_000_000},
    {"assigned_analyst": "dana"},
    {"assigned_analyst": {"id": 3}},
    {"enrichment_data": [[[[]]]]},
    {"overdue": "perhaps"},
    {"seen_count": -2},
)


def frames() -> Iterator[str]:
    """Frames that are wrong in one place each, or in all."""
    alert = an_alert(id=2, title="A lie").model_dump(mode="json", exclude_unset=True)
    for lie in LIES:
        for kind in ("new_alert", "alert_updated"):
            yield json.dumps({"type": kind, "data": alert | lie})
    yield from (
        "",
        "null",
        "[]",
        '{"type": "new_alert"}',
        '{"type": "new_alert", "data": []}',
        '{"type": "new_alert", "data": {}}',
        '{"type": ["new_alert"]}',
        '{"type": "initial_data", "data": {"user": 5}}',
        '{"type": "alert_updated", "data": {"id": 1, "title": "\\ud800"}}',
        "[" * 5_000,
    )


async def test_lies_end_nothing_and_what_cannot_be_read_is_counted_on_the_screen() -> None:
    server = MemoryServer()
    server.hold(TRUTH)
    unreadable = 0
    async with a_console(server, size=(160, 50)) as console:
        await console.sees("The truth", "Live")
        assert server.stream is not None
        for frame in frames():
            event = decode(frame)
            unreadable += isinstance(event, MalformedEvent)
            server.stream.tell(event)
        assert unreadable > 10
        server.publish(an_alert(id=3, title="True again"))
        await console.sees("True again", f"{unreadable} frames could not be read")
        # What could be read is shown as it is, whatever it says.
        for key in ("g", "j", "enter", "J", "J", "escape", "G", "k", "s", "escape"):
            await console.press(key)
        assert console.app.is_running


async def test_revisions_that_go_back_change_nothing() -> None:
    server = MemoryServer()
    server.hold(TRUTH)
    async with a_console(server, size=(160, 50)) as console:
        await console.sees("The truth")
        assert server.stream is not None
        for revision in (4, 5, 1):
            old = TRUTH.model_copy(update={"title": "Old news", "revision": revision})
            raw = json.dumps({"type": "alert_updated", "data": old.model_dump(mode="json")})
            server.stream.tell(decode(raw))
        newer = TRUTH.model_copy(update={"title": "Newer truth", "revision": 6})
        raw = json.dumps({"type": "alert_updated", "data": newer.model_dump(mode="json")})
        server.stream.tell(decode(raw))
        await console.sees("Newer truth")
        assert "Old news" not in console.text
