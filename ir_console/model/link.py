"""The connection as the analyst sees it: the top line, and what stands where no rows are.

Says what is the case, how old the data is, and what to do next. Holds no socket and no clock.
"""

from dataclasses import dataclass
from enum import StrEnum

from ir_console.safe_text import safe_text

from .format import long_age, plural, rate
from .keymap import USUAL, Keymap
from .spans import Line, Span, Tone

CAUGHT_UP_SECONDS = 8.0
# The server pings every twenty seconds.
_SILENT_SECONDS = 25.0


class LinkState(StrEnum):
    CONNECTING = "connecting"
    LIVE = "live"
    CATCHING_UP = "catching_up"
    WAITING = "waiting"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What came back after a gap; not `is_complete` when some of it could not be had."""

    at: float
    missed: int
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Loading:
    """How far the first snapshot is; `total` None until the first page."""

    loaded: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """The connection now; times are seconds of one monotonic clock."""

    state: LinkState = LinkState.CONNECTING
    attempt: int = 0
    retry_at: float | None = None
    reason: str = ""
    hint: str = ""
    heard_at: float | None = None
    caught_up: CaughtUp | None = None
    loading: Loading | None = None
    load_problem: str = ""
    unreadable: int = 0
    """How many frames were not what they said they were: alerts may be missing."""
    latency: float | None = None
    """Seconds from a ping to its answer."""


class BarLook(StrEnum):
    """How loud the top line is."""

    CALM = "calm"
    GOOD = "good"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Bar:
    """The left part of the top line."""

    look: BarLook
    spans: Line


def link_bar(
    link: Link,
    now: float,
    *,
    alerts_per_second: float = 0.0,
    storm: str = "",
    keymap: Keymap = USUAL,
) -> Bar:
    """What the top line says of the connection."""
    retry_key = keymap.key("console.retry")
    if link.state is LinkState.LIVE:
        bar = _live_bar(link, now, alerts_per_second, retry_key)
        badge = (Span("  "), Span(f" ⚑ {storm} ", Tone.CRITICAL)) if storm else ()
        return Bar(bar.look, (*bar.spans, *badge))
    if link.state is LinkState.CONNECTING and link.heard_at is None:
        return Bar(BarLook.CALM, (Span("◌ Connecting…", Tone.ACCENT),))
    if link.state is LinkState.CATCHING_UP:
        return Bar(BarLook.CALM, (Span("◌ Catching up…", Tone.ACCENT),))
    if link.state is LinkState.REFUSED:
        return _alarm(f"■ Not authorised · {link.hint or link.reason}")
    retry = f"{retry_key} retry now"
    if link.state is LinkState.FAILED:
        # The reason is last: where there is no room, it is what can be done without.
        return _alarm(_join("■ Offline", _data_age(link, now), retry, link.reason))
    head = _countdown(link, now) if link.state is LinkState.WAITING else "◌ Reconnecting…"
    attempt = f"attempt {link.attempt}" if link.attempt > 1 else ""
    return _alarm(_join(head, attempt, _data_age(link, now), retry, link.reason))


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What stands in the middle of a table without rows."""

    tone: Tone
    title: str
    lines: tuple[str, ...] = ()


def placeholder(
    link: Link,
    now: float,
    *,
    known: int,
    filter_text: str,
    server: str,
    view: str = "",
    keymap: Keymap = USUAL,
) -> Placeholder:
    """Why there are no rows, and what to do about it; `view` where the filter is its own."""
    retry_key, leave = keymap.key("console.retry"), f"{keymap.key('console.quit')} quit"
    if known and filter_text and view:
        others = f"{plural(known, 'alert')} in other views"
        all_, first, last = (keymap.key(f"view.{number}") for number in (5, 1, 9))
        choose = f"{all_} shows all · {first}-{last} choose a view"
        return Placeholder(Tone.OK, f"Nothing in view {view}", (others, "", choose))
    if known and filter_text:
        shown_filter = safe_text(filter_text, 40)
        clear, change = keymap.key("look.back"), keymap.key("look.filter")
        hidden = f"{clear} clears the filter · {change} changes it"
        return Placeholder(
            Tone.STRONG,
            f"Nothing matches “{shown_filter}”",
            (f"{plural(known, 'alert')} hidden by the filter", "", hidden),
        )
    if link.state is LinkState.LIVE:
        return _empty(link, retry_key)
    if link.state is LinkState.REFUSED:
        refused = (link.reason, link.hint, "", f"{retry_key} try again · {leave}")
        return Placeholder(Tone.ERROR, "Not authorised", refused)
    if link.state is LinkState.FAILED:
        ended = (link.reason, link.hint, "", f"{retry_key} retry now · {leave}")
        return Placeholder(Tone.ERROR, "The connection ended", ended)
    if link.state is LinkState.WAITING:
        waiting = (link.reason, "", f"{_wait_words(link, now)} · {retry_key} retry now · {leave}")
        return Placeholder(Tone.WARNING, f"Cannot reach {server}", waiting)
    return Placeholder(Tone.ACCENT, f"Connecting to {server}…", ("This takes a moment.",))


