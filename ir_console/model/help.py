"""The help text: what the keys do and what the signs mean, searchable."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from .commands import COMMANDS, Command
from .keymap import USUAL, Keymap
from .keys import KeyUse
from .looks import SEVERITY_LOOKS
from .spans import Line, Span, Tone, fit, wrap

_KEY_WIDTH = 24

# The ids of keys stand for the keys.
_SIGNS: tuple[tuple[str, str], ...] = (
    ("❯", "the alert under the cursor"),
    ("●", "marked: triage acts on all marked alerts that are shown"),
    ("▎", "came a moment ago"),
    ("…", "your change is on its way"),
    ("↑", "your change waits for the connection"),
    ("◌", "no longer passes the filter; goes when the cursor moves"),
    ("▲ 12 new", "alerts above the screen that you have not seen"),
    ("×3", "the same alert was reported three times"),
    ("◔ ◑ ◕ !", "an open alert is overdue in 12 hours, in 4, in 1, or already"),
    ("↻", "reported once more after it was closed"),
    ("◷", "you wanted to come back to it by now; {notice.remind} takes it off"),
    (
        "⊘ 2 muted, 14 silent",
        "mutes in force, and the messages they spared; {notice.mute} lists them",
    ),
    ("Δ", "this field changed a moment ago"),
)

_FILTER: tuple[tuple[str, str], ...] = (
    ("web-01 beacon", "both words, anywhere: title, description, rule, host, user, address, tag"),
    ("-beacon", "without this word"),
    ('"log in"', "words in this order, blanks kept"),
    ("severity >= high", "a field: severity, status, host, user, ip, rule, source, tags, …"),
    ("status: (new or triaged)", "any of a list; not, and, or, parentheses"),
    ("host: web-*", "a name is whole, unless * says otherwise"),
    ("ip: 10.0.0.0/8", "source or destination, in a network"),
    ("received_at > now-1h", "a time"),
    ("assignee: me", "yours; not assignee: * is nobody's"),
    ("id: 1042", "the alert of this number"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the help; `run` is what it does, or the beginning of a command."""

    keys: str
    words: str
    run: KeyUse | str | None = None


@dataclass(frozen=True, slots=True)
class HelpPage:
    """What was found: the lines, what can be run, and the line of what is chosen."""

    lines: tuple[Line, ...]
    runs: tuple[KeyUse | str, ...] = ()
    chosen_line: int = 0


def help_page(search: str, width: int, keymap: Keymap, chosen: int = 0) -> HelpPage:
    """All the help there is on `search`; the `chosen` one of what can be run is marked."""
    words = search.casefold().split()
    lines: list[Line] = []
    runs: list[KeyUse | str] = []
    chosen_line = 0
    for title, entries in _chapters(keymap):
        found = [entry for entry in entries if _is_about(entry, title, words)]
        if not found:
            continue
        lines.append((Span(title, Tone.ACCENT),))
        for entry in found:
            is_chosen = entry.run is not None and len(runs) == chosen
            if is_chosen:
                chosen_line = len(lines)
            if entry.run is not None:
                runs.append(entry.run)
            lines += _entry_lines(entry, width, is_chosen=is_chosen)
        lines.append(())
    nothing: Line = (Span(f"Nothing about “{search}”", Tone.MUTED),)
    return HelpPage(tuple(lines) or (nothing,), tuple(runs), chosen_line)


def help_lines(search: str, width: int, keymap: Keymap = USUAL) -> tuple[Line, ...]:
    """The lines of the help on `search`, nothing chosen."""
    return help_page(search, width, keymap, chosen=-1).lines


def _is_about(entry: Entry, title: str, words: list[str]) -> bool:
    use_id = entry.run.id if isinstance(entry.run, KeyUse) else ""
    said = f"{title} {entry.keys} {entry.words} {use_id}".casefold()
    return all(word in said for word in words)


def _chapters(keymap: Keymap) -> Iterator[tuple[str, list[Entry]]]:
    for section, uses in groupby(keymap.uses, key=lambda use: use.section):
        yield section, [Entry(use.shown_keys, use.words, use) for use in uses]
    yield "Commands, behind :", [_entry_of(command) for command in COMMANDS]
    for section, uses in groupby(keymap.others, key=lambda use: use.section):
        yield section, [Entry(use.shown_keys, use.words) for use in uses]
    yield "Filter", [Entry(*pair) for pair in _FILTER]
    looks = SEVERITY_LOOKS.values()
    yield "Severities", [Entry(f"{look.mark} {look.letter}", look.word.lower()) for look in looks]
    yield "Signs", [Entry(sign, _with_keys(words, keymap)) for sign, words in _SIGNS]


def _with_keys(words: str, keymap: Keymap) -> str:
    return re.sub(r"\{([\w.]+)\}", lambda found: keymap.key(found[1]), words)


def _entry_of(command: Command) -> Entry:
    return Entry(f":{command.usage}", command.words, f"{command.name} ")


def _entry_lines(entry: Entry, width: int, *, is_chosen: bool) -> Iterator[Line]:
    mark = Span("❯ " if is_chosen else "  ", Tone.ACCENT)
    tone = Tone.STRONG if is_chosen else Tone.TEXT
    head = Span(fit(entry.keys, _KEY_WIDTH) + " ", Tone.KEY)
    for line in wrap(entry.words, max(10, width - _KEY_WIDTH - 3)):
        yield (mark, head, Span(line, tone))
        mark, head = Span("  "), Span(" " * (_KEY_WIDTH + 1))
