"""Which key does what, after what the analyst chose: the table of keys with other keys in it.

Refuses an action that there is not, a key that is none, and two actions on one key.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from .key_names import is_typed, read_keys, shown_key
from .keys import ALL_KEYS, FILTER_KEYS, KEYS, PAGE_KEYS, KeyUse

Written = Mapping[str, str | list[str]]
"""Keys by the id of what they do, as written in the settings."""


class EntryError(ValueError):
    """An entry of the settings that cannot be used; its words name it."""

    def __init__(self, entry: str, words: str) -> None:
        super().__init__(f"{entry}: {words}")


@dataclass(frozen=True, slots=True)
class Keymap:
    """The keys of the table, those of the filter while it is typed, and those of pages."""

    uses: tuple[KeyUse, ...] = KEYS
    filter_uses: tuple[KeyUse, ...] = FILTER_KEYS
    page_uses: tuple[KeyUse, ...] = PAGE_KEYS

    @classmethod
    def of(cls, written: Written) -> "Keymap":
        """The keys with those that were written in place of their own. Raises EntryError."""
        chosen = {use_id: _read(use_id, keys) for use_id, keys in written.items()}
        uses, filter_uses = _with(KEYS, chosen), _with(FILTER_KEYS, chosen)
        page_uses = _with(PAGE_KEYS, chosen)
        for scope in (uses, filter_uses, page_uses):
            _refuse_clashes(scope, chosen)
        for use in filter_uses:
            if use.id in chosen and any(is_typed(key) for key in use.keys.split(",")):
                words = f"{use.shown_keys} is typed into the filter: take one with ctrl, or f2"
                raise EntryError(_entry(use.id), words)
        return cls(uses, filter_uses, page_uses)

    @property
    def changed(self) -> dict[str, str]:
        """The keys that are not the usual ones, by id."""
        usual = {use.id: use.keys for use in ALL_KEYS}
        all_uses = (*self.uses, *self.filter_uses, *self.page_uses)
        return {use.id: use.keys for use in all_uses if use.keys != usual[use.id]}

    def key(self, use_id: str) -> str:
        """The key that hints name for what has this id."""
        return next(use.first_key for use in self.uses if use.id == use_id)


def _read(use_id: str, keys: str | list[str]) -> str:
    known = [use.id for use in ALL_KEYS]
    if use_id not in known:
        near = get_close_matches(use_id, known, 1)
        hint = f"did you mean {near[0]}?" if near else "`?` in the console names all"
        raise EntryError(_entry(use_id), f"there is no such action ({hint})")
    try:
        return read_keys(keys)
    except ValueError as error:
        raise EntryError(_entry(use_id), str(error)) from None


def _with(uses: Iterable[KeyUse], chosen: Mapping[str, str]) -> tuple[KeyUse, ...]:
    return tuple(replace(use, keys=chosen.get(use.id, use.keys)) for use in uses)


def _refuse_clashes(uses: Iterable[KeyUse], chosen: Mapping[str, str]) -> None:
    taken: dict[str, str] = {}
    for use in uses:
        for key in use.keys.split(","):
            other = taken.setdefault(key, use.id)
            if other == use.id:
                continue
            mine, theirs = (use.id, other) if use.id in chosen else (other, use.id)
            words = f"{shown_key(key)} is the key of {theirs} too; give that another one"
            raise EntryError(_entry(mine), words)


def _entry(use_id: str) -> str:
    return f'[keys] "{use_id}"'
