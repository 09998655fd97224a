"""How much time is left until an open alert is overdue: a sign and a tone that grow louder.

The contract calls an open alert overdue a day after it was received. Signs differ without colour.
"""

from dataclasses import dataclass

from ir_client.query.matching import OVERDUE_AFTER

from .format import short_age
from .rows import Row
from .spans import Tone

_ALLOWED = OVERDUE_AFTER.total_seconds()
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class SlaLook:
    """How a clock looks: one sign, a tone, and the time left (or over) in at most four cells."""

    sign: str
    tone: Tone
    left: str


# From the loudest to the calmest: less than so many seconds left.
_STAGES = (
    (0.0, "!", Tone.ERROR),
    (_HOUR, "◕", Tone.ERROR),
    (4 * _HOUR, "◑", Tone.WARNING),
    (12 * _HOUR, "◔", Tone.TEXT),
)


def sla_look(row: Row, now: float) -> SlaLook:
    """The clock of a row; nothing for what is closed."""
    if not row.is_open:
        return SlaLook(" ", Tone.MUTED, "")
    left = row.received + _ALLOWED - now
    words = short_age(left) if left > 0 else _over(short_age(-left))
    for limit, sign, tone in _STAGES:
        if left <= limit:
            return SlaLook(sign, tone, words)
    return SlaLook(" ", Tone.MUTED, words)


def _over(age: str) -> str:
    return f"+{age}" if len(age) < 4 else age
