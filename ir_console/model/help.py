"""The help text: what the keys do and what the signs mean, searchable."""

from collections.abc import Iterator
from itertools import groupby

from .keymap import Keymap
from .looks import SEVERITY_LOOKS
from .spans import Line, Span, Tone, fit, wrap

_KEY_WIDTH = 24

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
    ("◷", "you wanted to come back to it by now; r takes it off"),
    ("⊘ 2 muted, 14 silent", "mutes in force, and the messages they spared; M lists them"),
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


def help_lines(search: str, width: int, keymap: Keymap | None = None) -> tuple[Line, ...]:
    """All the help there is on `search`; everything when it is empty."""
    words = search.casefold().split()
    lines: list[Line] = []
    for title, entries in _chapters(keymap or Keymap()):
        found = [
            entry
            for entry in entries
            if all(word in f"{title} {' '.join(entry)}".casefold() for word in words)
        ]
        if found:
            lines += [(Span(title, Tone.ACCENT),), *_entry_lines(found, width), ()]
    return tuple(lines) or ((Span(f"Nothing about “{search}”", Tone.MUTED),),)


def _chapters(keymap: Keymap) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    all_uses = (*keymap.uses, *keymap.filter_uses, *keymap.page_uses)
    for section, uses in groupby(all_uses, key=lambda use: use.section):
        yield section, [(use.shown_keys, use.words) for use in uses]
    yield "Filter", list(_FILTER)
    looks = SEVERITY_LOOKS.values()
    yield "Severities", [(f"{look.mark} {look.letter}", look.word.lower()) for look in looks]
    yield "Signs", list(_SIGNS)


def _entry_lines(entries: list[tuple[str, str]], width: int) -> Iterator[Line]:
    for keys, words in entries:
        head = Span(fit(keys, _KEY_WIDTH) + " ", Tone.KEY)
        for line in wrap(words, max(10, width - _KEY_WIDTH - 1)):
            yield (head, Span(line))
            head = Span(" " * (_KEY_WIDTH + 1))
