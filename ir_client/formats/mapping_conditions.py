"""What a mapping file asks of a record: which it knows as its own, and which it skips.

has = ["sensor.id"]                 all of these have a value
lacks = ["heartbeat"]               none of these has
is = {kind = ["alert", "hit"]}      each path has one of its values, without regard to case
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ir_client.wire.base import JsonObject

from .fields import as_text
from .mapping_keys import (
    MappingFileError,
    Table,
    path_at,
    paths_at,
    refuse_unknown,
    table_at,
    under,
)
from .paths import Path

_KEYS = ("has", "lacks", "is")


@dataclass(frozen=True, slots=True)
class RecordTest:
    """Something that holds for a record or does not."""

    has: tuple[Path, ...]
    lacks: tuple[Path, ...]
    among: Mapping[Path, frozenset[str]]

    def holds(self, record: JsonObject) -> bool:
        """Whether all that is asked for is so."""
        return (
            all(path.values_in(record) for path in self.has)
            and not any(path.values_in(record) for path in self.lacks)
            and all(
                any(_word(value) in words for value in path.values_in(record))
                for path, words in self.among.items()
            )
        )

    @property
    def described(self) -> str:
        """Completes "recognised, since it has …"."""
        named = [path.text for path in (*self.has, *self.among)]
        return " and ".join(named) or f"no {' and no '.join(path.text for path in self.lacks)}"


def record_test_at(table: Table, key: str) -> RecordTest:
    """The test that a table of a mapping file describes. Raises MappingFileError."""
    asked = table_at(table, key)
    refuse_unknown(asked, _KEYS, key)
    if not asked:
        raise MappingFileError(key, f"says nothing; write {', '.join(_KEYS[:2])} or {_KEYS[2]}")
    has, lacks = (
        tuple(Path(path) for path in paths_at(asked, name, key)) for name in ("has", "lacks")
    )
    among = {
        path_at(path, under(key, "is")): _words_at(value, f"{key}.is.{path}")
        for path, value in table_at(asked, "is", key).items()
    }
    return RecordTest(has, lacks, among)


def _words_at(value: object, where: str) -> frozenset[str]:
    values = value if isinstance(value, list) else [value]
    for one in values:
        if not isinstance(one, str | int | float):
            raise MappingFileError(where, f"{one!r} is neither a text nor a number nor true, false")
    return frozenset(map(_word, values))


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else as_text(value).lower()
