"""`key=value` pairs in one text, values with blanks in them, as CEF and some LEEF write."""

import re

from ir_client.wire.base import JsonObject

# A key stands at the begin or behind a blank; what has a backslash before its = is no key.
_KEY = re.compile(r"(?:^|(?<=\s))([\w.\[\]-]+)=")


def spaced_pairs(text: str) -> JsonObject:
    """The pairs of `text`, the values as written but for the blanks around them."""
    pairs: JsonObject = {}
    keys = list(_KEY.finditer(text))
    ends = [key.start() for key in keys[1:]] + [len(text)]
    for key, end in zip(keys, ends, strict=False):
        add_pair(pairs, key[1], text[key.end() : end].strip())
    return pairs


def delimited_pairs(text: str, delimiter: str) -> JsonObject:
    """The pairs of `text`, each up to the next `delimiter`."""
    pairs: JsonObject = {}
    for part in text.split(delimiter):
        key, equals, value = part.partition("=")
        if equals and key.strip():
            add_pair(pairs, key.strip(), value.strip())
        elif part.strip():
            add_pair(pairs, "_unnamed", part.strip())
    return pairs


def add_pair(pairs: JsonObject, key: str, value: str) -> None:
    """Put a pair in; a key that is there already becomes `key[2]`, `key[3]`, …"""
    name, count = key, 1
    while name in pairs:
        count += 1
        name = f"{key}[{count}]"
    pairs[name] = value
