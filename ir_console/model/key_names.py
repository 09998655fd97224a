"""The names of keys: as one may write them, as the toolkit calls them, as a person reads them.

Refuses what is no key, and those that a terminal cannot tell from another.
"""

import re
import unicodedata

_SIGN_NAMES = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_SHOWN = {
    "space": "Space",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "home": "Home",
    "end": "End",
    "insert": "Ins",
    "delete": "Del",
    "backspace": "Backspace",
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    **{f"f{number}": f"F{number}" for number in range(1, 25)},
}
_WRITTEN = {"esc": "escape", "return": "enter", "pgup": "pageup", "pgdn": "pagedown"} | {
    "page_up": "pageup",
    "page_down": "pagedown",
    "ins": "insert",
    "del": "delete",
}
_SIGNS = {
    sign: _SIGN_NAMES.get(name, name)
    for sign in map(chr, range(33, 127))
    if not sign.isalnum()
    for name in [unicodedata.name(sign).lower().replace("-", "_").replace(" ", "_")]
}
_OF_SIGN = {name: sign for sign, name in _SIGNS.items()}
_OF_SHOWN = {shown: key for key, shown in _SHOWN.items()}
_MODIFIER = re.compile(r"\b(ctrl|alt|shift)-(?=.)", re.IGNORECASE)
# What a terminal sends for these is the other key.
_SAME = {"ctrl+i": "Tab", "ctrl+m": "Enter", "ctrl+h": "Backspace"}
_RESERVED = {"ctrl+c", "ctrl+q"}


def read_key(text: str) -> str:
    """The toolkit's name of a key. Raises ValueError, whose words say why it is none."""
    if len(text) == 1:
        return _of_character(text)
    text = _MODIFIER.sub(r"\1+", text)
    *modifiers, last = text.split("+")
    if text.endswith("++"):
        modifiers, last = text[:-2].split("+"), "+"
    modifiers = [modifier.strip().lower() for modifier in modifiers]
    name = _named(last.strip())
    if name is None or not set(modifiers) <= {"ctrl", "shift", "alt"}:
        raise ValueError(f"“{text}” is no key: write t, T, /, space, enter, f5 or ctrl+t")
    if "shift" in modifiers and len(name) == 1:
        raise ValueError(f"“{text}” is no key: write {name.upper()}")
    key = "+".join((*modifiers, name))
    if modifiers and len(name) == 1:
        key = key.lower()
    if key in _SAME:
        raise ValueError(f"a terminal sends {shown_key(key)} as {_SAME[key]}")
    if key in _RESERVED:
        raise ValueError(f"{shown_key(key)} always quits")
    return key


def read_keys(written: str | list[str]) -> str:
    """Several keys, as the toolkit has them: `"t, ctrl+t"` or a list. Raises ValueError."""
    texts = written if isinstance(written, list) else _split(written)
    keys = [read_key(text) for text in texts]
    if not keys:
        raise ValueError("name at least one key")
    return ",".join(dict.fromkeys(keys))


def shown_key(key: str) -> str:
    """A key as a person reads it: `/`, `Space`, `Ctrl-D`."""
    *modifiers, last = key.split("+")
    shown = _SHOWN.get(last) or _OF_SIGN.get(last, last)
    if modifiers and len(shown) == 1:
        shown = shown.upper()
    return "-".join((*(modifier.capitalize() for modifier in modifiers), shown))


def is_typed(key: str) -> bool:
    """Whether the key writes a character where text is typed."""
    return len(key) == 1 or key == "space" or key in _OF_SIGN


def _split(written: str) -> list[str]:
    if len(written) == 1:
        return [written]
    return [text.strip() for text in written.split(",") if text.strip()]


def _named(text: str) -> str | None:
    if len(text) == 1:
        return _of_character(text)
    name = text.lower().replace(" ", "_")
    name = _WRITTEN.get(name, name)
    return name if name in _SHOWN or name in _OF_SIGN else None


def _of_character(character: str) -> str:
    if character == " ":
        return "space"
    if character.isalnum() and character.isprintable():
        return character
    if character in _SIGNS or character in _OF_SHOWN:
        return _SIGNS.get(character) or _OF_SHOWN[character]
    raise ValueError("that is no key of one letter or sign")
