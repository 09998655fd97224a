"""Find values in a record by a dotted path, however deep they lie.

`detail.service.count` goes down three objects. A list on the way means each of its elements, so
one path may give several values. A record may also be flat: where a key is missing, the rest of
the path is tried as one key, so `kibana.alert.severity` finds `{"kibana.alert.severity": …}` and
`{"kibana": {"alert": {"severity": …}}}` alike, or a mixture. Missing, null and empty values are not
there, nor what tools write for them.
"""

from typing import Any

from ir_client.wire.base import JsonObject

_NOTHING = frozenset({"", "-", "<NA>", "N/A", "n/a", "(null)"})


class Path:
    """A dotted path, taken apart once."""

    __slots__ = ("_joined", "_last", "_on_the_way", "_parts", "text")

    def __init__(self, text: str) -> None:
        if not text or not all(text.split(".")):
            raise ValueError(f"{text!r} is no path; write names with dots between them")
        self.text = text
        self._parts = tuple(text.split("."))
        count = len(self._parts)
        # For each part: the keys that it and those behind it make together, the longest first.
        self._joined = tuple(
            tuple((".".join(self._parts[at:end]), end) for end in range(count, at + 1, -1))
            for at in range(count)
        )
        # The last part stands alone: nothing can be joined to it.
        *parts, self._last = self._parts
        self._on_the_way = tuple(
            (part, tuple(key for key, _ in keys))
            for part, keys in zip(parts, self._joined, strict=False)
        )

    def values_in(self, record: JsonObject) -> list[object]:
        """The values there, in order; empty when there is none."""
        # Nearly all records have what they have in the plain way, most paths are not there at all,
        # and some fifty are tried: this way costs a tenth of the thorough one.
        value: JsonObject = record
        for part, flat_keys in self._on_the_way:
            for key in flat_keys:
                if key in value:
                    return self._all_in(record)
            inner = value.get(part)
            if type(inner) is not dict:
                return self._all_in(record) if type(inner) is list else []
            value = inner
        found: Any = value.get(self._last)
        kind = type(found)
        if kind is str:
            return [] if found in _NOTHING else [found]
        if kind is not list:
            return [] if found is None else [found]
        if all(type(one) is str for one in found):
            return [one for one in found if one not in _NOTHING]
        return self._all_in(record)

    def _all_in(self, record: JsonObject) -> list[object]:
        found: list[object] = []
        self._collect(record, 0, found)
        return found

    def _collect(self, value: object, at: int, found: list[object]) -> None:
        if isinstance(value, list):
            for one in value:
                self._collect(one, at, found)
        elif at == len(self._parts):
            if value is not None and not (isinstance(value, str) and value in _NOTHING):
                found.append(value)
        elif isinstance(value, dict):
            self._go_down(value, at, found)

    def _go_down(self, value: JsonObject, at: int, found: list[object]) -> None:
        before = len(found)
        if (key := self._parts[at]) in value:
            self._collect(value[key], at + 1, found)
        if len(found) > before:
            return
        for joined, end in self._joined[at]:
            if joined in value:
                self._collect(value[joined], end, found)
                if len(found) > before:
                    return
