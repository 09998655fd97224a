"""The file hashes that alerts carry in their enrichment, and which alerts carry the same one."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ir_client.query.patterns import quoted

_HASH = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64}|[0-9a-fA-F]{128}")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_MOST_HASHES = 20
_MOST_VALUES = 2_000
_MOST_LEVELS = 8
_NOBODY: dict[int, str] = {}


def hashes_in(enrichment: Mapping[str, Any]) -> dict[str, str]:
    """Each MD5, SHA-1, SHA-256 or SHA-512 in lower case, with the path that a filter asks by.

    Only those at paths that the filter language reaches: not inside of objects in lists.
    """
    found: dict[str, str] = {}
    for count, (path, value) in enumerate(_texts(enrichment, (), _MOST_LEVELS)):
        if count >= _MOST_VALUES or len(found) >= _MOST_HASHES:
            break
        if _HASH.fullmatch(value):
            keys = (key if _PLAIN_KEY.fullmatch(key) else quoted(key) for key in path)
            found.setdefault(value.lower(), ".".join(("enrichment", *keys)))
    return found


def _texts(
    value: object, path: tuple[str, ...], levels: int
) -> Iterator[tuple[tuple[str, ...], str]]:
    match value:
        case str():
            yield path, value
        case list():
            yield from ((path, item) for item in value if isinstance(item, str))
        case Mapping() if levels:
            for key, item in value.items():
                yield from _texts(item, (*path, key), levels - 1)


class HashIndex:
    """Which alerts carry a hash, and where."""

    def __init__(self) -> None:
        self._carriers: dict[str, dict[int, str]] = {}
        self._carried: dict[int, tuple[str, ...]] = {}

    def put(self, alert_id: int, enrichment: Mapping[str, Any]) -> None:
        """Take in an alert's present enrichment."""
        if alert_id in self._carried:
            self.drop(alert_id)
        found = hashes_in(enrichment) if enrichment else {}
        if found:
            self._carried[alert_id] = tuple(found)
            for digest, path in found.items():
                self._carriers.setdefault(digest, {})[alert_id] = path

    def drop(self, alert_id: int) -> None:
        """Forget an alert."""
        for digest in self._carried.pop(alert_id, ()):
            carriers = self._carriers[digest]
            del carriers[alert_id]
            if not carriers:
                del self._carriers[digest]

    def of(self, alert_id: int) -> tuple[str, ...]:
        """The hashes of an alert."""
        return self._carried.get(alert_id, ())

    def carriers(self, digest: str) -> Collection[int]:
        """The alerts that carry a hash; not to be changed."""
        return self._carriers.get(digest, _NOBODY).keys()

    def query(self, digest: str) -> str:
        """What to ask the filter for to see those alerts."""
        paths = sorted(set(self._carriers.get(digest, {}).values()))
        return " or ".join(f"{path}: {quoted(digest)}" for path in paths)
