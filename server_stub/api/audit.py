"""Say in the log who changed whose rights. Numbers only: names may hold anything."""

import logging

from server_stub.security import UserPrincipal

logger = logging.getLogger("server_stub.audit")


def note(by: UserPrincipal, done: str, what: str, number: int) -> None:
    """User `by` has `done` something to a `what`, which has this number."""
    logger.info("user %d %s %s %d", by.user.id, done, what, number)
