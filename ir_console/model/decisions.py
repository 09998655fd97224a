"""What an analyst decided about alerts: an action, and what was chosen and typed for it.

The same decision is carried out at once, repeated on another alert, or kept until the server can
be reached again.
"""

from dataclasses import dataclass
from typing import cast

from ir_client.wire.alerts import AlertUpdate
from ir_client.wire.values import AlertStatus, Disposition
from ir_console.safe_text import safe_text

from .conflicts import Shown
from .looks import status_word
from .triage import Action

_COMMENT_WORDS = 40
_SHOWN_AS = {"assigned_analyst_id": "owner", "incident_id": "incident"}


@dataclass(frozen=True, slots=True)
class Decision:
    """`choice` is a status or a disposition, `text` a comment or a reason, where there are any."""

    action: Action
    choice: str = ""
    text: str = ""

    @property
    def words(self) -> str:
        """What it does to an alert, in few words that are safe to show."""
        match self.action:
            case Action.STATUS:
                return f"status → {status_word(self.choice)}"
            case Action.CLOSE:
                return f"closed as {self.choice.replace('_', ' ')}"
            case Action.COMMENT:
                return f"comment “{safe_text(self.text, _COMMENT_WORDS)}”"
            case _:
                return "taken"

    def update(self, *, me: int | None) -> AlertUpdate:
        """What changes of an alert, where plain assignment stands for taking it.

        Nothing does for a comment.
        """
        # Dialogs offer no other statuses and dispositions than those of the contract.
        match self.action:
            case Action.STATUS:
                return AlertUpdate(status=cast("AlertStatus", self.choice))
            case Action.CLOSE:
                return closing_update(cast("Disposition", self.choice), self.text)
            case Action.TAKE:
                return AlertUpdate(assigned_analyst_id=me)
            case _:
                return AlertUpdate()


def closing_update(disposition: Disposition, reason: str) -> AlertUpdate:
    """What closes an alert as what it turned out to be."""
    status: AlertStatus = "false_positive" if disposition == "false_positive" else "closed"
    return AlertUpdate(status=status, disposition=disposition, disposition_reason=reason or None)


def wanted_fields(update: AlertUpdate) -> Shown:
    """What an update wants of the fields that a conflict shows."""
    names = {
        "status": update.status,
        "assigned_analyst_id": _owner(update.assigned_analyst_id),
        "disposition": update.disposition,
        "incident_id": update.incident_id,
    }
    return {
        _SHOWN_AS.get(name, name): value
        for name, value in names.items()
        if name in update.model_fields_set
    }


def change_words(update: AlertUpdate) -> str:
    """What an update of one alert sets, in few words."""
    words = f"status → {status_word(update.status)}" if update.status else "changed"
    if update.disposition:
        words += f" ({update.disposition.replace('_', ' ')})"
    return words


def _owner(user_id: int | None) -> str | None:
    # The console assigns to nobody else.
    return None if user_id is None else "you"
