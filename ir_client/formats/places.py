"""A place between two records of a stream, from which reading can go on in another run."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """How far a stream was read.

    `offset` counts bytes of the text, unpacked and as UTF-8: for a plain file those of the file.
    `line` is the next line, counted from 1. `header` is the text of the table's header in force
    (the first row of CSV, the `#` lines of Zeek), which the rows from here on need.
    """

    offset: int = 0
    line: int = 1
    header: str = ""
