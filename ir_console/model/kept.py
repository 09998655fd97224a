"""What the console keeps from one start to the next: mutes and reminders, as JSON.

What cannot be read is left out: a file that someone edited must not keep the console from starting.
A change is made to what is kept by then, which another console may have written.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ir_console.safe_text import safe_text

from .mutes import Mute, Mutes
from .reminders import Reminder, Reminders

_VERSION = 1

Edit = Callable[[Mutes, Reminders], object]
"""One change, the same to what the console knows and to what the file holds."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Mutes and reminders as they were left."""

    mutes: tuple[Mute, ...] = ()
    reminders: tuple[Reminder, ...] = ()


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text of the file after these changes."""
    kept, mutes, reminders = read_kept(text), Mutes(), Reminders()
    for mute in kept.mutes:
        mutes.add(mute)
    for reminder in kept.reminders:
        reminders.set(reminder)
    for edit in edits:
        edit(mutes, reminders)
    return written(mutes, reminders)


def written(mutes: Iterable[Mute], reminders: Iterable[Reminder]) -> str:
    """The text of the file."""
    document = {
        "version": _VERSION,
        "mutes": [
            {"words": one.words, "query": one.wanted.text, "until": one.until.isoformat()}
            for one in mutes
        ],
        "reminders": [
            {
                "alert_id": one.alert_id,
                "due": one.due.isoformat(),
                "title": one.title,
                "is_said": one.is_said,
            }
            for one in reminders
        ],
    }
    return json.dumps(document, indent=1)


def read_kept(text: str) -> Kept:
    """What a file says, as far as it can be read."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return Kept()
    if not isinstance(document, dict):
        return Kept()
    mutes = [_mute(item) for item in _items(document, "mutes")]
    reminders = [_reminder(item) for item in _items(document, "reminders")]
    return Kept(
        tuple(mute for mute in mutes if mute is not None),
        tuple(reminder for reminder in reminders if reminder is not None),
    )


def _items(document: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    items = document.get(name)
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))


def _mute(item: dict[str, Any]) -> Mute | None:
    until = _time(item.get("until"))
    words, query = item.get("words"), item.get("query")
    if until is None or not isinstance(words, str) or not isinstance(query, str):
        return None
    return Mute.read(safe_text(words, 200), query, until)


def _reminder(item: dict[str, Any]) -> Reminder | None:
    due, alert_id = _time(item.get("due")), item.get("alert_id")
    if due is None or type(alert_id) is not int:
        return None
    title = safe_text(str(item.get("title", "")), 300)
    return Reminder(alert_id, due, title, is_said=item.get("is_said") is True)


def _time(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo is not None else None
