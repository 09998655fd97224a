"""What stands where an option wants a value: for the completion of shells.

Each takes what was typed so far and gives what begins so. Nothing here asks a server, and what is
needed is imported when it is asked for: a shell waits for the answer.
"""

from collections.abc import Iterable


def profile_names(incomplete: str) -> list[str]:
    """The profiles of the settings file."""
    from ir_client.config import list_profiles
    from ir_client.errors import IRError

    try:
        return _beginning(incomplete, (profile.name for profile in list_profiles()))
    except IRError:
        return []


def severities(incomplete: str) -> list[str]:
    """The severities of alerts."""
    from ir_client.wire.values import SEVERITIES

    return _beginning(incomplete, SEVERITIES)


def statuses(incomplete: str) -> list[str]:
    """The statuses of alerts."""
    from ir_client.wire.values import ALERT_STATUSES

    return _beginning(incomplete, ALERT_STATUSES)


def input_formats(incomplete: str) -> list[str]:
    """The formats that `ingest` reads."""
    from ir_client.formats import AUTO, FORMATS

    return _beginning(incomplete, (AUTO, *(known.name for known in FORMATS)))


def words_of_query(incomplete: str) -> list[str]:
    """The query with its last word made a field's name, or a known value of the field before it."""
    from ir_client.query import fields
    from ir_console.model.completion import complete

    if not incomplete or incomplete.endswith((" ", "(")):
        return [f"{incomplete}{field.name}:" for field in fields()]
    proposed = complete(incomplete, len(incomplete))
    return [f"{incomplete[: proposed.start]}{text.rstrip()}" for text in proposed.texts]


def _beginning(incomplete: str, choices: Iterable[str]) -> list[str]:
    return [one for one in choices if one.startswith(incomplete)]
