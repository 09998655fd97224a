"""Read the keys of a mapping file, and say of a wrong one where it is and what to do."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from .paths import Path

Table = Mapping[str, object]


class MappingFileError(ValueError):
    """Something in a mapping file that cannot be; the text names the key and says what to do."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(f"{key}: {what}")
        self.key = key


def under(where: str, key: str) -> str:
    """The name of a key inside a table, for people."""
    return f"{where}.{key}" if where else key


def refuse_unknown(table: Table, known: Collection[str], where: str) -> None:
    """Raise for a key that means nothing: a misspelt one would be ignored in silence."""
    for key in table:
        if key not in known:
            close = get_close_matches(key, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(sorted(known))}"
            raise MappingFileError(under(where, key), f"not a key here; {hint}")


def text_at(table: Table, key: str, where: str = "") -> str | None:
    """The text at a key, None without the key."""
    value = table.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        raise MappingFileError(under(where, key), f"{value!r} is no text; put it into quotes")
    return value


def needed_text(table: Table, key: str, why: str, where: str = "") -> str:
    """The text at a key that has to be there."""
    if (text := text_at(table, key, where)) is None:
        raise MappingFileError(under(where, key), f"missing: {why}")
    return text


def table_at(table: Table, key: str, where: str = "") -> Table:
    """The table at a key; an empty one without the key."""
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise MappingFileError(under(where, key), f"{value!r} is no table; write names and values")
    return value


def path_at(value: object, where: str) -> Path:
    """A path as it is written in a mapping file."""
    try:
        return Path(value if isinstance(value, str) else "")
    except ValueError:
        raise MappingFileError(
            where, f"{value!r} is no path; write names with dots between them, like `rule.name`"
        ) from None


def paths_at(table: Table, key: str, where: str = "") -> tuple[str, ...]:
    """One path or a list of them, checked; none without the key."""
    value = table.get(key, [])
    values = value if isinstance(value, list) else [value]
    return tuple(path_at(one, under(where, key)).text for one in values)
