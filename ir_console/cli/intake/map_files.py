"""Open a mapping file, and put its format before ours."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from ir_client.formats import (
    AUTO,
    FORMATS,
    AlertFormat,
    MappingFileError,
    format_from_document,
)

from ..exits import UsageProblem


def formats_with(
    map_file: Path | None, known: Sequence[AlertFormat] = FORMATS
) -> Sequence[AlertFormat]:
    """The formats to read with: `known`, behind that of `map_file` if it tells its records apart.

    One that does not takes every record, and is alone. Raises UsageProblem for a file that
    cannot be read, is no TOML, or says what cannot be.
    """
    if map_file is None:
        return known
    document = _document(map_file)
    taken = frozenset({AUTO, *(one.name for one in known)})
    try:
        mapped = format_from_document(document, taken=taken)
    except MappingFileError as error:
        raise UsageProblem(f"{map_file}: {error}", hint=_SEE) from error
    return (mapped, *known) if "recognise" in document else (mapped,)


_SEE = "docs/formats.md shows a whole mapping file."


def _document(map_file: Path) -> dict[str, object]:
    try:
        with map_file.open("rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise UsageProblem(
            f"{map_file} cannot be read: {error.strerror}", hint="Check the name after --map."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageProblem(f"{map_file} is no TOML: {error}", hint=_SEE) from error
