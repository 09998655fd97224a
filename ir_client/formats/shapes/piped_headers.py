"""The header that CEF and LEEF share: fields that each end with a pipe, and the escapes in them."""

import re

from ir_client.wire.base import JsonObject

_UNESCAPED_PIPE = re.compile(r"((?:[^\\|]|\\.)*+)\|", re.DOTALL)
_ESCAPE = re.compile(r"\\([\\|=nr])")
_MEANING = {"n": "\n", "r": "\r"}


def header_of(text: str, kind: str, names: tuple[str, ...]) -> tuple[JsonObject, str] | str:
    """The named fields of an event of a kind and what is behind them, or what is wrong with it.

    The first field is the version; the name of the kind stands before it.
    """
    fields, rest = _fields(text, len(names))
    if len(fields) < len(names):
        return (
            f"a {kind} header has {len(names)} fields, each with a | behind it; "
            f"this one has {len(fields)}"
        )
    fields[0] = fields[0].partition(":")[2]
    named = zip(names, fields, strict=True)
    return {name: unescaped(value).strip() for name, value in named}, rest


def unescaped(text: str) -> str:
    """`text` without the backslashes of CEF; one before anything else stays, as in paths."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda escape: _MEANING.get(escape[1], escape[1]), text)


def _fields(text: str, count: int) -> tuple[list[str], str]:
    """The first `count` fields that end with a pipe, and what is behind them."""
    fields: list[str] = []
    at = 0
    while len(fields) < count and (field := _UNESCAPED_PIPE.match(text, at)):
        fields.append(field[1])
        at = field.end()
    return fields, text[at:]
