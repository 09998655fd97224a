"""The formats there are: those of installed packages before ours, with a word on what is broken."""

from collections.abc import Sequence

from ir_client.formats import FORMATS, AlertFormat

from ..output import Output


def known_formats(output: Output) -> Sequence[AlertFormat]:
    """The formats to read with; what cannot be used of what is installed is told to people."""
    # Looking through what is installed takes as long as a small import: only who reads pays.
    from ir_client.formats.installed import installed_formats

    found = installed_formats()
    for complaint in found.complaints:
        output.note(complaint)
    return (*found.formats, *FORMATS) if found.formats else FORMATS
