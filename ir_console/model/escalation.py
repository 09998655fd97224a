"""Escalate alerts into one incident: which of them, under what title, how urgent."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ir_client.wire.values import severity_rank
from ir_console.safe_text import safe_text

from .format import plural
from .rows import Row
from .spans import fit

MOST_ALERTS = 100
"""How many alerts one incident takes at its making (contract, section 3)."""
_PRIORITIES = {"critical": "P1", "high": "P2", "medium": "P3"}
_TITLE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Escalation:
    """What would go into an incident; `left_out` says in words what would not."""

    rows: tuple[Row, ...]
    title: str
    severity: str
    priority: str
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Joining:
    """What alerts are to join: a new incident with this title, or the one that has a `name`."""

    name: str = ""
    title: str = ""
    severity: str = "medium"
    priority: str = "P4"

    @property
    def words(self) -> str:
        """What it does to each of them, in words that are safe to show."""
        if self.name:
            return f"in {safe_text(self.name, 40)}"
        return f"in a new incident “{safe_text(self.title, 40)}”"


def plan_escalation(
    rows: Iterable[Row], *, in_incident: Iterable[int], busy: Iterable[int], hidden: int = 0
) -> Escalation:
    """Leave out what is in an incident already, and propose the rest as one."""
    taken, waiting = frozenset(in_incident), frozenset(busy)
    reasons: Counter[str] = Counter()
    kept: list[Row] = []
    for row in rows:
        if row.id in taken:
            reasons["in an incident already"] += 1
        elif row.id in waiting:
            reasons["still busy with your last change"] += 1
        else:
            kept.append(row)
    if hidden:
        reasons["hidden by the filter"] += hidden
    worst = min((row.severity for row in kept), key=severity_rank, default="info")
    return Escalation(
        tuple(kept),
        proposed_title(kept),
        worst,
        _PRIORITIES.get(worst, "P4"),
        tuple(f"{count:,} left out: {reason}" for reason, count in reasons.most_common()),
    )


def proposed_title(rows: Sequence[Row]) -> str:
    """The alert's own title; of several, the rule that most are of, and where."""
    if not rows:
        return ""
    if len(rows) == 1:
        return fit(rows[0].title, _TITLE_LIMIT).rstrip()
    ((rule, count),) = Counter(row.rule for row in rows).most_common(1)
    more = "" if count == len(rows) else f" and {len(rows) - count} more"
    targets = list(dict.fromkeys(row.target for row in rows if row.target))
    where = f" on {targets[0]}" if len(targets) == 1 else ""
    where = where or (f" on {plural(len(targets), 'host')}" if targets else "")
    return fit(f"{rule} ×{count}{more}{where}", _TITLE_LIMIT).rstrip()
