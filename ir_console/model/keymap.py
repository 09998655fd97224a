"""Which key does what, after what the analyst chose: the table of keys with other keys in it.

Refuses an action that there is not, a key that is none, two actions on one key, and a key that is
needed for something else there: what is typed, and the ways into and out of dialogs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from .key_names import is_typed, read_keys, shown_key
from .keys import ALL_KEYS, BUTTON_KEYS, SCOPES, KeyUse

Written = Mapping[str, str | list[str]]
"""Keys by the id of what they do, as written in the settings."""

# By the first part of an id: where its keys would be typed instead of heard.
_TYPED_INTO = {"filter": "the filter", "help": "the search", "comment": "the comment"}
# Whoever loses these has no way out, or none on.
_FIXED = frozenset(("enter", "escape", "tab", "shift+tab"))
_NUMBERS = frozenset("123456789")
_TAKEN = {
    "choice": _FIXED | _NUMBERS,
    "bulk": _FIXED | _NUMBERS,
    "dialog": _FIXED | _NUMBERS,
    "button": _FIXED,
    "comment": _FIXED,
    "help": _FIXED,
    "pager": frozenset(("escape",)),
}


class EntryError(ValueError):
    """An entry of the settings that cannot be used; its words name it."""

    def __init__(self, entry: str, words: str) -> None:
        super().__init__(f"{entry}: {words}")


@dataclass(frozen=True, slots=True)
class Keymap:
    """Keys by where they are heard: at the table, while the filter is typed, on pages, …"""

    scopes: tuple[tuple[KeyUse, ...], ...] = SCOPES
    _by_id: dict[str, KeyUse] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Hints ask for keys at each paint.
        by_id = {use.id: use for scope in self.scopes for use in scope}
        object.__setattr__(self, "_by_id", by_id)

    @classmethod
    def of(cls, written: Written) -> "Keymap":
        """The keys with those that were written in place of their own. Raises EntryError."""
        chosen = {use_id: _read(use_id, keys) for use_id, keys in written.items()}
        keymap = cls(tuple(_with(scope, chosen) for scope in SCOPES))
        buttons = [keymap.use(use.id) for use in BUTTON_KEYS]
        for together in (*keymap.scopes, (*buttons, keymap.use("dialog.leave"))):
            _refuse_clashes(together, chosen)
        for use_id in chosen:
            _refuse_taken(keymap.use(use_id))
        return keymap

    @property
    def uses(self) -> tuple[KeyUse, ...]:
        """What keys do at the table, which is what can be done by name too."""
        return self.scopes[0]

    @property
    def others(self) -> Iterator[KeyUse]:
        """What keys do elsewhere."""
        return (use for scope in self.scopes[1:] for use in scope)

    @property
    def changed(self) -> dict[str, str]:
        """The keys that are not the usual ones, by id."""
        return {
            use.id: self._by_id[use.id].keys
            for use in ALL_KEYS
            if use.keys != self._by_id[use.id].keys
        }

    def use(self, use_id: str) -> KeyUse:
        """What has this id."""
        return self._by_id[use_id]

    def key(self, use_id: str) -> str:
        """The key that hints name for what has this id."""
        return self._by_id[use_id].first_key

    def has(self, use_id: str, key: str) -> bool:
        """Whether a key, by the toolkit's name for it, is one of those of this id."""
        return key in self._by_id[use_id].keys.split(",")


USUAL = Keymap()


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


def _refuse_taken(use: KeyUse) -> None:
    where = use.id.partition(".")[0]
    keys = use.keys.split(",")
    if where in _TYPED_INTO and any(map(is_typed, keys)):
        words = f"{use.shown_keys} is typed into {_TYPED_INTO[where]}: take one with ctrl, or f2"
        raise EntryError(_entry(use.id), words)
    for key in _TAKEN.get(where, frozenset()).intersection(keys):
        raise EntryError(_entry(use.id), f"{shown_key(key)} is always the same there")


def _entry(use_id: str) -> str:
    return f'[keys] "{use_id}"'
