"""Queries on the command line: a mistake in one is shown before anything else is done."""

from ir_client.errors import QueryError

from .output import Output


def checked_query(text: str | None, output: Output) -> str | None:
    """The query, if it can be read; where it cannot, marks below the mistake, then the error."""
    from ir_client.query import parse

    try:
        return None if text is None else str(parse(text)) or None
    except QueryError as mistake:
        for line in mistake.pointed().splitlines():
            output.note(line)
        raise