def _empty(link: Link, retry_key: str) -> Placeholder:
    if link.load_problem:
        lines = (link.load_problem, "", f"New alerts still arrive · {retry_key} load again")
        return Placeholder(Tone.ERROR, "The alerts could not be loaded", lines)
    if link.loading is not None:
        return Placeholder(Tone.ACCENT, "Loading alerts…", ("The newest come first.",))
    when = "New ones appear here the moment they are ingested."
    how = "Send some:  ir-console ingest FILE"
    return Placeholder(Tone.OK, "No alerts. All quiet.", (when, "", how))


def _live_bar(link: Link, now: float, alerts_per_second: float, retry_key: str) -> Bar:
    caught_up = link.caught_up
    if caught_up is not None and now - caught_up.at < CAUGHT_UP_SECONDS:
        gap = "" if caught_up.is_complete else " · not all of it could be had: reloading"
        missed = (
            f"caught up after {caught_up.missed:,} missed" if caught_up.missed else "none missed"
        )
        words = f"✓ Live again · {missed}{gap}"
        return Bar(BarLook.GOOD, (Span(words, Tone.STRONG),))
    live: Line = (Span("● Live", Tone.OK), Span(f"  {rate(alerts_per_second)}", Tone.MUTED))
    if link.latency is not None:
        live = (*live, Span(f" · {latency_words(link.latency)}", Tone.MUTED))
    if link.heard_at is not None and now - link.heard_at > _SILENT_SECONDS:
        live = (*live, Span(f"  nothing heard for {long_age(now - link.heard_at)}", Tone.WARNING))
    if link.loading is not None:
        return Bar(BarLook.CALM, (*live, Span("  " + _progress(link.loading), Tone.ACCENT)))
    if link.load_problem:
        problem = f"  ! Not all alerts are here · {retry_key} load again · {link.load_problem}"
        return Bar(BarLook.CALM, (*live, Span(problem, Tone.WARNING)))
    if link.unreadable:
        words = f"  ! {plural(link.unreadable, 'frame')} could not be read · alerts may be missing"
        return Bar(BarLook.CALM, (*live, Span(words, Tone.WARNING)))
    return Bar(BarLook.CALM, live)


def latency_words(seconds: float) -> str:
    """`3 ms`, `140 ms`, `2.4 s`."""
    return f"{seconds:.1f} s" if seconds >= 1 else f"{max(1, round(seconds * 1000))} ms"


def _progress(loading: Loading) -> str:
    if not loading.total:
        return "loading…"
    done = min(1.0, loading.loaded / loading.total)
    cells = round(done * 12)
    meter = "━" * cells + "┄" * (12 - cells)
    return f"loading {meter} {loading.loaded:,} of {loading.total:,}"


def _alarm(words: str) -> Bar:
    return Bar(BarLook.ALARM, (Span(words, Tone.STRONG),))


def _countdown(link: Link, now: float) -> str:
    return f"◌ {_wait_words(link, now).replace('Trying again', 'Reconnecting')}"


def _wait_words(link: Link, now: float) -> str:
    if link.retry_at is None or link.retry_at <= now:
        return "Trying again now"
    return f"Trying again in {long_age(link.retry_at - now + 0.999)}"


def _data_age(link: Link, now: float) -> str:
    return "" if link.heard_at is None else f"data {long_age(now - link.heard_at)} old"


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
