"""Which statuses and severities a filter leaves open, of the few that there are."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import product
from types import SimpleNamespace
from typing import Any

from ir_client.query.matching import Subject, test_of
from ir_client.query.tree import Bare, Node, leaves
from ir_client.wire.values import ALERT_STATUSES, CLOSED_STATUSES, SEVERITIES
from server_stub.storage.query_sql import AlertFilter

Cell = tuple[str, str]
"""A status and a severity."""

ALL_CELLS: frozenset[Cell] = frozenset(product(ALERT_STATUSES, SEVERITIES))
_FIELDS = frozenset({"status", "severity", "is_open", "false_positive"})
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


def open_cells(wanted: AlertFilter, parts: Sequence[Node]) -> frozenset[Cell]:
    """What alerts may be that pass the filter, and all `parts` of its query."""
    cells = {cell for cell in ALL_CELLS if _passes(wanted, *cell)}
    for part in filter(_asks_no_more, parts):
        test = test_of(part)
        cells = {cell for cell in cells if test(_subject(*cell))}
    return frozenset(cells)


def _asks_no_more(part: Node) -> bool:
    return all(
        not isinstance(leaf, Bare) and leaf.field.name in _FIELDS for leaf, _ in leaves(part)
    )


def _passes(wanted: AlertFilter, status: str, severity: str) -> bool:
    if wanted.status and status not in wanted.status:
        return False
    if wanted.severity and severity not in wanted.severity:
        return False
    if wanted.false_positives not in (None, status == "false_positive"):
        return False
    return not (wanted.overdue_only and status in CLOSED_STATUSES)


def _subject(status: str, severity: str) -> Subject:
    """An alert of which the matcher is asked about nothing else."""
    alert: Any = SimpleNamespace(
        status=status, severity=severity, false_positive=status == "false_positive"
    )
    return Subject(alert, _ANY_TIME, None, None)
