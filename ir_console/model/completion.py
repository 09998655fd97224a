"""What may be meant by what is being typed into the filter: field names, and known values.

Looks only at the text before the cursor, so it also knows what to propose where the query as a
whole cannot be read yet.
"""

import re
from dataclasses import dataclass

from ir_client.query import Kind, field_named, fields, values_of

_MOST = 8
# The last field before the cursor, what stands between, and the word that is being typed.
_VALUE = re.compile(r"([\w@][\w@.-]*)\s*(:|[<>]=?)\s*(\((?:[^()\":<>]*[\s(])?)?([\w*-]*)$")
_WORD = re.compile(r"(?:^|[\s(]|(?<=[\s(])-|^-)([A-Za-z_]\w*)$")
_LIST_WORDS = frozenset({"and", "or", "not"})


@dataclass(frozen=True, slots=True)
class Completion:
    """Texts that may stand from `start` to the cursor."""

    start: int = 0
    typed: str = ""
    texts: tuple[str, ...] = ()

    @property
    def is_of_names(self) -> bool:
        """Whether what is typed may still become the name of a field."""
        return any(not text[-1].isalnum() for text in self.texts)


NOTHING = Completion()


def complete(text: str, cursor: int) -> Completion:
    """What may be meant before the cursor; nothing between quotes or where nothing is known."""
    before = text[:cursor]
    if before.count('"') % 2 or text[cursor : cursor + 1].isalnum():
        return NOTHING
    if value := _VALUE.search(before):
        return _values(*value.groups(), cursor=cursor)
    if word := _WORD.search(before):
        return _words(word[1], cursor)
    return NOTHING


def _values(name: str, operator: str, listed: str | None, typed: str, *, cursor: int) -> Completion:
    field = field_named(name)
    if field is None or (listed and typed.lower() in _LIST_WORDS):
        return NOTHING
    if operator != ":" and not (field.has_order or field.kind is Kind.TIME):
        return NOTHING
    texts = _like(typed, values_of(field))
    return Completion(cursor - len(typed), typed, texts) if texts else NOTHING


def _words(typed: str, cursor: int) -> Completion:
    names: dict[str, None] = {}
    for field in fields():
        found = _like(typed, (field.name, *field.aliases), whole=True)
        if found:
            names[f"{found[0]}: " if field.kind is not Kind.OPEN else f"{found[0]}."] = None
    known = (
        f"{field.name}: {value}"
        for field in fields()
        if field.kind is Kind.CHOICE and len(typed) > 1
        for value in _like(typed, values_of(field), whole=True)
    )
    texts = (*names, *known)[:_MOST]
    return Completion(cursor - len(typed), typed, texts) if texts else NOTHING


def _like(typed: str, texts: tuple[str, ...], *, whole: bool = False) -> tuple[str, ...]:
    """Those that begin as typed; one that is typed in full already needs no help unless `whole`."""
    found = [text for text in texts if text.startswith(typed.lower())]
    return () if not whole and found == [typed.lower()] else tuple(found)
