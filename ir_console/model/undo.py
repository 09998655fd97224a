"""What the analyst did in this session, and how each of it is taken back.

To undo is to make the inverse change, on condition that no person changed the alert after the
revision that the analyst's own change made. Undoing the newest deed gives its alerts yet another
revision; the deed before it may rest on that one then, because nobody else came between.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from ir_client.wire.alerts import Alert, AlertUpdate

from .conflicts import Shown, shown_fields

_MOST_DEEDS = 100
KEPT_FIELDS = (
    "status",
    "disposition",
    "disposition_reason",
    "assigned_analyst_id",
    "incident_id",
)
"""What triage changes, and what is therefore remembered of an alert before it is changed."""


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """An alert as it was before it was changed, as far as triage changes it.

    `shown` are the words that a conflict would show of it.
    """

    alert_id: int
    revision: int | None
    values: Mapping[str, Any]
    shown: Shown = field(default_factory=dict)

    @classmethod
    def of(cls, alert: Alert) -> "Before":
        values = {name: getattr(alert, name) for name in KEPT_FIELDS}
        return cls(alert.id, alert.revision, values, shown_fields(alert))

    @classmethod
    def decoded(cls, encoded: bytes) -> "Before":
        """The same from an alert as JSON."""
        return cls.of(Alert.model_validate_json(encoded))

    def changed(self, made: Mapping[str, Any]) -> "Before":
        """The same after one of our changes; `made` holds its revision, too."""
        values = {name: made.get(name, value) for name, value in self.values.items()}
        return replace(self, revision=made["revision"], values=values)


@dataclass(frozen=True, slots=True)
class Reversal:
    """How one alert is put back: `was` is set again over `made`.

    `revision` is the one that the analyst's change made, `seen` the one that it rested on.
    """

    alert_id: int
    was: Mapping[str, Any]
    made: Mapping[str, Any]
    revision: int | None = None
    seen: int | None = None

    @property
    def update(self) -> AlertUpdate:
        """The inverse change."""
        return AlertUpdate(**self.was)

    def is_untouched(self, alert: Alert) -> bool:
        """Whether an alert still says what the change made of it: all that a plain server tells."""
        return all(getattr(alert, name) == value for name, value in self.made.items())


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing the analyst did, to one alert or to many.

    `obstacle` says why it cannot be taken back, where it cannot; `incident` names the one that
    was made for it, which has no alerts once it is taken back.
    """

    words: str
    reversals: tuple[Reversal, ...] = ()
    obstacle: str = ""
    incident: str | None = None


@dataclass(slots=True)
class UndoLog:
    """The deeds of this session, the newest last; old ones are forgotten."""

    _deeds: list[Deed] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self._deeds)

    @property
    def newest(self) -> Deed | None:
        """What would be taken back now."""
        return self._deeds[-1] if self._deeds else None

    def note(self, deed: Deed) -> None:
        """Remember what was done."""
        self._deeds.append(deed)
        del self._deeds[:-_MOST_DEEDS]

    def drop_newest(self) -> None:
        """Forget the newest deed: it is taken back, or cannot be."""
        self._deeds.pop()

    def rest_on(self, alert_id: int, seen: int | None, revision: int | None) -> None:
        """Let what rested on the revision `seen` rest on `revision`: what is between is our own."""
        if seen is None or revision is None:
            return
        self._deeds = [_rested(deed, alert_id, seen, revision) for deed in self._deeds]

    def settle(self, reversals: Iterable[Reversal], revisions: Mapping[int, int | None]) -> None:
        """After these were put back, with the revisions that this made."""
        for reversal in reversals:
            self.rest_on(reversal.alert_id, reversal.seen, revisions.get(reversal.alert_id))


def reversal_of(before: Before, made: Mapping[str, Any], revision: int | None) -> Reversal | None:
    """How to put back what a change made of an alert; None if nothing, or if it cannot be said."""
    changed = {
        name: value
        for name, value in made.items()
        if name in before.values and before.values[name] != value
    }
    if not changed:
        return None
    was = {name: before.values[name] for name in changed}
    try:
        AlertUpdate(**was)
    except ValidationError:
        # A status of a newer server, say: we may show it and must not write it.
        return None
    return Reversal(before.alert_id, was, changed, revision, before.revision)


def reversal_between(before: Alert, after: Alert, fields: Iterable[str]) -> Reversal | None:
    """How to put back what one of our changes made of these fields."""
    made = {name: getattr(after, name) for name in fields if name in KEPT_FIELDS}
    return reversal_of(Before.of(before), made, after.revision)


def grouped(reversals: Sequence[Reversal]) -> list[tuple[AlertUpdate, list[Reversal]]]:
    """The reversals that are one and the same update, together."""
    groups: dict[tuple[tuple[str, Any], ...], list[Reversal]] = {}
    for reversal in reversals:
        groups.setdefault(tuple(sorted(reversal.was.items())), []).append(reversal)
    return [(members[0].update, members) for members in groups.values()]


def _rested(deed: Deed, alert_id: int, seen: int, revision: int) -> Deed:
    if not any(one.alert_id == alert_id and one.revision == seen for one in deed.reversals):
        return deed
    return replace(
        deed,
        reversals=tuple(
            replace(one, revision=revision)
            if one.alert_id == alert_id and one.revision == seen
            else one
            for one in deed.reversals
        ),
    )
