"""How the console looks while the connection is on its way, away or refused: cell by cell.

One console for each size paints all of them, as its links would be at one moment. After a change
that is meant, look at the difference and write them anew: `make golden`.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from ir_console.feed import Feed
from ir_console.model import link as links
from ir_console.model.bulk import unanswered
from ir_console.model.decisions import Decision
from ir_console.model.escalation import Joining
from ir_console.model.link import CaughtUp, Link, LinkState, Loading
from ir_console.model.triage import Action
from ir_console.model.undo import Before
from ir_console.tui.screen_text import screen_text
from tests.ir_console.tui.test_golden_screens import (
    LARGE,
    MIDDLE,
    SMALL,
    a_server,
    compare,
    is_calm,
)
from tests.support.console import Console, a_console

GOLDEN = Path(__file__).with_name("golden_links")
NOW = 1000.0
BROKE = "connection refused"

CONNECTING = Link()
WAITING = Link(LinkState.WAITING, attempt=3, retry_at=NOW + 7, reason=BROKE, heard_at=NOW - 98)
REFUSED = Link(
    LinkState.REFUSED,
    reason="The token has expired",
    hint="Log in again: ir-console login",
    heard_at=NOW - 98,
)
FAILED = Link(LinkState.FAILED, reason="The server does not speak our protocol", heard_at=NOW - 98)
RETRYING = Link(LinkState.CONNECTING, attempt=4, heard_at=NOW - 98)

# Without an alert, and with some; every word of them is in the small one.
EMPTY = {
    "connecting": CONNECTING,
    "waiting": Link(LinkState.WAITING, attempt=3, retry_at=NOW + 7, reason=BROKE),
    "refused": REFUSED,
    "failed": FAILED,
    "loading": Link(LinkState.LIVE, loading=Loading(400, 2000), heard_at=NOW),
    "not-loaded": Link(LinkState.LIVE, load_problem="the server took too long", heard_at=NOW),
}
FILLED = {
    "waiting": WAITING,
    "retrying": RETRYING,
    "catching-up": Link(LinkState.CATCHING_UP, heard_at=NOW - 98),
    "back": Link(LinkState.LIVE, heard_at=NOW, caught_up=CaughtUp(NOW - 1, 42)),
    "refused": REFUSED,
    "failed": FAILED,
    "silent": Link(LinkState.LIVE, heard_at=NOW - 40, latency=0.14),
}
SHOWN_AT = {
    SMALL: (EMPTY, FILLED),
    MIDDLE: ({"waiting": EMPTY["waiting"]}, {"waiting": WAITING, "refused": REFUSED}),
    LARGE: ({"refused": REFUSED}, {"waiting": WAITING}),
}
SIZES = [pytest.param(size, id="x".join(map(str, size))) for size in SHOWN_AT]


def names_at(size: tuple[int, int]) -> set[str]:
    empty, filled = SHOWN_AT[size]
    width, _ = size
    names = {f"empty-{name}-{width}" for name in empty} | {
        f"rows-{name}-{width}" for name in filled
    }
    return names | {f"queue-waits-{width}", f"queue-refused-{width}"}


@pytest.fixture(autouse=True)
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that is said of the connection is said at the same moment."""
    bar: Callable[..., links.Bar] = links.link_bar
    empty: Callable[..., links.Placeholder] = links.placeholder
    for module, name, made in (
        ("live_bars", "link_bar", bar),
        ("screens.live", "placeholder", empty),
    ):
        at_once = partial(_at, made)
        monkeypatch.setattr(f"ir_console.tui.{module}.{name}", at_once)
    # Once a second the link is measured, which would make it another one.
    monkeypatch.setattr(Feed, "measure", lambda _: None)


def _at(made: Callable[..., object], link: Link, _now: float, **given: object) -> object:
    return made(link, NOW, **given)


async def paint(console: Console, name: str, link: Link) -> None:
    app = console.app
    app.feed.link = link
    app.show_frame()
    app.live.repaint()
    await is_calm(console)
    compare(f"{name}-{app.size.width}.txt", screen_text(app), folder=GOLDEN)


@pytest.mark.parametrize("size", SIZES)
async def test_console_without_alerts_looks_as_it_did(size: tuple[int, int]) -> None:
    async with a_console(a_server(0), size=size) as console:
        await console.sees("No alerts. All quiet.")
        for name, link in SHOWN_AT[size][0].items():
            await paint(console, f"empty-{name}", link)


@pytest.mark.parametrize("size", SIZES)
async def test_console_with_alerts_looks_as_it_did(size: tuple[int, int]) -> None:
    async with a_console(a_server(12), size=size, toast_severity="none") as console:
        await console.until(lambda: len(console.app.state.book) == 12)
        if console.app.live.is_rail_shown:
            await console.sees("Rules ─", "Users ─")  # counted after a second
        for name, link in SHOWN_AT[size][1].items():
            await paint(console, f"rows-{name}", link)
        await console.press("W")
        queue_some(console)
        await paint(console, "queue-waits", WAITING)
        refuse_some(console)
        await paint(console, "queue-refused", WAITING)


def queue_some(console: Console) -> None:
    """One action on one alert, one on some, and an incident that is to be made."""
    queue, book = console.app.state.queue, console.app.state.book
    alerts = [alert for one in range(1, 8) if (alert := book.alert(one)) is not None]
    queue.add(Decision(Action.CLOSE, "false_positive"), alerts[0])
    queue.add_many(Decision(Action.TAKE), {one.id: Before.of(one) for one in alerts[1:5]})
    joins = Joining(title="Beacons on three hosts", severity="high", priority="P2")
    queue.add_many(joins, {one.id: Before.of(one) for one in alerts[5:]})


def refuse_some(console: Console) -> None:
    """The first one was closed by someone else, and some of the others changed."""
    queue = console.app.state.queue
    one, many, _ = queue
    queue.refuse(one.number, "changed meanwhile: priya closed it", is_conflict=True)
    results = [*unanswered([2], "changed_since"), *unanswered([3, 4], "forbidden")]
    queue.done_many(many.number, [*results, *unanswered([5], "not_found")], {})


def test_nothing_is_kept_that_is_not_compared() -> None:
    names = set().union(*map(names_at, SHOWN_AT))
    assert {path.stem for path in GOLDEN.iterdir()} == names
