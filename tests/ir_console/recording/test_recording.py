"""A stream that is recorded and played again is the same stream, at the same pace or another."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.errors import MissingFeature, StreamError
from ir_client.stream.events import Event, StateChanged
from ir_client.wire.events import AlertUpdated, NewAlert, Pong
from ir_client.wire.protocol2 import AlertRemoved
from ir_console.feed.ports import LiveStream
from ir_console.recording.lines import RecordingError, line_of, read_first_line, read_line
from ir_console.recording.player import Player
from ir_console.recording.recorder import Recorder
from tests.support.builders import an_alert

BEGAN = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
REMOVED = AlertRemoved.model_validate({"type": "alert_removed", "data": {"id": 1, "revision": 3}})
EVENTS: tuple[tuple[float, Event], ...] = (
    (0.5, NewAlert(data=an_alert(id=1))),
    (2.0, AlertUpdated.backfilled(an_alert(id=1, status="closed", revision=2))),
    (90.0, REMOVED),
)


def recorded(path: Path, events: tuple[tuple[float, Event], ...] = EVENTS) -> Path:
    """A recording of these events."""
    now = [100.0]
    with Recorder(path, began=BEGAN, clock=lambda: now[0]) as recorder:
        for after, event in events:
            now[0] = 100.0 + after
            recorder.keep(event)
    return path


async def played(player: Player) -> list[tuple[float, Event]]:
    """What comes, and when; ends with the recording."""
    loop, came = asyncio.get_running_loop(), []
    began = loop.time()
    async with player.events() as stream:
        events = aiter(stream)
        for _ in range(len(EVENTS) + 1):
            event = await anext(events)
            came.append((loop.time() - began, event))
        with pytest.raises(StreamError, match="ended"):
            await anext(events)
    return came


@pytest.mark.looptime
@pytest.mark.parametrize("speed", [1.0, 10.0, 0.5])
async def test_what_was_recorded_comes_again_at_the_pace_that_is_asked_for(
    tmp_path: Path, speed: float
) -> None:
    player = Player(recorded(tmp_path / "night"), speed=speed)
    (_, state), *came = await played(player)
    assert isinstance(state, StateChanged)
    assert [event for _, event in came] == [event for _, event in EVENTS]
    assert [event.origin for _, event in came if isinstance(event, NewAlert)] == ["live"]
    assert [event.origin for _, event in came if isinstance(event, AlertUpdated)] == ["backfill"]
    assert [at for at, _ in came] == pytest.approx([after / speed for after, _ in EVENTS])
    assert player.wall_clock() == pytest.approx(BEGAN.timestamp() + 90)


@pytest.mark.looptime
async def test_the_clock_on_the_wall_is_that_of_the_recording(tmp_path: Path) -> None:
    player = Player(recorded(tmp_path / "night"), speed=10)
    assert player.wall_clock() == BEGAN.timestamp()
    stream = aiter(player.events())
    for _ in range(3):
        await anext(stream)
    await asyncio.sleep(3)
    assert player.wall_clock() == pytest.approx(BEGAN.timestamp() + 2 + 30)


async def test_a_recording_answers_no_questions_and_takes_no_changes(tmp_path: Path) -> None:
    player = Player(recorded(tmp_path / "night"))
    assert [page async for page in player.alerts.list().pages()] == []
    with pytest.raises(MissingFeature):
        await player.alerts.timeline(1)
    with pytest.raises(MissingFeature):
        await player.alerts.update(1, None)


def test_a_recording_has_all_that_the_console_asks_of_a_stream(tmp_path: Path) -> None:
    stream = Player(recorded(tmp_path / "night")).events()
    asked = {name for name in vars(LiveStream) if not name.startswith("_")}
    assert asked
    assert all(hasattr(type(stream), name) for name in asked)


def test_a_recording_is_its_owners_alone_and_never_written_over(tmp_path: Path) -> None:
    path = recorded(tmp_path / "night")
    before = path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(RecordingError, match="is there already"):
        recorded(path)
    assert path.read_bytes() == before


def test_only_what_tells_of_alerts_and_incidents_is_kept(tmp_path: Path) -> None:
    path = recorded(tmp_path / "night", ((1.0, Pong()), EVENTS[0]))
    assert len(path.read_text().splitlines()) == 2


def test_each_event_is_in_the_file_as_soon_as_it_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "night"
    with Recorder(path, began=BEGAN, clock=lambda: 0.0) as recorder:
        recorder.keep(EVENTS[0][1])
        assert len(path.read_text().splitlines()) == 2


async def test_a_last_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    path = recorded(tmp_path / "night", ((0.0, EVENTS[0][1]), (0.0, EVENTS[1][1])))
    path.write_bytes(path.read_bytes()[:-10])
    events = aiter(Player(path).events())
    assert [await anext(events), await anext(events)][1] == EVENTS[0][1]
    with pytest.raises(StreamError, match="ended"):
        await anext(events)


@given(title=st.text(max_size=40), after=st.floats(0, 1e6))
def test_a_line_is_ascii_and_read_as_what_was_written(title: str, after: float) -> None:
    event = NewAlert(data=an_alert(id=1, title=title or "x"))
    line = line_of(event, after)
    assert line.isascii()
    assert "\n" not in line
    assert read_line(line, 2).event == event
    assert read_line(line, 2).after == pytest.approx(after, abs=0.001)


GOOD = json.loads(line_of(EVENTS[0][1], 1.0))  # type: ignore[arg-type] # a new alert


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "[]",
        "\x1b[2J",
        json.dumps(GOOD | {"after": -1}),
        json.dumps(GOOD | {"after": "1"}),
        json.dumps(GOOD | {"after": True}),
        json.dumps(GOOD | {"after": 1e300}),
        '{"after": NaN, "type": "pong"}',
        json.dumps(GOOD | {"type": "no_such_event"}),
        json.dumps(GOOD | {"data": {"id": "x"}}),
        json.dumps({"after": 1, "type": "alert_removed", "data": {"id": "\x1b[2J"}}),
    ],
)
def test_a_damaged_line_is_named_and_not_quoted(line: str) -> None:
    with pytest.raises(RecordingError, match=r"^Line 7 of the recording [ a-zA-Z]+$"):
        read_line(line, 7)


@pytest.mark.parametrize("line", ["", "{}", '{"recording": 3}', "not json", "[1]"])
def test_another_file_is_told_apart_from_a_recording(line: str) -> None:
    with pytest.raises(RecordingError):
        read_first_line(line)


@pytest.mark.parametrize("began", ["null", '"yesterday"', "7"])
def test_a_recording_says_when_it_began(began: str) -> None:
    with pytest.raises(RecordingError, match="when it began"):
        read_first_line(f'{{"recording": "ir-console/1", "began": {began}}}')
