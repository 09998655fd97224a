"""What may be done with an alert now, and what came of it in words.

Decides without asking the server what cannot succeed, so that the answer is instant. Whatever
passes here may still be refused by the server, whose word counts.
"""

from enum import StrEnum

from ir_client.wire.auth import UserRef

from .keymap import USUAL, Keymap
from .rows import Row


class Action(StrEnum):
    """What an analyst does to an alert."""

    TAKE = "take"
    STATUS = "change status"
    COMMENT = "comment"
    CLOSE = "close"


def refusal(
    action: Action,
    row: Row | None,
    *,
    me: UserRef | None,
    is_read_only: bool,
    keymap: Keymap = USUAL,
) -> str:
    """Why `action` cannot be done, or nothing when it can be tried."""
    if row is None:
        return "There is no alert under the cursor."
    if is_read_only:
        return "This console is read-only: start it without that setting to triage."
    if action is Action.TAKE and row.owner_id is not None:
        if me is not None and row.owner_id == me.id:
            return f"#{row.id} is yours already."
        return f"#{row.id} is with {row.owner}: ask them to hand it over."
    if action is Action.CLOSE and not row.is_open:
        return f"#{row.id} is closed already: {keymap.key('triage.status')} changes its status."
    return ""
