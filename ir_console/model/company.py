"""Who else has the alert open that one reads."""

from collections.abc import Sequence
from dataclasses import dataclass

from ir_console.safe_text import safe_text

from .spans import Line, Span, Tone

_NAMES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Company:
    """The other viewers of one alert, by names that are safe to show."""

    alert_id: int | None = None
    names: tuple[str, ...] = ()
    is_told: bool = True
    """Whether the server tells of viewers at all."""

    @classmethod
    def of(cls, alert_id: int, users: Sequence[tuple[int, str]], *, me: int | None) -> "Company":
        """Of all viewers, as (id, name), those that are someone else."""
        others = dict.fromkeys(safe_text(name, 40) for user, name in users if user != me)
        return cls(alert_id, tuple(others))


NOBODY_ELSE = Company()
NOBODY_TELLS = Company(is_told=False)


def company_words(company: Company, alert_id: int | None) -> Line:
    """`◉ lee and mona are here too`, or nothing when nobody is or it is about another alert."""
    if not company.is_told:
        return (Span("this server does not tell who else looks ", Tone.MUTED),)
    names = company.names
    if not names or company.alert_id != alert_id:
        return ()
    shown, more = list(names[:_NAMES_SHOWN]), len(names) - _NAMES_SHOWN
    if more > 0:
        shown.append(f"{more} more")
    listed = " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
    verb = "looks" if len(names) == 1 else "look"
    return (Span(f"◉ {listed}", Tone.WARNING), Span(f" {verb} at it too ", Tone.MUTED))


class Glance:
    """Which alert is looked at long enough to be told to others: at two ticks in a row."""

    def __init__(self) -> None:
        self._seen: int | None = None
        self._told: int | None = None

    def look(self, alert_id: int | None) -> bool:
        """Note what is open now, at each tick; whether the server should be told so."""
        is_settled = alert_id == self._seen
        self._seen = alert_id
        if not is_settled or alert_id == self._told:
            return False
        self._told = alert_id
        return True
